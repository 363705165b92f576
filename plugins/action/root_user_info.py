# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""With ``manual_steps: wait``, leads a person through what only the root user can do, and looks after each step."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsiblePromptNoninteractive
from ansible.utils.display import Display
from ansible_collections.dayone.aws_account.plugins.action.aws import ActionModule as AwsActionModule
from ansible_collections.dayone.aws_account.plugins.module_utils._root_user import (
    step_lines,
    steps_to_lead_through,
)
from ansible_collections.dayone.aws_account.plugins.plugin_utils._person import ask

display = Display()

LATER = "later"


class ActionModule(AwsActionModule):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        if self._task.args.get("manual_steps") != "wait" or result.get("failed") or self._task.check_mode:
            return result
        steps = steps_to_lead_through(result["steps"], result["used_by_this_run"])
        try:
            for number, step in enumerate(steps, start=1):
                result = self._lead_through(step, number, len(steps), result, task_vars)
        except AnsiblePromptNoninteractive:  # AWX, CI, a pipe
            pass
        return result

    def _lead_through(
        self, step: dict[str, Any], number: int, count: int, result: dict[str, Any], task_vars: dict[str, Any] | None
    ) -> dict[str, Any]:
        """Show one step until AWS sees it done, or the person leaves it for later; returns what was read last."""
        display.display("\n" + "\n".join(step_lines(step, number, count)), screen_only=True)
        while self._ask() != LATER:
            result = self._run_module(task_vars)
            if result.get("failed"):
                break
            if step["id"] not in [left["id"] for left in result["steps"]]:
                display.display(f"Done: {step['title']} ({number} of {count}).", color="green", screen_only=True)
                break
            display.display("AWS does not show it yet. It can take a minute.", color="yellow", screen_only=True)
        return result

    @staticmethod
    def _ask() -> str:
        message = f"Press Enter when it is done, or type '{LATER}' and Enter to leave it for a later run:"
        return ask(message).lower()
