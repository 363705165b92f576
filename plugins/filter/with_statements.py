# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filter: a resource's policy with statements of ours in it, and all others as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

DOCUMENTATION = r"""
name: with_statements
version_added: 0.2.0
short_description: A policy with statements put in, and all others as they are
description:
  - Takes the policy of a bucket, topic or key and puts statements at its end. They replace statements with the same
    C(Sid); what others wrote into the policy stays.
options:
  _input:
    description: The policy as a dictionary; empty for a resource without one.
    type: dict
    required: true
  policy:
    description: A policy whose statements, each with a C(Sid), are to be in it.
    type: dict
    required: true
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Let CloudTrail write into a bucket that others use too
  amazon.aws.s3_bucket:
    name: example-logs
    policy: "{{ policy_of_the_bucket | dayone.aws_account.with_statements(policy_of_cloudtrail) }}"
"""

RETURN = r"""
_value:
  description: The policy with the statements.
  type: dict
"""


def with_statements(is_now: Mapping[str, Any], policy: Mapping[str, Any]) -> dict[str, Any]:
    """The policy ``is_now`` with the statements of ``policy``, which replace those of the same ``Sid``."""
    ours = {statement["Sid"]: statement for statement in policy["Statement"]}
    kept = [statement for statement in statements(is_now) if statement.get("Sid") not in ours]
    return {**policy, **is_now, "Statement": [*kept, *ours.values()]}


def statements(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A policy's statements: AWS takes a single one without a list too."""
    found = policy.get("Statement", [])
    return [dict(found)] if isinstance(found, Mapping) else list(found)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        return {"with_statements": with_statements}
