# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What changed in an account since its last report: what it was, what it is, and which events can have done it.

The last report is a file that an older version wrote, that a run left half, or that somebody edited: nothing of it is
taken on trust. No AWS call is made here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils._evidence import (
    Difference,
    Report,
    clean,
    dicts,
    differences,
    facts,
    text_of,
    told,
)

VERSION = 1
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
STATUSES = ("pass", "fail", "manual", "not_applicable", "unknown")
# What the root user alone can change, and the same events change for others.
OF_ROOT = frozenset({"CIS.2.6", "CIS.2.7", "M5", "R6"})
REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d", re.ASCII)


class Event(NamedTuple):
    """An event of CloudTrail that can change a control, and whether it is recorded in the partition's global region."""

    name: str
    is_global: bool


class Change(NamedTuple):
    """A control that is not as it was. ``was`` is empty where there was nothing, ``now`` where nothing is left."""

    id: str
    title: str
    title_ja: str
    was: str
    now: str
    events: tuple[Event, ...] = ()
    about: frozenset[str] = frozenset()
    """The names of what changed; empty where the account itself did."""
    regions: tuple[str, ...] = ()
    """Where events that are not global are recorded."""
    by_root: bool = False
    """Whether only the root user can have done it."""
    unasked: str = ""
    """Why no event can tell who did it; empty where one may."""


UNUSABLE = "The last report cannot be read: {}. Nothing was compared; this report replaces it."
NEW = "It is judged for the first time: the last report did not have it."
GONE = "It is no longer judged."
UNREADABLE = "It could not be read this time, so it need not have changed."
READABLE_AGAIN = "It could not be read the last time, so it need not have changed."
NO_EVENT = "No event of CloudTrail is known that tells of it."


def last_report(text: str | None, account: str) -> tuple[Report | None, str]:
    """The last report of the account, if it is one, and why there is none to compare with.

    Args:
        text: the file's content; None where there is no file, which needs no reason.
        account: the account's id.
    """
    if text is None:
        return None, ""
    try:
        report = json.loads(text)
    except (ValueError, RecursionError):
        return None, UNUSABLE.format("it is no JSON")
    why = _why_not(report, account)
    return (None, why) if why else (report, "")


def _why_not(report: Any, account: str) -> str:
    """Why what a file holds is not compared with; empty where it is the account's last report."""
    if not isinstance(report, dict) or "version" not in report:
        return UNUSABLE.format("it has no version")
    if report["version"] != VERSION or isinstance(report["version"], bool):
        told_version = text_of(report["version"])
        return f"The last report is of version {told_version}; this collection knows {VERSION}. Nothing was compared."
    of = report.get("account")
    whose = of.get("id") if isinstance(of, dict) else None
    if whose != account:
        return f"The last report is of account {text_of(whose)}, not of {account}. Nothing was compared."
    if not is_time(report.get("made")) or not isinstance(report.get("controls"), list):
        return UNUSABLE.format("it does not say when it was made, or has no controls")
    return ""


def is_time(value: Any) -> bool:
    """Whether it is a time as reports have it: UTC, to the second."""
    if not isinstance(value, str) or not TIME.fullmatch(value):
        return False
    try:
        time_of(value)
    except ValueError:
        return False
    return True


def time_of(text: str) -> datetime:
    """A time as reports have it."""
    return datetime.strptime(text, TIME_FORMAT).replace(tzinfo=UTC)


def since(posture: Report, last: Report | None, now: str) -> dict[str, str]:
    """Of each control by its id, when a report first saw it in the status that it has."""
    before = _controls(last or {})
    return {
        name: now if name not in before or _stands_otherwise(control, before[name]) else _since(before[name], last, now)
        for name, control in _controls(posture).items()
    }


def _since(control: Report, last: Report | None, now: str) -> str:
    """As the last report has it; where that does not say, when it was made."""
    times = (control.get("since"), (last or {}).get("made"))
    return next((str(value) for value in times if is_time(value)), now)


def changes(posture: Report, last: Report) -> list[Change]:
    """What is not as it was: first what stands otherwise, then what still stands and is something else."""
    now, before = _controls(posture), _controls(last)
    pairs = [(now[name], before[name]) for name in now if name in before]
    return [
        *(_status_change(*pair, posture, last) for pair in pairs if _stands_otherwise(*pair)),
        *(_change(now[name], "", now[name]["status"], NEW) for name in now if name not in before),
        *(_change(before[name], before[name]["status"], "", GONE) for name in before if name not in now),
        *_evidence_changes(pairs, posture, last),
    ]


def _stands_otherwise(control: Report, before: Report) -> bool:
    return bool(control["status"] != before["status"])


def _controls(report: Report) -> dict[str, Report]:
    """The controls by their ids, as far as they are any."""
    found = report.get("controls")
    return {
        clean(control["id"]): control
        for control in (found if isinstance(found, list) else [])
        if isinstance(control, dict) and isinstance(control.get("id"), str) and control.get("status") in STATUSES
    }


def _status_change(control: Report, before: Report, posture: Report, last: Report) -> Change:
    found = list(differences(facts(control), facts(before)))
    change = _change(control, before["status"], control["status"], _why_unasked(control, before))
    return _looked_up(change, control, found, posture, last)


def _evidence_changes(pairs: list[tuple[Report, Report]], posture: Report, last: Report) -> Iterator[Change]:
    """Differences of what was read where the status is the same. Several controls rest on the same: it is told once."""
    known: set[tuple[str, str]] = set()
    for control, before in pairs:
        if _stands_otherwise(control, before) or control["status"] == "unknown":
            continue
        for found in differences(facts(control), facts(before)):
            texts = told(found.path, found.was), told(found.path, found.now)
            if texts not in known:
                known.add(texts)
                change = _change(control, *texts, _why_unasked(control, before))
                yield _looked_up(change, control, [found], posture, last)


def _why_unasked(control: Report, before: Report) -> str:
    """Why no event can tell; empty where one may."""
    if control["status"] == "unknown":
        return UNREADABLE
    if before["status"] == "unknown":
        return READABLE_AGAIN
    return "" if control.get("changed_by") else NO_EVENT


def _change(control: Report, was: str, now: str, unasked: str = "") -> Change:
    title, title_ja = (
        clean(text) if isinstance(text := control.get(name), str) else "" for name in ("title", "title_ja")
    )
    return Change(clean(control["id"]), title, title_ja, was, now, unasked=unasked)


def _looked_up(change: Change, control: Report, found: list[Difference], posture: Report, last: Report) -> Change:
    """The change with what says which events tell of it. The posture names them; the last report is not asked."""
    if change.unasked:
        return change
    about = frozenset(name for difference in found for name in difference.about)
    return change._replace(
        events=tuple(Event(event["name"], bool(event.get("global"))) for event in control["changed_by"]),
        about=about,
        regions=_regions(found, about, posture, last),
        by_root=change.id in OF_ROOT,
    )


def _regions(found: list[Difference], about: frozenset[str], posture: Report, last: Report) -> tuple[str, ...]:
    """Where events are recorded: a trail's in its home region, a region's own there, others in the account's region."""
    homes = {
        str(trail.get("name")): trail["home_region"]
        for report in (last, posture)
        for trail in dicts(report.get("trails"))
        if isinstance(trail.get("home_region"), str) and REGION.fullmatch(trail["home_region"])
    }
    named = {difference.path[0] for difference in found if REGION.fullmatch(difference.path[0])}
    return tuple(sorted({*named, *(homes[name] for name in about if name in homes)})) or (str(posture["region"]),)


def as_result(change: Change, between: tuple[str, str], by: list[dict[str, str]], by_unknown: str) -> dict[str, Any]:
    """A change as reports have it."""
    return {
        "id": change.id,
        "title": change.title,
        "title_ja": change.title_ja,
        "was": change.was,
        "is": change.now,
        "between": list(between),
        "by": by,
        "by_unknown": by_unknown,
    }
