# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Announces a change without making it: the counterpart of modules that have no check mode or no diff."""

from __future__ import annotations

import json
from typing import Any

from ansible.plugins.action import ActionBase


def as_text(value: Any) -> str:
    """``value`` as the diff shows it: text as it is, structures as JSON with sorted keys, nothing as ''."""
    if not value and not isinstance(value, bool | int):
        return ""
    text = value if isinstance(value, str) else json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
    return text.rstrip("\n") + "\n"


class ActionModule(ActionBase):
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _spec, given = self.validate_argument_spec(
            argument_spec={
                "what": {"type": "str", "required": True},
                "before": {"type": "raw"},
                "after": {"type": "raw"},
            }
        )
        before, after = as_text(given["before"]), as_text(given["after"])
        return {
            **result,
            "changed": before != after,
            "diff": {
                "before": before,
                "after": after,
                "before_header": f"{given['what']} (as it is)",
                "after_header": f"{given['what']} (as it will be)",
            },
        }
