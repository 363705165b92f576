# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes what callback plugins are told of each task beside its result, its arguments above all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: task_fields
type: notification
short_description: Write every task's fields
description:
  - Adds the fields of the task of every result, those of loops too, to the file that E(TASK_FIELDS_FILE) names.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "task_fields"
    CALLBACK_NEEDS_ENABLED = True

    def _write(self, told: Any, **_more: Any) -> None:
        with Path(os.environ["TASK_FIELDS_FILE"]).open("a", encoding="utf-8") as file:
            file.write(f"{told._task_fields}\n")

    v2_runner_on_ok = v2_runner_on_failed = v2_runner_on_skipped = v2_runner_on_unreachable = _write
    v2_runner_item_on_ok = v2_runner_item_on_failed = v2_runner_item_on_skipped = v2_runner_retry = _write
