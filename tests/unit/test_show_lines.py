"""Lines at the terminal: in colour where there are colours, and what they are either way."""

from __future__ import annotations

import re

import pytest
from ansible.utils import color
from ansible_collections.dayone.aws_account.plugins.action.show_lines import coloured
from ansible_collections.dayone.aws_account.plugins.filter.posture_lines import MARKS

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
SIGNED = [f"  {mark}  M5       The root user has MFA" for mark in dict.fromkeys(["ok", *MARKS.values()])]
PLAIN = ["Account 123456789012", "", "        okay, go on", "  okay is no sign", "  https://example.com"]


@pytest.fixture
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(color, "ANSIBLE_COLOR", True)


@pytest.mark.usefixtures("colours")
def test_signs_and_headings_are_in_colour() -> None:
    shown = [coloured(line) for line in [*SIGNED, "OPEN (3)", "CHANGED SINCE 2026-11-25 (1)"]]
    assert all(ESCAPE.search(line) for line in shown)
    assert [ESCAPE.sub("", line) for line in shown[: len(SIGNED)]] == SIGNED
    # Only the sign: the rest is easiest to read as it is.
    assert all(line.endswith("M5       The root user has MFA") for line in shown[: len(SIGNED)])
    assert len({ESCAPE.findall(line)[0] for line in shown[: len(SIGNED)]}) == len(SIGNED)


@pytest.mark.usefixtures("colours")
@pytest.mark.parametrize("line", PLAIN)
def test_what_is_no_sign_stays(line: str) -> None:
    assert coloured(line) == line


@pytest.mark.parametrize("line", [*SIGNED, *PLAIN, "OPEN (3)"])
def test_elsewhere_nothing_is(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(color, "ANSIBLE_COLOR", False)
    assert coloured(line) == line
