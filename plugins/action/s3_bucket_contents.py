# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the module for a few seconds at a time, so that a line can tell how far it is: a module itself cannot print."""

from __future__ import annotations

import time
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.dayone.aws_account.plugins.action.aws import ActionModule as AwsActionModule

display = Display()

SECONDS = 5.0


class ActionModule(AwsActionModule):
    # In the background nobody sees the lines, and nobody starts the module again.
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        ActionBase.run(self, tmp, task_vars)  # refuses async
        if self._task.check_mode:
            return self._run_module(task_vars)
        given = self._task.args
        began, before = time.monotonic(), {"deleted": 0, "aborted_uploads": 0}
        while True:
            result = self._run_module(task_vars, progress_seconds=given.get("progress_seconds", SECONDS))
            result.update({what: result.get(what, 0) + number for what, number in before.items()})
            result["changed"] = bool(result.get("changed") or any(before.values()))
            if result.get("failed") or result.get("finished", True):
                return told(result)
            before = {what: result[what] for what in before}
            line = progress(result["deleted"], int(given.get("expected_versions") or 0), time.monotonic() - began)
            display.display(f"Bucket '{given['name']}': {line}")


def progress(deleted: int, expected: int, seconds: float) -> str:
    """How far it is after so many seconds, and how long it may still take; of an unknown number only the first."""
    speed = deleted / seconds
    told = f"{deleted:,} versions deleted"
    if deleted < expected:
        told += f" of {expected:,} ({deleted * 100 // expected} %)"
    told += f", {speed:,.0f} a second"
    if speed and deleted < expected:
        told += f", about {as_time((expected - deleted) / speed)} left"
    return told


def as_time(seconds: float) -> str:
    """Seconds in words."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def told(result: dict[str, Any]) -> dict[str, Any]:
    """A failure's message with what has gone before it."""
    if result.get("failed") and result["deleted"]:
        gone = f"{result['deleted']:,} versions were deleted before that; the bucket is still there."
        result["msg"] = f"{result['msg']} {gone}"
    return result
