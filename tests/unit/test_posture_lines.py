"""The summary's lines."""

from __future__ import annotations

from typing import Any

from ansible_collections.dayone.aws_account.plugins.filter.posture_lines import posture_lines

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
