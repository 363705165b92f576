# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where reports lie on disk: one directory for each account, and above them the index of all.

The index is made of the reports that are there, each read once: what it says of a report is kept with the time and
size of the file, and read anew when these differ. So each account's host can bring it up to date when its report is
written, whatever the strategy, in little time, and a run that is killed leaves nothing that the next does not mend.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.dayone.aws_account.plugins.plugin_utils._report import VERSION, counts_of, standing

REPORT = "report.json"
PAGE = "report.html"
INDEX = "index.json"
ROW = {"id", "name", "alias", "made", "passed", "open", "unknown", "applicable", "changes", "page", "stamp"}
ACCOUNT_ID = re.compile(r"\d{12}")


def check_directory(directory: Path) -> None:
    """See that nobody else can put something else in the place of what is written there; it need not exist.

    Raises:
        ValueError: it cannot be trusted.
        OSError: it cannot be looked at.
    """
    try:
        found = directory.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISLNK(found.st_mode):
        raise ValueError(f"'{directory}' is a symbolic link: name the directory that it leads to")
    if not stat.S_ISDIR(found.st_mode):
        raise ValueError(f"'{directory}' is no directory")
    if found.st_mode & 0o022:
        raise ValueError(f"others than its owner may write in '{directory}': run chmod go-w on it")


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Alone in the directory, among runs that ask for it so. The kernel lets go of it when this process dies."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def last_report(file: Path) -> dict[str, Any] | None:
    """The report in the file; None where there is none, or none that can be compared with."""
    try:
        report = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) and report.get("version") == VERSION else None


def last_standing(file: Path) -> list[str]:
    """How the account stood by the report in the file; nothing where there is none that can be compared with."""
    try:
        return standing(last_report(file) or {})
    except (AttributeError, KeyError, TypeError):
        return []


def reports_below(directory: Path) -> dict[str, str]:
    """The accounts that have a report in a directory of their own, each with a stamp that is another when the file is.

    It says too whether there is a page beside it.
    """
    stamps = {}
    try:
        entries = list(os.scandir(directory))
    except PermissionError:  # whoever may not look there has no index there
        entries = []
    for entry in entries:
        if ACCOUNT_ID.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
            try:
                found = Path(entry.path, REPORT).lstat()
            except OSError:  # no report yet, or none that may be seen
                continue
            if stat.S_ISREG(found.st_mode):
                page = "page" if Path(entry.path, PAGE).is_file() else "none"
                stamps[entry.name] = f"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}-{page}"
    return stamps


def rows_of(index: Path) -> dict[str, dict[str, Any]]:
    """The accounts' rows of the index that is there, by id; none where it cannot be used."""
    index_there = last_report(index) or {}
    try:
        return {row["id"]: row for row in index_there["accounts"] if row.keys() == ROW}
    except (AttributeError, KeyError, TypeError):
        return {}


def rows_now(directory: Path, known: Mapping[str, dict[str, Any]]) -> tuple[list[dict[str, Any]], list[str]]:
    """A row for each account that has a report, those known and unchanged as they are; and the files that are none."""
    rows, unreadable = [], []
    for account, stamp in sorted(reports_below(directory).items()):
        if known.get(account, {}).get("stamp") == stamp:
            rows.append(known[account])
            continue
        file = directory / account / REPORT
        try:
            rows.append(row_of(last_report(file) or {}, account, stamp))
        except (KeyError, TypeError):
            unreadable.append(str(file))
    return rows, unreadable


def row_of(report: Mapping[str, Any], account: str, stamp: str) -> dict[str, Any]:
    """What the index says of an account.

    Raises:
        KeyError, TypeError: it is no report, or another account's.
    """
    told = report["account"]
    if told["id"] != account:
        raise KeyError(account)
    counts = counts_of(report["controls"], len(report["open_beside"]))
    return {
        "id": account,
        "name": str(told["name"]),
        "alias": str(told["alias"]),
        "made": str(report["made"]),
        "passed": counts.passed,
        "open": counts.open,
        "unknown": counts.unknown,
        "applicable": counts.applicable,
        "changes": len(report["changes"]),
        "page": stamp.endswith("page"),
        "stamp": stamp,
    }
