#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# The work is done by the action plugin of the same name; this is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: confirm
version_added: 0.2.0
short_description: Go on only after somebody has confirmed it by a word
description:
  - Asks the person at the terminal to type a word, such as the name of what is to be deleted; anything else fails.
  - Where nobody can be asked (AWX, CI, a pipe) it fails too, and does not wait. The run can be given the word instead.
  - Unlike M(ansible.builtin.pause) it asks for each host, and asks nobody in check mode.
extends_documentation_fragment:
  - dayone.aws_account.attributes
options:
  prompt:
    description: What the person is told and asked.
    type: str
    required: true
  word:
    description: What has to be typed, letter by letter.
    type: str
    required: true
  given:
    description: The word as the run was given it. Then nobody is asked.
    type: str
  otherwise:
    description: What it fails with.
    type: str
    required: true
attributes:
  diff_mode:
    support: none
    details: It changes nothing.
  action_group:
    support: none
    details: It does not talk to AWS.
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Wait for a yes
  dayone.aws_account.confirm:
    prompt: The database will be deleted. Type its name to go on
    word: "{{ database }}"
    given: "{{ confirm_database | default(omit) }}"
    otherwise: The database's name was not typed. Nothing was deleted.
"""

RETURN = r"""
msg:
  description: Why it failed, if it did.
  type: str
  returned: always
"""
