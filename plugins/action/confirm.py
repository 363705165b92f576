# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Goes on only after a person has typed a word, or the run was given it."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsiblePromptNoninteractive
from ansible.plugins.action import ActionBase
from ansible_collections.dayone.aws_account.plugins.plugin_utils._person import ask


class ActionModule(ActionBase):
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _spec, given = self.validate_argument_spec(
            argument_spec={
                "prompt": {"type": "str", "required": True},
                "word": {"type": "str", "required": True},
                "given": {"type": "str"},
                "otherwise": {"type": "str", "required": True},
            }
        )
        if self._task.check_mode:
            return {**result, "changed": False, "msg": "In check mode nobody is asked."}
        confirmed = self._word(given) == given["word"]
        return {**result, "changed": False, "failed": not confirmed, "msg": "" if confirmed else given["otherwise"]}

    @staticmethod
    def _word(given: dict[str, Any]) -> str | None:
        """What the run was given, or else what the person types; None where there is nobody."""
        if given["given"] is not None:
            return str(given["given"])
        try:
            return ask(given["prompt"])
        except AnsiblePromptNoninteractive:  # AWX, CI, a pipe
            return None
