"""The command line of the benchmark: `make bench ARGS="--runs 5 --table deletion"`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from sandbox import Sandbox

from .deletion import DeletionBench
from .runs import machine
from .site import KINDS, SiteBench

TABLES = ("site", "deletion")


def main() -> None:
    """Print the tables, or the calls to AWS by task if asked."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured (5)")
    parser.add_argument("--calls", action="store_true", help="only list what each task of a no-op run asks of AWS")
    fresh = [kind for kind, (_arguments, is_fresh) in KINDS.items() if is_fresh]
    parser.add_argument("--only", choices=fresh, help="only this kind of run, which needs no other before it")
    parser.add_argument("--table", choices=TABLES, help="only this table")
    parser.add_argument(
        "--versions",
        type=int,
        nargs="+",
        default=[5_000, 50_000],
        help="in how large buckets deletion is measured (5000 50000)",
    )
    options = parser.parse_args()
    if min(options.runs, *options.versions) < 1:
        parser.error("--runs and --versions are 1 or more")
    with Sandbox() as sandbox, tempfile.TemporaryDirectory(prefix="dayone-bench-") as scratch:
        if options.calls:
            print(SiteBench(sandbox, Path(scratch)).calls_by_task())
            return
        for table in [options.table] if options.table else TABLES:
            if table == "site":
                runs = options.runs
                kinds = [options.only] if options.only else list(KINDS)
                measured = SiteBench(sandbox, Path(scratch)).measure(runs, kinds)
            else:
                # Minutes, not a quarter of an hour.
                runs = min(options.runs, 3)
                measured = DeletionBench(sandbox, Path(scratch)).measure(runs, options.versions)
            print(f"{table}: {machine()}; medians of {runs}\n\n{measured}\n")


if __name__ == "__main__":
    main()
