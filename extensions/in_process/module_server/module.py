# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The fork of the module server that runs one module, as ansible-core's payload would in an interpreter of its own."""

from __future__ import annotations

import atexit
import os
import runpy
import socket
import sys
import time
from typing import Any

from ansible.module_utils import basic

from . import PROFILE, receive


def run(name: str, connection: socket.socket, outputs: list[int]) -> int:
    """Take the rest of the request from the connection, be its module, and return the exit status."""
    try:
        request, _none = receive(connection)
    except (EOFError, OSError):
        # The worker has thought better of it.
        return 0
    connection.close()
    for descriptor, output in enumerate(outputs, start=1):
        os.dup2(output, descriptor)
        os.close(output)
    sys.argv[:] = [""]
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.chdir(request["directory"])
    status = _exit_status(name, request["payload"].encode())
    # All is said: the worker need not wait until the kernel has taken this process apart.
    os.close(1)
    os.close(2)
    return status


def _exit_status(name: str, payload: bytes) -> int:
    """Run the module; what Python would exit with, having done what it does on exit."""
    status: Any = 1
    try:
        _main(name, payload)
    except SystemExit as leaving:
        status = leaving.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    if status is not None and not isinstance(status, int):
        print(status, file=sys.stderr)
        status = 1
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return (status or 0) & 0xFF


def _main(name: str, payload: bytes) -> None:
    """Hand the arguments over and run the module as a script, in the way of this version of ansible-core."""
    if hasattr(basic, "_ANSIBLE_PROFILE"):
        _main_2_19(name, payload)
    else:
        _main_2_17(name, payload)


def _main_2_19(name: str, payload: bytes) -> None:
    from ansible.module_utils._internal._ansiballz import _loader

    _loader.run_module(json_params=payload, profile=PROFILE, module_fqn=name, modlib_path="", extensions={})


def _main_2_17(name: str, payload: bytes) -> None:
    basic._ANSIBLE_ARGS = payload
    known = {"_module_fqn": name, "_modlib_path": ""}
    runpy.run_module(name, init_globals=known, run_name="__main__", alter_sys=True)
    print('{"msg": "New-style module did not handle its own exit", "failed": true}')
    sys.exit(1)
