# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module server: a process that has loaded boto3 and what modules import, and forks itself for each module to run.

`client` is the side of Ansible's workers, `server` accepts and forks, `loaded` is what is loaded once, and `module` is
the fork that runs one module. A request is the number of its first message's bytes, that message (which module: the
server reads it, and loads what the module imports), and a second message in the same form (arguments, environment and
directory: only the fork reads it, so that the server never holds a secret). Two file descriptors come with it, for the
module's standard output and error. The answer is the fork's exit status, as JSON, once it has ended.
"""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

# ansible-core's name for the form in which it and modules exchange JSON.
PROFILE = "legacy"
LENGTH = struct.Struct("!I")


def send(connection: socket.socket, message: Any, descriptors: list[int] | None = None) -> None:
    """Send a message as JSON, with file descriptors beside its first bytes."""
    data = json.dumps(message).encode()
    length = LENGTH.pack(len(data))
    if descriptors:
        socket.send_fds(connection, [length], descriptors)
    else:
        connection.sendall(length)
    connection.sendall(data)


def receive(connection: socket.socket, descriptors: int = 0) -> tuple[Any, list[int]]:
    """A message and the file descriptors that came with it. EOFError: the other side has gone."""
    received: list[int] = []
    start = b""
    if descriptors:
        start, received, _flags, _address = socket.recv_fds(connection, LENGTH.size, descriptors)
    length = LENGTH.unpack(start + _exactly(connection, LENGTH.size - len(start)))[0]
    return json.loads(_exactly(connection, length)), received


def _exactly(connection: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        part = connection.recv(min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
