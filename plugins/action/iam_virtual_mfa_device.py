# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The person's part of enabling a virtual MFA device: shows the QR code, asks for two codes, has the module assign.

QR code and codes go between this process and the terminal alone: not into results, variables or logs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from ansible.errors import AnsiblePromptNoninteractive
from ansible.module_utils.common.text.converters import to_text
from ansible.utils.display import Display
from ansible_collections.dayone.aws_account.plugins.action.aws import ActionModule as AwsActionModule
from ansible_collections.dayone.aws_account.plugins.module_utils import _totp
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import read_secret

display = Display()

TRIES = 3
# Ansible loads this file before it forks a worker, whose own standard output is not the terminal's any more.
# Loaded later than that, it finds no terminal and draws nothing.
STDOUT_IS_TERMINAL = sys.stdout.isatty()


class ActionModule(AwsActionModule):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result = super().run(tmp, task_vars)
        if result.get("status") != "pending" or result.get("failed") or self._task.check_mode:
            return result
        return self._enrol(result, task_vars)

    def _enrol(self, pending: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """Ask for codes until the device is assigned, the person puts it off, or the tries are used up."""
        result = pending
        for left in range(TRIES - 1, -1, -1):
            codes = self._ask(pending, show=result is pending)
            if codes is None:
                return pending
            self._task.args = {**self._task.args, "authentication_codes": codes}
            result = self._run_module(task_vars)
            if not result.get("failed"):
                return {**result, "changed": True, "diff": self._diff(pending, result)}
            if not left:
                break
            display.display(to_text(result.get("msg", "")), color="red", screen_only=True)
        return result

    @staticmethod
    def _diff(pending: dict[str, Any], result: dict[str, Any]) -> dict[str, Any]:
        """From before the first step to after the last: the device was created and assigned in one task."""
        return {"before": pending["diff"]["before"], "after": result["diff"]["after"]} if "diff" in pending else {}

    def _ask(self, pending: dict[str, Any], show: bool) -> list[str] | None:
        """The two codes that the person types; None where nobody can be asked, or they put it off."""
        user_name = pending["user_name"]
        try:
            if show:
                self._prompt(
                    f"\nMFA for user '{user_name}': take your phone with an authenticator app, see that nobody looks "
                    "over your shoulder,\nand press Enter to see the QR code."
                )
                self._draw(pending)
            first = self._prompt(
                f"First code of user '{user_name}' (nothing is shown; just Enter leaves it for a later run):"
            )
            if not first:
                return None
            second = self._prompt("The next code, as soon as the app shows it:")
        except AnsiblePromptNoninteractive:  # AWX, CI, a pipe
            return None
        return [first, second]

    @staticmethod
    def _draw(pending: dict[str, Any]) -> None:
        uri = read_secret(Path(pending["seed_file"]))
        if uri and STDOUT_IS_TERMINAL:
            display.display(_totp.qr_code_text(uri), screen_only=True)
        display.display(f"As a picture: {pending['qr_code_file']}", screen_only=True)

    @staticmethod
    def _prompt(message: str) -> str:
        answer = display.prompt_until(message, private=True, complete_input=(b"\r", b"\n"))
        return str(to_text(answer)).strip().replace(" ", "")
