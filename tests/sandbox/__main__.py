"""The sandbox from the command line: `python -m sandbox run -- CMD…`, `serve`, `start`, `stop`."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .client import DEFAULT_REGION, Sandbox

STOP_SECONDS = 10


def main() -> int:
    """Do what the command line asks; the exit status is the process's."""
    options = parse(sys.argv[1:])
    # As an exception, so that the server is stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    result: int = options.do(options)
    return result


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line, read."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A stand-in for an AWS account.")
    commands = parser.add_subparsers(required=True)

    command = commands.add_parser("run", help="run a command against a sandbox of its own")
    command.add_argument("--region", default=DEFAULT_REGION)
    command.add_argument("command", nargs="+", metavar="CMD")
    command.set_defaults(do=run)

    command = commands.add_parser("serve", help="serve in the foreground")
    command.add_argument("--port", type=int, default=0)
    command.add_argument("--until-stdin-closes", action="store_true")
    command.add_argument("--announce-json", action="store_true", help=argparse.SUPPRESS)
    command.set_defaults(do=serve)

    command = commands.add_parser("start", help="start a sandbox in the background")
    command.add_argument("--state-file", type=Path, required=True)
    command.add_argument("--region", default=DEFAULT_REGION)
    command.set_defaults(do=start)

    command = commands.add_parser("stop", help="stop the sandbox that `start` started")
    command.add_argument("--state-file", type=Path, required=True)
    command.set_defaults(do=stop)
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> int:
    """Run a command with the sandbox's environment; its exit status is ours."""
    with Sandbox(region=options.region) as sandbox:
        command = subprocess.Popen(options.command, env=sandbox.process_env())
        try:
            return _exit_status(command.wait())
        except BaseException:
            command.terminate()
            command.wait()
            raise


def serve(options: argparse.Namespace) -> int:
    """Serve until told to stop."""
    # moto takes seconds to import: only the server pays for it.
    from . import server  # noqa: PLC0415

    with server.bind(options.port) as http:
        endpoint = f"http://127.0.0.1:{http.server_port}"
        print(json.dumps({"endpoint": endpoint}) if options.announce_json else _exports(endpoint), flush=True)
        if options.until_stdin_closes:
            server.stop_when_stdin_closes(http)
        with contextlib.suppress(KeyboardInterrupt):
            http.serve_forever()
    return 0


def start(options: argparse.Namespace) -> int:
    """Leave a sandbox running and write down where it is."""
    sandbox = Sandbox(region=options.region)
    sandbox.start(detached=True)
    state = {"pid": sandbox.pid(), "endpoint": sandbox.endpoint, "env": sandbox.env}
    options.state_file.write_text(json.dumps(state))
    return 0


def stop(options: argparse.Namespace) -> int:
    """Stop the sandbox of a state file; without the file there is nothing to stop."""
    try:
        state: dict[str, Any] = json.loads(options.state_file.read_text())
    except FileNotFoundError:
        return 0
    sandbox = Sandbox.at(state["endpoint"])
    # The process id may have gone to somebody else since: only a sandbox that says it has this id is killed.
    if _answering_pid(sandbox) == state["pid"]:
        os.kill(state["pid"], signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while _answering_pid(sandbox) is not None:
            if time.monotonic() > deadline:
                os.kill(state["pid"], signal.SIGKILL)
            time.sleep(0.05)
    options.state_file.unlink()
    return 0


def _answering_pid(sandbox: Sandbox) -> int | None:
    try:
        return sandbox.pid()
    except OSError:
        return None


def _exports(endpoint: str) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in Sandbox.at(endpoint).env.items())


def _exit_status(returned: int) -> int:
    # The shell's way to tell of a death by signal.
    return 128 - returned if returned < 0 else returned


if __name__ == "__main__":
    sys.exit(main())
