# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The person's part of enabling a virtual MFA device: shows the QR code, asks for codes, tells what is waited for.

QR code and codes go between this process and the terminal alone: not into results, variables or logs.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from ansible.errors import AnsiblePromptNoninteractive
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.display import Display
from ansible_collections.dayone.aws_account.plugins.action.aws_vault import ActionModule as AwsVaultActionModule
from ansible_collections.dayone.aws_account.plugins.module_utils import _totp, _vault
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import read_secret
from ansible_collections.dayone.aws_account.plugins.plugin_utils._person import ask

display = Display()

TRIES = 3
# Ansible loads this file before it forks a worker, whose own standard output is not the terminal's any more.
# Loaded later than that, it finds no terminal and draws nothing.
STDOUT_IS_TERMINAL = sys.stdout.isatty()


class ActionModule(AwsVaultActionModule):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        self._keep_arguments_out_of_files()
        if self._task.check_mode:
            return self._run_module(task_vars)
        if self._flag("resync") and self._for_phone() and not self._task.args.get("authentication_codes"):
            return self._resync(task_vars)
        result = self._run_module(task_vars)
        if result.get("failed") and result.get("try_again_at"):
            self._wait(result["try_again_at"], "AWS refused the first pair of codes")
            result = self._run_module(task_vars)
        if result.get("status") == "pending" and not result.get("failed"):
            result = self._enrol(result, task_vars)
        return self._try_out(result, task_vars)

    def _flag(self, option: str) -> bool:
        return bool(boolean(self._task.args.get(option) or False, strict=False))

    def _for_phone(self) -> bool:
        args = self._task.args
        return str(args.get("method", "phone")) == "phone" and args.get("state") != "absent"

    def _resync(self, task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """Ask for codes until AWS takes two; where nobody can be asked the module says so."""
        user_name = self._task.args.get("user_name")
        result: dict[str, Any] = {}
        for _number in range(TRIES):
            codes = self._ask(f"First code of the MFA device of user '{user_name}' (nothing is shown):")
            if codes is None:
                return result or self._run_module(task_vars)
            result = self._run_module(task_vars, authentication_codes=codes)
            if not _codes_refused(result):
                break
            self._say(str(result["msg"]), color="red")
        return result

    def _enrol(self, pending: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """Ask for codes until the device is assigned, the person puts it off, or the tries are used up."""
        result = pending
        if not self._show(pending):
            return pending
        for _number in range(TRIES):
            codes = self._ask(
                f"First code of {_whose(pending)} (nothing is shown; just Enter leaves it for a later run):"
            )
            if codes is None:
                return pending
            result = self._run_module(task_vars, authentication_codes=codes)
            if not result.get("failed"):
                return _together(pending, result)
            if not _codes_refused(result):
                return result
            self._say(str(result["msg"]), color="red")
        return result

    def _try_out(self, result: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """Once the device has a code that was not used to assign it, have the module sign in with that."""
        if result.get("failed") or not result.get("sign_in_code_at"):
            return result
        self._wait(result["sign_in_code_at"], "The device is assigned; it is tried out with its next code")
        done = {"rotate": False, "resync": False, "authentication_codes": None}
        tried = self._run_module(task_vars, **done, verify_sign_in=True)
        return tried if tried.get("failed") else _together(result, tried)

    def _show(self, pending: dict[str, Any]) -> bool:
        """Show the QR code to the person at the terminal; whether there is one."""
        try:
            self._prompt(
                f"\nMFA for {_whose(pending)}: take your phone with an authenticator app, see that nobody "
                "looks over your shoulder,\nand press Enter to see the QR code."
            )
        except AnsiblePromptNoninteractive:  # AWX, CI, a pipe
            return False
        self._draw(pending)
        return True

    def _draw(self, pending: dict[str, Any]) -> None:
        uri = read_secret(Path(pending["seed_file"]), self._vault())
        if uri and STDOUT_IS_TERMINAL:
            self._say(_totp.qr_code_text(uri))
            if self._flag("show_secret_key"):
                self._say(f"Secret key, to type where nothing can be scanned: {_totp.seed_of(uri)}")
        picture = Path(pending["qr_code_file"])
        self._say(f"As a picture: {picture}")
        if _vault.is_encrypted(picture.read_bytes()):
            self._say("It is encrypted: 'ansible-vault decrypt --output FILE.png' with its name makes it one.")

    def _ask(self, question: str) -> list[str] | None:
        """The two codes that the person types; None where nobody can be asked, or they put it off."""
        try:
            first = self._prompt(question)
            return [first, self._prompt("The next code, as soon as the app shows it:")] if first else None
        except AnsiblePromptNoninteractive:
            return None

    def _wait(self, until: int, why: str) -> None:
        seconds = max(0, round(until - time.time()))
        self._say(f"User '{self._task.args.get('user_name')}': {why}. Waiting {seconds} seconds until that begins.")
        while (left := until - time.time()) > 0:
            time.sleep(left)

    @staticmethod
    def _say(text: str, color: str | None = None) -> None:
        display.display(text, color=color, screen_only=True)

    @staticmethod
    def _prompt(message: str) -> str:
        return ask(message, private=True).replace(" ", "")


def _whose(pending: dict[str, Any]) -> str:
    """Whose device it is: in a run on many accounts, a user of the same name is in each."""
    return f"user '{pending['user_name']}' of account {str(pending['serial_number']).split(':')[4]}"


def _codes_refused(result: dict[str, Any]) -> bool:
    """Whether the module failed because of the codes, so that others may be asked for."""
    said = str(result.get("msg", ""))
    return bool(result.get("failed")) and (
        result.get("error", {}).get("code") == "InvalidAuthenticationCode" or said.startswith("authentication_codes ")
    )


def _together(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two runs of the module that are one task: from before the first to after the second."""
    changed = bool(first.get("changed") or second.get("changed"))
    more: dict[str, Any] = {}
    if "diff" in first and "diff" in second:
        more["diff"] = {"before": first["diff"]["before"], "after": second["diff"]["after"]}
    replaced = [*first.get("replaced_serial_numbers", []), *second.get("replaced_serial_numbers", [])]
    warnings = [*first.get("warnings", []), *second.get("warnings", [])]
    return {
        **second,
        **more,
        "changed": changed,
        "replaced_serial_numbers": replaced,
        **({"warnings": warnings} if warnings else {}),
    }
