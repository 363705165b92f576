"""What only the root user can do, judged and put into words."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._control import Unread
from ansible_collections.dayone.aws_account.plugins.module_utils._controls import judge
from ansible_collections.dayone.aws_account.plugins.module_utils._credential_report import Report
from ansible_collections.dayone.aws_account.plugins.module_utils._root_user import (
    GUIDES,
    STEP_IDS,
    key_lines,
    last_use,
    open_steps,
    step_lines,
    steps_to_lead_through,
    use_line,
)

HEADER = "user,arn,password_last_used,access_key_1_last_used_date,access_key_2_last_used_date"
ADMIN = "arn:aws:iam::123456789012:user/admin"
ROOT = "arn:aws:iam::123456789012:root"


def readings(**changed: Any) -> dict[str, Any]:
    summary = {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0}
    return {"caller": ADMIN, "summary": summary, "preferences": {}, **changed}


@pytest.mark.parametrize(
    ("row", "when"),
    [
        ("2026-11-01T10:00:00+00:00,N/A,N/A", "2026-11-01T10:00:00+00:00"),
        ("2026-11-01T10:00:00+00:00,2026-11-03T10:00:00+00:00,N/A", "2026-11-03T10:00:00+00:00"),
        ("no_information,N/A,not_supported", ""),
    ],
)
def test_the_last_use_is_the_latest_of_password_and_keys(row: str, when: str) -> None:
    report = f"{HEADER}\n<root_account>,{ROOT},{row}\nada,{ADMIN},2026-11-20T10:00:00+00:00,N/A,N/A\n"
    assert last_use(Report(report, "now")) == (when, "now")


def test_steps_that_are_not_known_to_be_done_are_open() -> None:
    assert open_steps(judge(readings(), STEP_IDS)) == []
    nothing = Unread("denied")
    steps = open_steps(judge(readings(summary=nothing, preferences=nothing), STEP_IDS))
    assert [(step["id"], step["status"]) for step in steps] == [
        ("M5", "unknown"),
        ("R4", "manual"),
        ("R6", "unknown"),
    ]


def test_every_step_has_a_guide_that_its_control_shares() -> None:
    assert GUIDES.keys() == set(STEP_IDS)
    controls = judge(readings(summary={}, preferences=Unread("denied")), STEP_IDS)
    for control in controls:
        assert control["status"] == "pass" or control["remedy"] == GUIDES[control["id"]].remedy()


def test_a_run_with_roots_key_does_not_end_itself_halfway() -> None:
    steps = open_steps(judge(readings(summary={"AccountAccessKeysPresent": 1}, preferences=Unread("denied")), STEP_IDS))
    assert [step["id"] for step in steps_to_lead_through(steps, used_by_this_run=False)] == ["M5", "R4", "R6"]
    assert [step["id"] for step in steps_to_lead_through(steps, used_by_this_run=True)] == ["M5", "R4"]
    unseen = [{**step, "status": "unknown"} for step in steps]
    assert steps_to_lead_through(unseen, used_by_this_run=False) == []


def test_a_step_in_lines() -> None:
    (step,) = open_steps(judge(readings(summary={"AccountMFAEnabled": 0}), STEP_IDS))
    lines = step_lines(step, 2, 3)
    assert lines[0] == "Step 2 of 3: The root user has MFA (M5)"
    assert "    1. under 'Multi-factor authentication (MFA)' choose 'Assign MFA device'" in lines


def test_only_roots_own_run_is_told_how_to_end() -> None:
    assert key_lines(ADMIN, keys_present=True) == []
    assert "delete the access key" in key_lines(ROOT, keys_present=True)[0]
    assert "end by themselves" in key_lines(ROOT, keys_present=False)[0]


def test_a_use_that_cannot_be_read_says_why() -> None:
    assert use_line(None, "denied").endswith("is not known: denied")
