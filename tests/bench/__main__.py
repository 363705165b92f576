"""The command line of the benchmark: `make bench ARGS="--runs 5"`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from sandbox import Sandbox

from .site import KINDS, SiteBench, machine


def main() -> None:
    """Print the table, and the calls to AWS by task if asked."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured (5)")
    parser.add_argument("--calls", action="store_true", help="only list what each task of a no-op run asks of AWS")
    fresh = [kind for kind, (_arguments, is_fresh) in KINDS.items() if is_fresh]
    parser.add_argument("--only", choices=fresh, help="only this kind of run, which needs no other before it")
    options = parser.parse_args()
    if options.runs < 1:
        parser.error("--runs is 1 or more")
    with Sandbox() as sandbox, tempfile.TemporaryDirectory(prefix="dayone-bench-") as scratch:
        bench = SiteBench(sandbox, Path(scratch))
        if options.calls:
            print(bench.calls_by_task())
        else:
            table = bench.measure(options.runs, [options.only] if options.only else list(KINDS))
            print(f"{machine()}; medians of {options.runs}\n\n{table}")


if __name__ == "__main__":
    main()
