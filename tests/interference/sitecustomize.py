"""What a test does to every Python process of a run that has this directory on PYTHONPATH, as variables say.

DAYONE_KILL_LOG, DAYONE_KILL_BELOW, DAYONE_KILL_AT: changes of files below a directory are counted, in all processes
together, and the run is killed (SIGKILL) before one of them (0: none). DAYONE_PATIENCE: no socket waits for longer.
DAYONE_GRAVEYARD: a directory that gets a copy of each file before it is removed. DAYONE_SLEEPS: a file that gets the
seconds of each sleep, which is how clients wait before they ask AWS again.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

SHORT_SLEEP = 0.02


def kill_run() -> None:
    """SIGKILL for ansible-playbook with its workers, and for this process. The module server ends with its playbook."""
    from process_tree import kill_with_descendants  # noqa: PLC0415 - not for every process that has this directory

    kill_with_descendants({int(os.environ["DAYONE_KILL_ROOT"])})
    os.kill(os.getpid(), signal.SIGKILL)


def count_and_kill(log: Path, below: str, kill_at: int) -> None:
    """Note each change of a file below the directory, and kill the run before the one of that number."""
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    from killed_module import watch_files  # noqa: PLC0415 - not for every process that has this directory

    def step(name: str) -> None:
        with log.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            number = len(file.readlines()) + 1
            file.write(name + "\n")
        if number == kill_at:
            kill_run()

    watch_files(below, step)


def shorten_patience(most: float) -> None:
    """No socket waits for longer than so many seconds."""
    settimeout = socket.socket.settimeout

    def shorter(self: socket.socket, value: float | None) -> Any:
        return settimeout(self, value if value is None else min(value, most))

    socket.socket.settimeout = shorter  # type: ignore[assignment, method-assign]


def note_sleeps(log: Path) -> None:
    """Write down how long is slept."""
    sleep = time.sleep

    def noted(seconds: float) -> None:
        # ansible-playbook's own look at its workers is shorter.
        if seconds > SHORT_SLEEP:
            with log.open("a") as file:
                file.write(f"{seconds}\n")
        sleep(seconds)

    time.sleep = noted  # type: ignore[assignment]


def keep_removed_files(graveyard: Path) -> None:
    """Let nothing that was in a file, a temporary one perhaps, be gone when the run is over."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event != "os.remove":
            return
        path, directory = arguments
        file = Path(f"/proc/self/fd/{directory}" if directory != -1 else "", os.fsdecode(path))
        with contextlib.suppress(OSError):
            if file.is_file() and not file.resolve().is_relative_to(graveyard):
                shutil.copyfile(file, graveyard / f"{os.getpid()}-{time.monotonic_ns()}-{file.name}")

    sys.addaudithook(hook)


if "DAYONE_KILL_LOG" in os.environ:
    # The first process of a run is ansible-playbook.
    os.environ.setdefault("DAYONE_KILL_ROOT", str(os.getpid()))
    count_and_kill(
        Path(os.environ["DAYONE_KILL_LOG"]), os.environ["DAYONE_KILL_BELOW"], int(os.environ["DAYONE_KILL_AT"])
    )
if "DAYONE_PATIENCE" in os.environ:
    shorten_patience(float(os.environ["DAYONE_PATIENCE"]))
if "DAYONE_SLEEPS" in os.environ:
    note_sleeps(Path(os.environ["DAYONE_SLEEPS"]))
if "DAYONE_GRAVEYARD" in os.environ:
    keep_removed_files(Path(os.environ["DAYONE_GRAVEYARD"]).resolve())
