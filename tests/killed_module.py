"""Kills a module at each of its steps in turn, so that a test can see how the next run carries on.

A step is a call to AWS (before it is sent, and after AWS has done it but before the module knows) or a change of a file
below a directory (before it happens: opening for writing, fsync, rename, removal, a new directory). The module runs in
forks of a process that has loaded what it needs, some 50 ms each.
"""

from __future__ import annotations

import importlib
import json
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, NamedTuple

from torture import DONE, KILLS

PATIENCE_SECONDS = 60
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Plan(NamedTuple):
    """What is counted, and where it ends."""

    log: str
    """A file that gets a line for each step."""
    directory: str
    """Changes of files below it are steps."""
    kill_at: int
    """The step, counted from 1; 0: none."""
    waits: bool
    """Whether it sleeps where it waits."""


class Outcome(NamedTuple):
    """What became of a run."""

    killed: bool
    steps: list[str]
    result: dict[str, Any] | None = None
    """What the module returned, or said when it failed."""


class Module:
    """A module of this collection, to be run with or without being killed."""

    def __init__(self, name: str, directory: Path, environment: dict[str, str]) -> None:
        """Args:
        name: the module's name; without the collection, if it is this one.
        directory: below it, changes of files are steps.
        environment: as of ``Sandbox.process_env``.
        """
        namespace, collection, module = name.split(".") if "." in name else ("dayone", "aws_account", name)
        self._name = f"ansible_collections.{namespace}.{collection}.plugins.modules.{module}"
        self._directory = directory
        self._environment = environment
        self._files = directory.parent / f"killing-{directory.name}"
        self._files.mkdir(exist_ok=True)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["boto3", "botocore.httpsession", "shared_botocore", __name__, self._name])
        import pytest  # noqa: PLC0415 - what is forked, and `interference`, do without it

        with pytest.MonkeyPatch.context() as patch:
            # The process that is forked finds modules where this one does.
            patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
            forkserver.ensure_running()

    def run(self, arguments: dict[str, Any], *, kill_at: int = 0, waits: bool = True) -> Outcome:
        """Run it; ``kill_at`` counts steps from 1, and 0 lets it be. Where it ``waits`` not, its sleeps end at once."""
        output, log = self._files / "output", self._files / "steps"
        log.write_text("")
        plan = Plan(str(log), str(self._directory), kill_at, waits)
        process = self._context.Process(
            target=_be_module, args=(self._name, arguments, self._environment, str(output), plan)
        )
        process.start()
        process.join(PATIENCE_SECONDS)
        assert process.exitcode is not None, f"It has not ended after {PATIENCE_SECONDS} seconds."
        killed = process.exitcode == -signal.SIGKILL
        process.close()
        DONE[KILLS] += killed
        return Outcome(killed, log.read_text().splitlines(), None if killed else json.loads(output.read_text()))


def _be_module(name: str, arguments: dict[str, Any], environment: dict[str, str], output: str, plan: Plan) -> None:
    """In the fork: be the module, as ansible-core's payload would run it."""
    from ansible.module_utils import basic  # noqa: PLC0415 - loaded before the fork

    os.environ.clear()
    os.environ.update(environment)
    written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(written, 1)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - it ends with the process
    basic._ANSIBLE_ARGS = json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode()
    if hasattr(basic, "_ANSIBLE_PROFILE"):
        basic._ANSIBLE_PROFILE = "legacy"
    install(plan)
    if not plan.waits:
        time.sleep = lambda seconds: None
    try:
        importlib.import_module(name).main()
    finally:
        sys.stdout.flush()


def install(plan: Plan) -> None:
    """Count from now on, and die at the step of the plan."""

    def step(name: str) -> None:
        if _note(plan.log, name) == plan.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    watch_files(plan.directory, step)
    _watch_calls(step)


def _note(log: str, name: str) -> int:
    """Add a line to the log; its number."""
    with open(log, "a+") as file:  # noqa: PTH123
        file.seek(0)
        number = len(file.readlines()) + 1
        file.write(name + "\n")
    return number


def watch_files(directory: str, step: Callable[[str], None]) -> None:
    """Call ``step`` before each change of a file below the directory that this process, or a fork of it, makes."""

    def below(path: Any) -> bool:
        return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(directory)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and below(arguments[0]) and arguments[2] & WRITING:
            step(f"open {os.path.basename(arguments[0])}")  # noqa: PTH119
        elif event in ("os.rename", "os.remove", "os.mkdir") and below(arguments[0]):
            step(f"{event.removeprefix('os.')} {os.path.basename(os.fspath(arguments[0]))}")  # noqa: PTH119

    sys.addaudithook(hook)
    fsync = os.fsync

    def watched(descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")  # noqa: PTH115
        if below(path):
            step(f"fsync {os.path.basename(path)}")  # noqa: PTH119
        fsync(descriptor)

    os.fsync = watched  # type: ignore[assignment]


def _watch_calls(step: Callable[[str], None]) -> None:
    """Below everything that retries: AWS may have done what the caller never hears of."""
    from botocore.httpsession import URLLib3Session  # noqa: PLC0415 - an interpreter without AWS does without it

    send = URLLib3Session.send

    def watched(self: Any, request: Any) -> Any:
        name = _action(request)
        step(f"before {name}")
        response = send(self, request)
        step(f"after {name}")
        return response

    URLLib3Session.send = watched


def _action(request: Any) -> str:
    """The action that a request asks for: in the query protocol a field of the body, in the JSON protocols a header."""
    target = request.headers.get("X-Amz-Target", b"")
    if target:
        return (target.decode() if isinstance(target, bytes) else str(target)).rsplit(".", 1)[-1]
    body = request.body.decode(errors="replace") if isinstance(request.body, bytes) else str(request.body or "")
    named = [field.removeprefix("Action=") for field in body.split("&") if field.startswith("Action=")]
    return named[0] if named else f"{request.method} {request.url.partition('?')[0].rpartition('/')[2]}"
