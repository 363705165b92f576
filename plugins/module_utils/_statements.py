# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A resource's policy with statements of ours in it, and all others as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def with_statements(is_now: Mapping[str, Any], policy: Mapping[str, Any]) -> dict[str, Any]:
    """The policy ``is_now`` with the statements of ``policy``, which replace those of the same ``Sid``."""
    ours = {statement["Sid"]: statement for statement in policy["Statement"]}
    kept = [statement for statement in statements(is_now) if statement.get("Sid") not in ours]
    return {**policy, **is_now, "Statement": [*kept, *ours.values()]}


def statements(policy: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A policy's statements: AWS takes a single one without a list too."""
    found = policy.get("Statement", [])
    return [dict(found)] if isinstance(found, Mapping) else list(found)
