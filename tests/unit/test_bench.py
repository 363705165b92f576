"""The benchmark's figures, and its recording of calls."""

from __future__ import annotations

import json

import pytest
from bench.deletion import contents, row
from bench.recorder.sitecustomize import as_json
from bench.replay import from_json
from bench.table import Figures, medians, ratio, rows, text


def test_medians_are_of_each_figure_on_its_own() -> None:
    measured = [Figures(1, 9, 5, 7), Figures(2, 8, 6, 7), Figures(30, 1, 7, 7)]
    assert medians(measured) == Figures(2, 8, 7, 7)


def test_ratios_leave_ansibles_start_up_out_where_the_script_has_none() -> None:
    ways = {
        "boto3": Figures(1, 1, 50, 60),
        "stock": Figures(16.5, 16, 90, 60),
        "in-process": Figures(4.5, 4, 200, 60),
        "at once": Figures(3.5, 2, 100, 0),
    }
    script, stock, served, at_once = rows("no-op", ways, Figures(0.5, 0.5, 0, 0))
    assert script[-3:] == ["", "", ""]
    assert stock[-3:] == ["", "", "16.0x"]
    assert served[-3:] == ["3.7x", "4.0x", "4.0x"]
    assert at_once[-3:] == ["4.7x", "8.0x", "3.0x"]


def test_nothing_is_divided_by_nothing() -> None:
    assert ratio(1, 0) == "-"


def test_the_table_is_aligned() -> None:
    assert text(["run", "way", "s"], [["first", "stock", "1.00"]]).splitlines() == [
        "| run   | way   |    s |",
        "| ----- | ----- | ---: |",
        "| first | stock | 1.00 |",
    ]


def test_bytes_come_back_from_a_recording() -> None:
    call = ["lambda", "us-east-1", "Invoke", {"Payload": b"\x00\xff", "Names": ["ü"]}]
    assert json.loads(json.dumps(call, default=as_json), object_hook=from_json) == call


@pytest.mark.parametrize("size", [1, 4, 5, 1000, 1001])
def test_a_bucket_holds_as_many_versions_as_are_asked_for(size: int) -> None:
    objects = list(contents(size))
    assert sum(item["versions"] + item.get("delete_marker", False) for item in objects) == size
    assert len({item["key"] for item in objects}) == len(objects)


def test_deletions_are_compared_with_boto3() -> None:
    slow, fast = Figures(10, 9, 50, 100), Figures(4, 3, 140, 102)
    assert row(50_000, "boto3", slow, slow)[-1] == ""
    assert row(50_000, "module", fast, slow) == ["50,000", "module", "4.00", "3.00", "140", "102", "2.5x"]
