# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# The work is done by the action plugin of the same name; this is its documentation.

from __future__ import annotations

DOCUMENTATION = r"""
module: show_lines
version_added: 0.2.0
short_description: Show lines at the terminal as they are
description:
  - Prints lines between the tasks, each on a line of its own, whatever the format of results is; at a terminal the
    signs of controls are in colour. With several accounts, each account's lines stay together.
extends_documentation_fragment:
  - dayone.aws_account.attributes
options:
  lines:
    description: The lines, as those of P(dayone.aws_account.posture_lines#filter).
    type: list
    elements: str
    required: true
attributes:
  action_group:
    support: none
    details: It does not talk to AWS.
  diff_mode:
    support: none
    details: It changes nothing.
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Read where the account stands
  dayone.aws_account.account_posture_info:
  register: posture

- name: Summary
  dayone.aws_account.show_lines:
    lines: "{{ posture | dayone.aws_account.posture_lines(output_dir='/srv/dayone/123456789012') }}"
"""

RETURN = r"""
msg:
  description: The lines.
  type: list
  elements: str
  returned: always
  sample: [Account 123456789012]
"""
