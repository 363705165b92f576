"""How the controls judge what was read: each in both states, and unknown when it may not be read."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._controls import CONTROLS, Unread, judge

TRAIL = {
    "name": "t",
    "multi_region": True,
    "logging": True,
    "management_events": True,
    "log_file_validation": True,
    "delivery_error": "",
}
HIDDEN = {"name": "of-all", "unread": "Trail 'of-all' could not be read: denied"}
ALARM = {
    "name": "a",
    "threshold": 10.0,
    "currency": "USD",
    "ours": True,
    "speaks": True,
    "confirmed": ["a@example.com"],
    "pending": [],
    "unsubscribed": [],
    "unread": [],
}
THEIRS = {**ALARM, "name": "theirs", "ours": False}
DEAF = {**THEIRS, "confirmed": [], "currency": "EUR"}
FOREIGN = {**ALARM, "confirmed": [], "unread": ["It could not be read: denied"]}
SAFE: dict[str, Any] = {
    "caller": "arn:aws:iam::123456789012:user/admin",
    "summary": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0, "Users": 1},
    "aliases": ["example"],
    "password_policy": {"MinimumPasswordLength": 14},
    "devices": {"assigned": ["admin"], "pending": []},
    "trails": [TRAIL],
    "preferences": {"some/key": "ENABLED"},
    "currencies": ["USD"],
    "alarms": [ALARM],
    "budgets": ["zero"],
    "free_tier": [],
}
OPEN: list[tuple[str, dict[str, Any], str]] = [
    ("M1", {"devices": {"assigned": [], "pending": ["admin"]}}, "manual"),
    ("M5", {"summary": {"AccountMFAEnabled": 0}}, "manual"),
    ("R2", {"summary": {"Users": 0}}, "fail"),
    ("R3", {"password_policy": {}}, "fail"),
    ("R3", {"password_policy": {"MinimumPasswordLength": 13}}, "fail"),
    ("R4", {"preferences": Unread("denied")}, "manual"),
    ("R4", {"preferences": Unread("This botocore does not know it.", asked=False)}, "unknown"),
    ("R4", {"preferences": Unread("x because no identity-based policy allows the action")}, "unknown"),
    ("R4", {"preferences": Unread("x because no service control policy allows the action")}, "unknown"),
    ("R4", {"preferences": Unread("x because no permissions boundary allows the action")}, "unknown"),
    ("R4", {"preferences": Unread("x with an explicit deny in an identity-based policy")}, "unknown"),
    ("R4", {"caller": "arn:aws:iam::123456789012:root"}, "unknown"),
    ("R5", {"aliases": []}, "fail"),
    ("R6", {"summary": {"AccountAccessKeysPresent": 1}}, "manual"),
    ("T1", {"trails": []}, "fail"),
    ("T1", {"trails": [{**TRAIL, "logging": False}]}, "fail"),
    ("T1", {"trails": [{**TRAIL, "multi_region": False}]}, "fail"),
    ("T1", {"trails": [{**TRAIL, "management_events": False}]}, "fail"),
    ("T1", {"trails": [{**TRAIL, "logging": False}, HIDDEN]}, "unknown"),
    ("T8", {"trails": [HIDDEN]}, "unknown"),
    ("T6", {"trails": []}, "fail"),
    ("T6", {"trails": [{**TRAIL, "delivery_error": "AccessDenied"}]}, "fail"),
    ("T8", {"trails": [{**TRAIL, "log_file_validation": False}]}, "fail"),
    ("B1", {"preferences": {"some/key": "DISABLED"}}, "fail"),
    ("B2", {"budgets": []}, "fail"),
    ("B2.usage", {"free_tier": [{"what": "Lambda requests", "percent": 90}]}, "manual"),
    ("B3", {"alarms": []}, "fail"),
    ("B5", {"alarms": []}, "fail"),
    ("B7", {"alarms": []}, "fail"),
    ("B1", {"preferences": {}}, "manual"),
    ("B5", {"alarms": [{**ALARM, "pending": ["a@example.com"]}]}, "manual"),
    ("B5", {"alarms": [{**ALARM, "unsubscribed": ["a@example.com"]}]}, "manual"),
    ("B5", {"alarms": [{**ALARM, "confirmed": []}]}, "fail"),
    ("B5", {"alarms": [ALARM, {**ALARM, "speaks": False}]}, "fail"),
    ("B5", {"alarms": [DEAF]}, "fail"),
    ("B5", {"alarms": [FOREIGN]}, "unknown"),
    ("B5", {"alarms": [FOREIGN, {**ALARM, "pending": ["a@example.com"]}]}, "manual"),
    ("B5", {"alarms": [FOREIGN, {**ALARM, "confirmed": []}]}, "fail"),
    ("B7", {"alarms": [DEAF]}, "fail"),
    ("B7", {"currencies": ["EUR"]}, "fail"),
    ("B7", {"currencies": []}, "unknown"),
]


def control(readings: dict[str, Any], identifier: str) -> dict[str, Any]:
    (found,) = [item for item in judge(readings) if item["id"] == identifier]
    return found


def test_a_trail_that_cannot_be_read_does_not_spoil_one_that_can() -> None:
    for identifier in ("T1", "T6", "T8"):
        assert control({**SAFE, "trails": [HIDDEN, TRAIL]}, identifier)["status"] == "pass"
    refused = control({**SAFE, "trails": [{**TRAIL, "delivery_error": "AccessDenied"}]}, "T6")
    assert "trail 't' (AccessDenied)" in refused["remedy"]


def test_a_safe_account_passes_everything() -> None:
    assert {item["id"]: item["status"] for item in judge(SAFE)} == {item.id: "pass" for item in CONTROLS}


@pytest.mark.parametrize(
    "alarms",
    [
        [ALARM, DEAF, {**THEIRS, "speaks": False}],
        [THEIRS, DEAF, {**THEIRS, "speaks": False}],
        [ALARM, {**FOREIGN, "ours": False}],
    ],
)
def test_what_others_set_does_not_spoil_alarms_that_reach_somebody(alarms: list[dict[str, Any]]) -> None:
    for identifier in ("B3", "B5", "B7"):
        assert control({**SAFE, "alarms": alarms}, identifier)["status"] == "pass"


def test_a_topic_that_may_not_be_read_hides_no_other_control() -> None:
    for identifier in ("B3", "B7"):
        assert control({**SAFE, "alarms": [FOREIGN]}, identifier)["status"] == "pass"


@pytest.mark.parametrize(("identifier", "changes", "status"), OPEN)
def test_what_is_open_says_what_to_do(identifier: str, changes: dict[str, Any], status: str) -> None:
    found = control({**SAFE, **changes}, identifier)
    assert found["status"] == status
    assert found["remedy"]


@pytest.mark.parametrize("item", [item for item in CONTROLS if item.needs], ids=lambda item: item.id)
def test_what_may_not_be_read_is_unknown(item: Any) -> None:
    for name in item.needs:
        found = control({**SAFE, name: Unread("AWS answered with AccessDenied")}, item.id)
        assert (found["status"], found["remedy"]) == ("unknown", "AWS answered with AccessDenied")


def test_every_control_has_both_states_tested() -> None:
    assert {identifier for identifier, _changes, _status in OPEN} == {item.id for item in CONTROLS}
