"""What changed since the last report, whatever that is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._posture_changes import (
    GONE,
    NEW,
    NO_EVENT,
    READABLE_AGAIN,
    STATUSES,
    UNREADABLE,
    Change,
    Event,
    as_result,
    changes,
    is_time,
    last_report,
    since,
)
from hypothesis import given
from hypothesis import strategies as st

ACCOUNT = "123456789012"
THEN, MADE, NOW = "2026-11-01T08:00:00Z", "2026-11-24T12:00:00Z", "2026-11-25T12:00:00Z"
ALIASES = [{"name": "CreateAccountAlias", "global": True}]


def control(name: str, status: str = "pass", evidence: Any = None, **more: Any) -> dict[str, Any]:
    told = {"id": name, "title": f"Title of {name}", "title_ja": f"{name} の題", "status": status}
    return {**told, "evidence": evidence or {}, "changed_by": ALIASES, **more}


def posture(*controls: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"account": ACCOUNT, "region": "eu-central-1", "partition": "aws", "controls": list(controls), **more}


def report(*controls: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"version": 1, "made": MADE, "account": {"id": ACCOUNT}, "controls": list(controls), **more}


def was_is(found: list[Change]) -> list[tuple[str, str, str]]:
    return [(change.id, change.was, change.now) for change in found]


def test_nothing_changed() -> None:
    same = [control("R5", evidence={"aliases": ["books"]}), control("T1", "fail"), control("B3", "unknown")]
    assert changes(posture(*same), report(*same)) == []


def test_a_status_changed() -> None:
    now = control("R5", "fail", {"aliases": []})
    (change,) = changes(posture(now), report(control("R5", "pass", {"aliases": ["books"]})))
    assert change == Change(
        "R5",
        "Title of R5",
        "R5 の題",
        "pass",
        "fail",
        events=(Event("CreateAccountAlias", True),),
        about=frozenset({"books"}),
        regions=("eu-central-1",),
    )
    assert as_result(change, (MADE, NOW), [], "why") == {
        "id": "R5",
        "title": "Title of R5",
        "title_ja": "R5 の題",
        "was": "pass",
        "is": "fail",
        "between": [MADE, NOW],
        "by": [],
        "by_unknown": "why",
    }


def test_controls_that_came_and_went_are_no_matter_of_events() -> None:
    found = changes(posture(control("T2")), report(control("T3", "fail")))
    assert [(*told, change.unasked) for change, told in zip(found, was_is(found), strict=True)] == [
        ("T2", "", "pass", NEW),
        ("T3", "fail", "", GONE),
    ]
    assert all(change.events == () for change in found)


def test_what_could_not_be_read_need_not_have_changed() -> None:
    now = [control("R5", "unknown"), control("R3", "pass", {"MinimumPasswordLength": 14})]
    before = [control("R5", "pass", {"aliases": ["books"]}), control("R3", "unknown")]
    found = changes(posture(*now), report(*before))
    assert [(change.was, change.now, change.unasked) for change in found] == [
        ("pass", "unknown", UNREADABLE),
        ("unknown", "pass", READABLE_AGAIN),
    ]


def trail(name: str, **more: Any) -> dict[str, Any]:
    told = {"name": name, "home_region": "us-west-2", "bucket": "logs", "logging": True, "kms_key": "", "unread": ""}
    return {**told, **more}


def alarm(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "threshold": 10.0, "currency": "USD", "state": "OK", "confirmed": 1, "pending": 0, **more}


@pytest.mark.parametrize(
    ("name", "was", "now", "texts", "about"),
    [
        (
            "T1",
            {"trails": [trail("main")]},
            {"trails": [trail("main", bucket="elsewhere")]},
            ("trails / main / bucket: logs", "trails / main / bucket: elsewhere"),
            {"main"},
        ),
        ("T1", {"trails": [trail("main")]}, {"trails": [trail("main"), trail("b")]}, ("", "trails: b"), {"b"}),
        ("T1", {"trails": [trail("a"), trail("b")]}, {"trails": [trail("b")]}, ("trails: a", ""), {"a"}),
        (
            "B3",
            {"alarms": [alarm("charges")]},
            {"alarms": [alarm("charges", threshold=12.5)]},
            ("alarms / charges / threshold: 10", "alarms / charges / threshold: 12.5"),
            {"charges"},
        ),
    ],
)
def test_trails_and_alarms(name: str, was: Any, now: Any, texts: tuple[str, str], about: set[str]) -> None:
    (change,) = changes(posture(control(name, evidence=now)), report(control(name, evidence=was)))
    assert (change.was, change.now, set(change.about)) == (*texts, about)


@pytest.mark.parametrize(
    ("was", "now", "texts", "about"),
    [
        ({"aliases": ["books"]}, {"aliases": ["shop"]}, ("aliases: books", "aliases: shop"), {"books", "shop"}),
        ({"who": ["ada"]}, {"who": ["ada", "eve"]}, ("", "who: eve"), {"eve"}),
        ({"length": 14}, {"length": 20.0}, ("length: 14", "length: 20"), set()),
        ({"on": True}, {"on": None}, ("on: true", "on: null"), set()),
        ({"prefs": {"alerts": "ENABLED"}}, {"prefs": {}}, ("prefs: alerts", ""), {"alerts"}),
        (
            {"users": {"ada": ["x"]}},
            {"users": {"ada": ["x", "y"]}},
            ("", "users / ada: y"),
            {"ada"},
        ),
        (
            {"who": []},
            {"who": [f"user{number:02}" for number in range(12)]},
            ("", f"who: {', '.join(f'user{number:02}' for number in range(10))}, and 2 more"),
            {f"user{number:02}" for number in range(12)},
        ),
    ],
)
def test_evidence_changed(was: Any, now: Any, texts: tuple[str, str], about: set[str]) -> None:
    (change,) = changes(posture(control("R9", evidence=now)), report(control("R9", evidence=was)))
    assert (change.was, change.now, set(change.about)) == (*texts, about)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        # who runs it, what is measured, when it was read
        ({"caller": "ada", "percent": 12}, {"caller": "bob", "percent": 13}),
        ({"reported": "2026-11-24T08:00:00+00:00"}, {"reported": "2026-11-25T08:00:00+00:00"}),
        # another version reads more, or in another form
        ({"aliases": ["books"]}, {"aliases": ["books"], "more": 1}),
        ({"aliases": ["books"], "less": 1}, {"aliases": ["books"]}),
        ({"aliases": "books"}, {"aliases": ["books"]}),
        # not read in one region
        ({"eu-west-1": True}, {"eu-west-1": "unread"}),
        ({"x" * 9: [{"id": "a", "last_status": "PENDING"}]}, {"x" * 9: [{"id": "a", "last_status": "SUCCESS"}]}),
        # the same in another order, or as another kind of number
        ({"who": ["ada", "bob"], "length": 14}, {"who": ["bob", "ada"], "length": 14.0}),
    ],
)
def test_what_is_no_change(was: Any, now: Any) -> None:
    assert changes(posture(control("R9", evidence=now)), report(control("R9", evidence=was))) == []


def test_a_long_text_is_cut() -> None:
    before, now = (control("R9", evidence={"text": letter * 500}) for letter in "ab")
    (change,) = changes(posture(now), report(before))
    assert change.now == f"text: {'b' * 200}..."


def test_what_could_not_be_read_of_a_trail_is_no_change() -> None:
    hidden = trail("main", bucket="", logging=False, unread="It could not be read")
    now, before = (control("T1", evidence={"trails": [item]}) for item in (hidden, trail("main")))
    assert changes(posture(now), report(before)) == []


def test_an_alarm_that_goes_off_is_no_change() -> None:
    now, before = (control("B3", evidence={"alarms": [alarm("charges", state=state)]}) for state in ("ALARM", "OK"))
    assert changes(posture(now), report(before)) == []


def test_what_several_controls_rest_on_is_told_once() -> None:
    before = [control(name, evidence={"trails": ["main"]}) for name in ("T1", "T8")]
    now = [control(name, evidence={"trails": ["main", "more"]}) for name in ("T1", "T8")]
    assert was_is(changes(posture(*now), report(*before))) == [("T1", "", "trails: more")]


def test_events_of_a_trail_are_looked_up_at_its_home_and_of_a_region_there() -> None:
    regional = [{"name": "UpdateTrail", "global": False}]
    now = posture(
        control("T1", "fail", {"trails": [trail("main", logging=False)]}, changed_by=regional),
        control("T6", "fail", {"trails": []}, changed_by=regional),
        control("D1", "fail", {"eu-west-1": False}, changed_by=regional),
        control("D2", "fail", {"who": ["x"]}, changed_by=regional),
        trails=[trail("main")],
    )
    before = report(
        control("T1", evidence={"trails": [trail("main")]}),
        control("T6", evidence={"trails": ["gone"]}),
        control("D1", evidence={"eu-west-1": True}),
        control("D2", evidence={"who": []}),
        trails=[trail("main"), trail("gone", home_region="eu-west-3")],
    )
    assert {change.id: change.regions for change in changes(now, before)} == {
        "T1": ("us-west-2",),
        "T6": ("eu-west-3",),
        "D1": ("eu-west-1",),
        "D2": ("eu-central-1",),
    }


def test_only_root_changes_its_own_credentials() -> None:
    names = ("M5", "R6", "M3")
    before = report(*(control(name) for name in names))
    found = changes(posture(*(control(name, "manual") for name in names)), before)
    assert {change.id: change.by_root for change in found} == {"M5": True, "R6": True, "M3": False}


def test_no_event_is_known() -> None:
    (change,) = changes(posture(control("R4", "manual", changed_by=[])), report(control("R4")))
    assert change.unasked == NO_EVENT


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it is no JSON"),
        ('{"version": 1, "made": "2026-', "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("9" * 5000, "it is no JSON"),
        ("[]", "it has no version"),
        ('{"made": "now"}', "it has no version"),
        (json.dumps({**report(), "version": 2}), "is of version 2"),
        (json.dumps({**report(), "version": True}), "is of version true"),
        (json.dumps({**report(), "version": {"x": 1}}), "is of version something"),
        (json.dumps({**report(), "account": {"id": "210987654321"}}), "is of account 210987654321"),
        (json.dumps({**report(), "account": ACCOUNT}), "is of account null"),
        (json.dumps({**report(), "made": "2026-02-30T12:00:00Z"}), "does not say when"),
        (json.dumps({**report(), "made": "yesterday"}), "does not say when"),
        (json.dumps({**report(), "controls": {}}), "has no controls"),
    ],
)
def test_a_report_that_is_not_compared(text: str, words: str) -> None:
    found, why = last_report(text, ACCOUNT)
    assert found is None
    assert words in why


def test_the_last_report_of_the_account() -> None:
    assert last_report(None, ACCOUNT) == (None, "")
    assert last_report(json.dumps(report()), ACCOUNT) == (report(), "")


def test_since_when_a_control_stands_as_it_does() -> None:
    now = posture(control("A"), control("B", "fail"), control("C"), control("D"))
    before = report(control("A", since=THEN), control("B", since=THEN), control("D", since="long ago"))
    assert since(now, before, NOW) == {"A": THEN, "B": NOW, "C": NOW, "D": MADE}
    assert since(now, None, NOW) == dict.fromkeys("ABCD", NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)
KEYS = st.sampled_from(["name", "trails", "at", "home_region", "unread", "x"])
EVIDENCE = st.dictionaries(KEYS, JSON | st.lists(st.dictionaries(KEYS, JSON, max_size=3), max_size=3), max_size=3)
OF_CONTROL = {"title": JSON, "title_ja": JSON, "evidence": JSON | EVIDENCE, "changed_by": JSON, "since": JSON}
EDITED = st.fixed_dictionaries(
    {"id": st.sampled_from(["T1", "B3", "M5", "R9", "\ud800"]), "status": st.sampled_from(STATUSES) | JSON},
    optional=OF_CONTROL,
)
SOUND = st.builds(control, st.sampled_from(["T1", "B3", "M5", "R9"]), st.sampled_from(STATUSES), EVIDENCE)


@given(st.lists(SOUND, max_size=4), st.lists(EDITED | JSON, max_size=4), JSON, JSON)
def test_whatever_the_last_report_holds_there_is_a_new_one(
    controls: list[Any], edited: list[Any], trails: Any, made: Any
) -> None:
    text = json.dumps(report(*edited, trails=trails, alarms=trails))
    before, why = last_report(text, ACCOUNT)
    assert (before is None) == bool(why)
    now = posture(*controls, trails=[trail("main")], alarms=[alarm("charges")])
    times = since(now, before, NOW)
    assert times.keys() == {item["id"] for item in controls}
    assert all(is_time(time) for time in times.values())
    for change in changes(now, before or {}):
        assert change.was != change.now
        assert bool(change.events) != bool(change.unasked)
        json.dumps(as_result(change, (MADE, NOW), [], ""), ensure_ascii=False).encode()
    # When it was made may be anything, too.
    since(now, {**report(*edited), "made": made}, NOW)


@given(st.text() | JSON.map(json.dumps))
def test_whatever_the_file_holds_it_is_a_report_or_there_is_a_reason(text: str) -> None:
    found, why = last_report(text, ACCOUNT)
    assert (found is None) == bool(why)


@given(st.lists(SOUND, max_size=4, unique_by=lambda item: item["id"]))
def test_a_report_is_as_itself(controls: list[Any]) -> None:
    assert changes(posture(*controls), json.loads(json.dumps(report(*controls)))) == []
