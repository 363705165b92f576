# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The statements of a policy: read whichever way they are written, and with ours put in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SOURCE = "aws:SourceArn"


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
    values = list(dict.fromkeys([*as_list(old or []), *as_list(new)]))
    return values[0] if len(values) == 1 else values


def as_list(value: Any) -> list[Any]:
    """What a policy has as a list, or as a single value without one."""
    return value if isinstance(value, list) else [value]


def statements(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A policy's statements: AWS takes a single one without a list too."""
    return as_list(policy.get("Statement", []))
