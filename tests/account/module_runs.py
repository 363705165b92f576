"""What the tests of single modules share: to run one, and to kill it after each of its writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from killed_module import Module
from sandbox import Sandbox
from sandbox.journal import writes

Result = dict[str, Any]
Run = Callable[..., Result]


def writing(account: Sandbox) -> list[str]:
    return [call.action for call in account.journal() if call.writes]


def runner(account: Sandbox, directory: Path, module_name: str, /, **always: Any) -> Run:
    """Runs the module; one that fails fails the test, unless its failure is asked for."""
    module = Module(module_name, directory, account.process_env())

    def run(*, check: bool = False, fails: bool = False, **arguments: Any) -> Result:
        result = module.run({**always, **arguments, "_ansible_check_mode": check}).result
        assert result is not None
        assert bool(result.get("failed")) == fails, result
        return result

    return run


def killed_after_each_write(module: Module, arguments: dict[str, Any], begin: Callable[[], None]) -> list[str]:
    """Kill the module when AWS has done each of its writes and it has not heard, from one beginning; run it once more.

    Returns:
        The writes. Between two of them nothing lasts, so there is no other moment to be killed at.
    """
    begin()
    whole = module.run(arguments)
    assert whole.result is not None
    assert not whole.result.get("failed"), whole.result
    moments = moments_of(whole.steps)
    for number in moments:
        begin()
        assert module.run(arguments, kill_at=number).killed
        finished = module.run(arguments).result
        assert finished is not None
        assert not finished.get("failed"), (whole.steps[number - 1], finished)
        again = module.run(arguments).result
        assert again is not None
        assert not again["changed"], whole.steps[number - 1]
    return [whole.steps[number - 1].removeprefix("after ") for number in moments]


def moments_of(steps: list[str]) -> list[int]:
    """The numbers of the steps at which a write has been made, and nothing after it."""
    return [number for number, step in enumerate(steps, 1) if step.startswith("after ") and writes(step[6:])]
