# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module server as Ansible's workers see it: start it if none is there, and let it run a module."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from ansible.module_utils.common.text.converters import to_text

from . import receive, send

PROGRAM = Path(__file__).resolve().parent
# What a shell adds the number of a signal to.
KILLED = 128


class UnavailableError(Exception):
    """There is no module server and none can be started; the message says why, in half a sentence."""


@dataclasses.dataclass(frozen=True)
class Server:
    """Which server: one for each run of Ansible and each set of collections."""

    controller: int
    """Process id of ansible-playbook: the server ends when that has gone."""
    directory: str
    """Ansible's own temporary directory, which nobody else may enter, and which goes with ansible-playbook."""
    collections: tuple[str, ...]
    """Where collections are looked for, in order."""
    expected: Callable[[], list[str]] = list
    """The modules that are to come, as Python names them, as far as that is known; asked when the server is started."""

    @property
    def name(self) -> str:
        """The name of its files in the directory."""
        return "module-server-" + hashlib.sha256("\0".join(self.collections).encode()).hexdigest()[:16]


@dataclasses.dataclass(frozen=True)
class Done:
    """What a module's process left."""

    status: int
    stdout: str
    stderr: str


class Call:
    """One module to run: opened, so that the server prepares meanwhile, then run, or closed."""

    def __init__(self, server: Server, module: str) -> None:
        """Connect, and name the module. UnavailableError: no server can be had."""
        self._connection = _connected(server)
        self._outputs: list[IO[bytes]] = []
        descriptors = []
        for _stream in ("stdout", "stderr"):
            reader, writer = os.pipe()
            self._outputs.append(os.fdopen(reader, "rb", buffering=0))
            descriptors.append(writer)
        try:
            send(self._connection, {"module": module}, descriptors)
        except OSError as error:
            self.close()
            raise UnavailableError(f"the module server went away ({error})") from error
        finally:
            for writer in descriptors:
                os.close(writer)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Want no answer any more: a module that still runs, as after a timeout, is stopped by the server."""
        self._connection.close()
        for output in self._outputs:
            output.close()

    def run(self, payload: str, environment: dict[str, str], directory: str) -> Done:
        """Let the module run to its end."""
        stdout = stderr = b""
        try:
            send(self._connection, {"payload": payload, "environment": environment, "directory": directory})
            stdout, stderr = _read_all(self._outputs)
            status = receive(self._connection)[0]["status"]
        except (EOFError, OSError) as error:
            # What the module said it said, whoever has gone since.
            said = f"The module server was lost: {error or 'its connection closed'}\n"
            return Done(KILLED, _text(stdout), _text(stderr) + said)
        if status < 0:
            # As the shell tells of a signal in which ansible-core runs modules.
            return Done(KILLED - status, _text(stdout), _text(stderr) + f"{signal.strsignal(-status)}\n")
        return Done(status, _text(stdout), _text(stderr))


def _connected(server: Server) -> socket.socket:
    """A connection to the server, which is started unless it is there."""
    with contextlib.suppress(OSError):
        return _connect(server)
    refusal = Path(server.directory, f"{server.name}.refusal")
    # Of workers that find no server at the same time, one starts it.
    with Path(server.directory, f"{server.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # So that not every task tries in vain.
        if refusal.exists():
            raise UnavailableError(refusal.read_text())
        try:
            with contextlib.suppress(OSError):
                return _connect(server)
            _start(server)
            return _connect(server)
        except OSError as error:
            refusal.write_text(f"the module server does not answer ({error})")
            raise UnavailableError(refusal.read_text()) from error
        except UnavailableError as error:
            refusal.write_text(str(error))
            raise


def _connect(server: Server) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        # The name of a socket may have 107 characters, fewer than some directories' names have.
        with _working_directory(server.directory):
            connection.connect(server.name)
    except OSError:
        connection.close()
        raise
    return connection


def _start(server: Server) -> None:
    """Start the server and wait until it listens."""
    arguments = json.dumps([server.controller, server.directory, server.name, server.collections, server.expected()])
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        # It outlives the worker that starts it.
        start_new_session=True,
        text=True,
    ) as process:
        # The server's first process ends when its second one, which is nobody's child, listens.
        said = process.communicate()[0]
    if process.returncode:
        last = (said.strip().splitlines() or ["it says nothing"])[-1]
        raise UnavailableError(f"the module server does not start ({last})")


@contextlib.contextmanager
def _working_directory(path: str) -> Iterator[None]:
    """Be in a directory for a moment. Ansible's workers have one thread."""
    before = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.chdir(path)
        yield
    finally:
        os.fchdir(before)
        os.close(before)


def _read_all(outputs: list[IO[bytes]]) -> list[bytes]:
    """What is written to pipes until all of them close."""
    read: dict[IO[bytes], list[bytes]] = {output: [] for output in outputs}
    with selectors.DefaultSelector() as selector:
        for output in outputs:
            selector.register(output, selectors.EVENT_READ, output)
        while selector.get_map():
            for key, _events in selector.select():
                part = os.read(key.fd, 1 << 16)
                if part:
                    read[key.data].append(part)
                else:
                    selector.unregister(key.fileobj)
    return [b"".join(parts) for parts in read.values()]


def _text(data: bytes) -> str:
    # As ansible-core reads a command's output.
    return str(to_text(data, errors="surrogate_then_replace"))
