"""Counts the steps of the process that it is installed in, and kills it at one of them."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, NamedTuple

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Plan(NamedTuple):
    """What is counted, and where it ends."""

    log: str
    """A file that gets a line for each step."""
    directory: str
    """Changes of files below it are steps."""
    kill_at: int
    """The step, counted from 1; 0: none."""

    def environment(self) -> dict[str, str]:
        """The variables by which an interpreter that finds sitecustomize.py here takes the plan over."""
        return {"KILLING_LOG": self.log, "KILLING_BELOW": self.directory, "KILLING_AT": str(self.kill_at)}


def plan_of_environment() -> Plan | None:
    if "KILLING_LOG" not in os.environ:
        return None
    return Plan(os.environ["KILLING_LOG"], os.environ["KILLING_BELOW"], int(os.environ["KILLING_AT"]))


def install(plan: Plan, main: int = 0) -> None:
    """Count from now on.

    Args:
        main: a process that is killed as well: the one that started everything.
    """

    def step(name: str) -> None:
        if _note(plan.log, name) == plan.kill_at:
            if main and main != os.getpid():
                os.kill(main, signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)

    _watch_files(plan.directory, step)
    _watch_calls(step)


def _note(log: str, name: str) -> int:
    """Add a line to the log; its number. One process at a time: several may run."""
    file = os.open(log, os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        number = os.read(file, 1 << 20).count(b"\n") + 1
        os.write(file, name.encode() + b"\n")
        return number
    finally:
        os.close(file)


def _watch_files(directory: str, step: Callable[[str], None]) -> None:
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
