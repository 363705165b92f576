# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes every task result as a JSON line, so that a test reads results and not terminal output."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: notification
short_description: Write every task result as a JSON line
description:
  - Writes one JSON object per task result, and one with the statistics, into the file that E(RECORD_FILE) names.
"""


class CallbackModule(CallbackBase):
    """One line per result: play, host, task name, action, status, changed, and the result itself."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"
    CALLBACK_NEEDS_ENABLED = True

    _play = ""

    def v2_playbook_on_play_start(self, play: Any) -> None:
        self._play = play.get_name()

    def _write(self, line: dict[str, Any]) -> None:
        with Path(os.environ["RECORD_FILE"]).open("a", encoding="utf-8") as record:
            record.write(json.dumps(line, default=str) + "\n")

    def _result(self, status: str, result: Any) -> None:
        # ansible-core 2.17 and 2.18 have no public names for these.
        public = hasattr(result, "task")
        task = result.task if public else result._task
        host = result.host if public else result._host
        outcome = result.result if public else result._result
        self._write(
            {
                "play": self._play,
                "host": host.get_name(),
                "name": task.name or task.action,
                "action": task.action,
                "role": task._role.get_name() if task._role else None,
                "status": status,
                "changed": bool(outcome.get("changed", False)),
                "result": self._clean_results(outcome, task.action) or outcome,
            }
        )

    def v2_runner_on_ok(self, result: Any) -> None:
        self._result("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._result("failed", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._result("skipped", result)

    def v2_runner_on_unreachable(self, result: Any) -> None:
        self._result("unreachable", result)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._write({"stats": {host: stats.summarize(host) for host in stats.processed}})
