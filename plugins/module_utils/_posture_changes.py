# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What changed in an account since its last report: what it was, what it is, and which events can have done it.

The last report is a file that an older version wrote, that a run left half, or that somebody edited: nothing of it is
taken on trust. No AWS call is made here.
"""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

VERSION = 1
TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
STATUSES = ("pass", "fail", "manual", "not_applicable", "unknown")
# What differs from run to run though nobody changed anything: who runs, what is measured, what could not be read.
PASSING = frozenset({"amount", "at", "caller", "delivery_error", "percent", "reported", "state", "unread"})
UNREAD = "unread"
# What the root user alone can change, and the same events change for others.
OF_ROOT = frozenset({"M5", "CIS.2.6", "R6"})
# What tells one of a list from the others, the first of these that it has.
NAMES = ("name", "arn", "id", "what", "user")
# The lists of a posture that are the evidence of a control, whatever of them it repeats.
LISTS = {"T1": "trails", "B3": "alarms"}
REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d", re.ASCII)
DEEPEST = 5
MOST_TOLD = 10

Report = Mapping[str, Any]
Path = tuple[str, ...]
Facts = dict[Path, str | frozenset[str]]


class Event(NamedTuple):
    """An event of CloudTrail that can change a control, and whether it is recorded in the partition's global region."""

    name: str
    is_global: bool


class Difference(NamedTuple):
    """A place in the evidence where it is not as it was. Of a list, what it has lost, and what it has gained."""

    path: Path
    was: str | frozenset[str]
    now: str | frozenset[str]

    @property
    def about(self) -> frozenset[str]:
        """The names of what it is about."""
        if len(self.path) > 1:
            return frozenset(self.path[1:2])
        return frozenset() if isinstance(self.was, str) else frozenset(self.was) | frozenset(self.now)


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
        return None, "The last report cannot be read: it is no JSON. Nothing was compared; this report replaces it."
    if not isinstance(report, dict) or "version" not in report:
        return None, "The last report cannot be read: it has no version. Nothing was compared; this report replaces it."
    if report["version"] != VERSION or isinstance(report["version"], bool):
        return None, (
            f"The last report is of version {_text(report['version'])} and this collection knows version {VERSION}: "
            "nothing was compared."
        )
    of = report.get("account")
    whose = of.get("id") if isinstance(of, dict) else None
    if whose != account:
        return None, f"The last report is of account {_text(whose)}, not of {account}: nothing was compared."
    if not is_time(report.get("made")) or not isinstance(report.get("controls"), list):
        return None, (
            "The last report cannot be read: it does not say when it was made, or has no controls. Nothing was "
            "compared; this report replaces it."
        )
    return report, ""


def is_time(value: Any) -> bool:
    """Whether it is a time as reports have it: UTC, to the second."""
    if not isinstance(value, str) or not TIME.fullmatch(value):
        return False
    try:
        time_of(value)
    except ValueError:
        return False
    return True


def time_of(text: str) -> datetime.datetime:
    """A time as reports have it."""
    return datetime.datetime.strptime(text, TIME_FORMAT).replace(tzinfo=datetime.timezone.utc)


def since(posture: Report, last: Report | None, now: str) -> dict[str, str]:
    """Of each control by its id, when a report first saw it in the status that it has."""
    before = _controls(last or {})
    return {
        name: _since(before[name], last, now) if name in before and _same_status(before[name], control) else now
        for name, control in _controls(posture).items()
    }


def _since(control: Report, last: Report | None, now: str) -> str:
    """As the last report has it; where that does not say, when it was made."""
    told = next((value for value in (control.get("since"), (last or {}).get("made")) if is_time(value)), now)
    return str(told)


def _same_status(one: Report, other: Report) -> bool:
    return bool(one["status"] == other["status"])


def changes(posture: Report, last: Report) -> list[Change]:
    """What is not as it was: first what stands otherwise, then what still stands and is something else."""
    now, before = _controls(posture), _controls(last)
    both = [name for name in now if name in before]
    return [
        *(_status_change(now[name], before[name], posture, last) for name in both if _differs(now[name], before[name])),
        *(_change(now[name], "", now[name]["status"], NEW) for name in now if name not in before),
        *(_change(before[name], before[name]["status"], "", GONE) for name in before if name not in now),
        *_evidence_changes([(now[name], before[name]) for name in both], posture, last),
    ]


def _differs(control: Report, before: Report) -> bool:
    return not _same_status(control, before)


def _controls(report: Report) -> dict[str, Report]:
    """The controls by their ids, as far as they are any."""
    found = report.get("controls")
    return {
        clean(control["id"]): control
        for control in (found if isinstance(found, list) else [])
        if isinstance(control, dict) and isinstance(control.get("id"), str) and control.get("status") in STATUSES
    }


def _status_change(control: Report, before: Report, posture: Report, last: Report) -> Change:
    unasked = {"unknown": UNREADABLE}.get(control["status"]) or {"unknown": READABLE_AGAIN}.get(before["status"], "")
    found = list(_differences(facts(control, posture), facts(before, last)))
    change = _change(control, before["status"], control["status"], unasked or _unasked(control))
    return _looked_up(change, found, posture, last)


def _evidence_changes(pairs: list[tuple[Report, Report]], posture: Report, last: Report) -> Iterator[Change]:
    """Differences of what was read where the status is the same. Several controls rest on the same: it is told once."""
    told: set[tuple[str, str]] = set()
    for control, before in pairs:
        if _differs(control, before) or control["status"] == "unknown":
            continue
        for found in _differences(facts(control, posture), facts(before, last)):
            texts = _told(found.path, found.was), _told(found.path, found.now)
            if texts not in told:
                told.add(texts)
                yield _looked_up(_change(control, *texts, _unasked(control)), [found], posture, last)


def _change(control: Report, was: str, now: str, unasked: str = "") -> Change:
    title, title_ja = (
        clean(text) if isinstance(text := control.get(name), str) else "" for name in ("title", "title_ja")
    )
    return Change(clean(control["id"]), title, title_ja, was, now, unasked=unasked)


def _looked_up(change: Change, found: list[Difference], posture: Report, last: Report) -> Change:
    """The change with what says which events tell of it."""
    if change.unasked:
        return change
    about = frozenset(name for difference in found for name in difference.about)
    control = _controls(posture)[change.id]
    return change._replace(
        events=_events(control),
        about=about,
        regions=_regions(found, about, posture, last),
        by_root=change.id in OF_ROOT,
    )


def _events(control: Report) -> tuple[Event, ...]:
    """What can change it, as the posture says: the last report is not asked."""
    return tuple(Event(event["name"], bool(event.get("global"))) for event in control.get("changed_by") or ())


def _unasked(control: Report) -> str:
    return "" if control.get("changed_by") else NO_EVENT


def _regions(found: list[Difference], about: frozenset[str], posture: Report, last: Report) -> tuple[str, ...]:
    """Where events are recorded: of a trail in its home region, of what each region has there, else in the account's."""
    homes = {
        str(trail.get("name")): trail["home_region"]
        for report in (last, posture)
        for trail in _dicts(report.get("trails"))
        if isinstance(trail.get("home_region"), str) and REGION.fullmatch(trail["home_region"])
    }
    named = {difference.path[0] for difference in found if REGION.fullmatch(difference.path[0])}
    return tuple(sorted({*named, *(homes[name] for name in about if name in homes)})) or (str(posture["region"]),)


def facts(control: Report, report: Report) -> Facts:
    """The values that a control rests on, each by its place: a text, or the names of a list."""
    evidence = control.get("evidence")
    values = dict(evidence) if isinstance(evidence, dict) else {}
    of_report = LISTS.get(control["id"])
    if of_report and isinstance(report.get(of_report), list):
        values[of_report] = report[of_report]
    return {path: value for name, inner in _kept(values) for path, value in _flat((name,), inner)}


def _flat(path: Path, value: Any) -> Iterator[tuple[Path, str | frozenset[str]]]:
    if len(path) > DEEPEST:
        return
    if isinstance(value, dict):
        yield path, frozenset(name for name, _inner in _kept(value))
        for name, inner in _kept(value):
            yield from _flat((*path, name), inner)
    elif isinstance(value, list):
        named = _named(value)
        # Values that are neither texts nor have a name cannot be told apart.
        yield path, frozenset([*named, *(_text(item) for item in value if not isinstance(item, dict | list))])
        for name, item in named.items():
            for field, inner in _kept(item):
                if field not in NAMES:
                    yield from _flat((*path, name, field), inner)
    else:
        yield path, _text(value)


def _kept(values: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    return [(clean(str(name)), value) for name, value in values.items() if name not in PASSING]


def _named(items: list[Any]) -> dict[str, Report]:
    """Those of a list that have names; of several of the same name, each with its region."""
    names = [(_name(item), item) for item in _dicts(items)]
    times = Counter(name for name, _item in names)
    return {
        name if times[name] == 1 else f"{name} ({_text(item.get('home_region'))})": item
        for name, item in names
        if name
    }


def _name(item: Report) -> str:
    return next((clean(value) for name in NAMES if isinstance(value := item.get(name), str)), "")


def _dicts(value: Any) -> list[Report]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _differences(now: Facts, before: Facts) -> Iterator[Difference]:
    """A place that only one of them has is no difference: another version of the collection read more or less."""
    for path, value in now.items():
        was = before.get(path, value)
        if was == value or UNREAD in (was, value):
            continue
        if isinstance(was, str) and isinstance(value, str):
            yield Difference(path, was, value)
        elif not isinstance(was, str) and not isinstance(value, str):
            yield Difference(path, was - value, value - was)


def _told(path: Path, value: str | frozenset[str]) -> str:
    """A value with its place, as 'trails / default / bucket: example-logs'; empty where there is none."""
    if not isinstance(value, str):
        names = sorted(value)
        more = [f"and {len(names) - MOST_TOLD} more"] if len(names) > MOST_TOLD else []
        value = ", ".join([*names[:MOST_TOLD], *more])
    return f"{' / '.join(path)}: {value}" if value else ""


def _text(value: Any) -> str:
    """A single value as text, the same whether it was kept as 10 or as 10.0."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean(json.dumps(value, ensure_ascii=False)) if isinstance(value, int | float | None) else "something"


def clean(text: str) -> str:
    """Without what no file in UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode()


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
