"""The summary's lines."""

from __future__ import annotations

from typing import Any

from ansible_collections.dayone.aws_account.plugins.filter.posture_lines import PILLARS, posture_lines
from ansible_collections.dayone.aws_account.plugins.module_utils._controls import CONTROLS

LONG = (
    "Sign in as root, open the page of the security credentials, choose to assign a device, and go on as it says there."
)


def control(name: str, status: str, remedy: str = "") -> dict[str, Any]:
    return {"id": name, "title": f"The title of {name}", "status": status, "remedy": remedy}


def posture(*controls: dict[str, Any], alias: str = "") -> dict[str, Any]:
    return {
        "account": "123456789012",
        "alias": alias,
        "sign_in_url": "https://example.signin.aws.amazon.com/console",
        "controls": list(controls),
    }


def test_an_account_where_all_is_done() -> None:
    assert posture_lines(posture(control("R2", "pass")), output_dir="/out") == [
        "Account 123456789012",
        "Sign in at https://example.signin.aws.amazon.com/console",
        "",
        "DONE IN THIS RUN",
        "  nothing had to be changed",
        "",
        "SECRETS",
        "  none in /out",
        "",
        "SAFE (1 of 1)",
        "  ok  R2       The title of R2",
        "",
        "OPEN (0)",
        "  nothing",
    ]


def test_what_is_open_is_counted_marked_and_broken_to_80_columns() -> None:
    states = ("fail", "manual", "unknown")
    controls = [control(f"C{number}", state, LONG) for number, state in enumerate(states)]
    lines = posture_lines(posture(*controls, alias="books"), output_dir="/out", beside=[LONG])
    assert lines[0] == "Account 123456789012 (books)"
    assert lines[lines.index("OPEN (4)") :][:3] == [
        "OPEN (4)",
        "  !!  C0       The title of C0",
        "                 Sign in as root, open the page of the security credentials,",
    ]
    assert {"  you  C1       The title of C1", "  ??  C2       The title of C2"} <= set(lines)
    assert "  you  -        Sign in as root, open the page of the security credentials," in lines
    assert all(len(line) <= 80 for line in lines)


def test_what_was_done_and_the_files_of_secrets() -> None:
    text = "\n".join(
        posture_lines(
            posture(), output_dir="/out", done=["group 'a' made"], only_planned=True, secrets=["a.mfa", "a.password"]
        )
    )
    assert "WOULD BE DONE IN THIS RUN\n  + group 'a' made\n" in text
    assert "  in /out\n    a.mfa\n    a.password\n  Put them into your password manager" in text


def test_markup_stays_text() -> None:
    assert "  + {{ 1 + 1 }}" in posture_lines(posture(), output_dir="/out", done=["{{ 1 + 1 }}"])


def test_many_controls_stand_under_what_they_are_about() -> None:
    controls = [
        {**control("M1", "pass"), "pillar": "mfa"},
        {**control("M5", "manual", "Sign in as root."), "pillar": "mfa"},
        {**control("T1", "pass"), "pillar": "logging"},
        {**control("T9", "not_applicable", "A choice."), "pillar": "logging"},
    ]
    lines = posture_lines(posture(*controls), output_dir="/out")
    assert lines[lines.index("SAFE (2 of 3)") :] == [
        "SAFE (2 of 3)",
        "  Multi-factor authentication",
        "  ok  M1       The title of M1",
        "  What is recorded",
        "  ok  T1       The title of T1",
        "  --  1 does not apply here: T9",
        "",
        "OPEN (1)",
        "  Multi-factor authentication",
        "  you  M5       The title of M5",
        "                 Sign in as root.",
    ]


def test_all_of_the_collections_controls_fit() -> None:
    judged = [
        {**control(item.id, status, LONG), "title": item.title.en, "pillar": item.pillar}
        for item in CONTROLS
        for status in ("pass", "fail", "not_applicable")
    ]
    assert all(len(line) <= 80 for line in posture_lines(posture(*judged), output_dir="/out"))
    assert {item.pillar for item in CONTROLS} == PILLARS.keys()
