# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filter: where IAM users of an account sign in."""

from __future__ import annotations

from collections.abc import Callable

from ansible_collections.dayone.aws_account.plugins.module_utils._sign_in_url import partition_of, sign_in_url

DOCUMENTATION = r"""
name: sign_in_url
version_added: 0.2.0
short_description: Where IAM users of an account sign in
description:
  - The URL of the console at which IAM users of an account sign in, in the partition of an ARN.
options:
  _input:
    description: The account's alias or id.
    type: str
    required: true
  arn:
    description: An ARN of the partition, as that of the caller.
    type: str
    required: true
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Say where to sign in
  ansible.builtin.debug:
    msg: "{{ 'example-books' | dayone.aws_account.sign_in_url(caller.arn) }}"
"""

RETURN = r"""
_value:
  description: The URL.
  type: str
"""


def of_account(name: str, arn: str) -> str:
    """The URL for the account of that alias or id."""
    return sign_in_url(name, partition_of(arn))


class FilterModule:
    def filters(self) -> dict[str, Callable[..., str]]:
        return {"sign_in_url": of_account}
