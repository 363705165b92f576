# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks the variables of roles of this collection, all in one task: what a play costs is its number of tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase
from ansible_collections.dayone.aws_account.plugins.module_utils._terminal import visible

# By the name that Ansible loads roles under, so that it finds what it has read of them.
ROLES = Path(__file__).parents[2] / "roles"


class ActionModule(ActionBase):
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _spec, given = self.validate_argument_spec(
            argument_spec={"roles": {"type": "list", "elements": "str", "required": True}}
        )
        wrong = [sentence for role in given["roles"] for sentence in self._wrong_with(role, task_vars or {})]
        return {
            **result,
            "changed": False,
            "failed": bool(wrong),
            "msg": visible(" ".join(wrong)) or "The input is in order.",
        }

    def _wrong_with(self, role: str, task_vars: Mapping[str, Any]) -> Iterator[str]:
        """A sentence for each thing that is wrong: with the variables' types first, for the rules rely on them."""
        options = self._loader.load_from_file(str(ROLES / role / "meta" / "argument_specs.yml"))["argument_specs"]
        of_types = list(self._wrong_types(options["main"]["options"], task_vars))
        if of_types:
            yield from (f"Role {role}: {sentence}." for sentence in of_types)
            return
        rules = task_vars.get(f"{role}__rules", [])
        for rule, ok in zip(rules, self._templar.template([rule["ok"] for rule in rules]), strict=True):
            if not ok:
                yield self._templar.template(rule["otherwise"])

    def _wrong_types(self, options: dict[str, Any], task_vars: Mapping[str, Any]) -> list[str]:
        given = self._templar.template({name: task_vars[name] for name in options if name in task_vars})
        checked = ArgumentSpecValidator(options).validate(given)
        # A value of the wrong type is quoted; one that is secret is not.
        secret = checked._no_log_values
        return [str(remove_values(message, secret)) for message in checked.error_messages]
