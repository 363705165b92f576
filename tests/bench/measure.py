"""Run a command and measure it with everything that it starts: `python -m bench.measure FILE [--memory] -- CMD…`."""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
SAMPLES_PER_SECOND = 20


def main() -> int:
    """Write wall seconds, CPU seconds and the peak of memory (MiB, 0 unless asked for) to the file."""
    split = sys.argv.index("--")
    options, command = sys.argv[1:split], sys.argv[split + 1 :]
    # Processes whose parents have gone, as the module server, become this one's, and so are counted.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    peak = Peak() if "--memory" in options else None
    started = time.monotonic()
    process = subprocess.Popen(command)
    wall, status, cpu = 0.0, 0, 0.0
    while True:
        try:
            pid, ended, usage = os.wait4(-1, 0)
        except ChildProcessError:
            break
        cpu += usage.ru_utime + usage.ru_stime
        if pid == process.pid:
            wall, status = time.monotonic() - started, os.waitstatus_to_exitcode(ended)
    process.returncode = status
    figures = {"wall": wall, "cpu": cpu, "memory": peak.stop() if peak else 0.0}
    Path(options[0]).write_text(json.dumps(figures))
    return status if status >= 0 else 128 - status


class Peak:
    """The most memory that all descendants of this process have at a time: what they share is counted once."""

    def __init__(self) -> None:
        self._most = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def stop(self) -> float:
        """End the watch; the peak in MiB."""
        self._ended.set()
        self._thread.join()
        return self._most / 1024

    def _watch(self) -> None:
        while not self._ended.wait(1 / SAMPLES_PER_SECOND):
            self._most = max(self._most, sum(map(proportional_kib, descendants(os.getpid()))))


def descendants(root: int) -> set[int]:
    """The process ids of all children, their children, and so on."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name in parentheses may hold anything.
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found: set[int] = set()
    while more := {pid for pid, parent in parents.items() if parent in found | {root}} - found:
        found |= more
    return found


def proportional_kib(pid: int) -> int:
    """A process's memory, of shared pages its share."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    sys.exit(main())
