"""What a trail should record, from the module's options."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.modules.cloudtrail_event_selectors import (
    normalised,
    wanted_selectors,
)

OPTIONS: dict[str, Any] = {
    "read_write_type": "all",
    "include_management_events": True,
    "exclude_management_event_sources": [],
    "data_events": [],
    "insights": [],
}


def test_without_data_events_it_is_what_a_new_trail_records() -> None:
    assert wanted_selectors(OPTIONS, "aws").classic == [normalised({"ReadWriteType": "All"})]


@pytest.mark.parametrize(
    ("kind", "arns", "values"),
    [
        ("AWS::S3::Object", [], ["arn:aws-cn:s3"]),
        ("AWS::Lambda::Function", [], ["arn:aws-cn:lambda"]),
        ("AWS::S3::Object", ["arn:aws:s3:::bucket"], ["arn:aws:s3:::bucket/"]),
        ("AWS::S3::Object", ["arn:aws:s3:::bucket/b", "arn:aws:s3:::a/"], ["arn:aws:s3:::a/", "arn:aws:s3:::bucket/b"]),
    ],
)
def test_resources_are_spelled_as_aws_spells_them(kind: str, arns: list[str], values: list[str]) -> None:
    wanted = wanted_selectors({**OPTIONS, "data_events": [{"type": kind, "arns": arns}]}, "aws-cn")
    assert wanted.classic is not None
    assert wanted.classic[0]["DataResources"] == [{"Type": kind, "Values": values}]


def test_order_does_not_count() -> None:
    one = {"DataResources": [{"Type": "B", "Values": ["2", "1"]}, {"Type": "A", "Values": []}]}
    other = {"DataResources": [{"Type": "A"}, {"Type": "B", "Values": ["1", "2"]}], "IncludeManagementEvents": True}
    assert normalised(one) == normalised(other)
