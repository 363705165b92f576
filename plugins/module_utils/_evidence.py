# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The values that a control rests on, taken from two reports and compared. No AWS call is made here."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

# What differs from run to run though nobody changed anything: who runs, what is measured, what could not be read.
PASSING = frozenset(
    {"amount", "at", "caller", "delivery_error", "last_status", "percent", "reported", "state", "unread"}
)
# What could not be read: of an item of a list the name of the reason, of a region its value.
UNREAD = "unread"
# What tells one of a list from the others, the first of these that it has.
NAMES = ("name", "arn", "id", "what", "user")
DEEPEST = 5
MOST_TOLD = 10
LONGEST_TOLD = 200

Report = Mapping[str, Any]
Path = tuple[str, ...]
# By its place, a value as text, or the names of a list.
Facts = dict[Path, Any]


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


def facts(control: Report) -> Facts:
    """What a control rests on. It may be one that somebody edited."""
    evidence = control.get("evidence")
    values = evidence if isinstance(evidence, dict) else {}
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
        yield path, frozenset([*named, *(text_of(item) for item in value if not isinstance(item, dict | list))])
        for name, item in named.items():
            for field, inner in _kept(item) if not item.get(UNREAD) else ():
                if field not in NAMES:
                    yield from _flat((*path, name, field), inner)
    else:
        yield path, text_of(value)


def _kept(values: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    return [(clean(str(name)), value) for name, value in values.items() if name not in PASSING]


def _named(items: list[Any]) -> dict[str, Report]:
    """Those of a list that have names; of several of the same name, each with its region."""
    names = [(_name(item), item) for item in dicts(items)]
    times = Counter(name for name, _item in names)
    return {
        name if times[name] == 1 else f"{name} ({text_of(item.get('home_region'))})": item
        for name, item in names
        if name
    }


def _name(item: Report) -> str:
    return next((clean(value) for name in NAMES if isinstance(value := item.get(name), str)), "")


def dicts(value: Any) -> list[Report]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def differences(now: Facts, before: Facts) -> Iterator[Difference]:
    """A place that only one of them has is no difference: another version of the collection read more or less."""
    for path, value in now.items():
        was = before.get(path, value)
        if was == value or UNREAD in (was, value):
            continue
        if isinstance(was, str) and isinstance(value, str):
            yield Difference(path, was, value)
        elif not isinstance(was, str) and not isinstance(value, str):
            yield Difference(path, was - value, value - was)


def told(path: Path, value: str | frozenset[str]) -> str:
    """A value with its place, as 'trails / default / bucket: example-logs'; empty where there is none."""
    if not isinstance(value, str):
        names = sorted(value)
        more = [f"and {len(names) - MOST_TOLD} more"] if len(names) > MOST_TOLD else []
        value = ", ".join([*names[:MOST_TOLD], *more])
    if len(value) > LONGEST_TOLD:
        value = f"{value[:LONGEST_TOLD]}..."
    return f"{' / '.join(path)}: {value}" if value else ""


def text_of(value: Any) -> str:
    """A single value as text, the same whether it was kept as 10 or as 10.0."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean(json.dumps(value, ensure_ascii=False)) if isinstance(value, int | float | None) else "something"


def clean(text: str) -> str:
    """Without what no file in UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode()
