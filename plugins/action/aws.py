# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs this collection's modules with the module_defaults of ``group/aws`` applied to them.

Only the collection that defines an action group can list its members, so credentials that a play sets once for
``group/aws`` would pass our modules by.
"""

from __future__ import annotations

import copy
from typing import Any

from ansible.plugins.action import ActionBase

# Everything that a play may call the group that amazon.aws's modules are in; `group/aws` is ansible.builtin's.
GROUPS = ("group/ansible.builtin.aws", "group/amazon.aws.aws", "group/community.aws.aws")


class ActionModule(ActionBase):
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        return self._run_module(task_vars)

    def _arguments(self) -> dict[str, Any]:
        """What the module gets, beside what a run of it adds."""
        return {**self._group_defaults(), **self._task.args}

    def _group_defaults(self) -> dict[str, Any]:
        """The module_defaults in force for the groups, the innermost block's last, as ansible-core merges them."""
        in_force: dict[str, Any] = {}
        for layer in self._task.module_defaults or []:
            in_force.update(layer)
        merged: dict[str, Any] = {}
        for group in GROUPS:
            merged.update(self._templar.template(in_force.get(group, {})))
        return merged

    def _run_module(self, task_vars: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
        """Run the module as a task without an action plugin of its own would, whatever `normal` is configured.

        The arguments, and ``more`` of them, go to a copy of the task: those of the task itself are shown to every
        callback plugin.
        """
        task = copy.copy(self._task)
        task.args = {**self._arguments(), **more}
        normal = self._shared_loader_obj.action_loader.get(
            "ansible.legacy.normal",
            task=task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        result: dict[str, Any] = normal.run(task_vars=task_vars)
        return result
