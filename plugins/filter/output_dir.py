# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filter: the directory that an account's secrets and reports go to."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.dayone.aws_account.plugins.module_utils._output_dir import output_dir

DOCUMENTATION = r"""
name: output_dir
version_added: 0.2.0
short_description: The directory that an account's secrets and reports go to
description:
  - Where the roles of this collection put an account's files, as C(dayone_output_dir) says.
options:
  _input:
    description: The account's id.
    type: str
    required: true
  given:
    description:
      - The value of C(dayone_output_dir). A relative path is one below the directory that the run was started from.
      - Empty for C(dayone-output/<account id>) there.
    type: str
    default: ''
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Say where the secrets are
  ansible.builtin.debug:
    msg: "{{ '123456789012' | dayone.aws_account.output_dir }}"
"""

RETURN = r"""
_value:
  description: The directory, as an absolute path.
  type: str
"""


class FilterModule:
    def filters(self) -> dict[str, Callable[..., str]]:
        return {"output_dir": output_dir}
