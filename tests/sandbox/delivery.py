"""What goes wrong with an answer on its way to the client."""

from __future__ import annotations

import os
import socket
import struct
import time
from typing import Any

from werkzeug.wrappers import Response

from .faults import Fault

# Valid in no XML, JSON or UTF-8.
GARBAGE = b"\xff\xfe<\x00{"


def spoil(response: Response, fault: Fault, environ: dict[str, Any]) -> Response:
    """The answer as it comes, late or damaged.

    Raises:
        ConnectionResetError: it does not come, for the connection is reset.
    """
    if fault.kind == "slow":
        time.sleep(fault.seconds or 0)
    elif fault.kind in ("reset-before", "reset-after"):
        reset(environ["werkzeug.socket"])
        raise ConnectionResetError
    elif fault.kind == "garbled":
        response.set_data(GARBAGE + response.get_data()[::-1])
    elif fault.kind == "truncated":
        body = response.get_data()
        response.set_data(body[: len(body) // 2])
        response.headers["Content-Length"] = str(len(body) + 1)
    return response


def reset(connection: socket.socket) -> None:
    """Break a connection off, so that the other end sees that it is reset."""
    # Without waiting for what is to be sent, the last close sends RST. The server goes on with a socket that has ended.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    one, other = socket.socketpair()
    other.close()
    os.dup2(one.fileno(), connection.fileno())
    one.close()
