# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filter: which rules of a password policy a password breaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import broken_rules

DOCUMENTATION = r"""
name: broken_password_rules
version_added: 0.2.0
short_description: Which rules of an IAM password policy a password breaks
description:
  - Says what a password lacks, in words that do not give it away.
options:
  _input:
    description: The password.
    type: str
    required: true
  policy:
    description:
      - The policy, under the option names of M(amazon.aws.iam_password_policy). Rules that it does not have are not
        applied.
    type: dict
    required: true
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: See whether a password is long enough
  ansible.builtin.assert:
    that: password | dayone.aws_account.broken_password_rules(policy) | length == 0
  vars:
    policy:
      min_pw_length: 14
"""

RETURN = r"""
_value:
  description: What the password lacks; empty where nothing.
  type: list
  elements: str
"""

# amazon.aws.iam_password_policy's options for what a password may lack -> AWS's names.
FIELDS = {
    "min_pw_length": "MinimumPasswordLength",
    "require_symbols": "RequireSymbols",
    "require_numbers": "RequireNumbers",
    "require_uppercase": "RequireUppercaseCharacters",
    "require_lowercase": "RequireLowercaseCharacters",
}


def broken_password_rules(password: str, policy: Mapping[str, Any]) -> list[str]:
    """What the password lacks."""
    named = {name: policy[option] for option, name in FIELDS.items() if option in policy}
    return broken_rules(password, {"MinimumPasswordLength": 1, **named})


class FilterModule:
    def filters(self) -> dict[str, Callable[..., list[str]]]:
        return {"broken_password_rules": broken_password_rules}
