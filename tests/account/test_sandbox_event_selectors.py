"""Event and Insights selectors in the stand-in account, as AWS takes, keeps and refuses them."""

from __future__ import annotations

from typing import Any

import pytest
from account.aws_errors import refused
from account.trail_scene import MANAGEMENT, S3_DATA, advanced, make_bucket, make_trail, trail_arn
from sandbox import Sandbox


@pytest.fixture
def trails(account: Sandbox) -> Any:
    """CloudTrail with a trail named main."""
    make_bucket(account)
    return make_trail(account, "main")


def test_classic_event_selectors(trails: Any) -> None:
    (unasked,) = trails.get_event_selectors(TrailName="main")["EventSelectors"]
    assert (unasked["ReadWriteType"], unasked["IncludeManagementEvents"]) == ("All", True)
    selector = {"ReadWriteType": "WriteOnly", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}
    trails.put_event_selectors(TrailName="main", EventSelectors=[selector])
    (kept,) = trails.get_event_selectors(TrailName=trail_arn("main"))["EventSelectors"]
    assert kept == {**selector, "IncludeManagementEvents": True, "DataResources": []}
    with refused("InvalidEventSelectorsException", 400):
        trails.put_event_selectors(TrailName="main", EventSelectors=[])


def data(kind: str, *values: str) -> dict[str, Any]:
    return {"DataResources": [{"Type": kind, "Values": list(values)}]}


S3 = "AWS::S3::Object"
SELECTORS = {"EventSelectors": [data(S3, "arn:aws:s3")]}


def test_the_limits_of_classic_ones(trails: Any) -> None:
    single = [f"arn:aws:s3:::bucket-{number}/" for number in range(251)]
    within: list[list[dict[str, Any]]] = [
        [data(S3, "arn:aws:s3"), data("AWS::Lambda::Function", "arn:aws:lambda")],
        [data(S3, *single[:250]), data(S3, "arn:aws:s3")],
        [{}] * 5,
    ]
    for selectors in within:
        trails.put_event_selectors(TrailName="main", EventSelectors=selectors)
    beyond: list[list[dict[str, Any]]] = [
        [{}] * 6,
        [data(S3, *single)],
        [data(S3, "arn:aws:s3:::*")],
        [data(S3, "arn:aws:lambda")],
        [data("AWS::EC2::Snapshot", "arn:aws:ec2")],
        [{"ExcludeManagementEventSources": ["iam.amazonaws.com"]}],
    ]
    for selectors in beyond:
        with refused("InvalidEventSelectorsException", 400):
            trails.put_event_selectors(TrailName="main", EventSelectors=selectors)


def test_one_kind_replaces_the_other(trails: Any) -> None:
    trails.put_event_selectors(TrailName="main", AdvancedEventSelectors=[MANAGEMENT, S3_DATA])
    found = trails.get_event_selectors(TrailName="main")
    assert found["AdvancedEventSelectors"] == [MANAGEMENT, S3_DATA]
    assert "EventSelectors" not in found
    assert trails.get_trail(Name="main")["Trail"]["HasCustomEventSelectors"]
    trails.put_event_selectors(TrailName="main", **SELECTORS)
    assert "AdvancedEventSelectors" not in trails.get_event_selectors(TrailName="main")


DATA: dict[str, Any] = {"eventCategory": ["Data"], "resources__type": [S3]}


def test_the_limits_of_advanced_ones(trails: Any) -> None:
    names = [f"Name{number}" for number in range(499)]
    of_prefix = {"StartsWith": ["arn:aws:s3:::bucket/"]}
    for selector in (
        advanced(eventCategory=["Management"], readOnly=["false"], eventSource={"NotEquals": ["kms.amazonaws.com"]}),
        advanced(**DATA, resources__ARN=of_prefix, userIdentity__arn={"EndsWith": ["x"]}),
        advanced(eventCategory=["NetworkActivity"], eventSource=["kms.amazonaws.com"], errorCode=["VpceAccessDenied"]),
        advanced(**DATA, eventName=names[:498]),
    ):
        trails.put_event_selectors(TrailName="main", AdvancedEventSelectors=[selector])
        assert trails.get_event_selectors(TrailName="main")["AdvancedEventSelectors"] == [selector]
    for selector in (
        advanced(resources__type=[S3]),
        advanced(eventCategory=["Elsewhere"]),
        advanced(eventCategory={"NotEquals": ["Data"]}),
        advanced(eventCategory=["Data"]),
        advanced(eventCategory=["NetworkActivity"]),
        advanced(eventCategory=["Data"], resources__type=[S3, "AWS::Lambda::Function"]),
        advanced(eventCategory=["Management"], eventName=["CreateUser"]),
        advanced(eventCategory=["Management"], readOnly=["yes"]),
        advanced(**DATA, readOnly={"NotEquals": ["true"]}),
        advanced(**DATA, eventName={}),
        advanced(**DATA, eventName=names),
    ):
        with refused("InvalidEventSelectorsException", 400):
            trails.put_event_selectors(TrailName="main", AdvancedEventSelectors=[selector])


def insight(kind: str, *categories: str) -> dict[str, Any]:
    return {"InsightType": kind, "EventCategories": list(categories)}


def test_insights(trails: Any) -> None:
    with refused("InsightNotEnabledException", 400):
        trails.get_insight_selectors(TrailName="main")
    for _number in range(2):
        trails.put_insight_selectors(TrailName="main", InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])
        found = trails.get_insight_selectors(TrailName="main")["InsightSelectors"]
        assert found == [insight("ApiCallRateInsight", "Management")]
    assert trails.describe_trails()["trailList"][0]["HasInsightSelectors"]
    trails.put_insight_selectors(TrailName="main", InsightSelectors=[])
    with refused("InsightNotEnabledException", 400):
        trails.get_insight_selectors(TrailName="main")


READ_ONLY = {"EventSelectors": [{"ReadWriteType": "ReadOnly"}]}
ADVANCED_READ_ONLY = {"AdvancedEventSelectors": [advanced(eventCategory=["Management"], readOnly=["true"])]}
ONLY_DATA = {"AdvancedEventSelectors": [S3_DATA]}


def test_insights_need_the_events_that_they_look_at(trails: Any) -> None:
    only_objects = {"EventSelectors": [{"IncludeManagementEvents": False, **data("AWS::S3::Object", "arn:aws:s3")}]}
    for selectors, possible, impossible in (
        (READ_ONLY, insight("ApiErrorRateInsight", "Management"), insight("ApiCallRateInsight", "Management")),
        (ADVANCED_READ_ONLY, insight("ApiErrorRateInsight", "Management"), insight("ApiCallRateInsight", "Management")),
        (ONLY_DATA, insight("ApiCallRateInsight", "Data"), insight("ApiErrorRateInsight", "Management")),
        (READ_ONLY, insight("ApiErrorRateInsight", "Management"), insight("ApiErrorRateInsight", "Data")),
        (ONLY_DATA, insight("ApiErrorRateInsight", "Data"), insight("ApiErrorRateInsight", "Data", "Management")),
    ):
        trails.put_insight_selectors(TrailName="main", InsightSelectors=[])
        trails.put_event_selectors(TrailName="main", **selectors)
        with refused("InvalidInsightSelectorsException", 400):
            trails.put_insight_selectors(TrailName="main", InsightSelectors=[impossible])
        trails.put_insight_selectors(TrailName="main", InsightSelectors=[possible])
        if possible["EventCategories"] == ["Management"]:
            with refused("InvalidEventSelectorsException", 400):
                trails.put_event_selectors(TrailName="main", **only_objects)
