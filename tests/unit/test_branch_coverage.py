"""The measure of branches: too few are a failure, and so is nothing measured."""

from __future__ import annotations

from pathlib import Path

import branch_coverage
import pytest
from branch_coverage import Branches


@pytest.mark.parametrize(
    ("there", "taken", "enough"), [(100, 95, True), (1000, 949, False), (1, 1, True), (1, 0, False), (0, 0, False)]
)
def test_how_many_are_enough(there: int, taken: int, enough: bool) -> None:
    assert Branches(there, taken).enough is enough


def test_nothing_measured_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branch_coverage, "CACHE", tmp_path)
    branch_coverage.begin("none")
    assert not branch_coverage.enough("none", *branch_coverage.decisions())


def test_what_decides_asks_nobody() -> None:
    names = {file.stem for file in branch_coverage.decisions()}
    assert names >= {"_totp", "_trail_plan", "_controls", "_budgets"}
    assert names & {"_root_sessions", "_posture", "_whole_answers"} == set()
