"""The command line of the benchmark: `make bench ARGS="--runs 5 --table deletion"`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from sandbox import Sandbox

from .accounts import AccountsBench
from .deletion import DeletionBench
from .runs import machine
from .site import KINDS, SiteBench

# Each with how often it is measured at most: in minutes, not in hours.
TABLES = {"site": 100, "deletion": 3, "accounts": 1}


def main() -> None:
    """Print the tables, or the calls to AWS by task if asked."""
    options = read_options()
    with Sandbox() as sandbox, tempfile.TemporaryDirectory(prefix="dayone-bench-") as scratch:
        if options.calls:
            print(SiteBench(sandbox, Path(scratch)).calls_by_task())
            return
        for table in [options.table] if options.table else TABLES:
            runs = min(options.runs, TABLES[table])
            measured = measure(table, sandbox, Path(scratch), runs, options)
            under_way = f"; each answer {options.answer_after_ms} ms under way" if options.answer_after_ms else ""
            print(f"{table}: {machine()}; medians of {runs}{under_way}\n\n{measured}\n", flush=True)


def read_options() -> argparse.Namespace:
    """What is wanted, checked."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured (5)")
    parser.add_argument("--calls", action="store_true", help="only list what each task of a no-op run asks of AWS")
    fresh = [kind for kind, (_arguments, is_fresh) in KINDS.items() if is_fresh]
    parser.add_argument("--only", choices=fresh, help="only this kind of run, which needs no other before it")
    parser.add_argument("--table", choices=TABLES, help="only this table")
    sizes = {
        "--versions": ([5_000, 50_000], "in how large buckets deletion is measured"),
        "--accounts": ([1, 10, 50], "of how many accounts the organizations are"),
        "--forks": ([1, 2, 4], "how many accounts at a time"),
    }
    for option, (default, words) in sizes.items():
        numbers = " ".join(map(str, default))
        parser.add_argument(option, type=int, nargs="+", default=default, help=f"{words} ({numbers})")
    parser.add_argument(
        "--answer-after-ms", type=int, default=0, help="how much longer each answer takes, as AWS's do (0)"
    )
    options = parser.parse_args()
    if min(options.runs, *options.versions, *options.accounts, *options.forks) < 1 or options.answer_after_ms < 0:
        parser.error("--runs, --versions, --accounts and --forks are 1 or more, --answer-after-ms is not negative")
    return options


def measure(table: str, sandbox: Sandbox, scratch: Path, runs: int, options: argparse.Namespace) -> str:
    """One table, as text."""
    if table == "site":
        kinds = [options.only] if options.only else list(KINDS)
        return SiteBench(sandbox, scratch, options.answer_after_ms).measure(runs, kinds)
    if table == "deletion":
        return DeletionBench(sandbox, scratch, options.answer_after_ms).measure(runs, options.versions)
    return AccountsBench(sandbox, scratch, options.answer_after_ms).measure(runs, options.accounts, options.forks)


if __name__ == "__main__":
    main()
