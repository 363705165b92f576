"""Kills a playbook's run at the worst moment: when AWS has done what was asked, and nobody has heard of it yet.

A proxy stands between the run and the stand-in account. It passes the calls on, and instead of the answer to the
chosen writing call it sends SIGKILL to the whole run: to ansible-playbook with all that descends from it, and to the
process that waits for the answer, which may be a fork of the module server. The server ends by itself when its playbook
has gone. Of a run on many accounts it can kill what works on one of them, and leave the others be.
"""

from __future__ import annotations

import http.client
import http.server
import os
import re
import signal
import threading
import urllib.parse
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from process_tree import kill_with_descendants, processes
from sandbox import Sandbox
from torture import DONE, KILLS

# Hop-by-hop, or set anew by the server.
NOT_PASSED_ON = {"connection", "transfer-encoding", "content-length", "date", "server"}
SOCKET = re.compile(r"socket:\[(\d+)\]")


class Killer:
    """`with Killer(account, after=3) as killer:` and a run with `killer.env`: its third write is its last.

    With `only="210987654321"` that account's writes count, and only the module that made the last one is killed.
    """

    def __init__(self, account: Sandbox, after: int, only: str | None = None) -> None:
        self._account = account
        self._left = after
        self._only = only
        self._lock = threading.Lock()
        self.killed = ""
        killer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                killer._pass_on(self)

            do_GET = do_HEAD = do_PUT = do_DELETE = do_POST  # noqa: N815 - named by the standard library

            def log_message(self, *_arguments: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    @property
    def env(self) -> dict[str, str]:
        """Leads a run through the proxy."""
        return {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._server.server_port}"}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _pass_on(self, request: http.server.BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        with self._lock:
            # One at a time: the journal's last line is this call's.
            answer, sent = self._ask(request, body)
            call = self._account.journal()[-1]
            if call.writes and call.error is None and not self.killed and self._only in (None, call.account):
                self._left -= 1
                if not self._left:
                    self.killed = call.action
                    DONE[KILLS] += 1
                    if self._only is None:
                        kill_playbooks()
                    kill_client(request.client_address[1])
                    request.close_connection = True
                    return
        request.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in NOT_PASSED_ON:
                request.send_header(name, value)
        request.send_header("Content-Length", str(len(sent)))
        request.end_headers()
        request.wfile.write(sent)

    def _ask(self, request: http.server.BaseHTTPRequestHandler, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(self._account.endpoint).netloc)
        try:
            # Whoever asks has been told to go on already.
            headers = {name: value for name, value in request.headers.items() if name.lower() != "expect"}
            connection.request(request.command, request.path, body, headers)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()


def kill_playbooks() -> None:
    """SIGKILL for the ansible-playbook that this process started, and all that descends from it."""
    children = {pid for pid, parent in processes() if parent == os.getpid()}
    kill_with_descendants({pid for pid in children if _is_playbook(pid)})


def kill_client(port: int) -> None:
    """SIGKILL for the process at the other end of a connection that comes from this port."""
    inodes = {
        fields[9]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if (fields := line.split())[1].endswith(f":{port:04X}")
    }
    for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            found = SOCKET.fullmatch(str(descriptor.readlink()))
            if found and found[1] in inodes and int(descriptor.parts[2]) != os.getpid():
                os.kill(int(descriptor.parts[2]), signal.SIGKILL)
        except OSError:
            continue  # it has ended, or is not ours


def _is_playbook(pid: int) -> bool:
    try:
        return b"ansible.cli.playbook" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
