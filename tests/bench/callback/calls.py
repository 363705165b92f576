# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Notes which calls the stand-in account saw during each task."""

from __future__ import annotations

import collections
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase
from sandbox import Sandbox

DOCUMENTATION = """
name: calls
type: notification
short_description: Note the calls to AWS of each task
description:
  - Appends a line for each task that called AWS to the file that E(BENCH_CALLS) names.
"""


class CallbackModule(CallbackBase):
    """Asks the stand-in account for its journal after each task."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "calls"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._sandbox = Sandbox.at(os.environ["AWS_ENDPOINT_URL"])
        self._seen = 0

    def v2_runner_on_ok(self, result: Any) -> None:
        journal = self._sandbox.journal()
        new, self._seen = journal[self._seen :], len(journal)
        if new:
            calls = collections.Counter(f"{call.service}.{call.action}" for call in new)
            counted = ", ".join(f"{call} {times}x" if times > 1 else call for call, times in calls.items())
            with Path(os.environ["BENCH_CALLS"]).open("a", encoding="utf-8") as file:
                file.write(f"{len(new):4} {result.task.get_name()}: {counted}\n")
