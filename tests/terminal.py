"""A command on a terminal of its own, with somebody at it who reads and types."""

from __future__ import annotations

import codecs
import os
import pty
import select
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from deprecations import deprecations

PATIENCE_SECONDS = 90


class Terminal:
    """A playbook run on a terminal of its own, with somebody at it."""

    def __init__(self, command: list[str], environment: dict[str, str], directory: Path) -> None:
        self._here, there = pty.openpty()
        self.process = subprocess.Popen(
            command,
            stdin=there,
            stdout=there,
            stderr=there,
            env=environment,
            cwd=directory,
            preexec_fn=_take(there),  # noqa: PLW1509 - no other thread runs here
        )
        os.close(there)
        self.seen = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._looked_through = 0

    def read_until(self, text: str) -> None:
        """Wait until the terminal shows `text`, after what an earlier call waited for."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := self.seen.find(text, self._looked_through)) < 0:
            data = self._read() if self._is_readable(1) else None
            if data == "" or time.monotonic() > deadline:
                self._give_up(f"The terminal never showed {text!r}")
            self.seen += data or ""
        self._looked_through = found + len(text)

    def _is_readable(self, seconds: float) -> bool:
        return bool(select.select([self._here], [], [], seconds)[0])

    def _give_up(self, why: str) -> None:
        """Fail the test, and leave nothing running."""
        self.process.kill()
        self.process.wait()
        pytest.fail(f"{why}, but:\n{self.seen}")

    def _read(self) -> str:
        text = ""
        while not text:
            try:
                data = os.read(self._here, 65536)
            except OSError:  # the other end is closed
                data = b""
            if not data:
                break
            # What was read may end within a character.
            text = self._decoder.decode(data)
        return text

    def type(self, line: str) -> None:
        time.sleep(0.5)  # a prompt throws away what was typed before it
        os.write(self._here, f"{line}\r".encode())

    def finish(self) -> int:
        data = None
        while data != "":
            if not self._is_readable(PATIENCE_SECONDS):
                self._give_up(
                    "The terminal shows no more, and the command has not ended: somebody is to type something"
                )
            data = self._read()
            self.seen += data
        os.close(self._here)
        found = deprecations(self.seen)
        assert not found, found
        return int(self.process.wait(timeout=PATIENCE_SECONDS))


def _take(terminal: int) -> Callable[[], None]:
    def make_it_the_controlling_one() -> None:
        os.setsid()
        os.close(os.open(os.ttyname(terminal), os.O_RDWR))

    return make_it_the_controlling_one
