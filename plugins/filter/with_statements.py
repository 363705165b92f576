# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filter: a resource's policy with statements of ours in it, and all others as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

SOURCE = "aws:SourceArn"

DOCUMENTATION = r"""
name: with_statements
version_added: 0.2.0
short_description: A policy with statements put in, and all others as they are
description:
  - Takes the policy of a bucket, topic or key and puts statements into it, each in the place of the one with the same
    C(Sid), new ones at the end. What others wrote into the policy stays as it is, and where it is.
  - A statement of ours that several trails share is let grow with O(keep_sources).
options:
  _input:
    description: The policy as a dictionary; empty for a resource without one.
    type: dict
    required: true
  policy:
    description: A policy whose statements, each with a C(Sid), are to be in it.
    type: dict
    required: true
  keep_sources:
    description:
      - Whether a statement keeps the C(aws:SourceArn) and C(Resource) that the one it replaces has, beside its own.
      - So a bucket that another trail writes to, or did until a moment ago, goes on taking its log files.
    type: bool
    default: false
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


def with_statements(is_now: Mapping[str, Any], policy: Mapping[str, Any], keep_sources: bool = False) -> dict[str, Any]:
    """The policy ``is_now`` with the statements of ``policy``, each in place of the one of the same ``Sid``."""
    ours = {statement["Sid"]: statement for statement in policy["Statement"]}
    merged: list[dict[str, Any]] = []
    for old in statements(is_now):
        new = ours.pop(old.get("Sid"), None)
        merged.append(old if new is None else with_sources_of(old, new) if keep_sources else dict(new))
    return {**policy, **is_now, "Statement": [*merged, *ours.values()]}


def with_sources_of(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The new statement, for the trails and the paths of the old one too."""
    merged = dict(new)
    if "Resource" in new:
        merged["Resource"] = union(old.get("Resource"), new["Resource"])
    equals = new.get("Condition", {}).get("StringEquals", {})
    if SOURCE in equals:
        before = old.get("Condition", {}).get("StringEquals", {}).get(SOURCE)
        merged["Condition"] = {
            **new["Condition"],
            "StringEquals": {**equals, SOURCE: union(before, equals[SOURCE])},
        }
    return merged


def union(old: Any, new: Any) -> str | list[str]:
    """Both, each value once; a single one as AWS gives it back, without a list."""
    values = list(dict.fromkeys([*as_list(old), *as_list(new)]))
    return values[0] if len(values) == 1 else values


def as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def statements(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A policy's statements: AWS takes a single one without a list too."""
    found = policy.get("Statement", [])
    return [dict(found)] if isinstance(found, Mapping) else list(found)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        return {"with_statements": with_statements}
