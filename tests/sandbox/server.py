"""The server process."""

from __future__ import annotations

import os
import sys
import threading
from typing import Any

# Read by moto when its IAM is imported: AdministratorAccess and its like exist only with it.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from . import managed_policies
from .app import Application

managed_policies.read_once()


class RequestHandler(MotoRequestHandler):
    """HTTP/1.1, which S3 clients expect (100-continue); nothing is logged, for the journal is the log."""

    protocol_version = "HTTP/1.1"
    # Head and body leave in two writes; with Nagle's algorithm the second waits 40 ms for the first one's ACK.
    disable_nagle_algorithm = True

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The time in the header Date, by which clients see how far their clock is off."""
        application: Any = self.server.app
        return super().date_time_string(application.world.now() if timestamp is None else timestamp)

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        pass


def bind(port: int) -> BaseWSGIServer:
    """A server on loopback; port 0 takes a free one."""
    return make_server("127.0.0.1", port, Application(), threaded=True, request_handler=RequestHandler)


def stop_when_stdin_closes(server: BaseWSGIServer) -> None:
    """Tie the server's life to its parent's: the pipe closes however the parent ends."""

    def wait() -> None:
        sys.stdin.buffer.read()
        server.shutdown()

    threading.Thread(target=wait, daemon=True).start()
