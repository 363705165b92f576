"""The account as it was before a write: a fork of this process, which goes on answering reads from then.

IAM and CloudTrail, among others, are eventually consistent: a read may not see what has just been written.
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from werkzeug.wrappers import Response

Ask = Callable[[Any], Response]


class Answer(NamedTuple):
    """A response, in what can be sent."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Snapshot:
    """One moment of one account's service, for some reads or seconds more."""

    def __init__(self, answer: Ask, reads: int | None, seconds: float | None) -> None:
        self._reads = reads
        self._ends = None if seconds is None else time.monotonic() + seconds
        self._connection, other = multiprocessing.Pipe()
        self._pid = os.fork()
        if not self._pid:
            try:
                _serve(other, answer)
            finally:
                os._exit(0)
        other.close()

    @property
    def over(self) -> bool:
        """Whether what was written is seen by now."""
        return self._reads == 0 or (self._ends is not None and time.monotonic() > self._ends)

    def ask(self, question: Any) -> Response:
        """What the answer was then."""
        if self._reads is not None:
            self._reads -= 1
        self._connection.send(question)
        answer = self._connection.recv()
        return Response(answer.body, status=answer.status, headers=answer.headers)

    def close(self) -> None:
        """Let it go."""
        self._connection.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


def _serve(connection: Connection, answer: Ask) -> None:
    """In the fork: until the other end closes."""
    # None of the server's sockets, and not the other end of this pipe, may stay open for this one's sake.
    kept = connection.fileno()
    os.closerange(0, kept)
    os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))
    with contextlib.suppress(EOFError, OSError):
        while True:
            response = answer(connection.recv())
            connection.send(Answer(response.status_code, list(response.headers), response.get_data()))
