# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Accept requests, fork for each, tell how the fork ended, and stop with Ansible."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from . import loaded, module, receive, send

# How often to look whether ansible-playbook is still there, in milliseconds.
LOOK_AROUND = 500
# A fork tells what it read in one datagram.
NEWS_SIZE = 1 << 16


def listen(name: str) -> socket.socket:
    """A socket of that name in the working directory, which only its owner can enter."""
    # There is one if a server was killed.
    Path(name).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(name)
    listener.listen(128)
    return listener


class Server:
    """The forks that run, each with the connection of the worker that waits for it, or none if it waits no more."""

    def __init__(self, listener: socket.socket, expected: list[str]) -> None:
        """The modules that are expected are loaded while nobody asks for anything."""
        self._listener = listener
        self._ahead: Iterator[None] | None = loaded.ahead(expected)
        self._forks: dict[int, socket.socket | None] = {}
        # A fork that ends makes the first pair readable, one that has news the second.
        self._ended, self._wake = socket.socketpair()
        self._news, self._tell = socket.socketpair(type=socket.SOCK_DGRAM)
        for end in (self._ended, self._wake, self._news, self._tell):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self, name: str, controller: int) -> None:
        """Serve until ansible-playbook, and with it the directory of the socket, has gone."""
        while Path(name).exists() and _is_alive(controller):
            waiting = select.poll()
            for readable in (self._listener, self._ended, self._news):
                waiting.register(readable, select.POLLIN)
            for awaited in filter(None, self._forks.values()):
                # Only the fork reads from it; that the worker has closed it is told all the same.
                waiting.register(awaited, 0)
            ready = {descriptor for descriptor, _event in waiting.poll(0 if self._ahead else LOOK_AROUND)}
            if not ready:
                self._go_ahead()
            if self._news.fileno() in ready:
                self._hear()
            # Before the next one: it may get the process id of one that ended.
            if self._ended.fileno() in ready:
                self._bury()
            for pid, connection in self._forks.items():
                if connection and connection.fileno() in ready:
                    connection.close()
                    self._forks[pid] = None
                    _stop(pid)
            if self._listener.fileno() in ready:
                self._accept()
        for pid in self._forks:
            _stop(pid)

    def _go_ahead(self) -> None:
        """Use the time in which there is nothing else to do."""
        if self._ahead and next(self._ahead, "done") == "done":
            self._ahead = None

    def _accept(self) -> None:
        connection = self._listener.accept()[0]
        outputs: list[int] = []
        try:
            request, outputs = receive(connection, descriptors=2)
            loaded.prepare(request["module"])
            pid = os.fork()
            if not pid:
                self._run(request["module"], connection, outputs)
            # Here and in the fork, so that it is done whoever comes first.
            with contextlib.suppress(OSError):
                os.setpgid(pid, pid)
            self._forks[pid] = connection
        except (EOFError, OSError):
            connection.close()
        finally:
            for output in outputs:
                os.close(output)

    def _run(self, name: str, connection: socket.socket, outputs: list[int]) -> NoReturn:
        """In the fork: run the module, and tell how it ended and what it had to read."""
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for other in (self._listener, self._ended, self._wake, self._news, *self._forks.values()):
            if other:
                other.close()
        status = module.run(name, connection, outputs)
        with contextlib.suppress(OSError):
            done = {"pid": os.getpid(), "status": status, "readings": loaded.news()}
            self._tell.send(json.dumps(done).encode())
        os._exit(status)

    def _bury(self) -> None:
        """Tell the workers of the forks that ended, and could not tell it themselves, how they did."""
        self._ended.recv(1 << 12)
        while self._forks:
            pid, waited = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            self._answer(pid, os.waitstatus_to_exitcode(waited))
            del self._forks[pid]

    def _hear(self) -> None:
        """Answer for a fork that is done, before the kernel has taken it apart, and learn what it had to read."""
        with contextlib.suppress(OSError, ValueError):
            done = json.loads(self._news.recv(NEWS_SIZE))
            self._answer(done["pid"], done["status"])
            loaded.learn(done["readings"])

    def _answer(self, pid: int, status: int) -> None:
        connection = self._forks.get(pid)
        if connection:
            self._forks[pid] = None
            with connection, contextlib.suppress(OSError):
                send(connection, {"status": status})


def _stop(pid: int) -> None:
    """Stop a fork that nobody waits for any more, with what it started, as ansible-core stops a module."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGTERM)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
