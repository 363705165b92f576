# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Start the module server: `python module_server '[controller, directory, name, [collection paths], [modules]]'`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

# What Python puts first on the path, this directory, would let a module import its files by their short names.
sys.path[0] = str(Path(__file__).resolve().parents[1])
from module_server import loaded, server

sys.path.pop(0)


def main() -> None:
    """Load what every module needs, listen, and leave the second process to serve."""
    controller, directory, name, collections, expected = json.loads(sys.argv[1])
    os.chdir(directory)
    loaded.start(collections)
    listener = server.listen(name)
    sys.stdout.flush()
    if os.fork():
        os._exit(0)
    silence = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(silence, descriptor)
    server.Server(listener, expected).serve(name, controller)


main()
