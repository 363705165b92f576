"""What the controls have to know of a trail."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._control import Unread
from ansible_collections.dayone.aws_account.plugins.module_utils._event_selectors import selectors_of
from ansible_collections.dayone.aws_account.plugins.module_utils._posture_trails import (
    delivery_error,
    described,
    told,
    with_status,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._recorded_events import objects_recorded

TRAIL = {
    "Name": "t",
    "TrailARN": "arn:aws:cloudtrail:us-east-1:123456789012:trail/t",
    "HomeRegion": "us-east-1",
    "IsMultiRegionTrail": True,
    "S3BucketName": "logs",
}
OBJECTS = {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}
DATA = {"Field": "eventCategory", "Equals": ["Data"]}


def classic(*values: str, kind: str = "All") -> dict[str, Any]:
    return {"EventSelectors": [{"ReadWriteType": kind, "DataResources": [_of(values)]}]}


def _of(values: tuple[str, ...]) -> dict[str, Any]:
    return {"Type": "AWS::S3::Object", "Values": list(values)}


def advanced(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"AdvancedEventSelectors": [{"FieldSelectors": [DATA, *fields]}]}


@pytest.mark.parametrize(
    ("answer", "kinds"),
    [
        (classic("arn:aws:s3"), {"read", "write"}),
        (classic("arn:aws-cn:s3:::", kind="ReadOnly"), {"read"}),
        (classic("arn:aws:s3:::one-bucket/"), set()),
        ({"EventSelectors": [{"ReadWriteType": "All"}]}, set()),
        (advanced(OBJECTS), {"read", "write"}),
        (advanced(OBJECTS, {"Field": "readOnly", "Equals": ["false"]}), {"write"}),
        (advanced(OBJECTS, {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::one-bucket/"]}), set()),
        (advanced({"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}), set()),
    ],
)
def test_objects_of_all_buckets(answer: dict[str, Any], kinds: set[str]) -> None:
    assert objects_recorded(selectors_of(answer, {})) == kinds


def test_a_trail_of_another_account_is_not_ones_own() -> None:
    assert described(TRAIL, "123456789012")["own"]
    assert not described(TRAIL, "210987654321")["own"]


def test_what_is_left_out_is_in_order_for_a_report() -> None:
    sources = ["rdsdata.amazonaws.com", "kms.amazonaws.com"]
    answer = {"EventSelectors": [{"ReadWriteType": "WriteOnly", "ExcludeManagementEventSources": sources}]}
    found = with_status(described(TRAIL, "1"), {"IsLogging": True}, selectors_of(answer, {}))
    assert found["left_out"] == {"write": sorted(sources)}
    assert (found["management_events"], found["data_events"], found["objects"]) == (True, False, [])


@pytest.mark.parametrize("name", ["LatestDeliveryError", "LatestDigestDeliveryError", "LatestNotificationError"])
def test_any_of_three_deliveries_may_fail(name: str) -> None:
    assert delivery_error({"IsLogging": True, name: "AccessDenied"}) == "AccessDenied"
    assert delivery_error({"IsLogging": True, name: ""}) == ""


def test_a_trail_that_could_not_be_read_is_told_with_the_reason() -> None:
    (found,) = told([{**described(TRAIL, "1"), "unread": Unread("denied")}])
    assert (found["unread"], found["logging"], found["bucket"]) == ("denied", False, "logs")
    assert told(Unread("denied")) == []
