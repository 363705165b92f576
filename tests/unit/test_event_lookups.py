"""How often CloudTrail is asked, and for what."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._posture_changes import Change, Event
from ansible_collections.dayone.aws_account.plugins.modules import account_changes_info
from ansible_collections.dayone.aws_account.plugins.modules.account_changes_info import (
    MOST_REQUESTS,
    Authors,
    History,
    SpentError,
)

HERE = "eu-central-1"


class Clock:
    """A clock that runs only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class CloudTrail:
    """AnsibleAWSModule and its clients, with an event of each name on each page."""

    def __init__(self, clock: Clock, pages: int = 1, about: str = "") -> None:
        self.asked: list[tuple[str, str, str | None, float]] = []
        self._clock, self._pages, self._about = clock, pages, about

    def client(self, _service: str, region: str) -> Any:
        return type("Client", (), {"lookup_events": lambda _self, **asked: self._answer(region, asked)})()

    def _answer(self, region: str, asked: dict[str, Any]) -> dict[str, Any]:
        name = asked["LookupAttributes"][0]["AttributeValue"]
        self.asked.append((region, name, asked.get("NextToken"), self._clock.now))
        page = int(asked.get("NextToken", 1))
        about = self._about if page == self._pages else "something else"
        event = {
            "EventName": name,
            "EventTime": datetime(2026, 11, 25, 12, tzinfo=UTC),
            "CloudTrailEvent": json.dumps(
                {"userIdentity": {"arn": f"{name}-{page}"}, "requestParameters": {"name": about}}
            ),
        }
        return {"Events": [event], **({"NextToken": str(page + 1)} if page < self._pages else {})}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(account_changes_info, "time", clock)
    return clock


def change(*events: str, about: str = "main", region: str = HERE) -> Change:
    names = tuple(Event(name, name.startswith("Global")) for name in events)
    return Change("X", "", "", "pass", "fail", names, frozenset({about} if about else ()), (region,))


def history(cloudtrail: CloudTrail) -> History:
    return History(cloudtrail, datetime(2026, 11, 25, tzinfo=UTC))


def test_it_reads_on_until_it_has_found_it_and_no_page_twice(clock: Clock) -> None:
    cloudtrail = CloudTrail(clock, pages=3, about="main")
    found = history(cloudtrail)
    assert len(found.named(HERE, "A", change("A", about=""))) == 1
    assert len(found.named(HERE, "A", change("A"))) == 3
    assert len(found.named(HERE, "A", change("A"))) == 3
    assert [token for _region, _name, token, _at in cloudtrail.asked] == [None, "2", "3"]


def test_it_asks_twice_a_second_in_each_region_and_not_endlessly(clock: Clock) -> None:
    cloudtrail = CloudTrail(clock)
    found = history(cloudtrail)
    for number in range(MOST_REQUESTS // 2):
        found.named(HERE, f"A{number}", change())
        found.named("us-east-1", f"A{number}", change())
    with pytest.raises(SpentError):
        found.named(HERE, "B", change())
    for region in (HERE, "us-east-1"):
        times = [at for where, _name, _token, at in cloudtrail.asked if where == region]
        assert len(times) == MOST_REQUESTS // 2
        assert all(later - at >= 1 for at, later in zip(times, times[2:], strict=False))


def test_what_was_not_looked_up_any_more_says_so(clock: Clock) -> None:
    cloudtrail = CloudTrail(clock, about="main")
    authors = Authors(cloudtrail, {"region": HERE, "partition": "aws"}, "2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z")
    first = authors.of(change(*(f"A{number}" for number in range(15)), "Global"))
    assert [by["who"] for by in first[0]] == [f"A{number}-1" for number in range(5)]
    assert cloudtrail.asked[-1][:2] == ("us-east-1", "Global")
    unasked = authors.of(change(*(f"B{number}" for number in range(9)), about="another"))
    assert unasked[0] == []
    assert "20 times at most" in unasked[1]
    assert len(cloudtrail.asked) == MOST_REQUESTS
    # What was read already serves on.
    assert len(authors.of(change("A1"))[0]) == 1
