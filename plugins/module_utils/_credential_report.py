# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What IAM's credential report says of users. AWS makes one every four hours at most. No AWS call is made here.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

ROOT = "<root_account>"
KEYS = ("1", "2")


class Report(NamedTuple):
    """The report, and when it was made."""

    text: str
    made: str


def rows(report: Report) -> dict[str, dict[str, str]]:
    """A row for each user, and one for root."""
    return {row["user"]: row for row in csv.DictReader(io.StringIO(report.text))}


def users(report: Report) -> dict[str, dict[str, str]]:
    """The rows of those who are not root."""
    return {name: row for name, row in rows(report).items() if name != ROOT}


def last_use(row: dict[str, str]) -> str:
    """When somebody last signed in or used a key; '' for never, as far as AWS remembers."""
    columns = ("password_last_used", *(f"access_key_{key}_last_used_date" for key in KEYS))
    # What is no time is N/A, no_information or not_supported.
    return max((row.get(column, "") for column in columns if row.get(column, "")[:1].isdigit()), default="")


def has_password(row: dict[str, str]) -> bool:
    return row.get("password_enabled") == "true"


def unused(row: dict[str, str], now: datetime, days: int) -> list[str]:
    """What of a user's credentials works and was not used for that many days."""
    found = []
    if has_password(row):
        # Of a password that was never used it counts since when it is there.
        since = _time(row.get("password_last_used", "")) or _time(row.get("password_last_changed", ""))
        if _older(since, now, days):
            found.append("password")
    for key, rotated in _active_keys(row):
        if _older(_time(row.get(f"access_key_{key}_last_used_date", "")) or rotated, now, days):
            found.append(f"access key {key}")
    return found


def old_keys(row: dict[str, str], now: datetime, days: int) -> list[str]:
    """The active access keys that are older than that many days."""
    return [f"access key {key}" for key, rotated in _active_keys(row) if _older(rotated, now, days)]


def _active_keys(row: dict[str, str]) -> Iterator[tuple[str, datetime | None]]:
    for key in KEYS:
        if row.get(f"access_key_{key}_active") == "true":
            yield key, _time(row.get(f"access_key_{key}_last_rotated", ""))


def _older(then: datetime | None, now: datetime, days: int) -> bool:
    return then is not None and now - then > timedelta(days=days)


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text[:1].isdigit() else None
