# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# The work is done by the action plugin of the same name; this is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: check_input
version_added: 0.2.0
short_description: Check the variables of this collection's roles without calling AWS
description:
  - Compares the variables of one or more roles with their specifications and with the rules of AWS for names, ranges
    and the like, and fails with a sentence for each thing that is wrong.
  - Each role does this by itself before its first call. A play with several of them can have all checked before the
    first call of any.
extends_documentation_fragment:
  - dayone.aws_account.attributes
options:
  roles:
    description:
      - The roles, by their short names.
      - The play must import them (M(ansible.builtin.import_role)), for their defaults to be known in this task.
    type: list
    elements: str
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
- name: Check all input before the first call to AWS
  dayone.aws_account.check_input:
    roles: [cloudtrail, password_policy]

- name: Put on record what is done
  ansible.builtin.import_role:
    name: dayone.aws_account.cloudtrail

- name: Insist on long passwords
  ansible.builtin.import_role:
    name: dayone.aws_account.password_policy
"""

RETURN = r"""
msg:
  description: What is wrong, a sentence for each thing.
  type: str
  returned: always
  sample: password_policy_minimum_length is 200, but it may be 6 to 128.
"""
