"""SIGKILL for processes with all that descends from them."""

from __future__ import annotations

import os
import signal
from pathlib import Path


def kill_with_descendants(roots: set[int]) -> None:
    """Kill them, and this process last if it is among what descends from them."""
    parents = dict(processes())
    doomed = set(roots)
    grown = True
    while grown:
        children = {pid for pid, parent in parents.items() if parent in doomed} - doomed
        doomed |= children
        grown = bool(children)
    for pid in sorted(doomed, key=lambda pid: pid == os.getpid()):
        os.kill(pid, signal.SIGKILL)


def processes() -> list[tuple[int, int]]:
    """Every process with its parent."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in parentheses may hold anything.
            after_name = stat.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has ended
        found.append((int(stat.parent.name), int(after_name[1])))
    return found
