"""Starts ansible-playbook, and its module server, from processes that have imported already what those import.

A run of a role costs a second and a half of CPU, and a third of that are imports that are the same in each run. Only
what looks at no setting while it is imported is imported ahead: ansible.constants, and what builds on it, each run
imports.
`DAYONE_WARM=off` starts new interpreters.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple, Self

IN_PROCESS = Path(__file__).resolve().parents[1] / "extensions" / "in_process"
# Where an Ansible that was started so finds the other process.
MODULE_SERVERS = "DAYONE_WARM_MODULE_SERVERS"
OF_ANSIBLE = (
    *("argparse", "ansible.module_utils.basic", "ansible.module_utils.common.json", "ansible.parsing.splitter"),
    *("ansible.utils.collection_loader", "cryptography.hazmat.primitives.ciphers", "jinja2.nativetypes"),
    *("cryptography.hazmat.primitives.asymmetric.ed25519", "logging.handlers", "multiprocessing.pool"),
    *("packaging.requirements", "urllib.request", "yaml", "module_server.client"),
)
OF_MODULE_SERVERS = (
    *("ansible.module_utils.basic", "ansible.module_utils.common.dict_transformations", "boto3.session"),
    *("ansible.module_utils._internal._ansiballz._loader", "ansible.utils.collection_loader", "botocore.client"),
    *("botocore.credentials", "botocore.httpsession", "botocore.parsers", "botocore.signers", "cryptography.fernet"),
    *("concurrent.futures.thread", "jinja2.nativetypes", "yaml"),
)
LONGEST = 1 << 20
# A run with settings of these, or whose calls are counted on their way to the account, is started as it would be alone:
# Python has read the first already, and the second is killed, whose processes are looked for by name.
OWN = ("ANSIBLE_", "AWS_ENDPOINT_URL", "COVERAGE_", "DAYONE_", "LANG", "LC_", "LD_", "PYTHON")


class Started(NamedTuple):
    """A program to be run in a fork."""

    arguments: list[str]
    """A module's name after ``-m``, or a file or directory, and what it is given."""
    directory: str
    environment: dict[str, str]


class Warm:
    """A process to fork programs from; it ends with this one, and its forks go on."""

    def __init__(self, *modules: str) -> None:
        """Start it; it imports what there is of the modules."""
        self._scratch = tempfile.TemporaryDirectory(prefix="warm-")
        self.address = str(Path(self._scratch.name, "socket"))
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.address)
            listener.listen()
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(listener.fileno()), *modules],
                stdin=subprocess.PIPE,
                pass_fds=[listener.fileno()],
            )

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._scratch.cleanup()


class WarmAnsible:
    """Runs ansible-playbook in forks, and its module servers in forks of another process, which loads boto3."""

    def __init__(self) -> None:
        self._playbooks: Warm | None = None
        self._servers: Warm | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for started in filter(None, (self._playbooks, self._servers)):
            started.close()

    def can_run(self, own: dict[str, str]) -> bool:
        """Whether a run with these variables of its own is the same in a fork."""
        switched_off = os.environ.get("DAYONE_WARM") == "off" or sys.platform != "linux"
        measured = "COVERAGE_PROCESS_START" in os.environ
        return not switched_off and not measured and not any(name.startswith(OWN) for name in own)

    def run(
        self, command: list[str], directory: Path, env: dict[str, str], seconds: float
    ) -> subprocess.CompletedProcess[str]:
        """Run a command that begins with the interpreter."""
        self._playbooks = self._playbooks or Warm(*OF_ANSIBLE)
        self._servers = self._servers or Warm(*OF_MODULE_SERVERS)
        program = Started(command[1:], str(directory), {**env, MODULE_SERVERS: self._servers.address})
        return run(self._playbooks.address, program, seconds)


def run(address: str, program: Started, timeout: float | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program in a fork of the process with this address, as ``subprocess.run`` would."""
    with socket.socket(socket.AF_UNIX) as connection, tempfile.TemporaryFile("w+") as output:
        connection.connect(address)
        data = json.dumps(program).encode()
        socket.send_fds(connection, [len(data).to_bytes(4)], [output.fileno()])
        connection.sendall(data)
        pid = int.from_bytes(connection.recv(4))
        connection.settimeout(timeout)
        try:
            status = int.from_bytes(connection.recv(4), signed=True)
        except BaseException as error:
            os.kill(pid, signal.SIGKILL)
            if isinstance(error, TimeoutError):
                raise subprocess.TimeoutExpired(program.arguments, timeout or 0) from None
            raise
        output.seek(0)
        return subprocess.CompletedProcess(program.arguments, status, output.read())


def main() -> None:
    """Be the process that is forked; each fork comes back from `serve`, runs its program and exits with it."""
    number, *modules = sys.argv[1:]
    # A program finds nothing here that it would not find by itself.
    sys.path[0] = str(IN_PROCESS)
    for name in modules:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    sys.path.pop(0)
    gc.freeze()
    assert "ansible.constants" not in sys.modules, "It has read settings that may be another run's."
    program = serve(socket.socket(fileno=int(number)))
    if program:
        become(program)


def serve(listener: socket.socket) -> Started | None:
    """Fork for each connection, and tell how the fork ended; None: whoever started this process has gone."""
    ends: dict[int, tuple[int, socket.socket]] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(0, selectors.EVENT_READ)
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _events in selector.select():
                if key.fd == 0:
                    return None
                if key.fd in ends:
                    pid, connection = ends.pop(key.fd)
                    selector.unregister(key.fd)
                    os.close(key.fd)
                    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                    with connection, contextlib.suppress(OSError):
                        connection.sendall(status.to_bytes(4, signed=True))
                    continue
                connection = listener.accept()[0]
                length, (output,), _flags, _address = socket.recv_fds(connection, 4, 1)
                text = b""
                while len(text) < int.from_bytes(length):
                    text += connection.recv(LONGEST)
                pid = os.fork()
                if not pid:
                    for other in (connection, listener, *(each for _pid, each in ends.values())):
                        other.close()
                    for descriptor in ends:
                        os.close(descriptor)
                    nothing = os.open(os.devnull, os.O_RDONLY)
                    for descriptor, standard in ((nothing, 0), (output, 1), (output, 2)):
                        os.dup2(descriptor, standard)
                    os.close(nothing)
                    os.close(output)
                    return Started(*json.loads(text))
                os.close(output)
                connection.sendall(pid.to_bytes(4))
                watched = os.pidfd_open(pid)
                ends[watched] = (pid, connection)
                selector.register(watched, selectors.EVENT_READ)


def become(program: Started) -> None:
    """Run the program as Python would."""
    os.chdir(program.directory)
    os.environ.clear()
    os.environ.update(program.environment)
    first, *rest = program.arguments
    if MODULE_SERVERS in os.environ:
        let_module_servers_start_so(os.environ.pop(MODULE_SERVERS))
    if first == "-m":
        name, *rest = rest
        sys.argv[:] = [name, *rest]
        # As `python -m` has the working directory.
        sys.path.insert(0, os.getcwd())  # noqa: PTH109 - as Python writes it
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    else:
        sys.argv[:] = [first, *rest]
        runpy.run_path(first, run_name="__main__")


def let_module_servers_start_so(address: str) -> None:
    """Have this Ansible's module server be a fork, too."""
    client: Any = importlib.import_module("module_server.client")

    def start(server: Any) -> None:
        known = [server.controller, server.directory, server.name, server.collections, server.expected()]
        arguments = [str(client.PROGRAM), json.dumps(known)]
        done = run(address, Started(arguments, os.getcwd(), dict(os.environ)))  # noqa: PTH109 - no link followed
        if done.returncode:
            raise client.UnavailableError(f"the module server does not start ({done.stdout.strip()[-200:]})")

    client._start = start


if __name__ == "__main__":
    main()
