# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filter: a text so that Ansible's output shows it line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ansible import constants
from ansible.errors import AnsibleError

DOCUMENTATION = r"""
name: as_displayed
version_added: 0.2.0
short_description: A text so that Ansible's output shows it line by line
description:
  - Ansible shows results as YAML or as JSON, by the option C(result_format) of its default callback. YAML shows a text
    as it is. JSON would show it on one line, and so gets the lines.
options:
  _input:
    description: The lines of the text.
    type: list
    elements: str
    required: true
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Say something long
  ansible.builtin.debug:
    msg: "{{ text.splitlines() | dayone.aws_account.as_displayed }}"
"""

RETURN = r"""
_value:
  description: The text, or its lines.
  type: raw
"""


def as_displayed(lines: Sequence[str]) -> str | list[str]:
    """The lines in the form in which they are shown as lines."""
    return "\n".join(lines) if _result_format() == "yaml" else list(lines)


def _result_format() -> str | None:
    try:
        configured = constants.config.get_config_value("result_format", plugin_type="callback", plugin_name="default")
    except AnsibleError:  # another version's callback may not have the option
        return None
    return str(configured)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., str | list[str]]]:
        return {"as_displayed": as_displayed}
