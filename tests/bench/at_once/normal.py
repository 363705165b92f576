"""Modules that take no time: each returns what the same one returned in an earlier run.

What a run takes with these is what Ansible itself takes: no way of running modules can be faster. With BENCH_NOTE the
modules do run, and their results are noted in the directory BENCH_RESULTS, in the order of the tasks.
"""

from __future__ import annotations

import itertools
import os
import pickle
from pathlib import Path
from typing import Any

from ansible.plugins.action import ActionBase
from ansible.plugins.loader import action_loader

Normal: type[ActionBase] = action_loader.get("ansible.builtin.normal", class_only=True)
NOTED = Path(os.environ["BENCH_RESULTS"])


class ActionModule(Normal):
    """ansible.builtin.normal, without the module."""

    def _execute_module(
        self,
        module_name: str | None = None,
        module_args: dict[str, Any] | None = None,
        tmp: str | None = None,
        task_vars: dict[str, Any] | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        name = module_name or self._task.action
        if os.environ.get("BENCH_NOTE"):
            result: dict[str, Any] = super()._execute_module(name, module_args, tmp, task_vars, **options)
            _next("noted").write_bytes(pickle.dumps((name, result)))
            return result
        file = _next("returned").with_suffix(".noted")
        noted, result = pickle.loads(file.read_bytes())  # noqa: S301 -- written by this benchmark
        if noted != name:
            raise RuntimeError(f"The earlier run had {noted} where this one has {name}.")
        return dict(result)


def _next(kind: str) -> Path:
    """A new file, of the lowest number that is free."""
    for number in itertools.count():
        file = NOTED / f"{number:04}.{kind}"
        try:
            file.touch(exist_ok=False)
        except FileExistsError:
            continue
        return file
    raise AssertionError
