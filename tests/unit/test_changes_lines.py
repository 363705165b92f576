"""What the summary says of changes."""

from __future__ import annotations

from typing import Any

from ansible_collections.dayone.aws_account.plugins.filter.posture_lines import posture_lines
from hypothesis import given
from hypothesis import strategies as st

POSTURE = {"account": "123456789012", "alias": "", "sign_in_url": "https://example.com", "controls": []}
LAST = "2026-11-24T12:00:00Z"
MALLORY = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Administrators_0123456789/mallory@example.com"


def change(**more: Any) -> dict[str, Any]:
    told = {"id": "R5", "title": "The account has an alias", "was": "pass", "is": "fail"}
    return {**told, "by": [], "by_unknown": "", **more}


def section(*changes: dict[str, Any], **more: Any) -> list[str]:
    found = {"changes": list(changes), "last": LAST, "not_compared": "", **more}
    lines = posture_lines(POSTURE, output_dir="/out", changes=found)
    whole = posture_lines(POSTURE, output_dir="/out")
    assert lines[: len(whole)] == whole
    return lines[len(whole) :]


def test_nothing_is_said_without_a_report_to_compare_with() -> None:
    assert section(last="") == []


def test_nothing_changed() -> None:
    assert section() == ["", f"CHANGED SINCE {LAST} (0)", "  nothing"]


def test_why_a_report_was_not_compared() -> None:
    assert section(last="", not_compared="It is no JSON.") == ["", "CHANGED", "  It is no JSON."]


def test_what_it_was_what_it_is_and_who_did_it() -> None:
    by = {"who": MALLORY, "event": "DeleteAccountAlias", "at": "2026-11-25T09:00:00Z"}
    assert section(change(by=[by]), change(id="T2", was="", by_unknown="It is new.")) == [
        "",
        f"CHANGED SINCE {LAST} (2)",
        "  ->  R5       The account has an alias",
        "                 pass -> fail",
        "                 by arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admini",
        "                 strators_0123456789/mallory@example.com",
        "                    DeleteAccountAlias at 2026-11-25T09:00:00Z",
        "  ->  T2       The account has an alias",
        "                 nothing -> fail",
        "                 It is new.",
    ]


ANY = st.text(st.characters(), max_size=100)


@given(ANY, ANY, ANY, ANY, ANY)
def test_no_name_tells_the_terminal_what_to_do(who: str, was: str, now: str, title: str, why: str) -> None:
    by = {"who": who, "event": who, "at": LAST}
    lines = section(change(by=[by], was=was, title=title, by_unknown=why, **{"is": now}), not_compared=why)
    assert all(line.isprintable() for line in lines)
