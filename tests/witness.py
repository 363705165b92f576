"""Looks for secrets in all that a run leaves or shows: what it prints, returns, logs, writes to temporary places, and
what the list of processes shows while it goes on.
"""

from __future__ import annotations

import base64
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from conftest import Run
from moto.sts.utils import SESSION_TOKEN_PREFIX


class Processes:
    """`with Processes() as seen:` notes command lines and environments of all processes, again and again."""

    def __init__(self) -> None:
        self.command_lines: set[bytes] = set()
        self.environments: set[bytes] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            for process in Path("/proc").glob("[0-9]*"):
                for name, seen in (("cmdline", self.command_lines), ("environ", self.environments)):
                    try:
                        seen.add((process / name).read_bytes())
                    except OSError:
                        continue  # it has ended, or is not ours


def disguises(secret: str) -> Iterator[bytes]:
    """The secret as it may be written: as it is, in a URL, and within base64 at each of three offsets."""
    # Of an answer that breaks off, the beginning shows; a URI begins as others do, and so does a session's token.
    same = len(SESSION_TOKEN_PREFIX) if secret.startswith(SESSION_TOKEN_PREFIX) else 0
    yield (secret if "://" in secret else secret[: same + 12]).encode()
    yield urllib.parse.quote(secret, safe="").encode()
    for shift in range(3):
        # Without the characters that what stands before and after has a part in.
        yield base64.b64encode(b"\0" * shift + secret.encode())[4 if shift else 0 : -4]


def leaks(secrets: list[str], run: Run, places: dict[str, bytes]) -> list[str]:
    """Where a secret shows, as sentences that do not hold it."""
    shown = {"what is printed": run.output.encode(), "what tasks return": str(run.tasks).encode(), **places}
    return [
        f"secret {number} of {len(secrets)} shows in {place}"
        for number, secret in enumerate(secrets, 1)
        for place, content in shown.items()
        if any(form in content for form in disguises(secret))
    ]


def files_below(*directories: Path) -> dict[str, bytes]:
    """What is in all files below the directories."""
    return {
        str(file): file.read_bytes()
        for directory in directories
        for file in sorted(directory.rglob("*"))
        if file.is_file() and not file.is_symlink()
    }
