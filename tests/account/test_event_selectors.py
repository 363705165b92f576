"""The module cloudtrail_event_selectors against the stand-in account, read back with boto3."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from account.trail_scene import MANAGEMENT, S3_DATA, make_bucket, make_trail
from killed_module import Module
from sandbox import Sandbox


class Scene:
    """A trail named main, and the module that chooses its events."""

    def __init__(self, account: Sandbox, directory: Path) -> None:
        self.account = account
        self.module = Module("cloudtrail_event_selectors", directory / "files", account.process_env())
        make_bucket(account)
        self.client = make_trail(account, "main")

    def run(self, kill_at: int = 0, **options: Any) -> dict[str, Any] | None:
        """What the module says; None where it was killed."""
        self.account.clear_journal()
        return self.module.run({"name": "main", "region": "ap-northeast-1", **options}, kill_at=kill_at).result

    def done(self, **options: Any) -> dict[str, Any]:
        result = self.run(**options)
        assert result is not None
        assert not result.get("failed"), result
        return result

    def writes(self) -> list[str]:
        return [call.action for call in self.account.journal() if call.writes]

    def read_back(self) -> tuple[Any, Any]:
        """Event selectors of either kind, and Insights by their kind."""
        found = self.client.get_event_selectors(TrailName="main")
        if not self.client.get_trail(Name="main")["Trail"]["HasInsightSelectors"]:
            return found.get("EventSelectors") or found["AdvancedEventSelectors"], {}
        insights = self.client.get_insight_selectors(TrailName="main")["InsightSelectors"]
        return found.get("EventSelectors") or found["AdvancedEventSelectors"], {
            item["InsightType"]: item["EventCategories"] for item in insights
        }


@pytest.fixture
def scene(account: Sandbox, tmp_path: Path) -> Scene:
    return Scene(account, tmp_path)


def as_options(*selectors: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": selector["Name"],
            "field_selectors": [
                {"field": item["Field"], "equals": item["Equals"]} for item in reversed(selector["FieldSelectors"])
            ],
        }
        for selector in selectors
    ]


CLASSIC: dict[str, Any] = {
    "read_write_type": "write",
    "exclude_management_event_sources": ["rdsdata.amazonaws.com", "kms.amazonaws.com"],
    "data_events": [
        {"type": "AWS::S3::Object", "arns": ["arn:aws:s3:::b", "arn:aws:s3:::a/"]},
        {"type": "AWS::DynamoDB::Table"},
    ],
    "insights": ["ApiErrorRateInsight", "ApiCallRateInsight"],
    "data_event_insights": ["ApiErrorRateInsight"],
}
ADVANCED: dict[str, Any] = {
    "advanced_event_selectors": as_options(S3_DATA, MANAGEMENT),
    "insights": ["ApiCallRateInsight"],
}
ONLY_DATA: dict[str, Any] = {
    "advanced_event_selectors": as_options(S3_DATA),
    "data_event_insights": ["ApiCallRateInsight"],
}


def test_chosen_changed_and_left_alone(scene: Scene) -> None:
    for options in (CLASSIC, {}, ADVANCED, ONLY_DATA, CLASSIC, ADVANCED, {}):
        announced = scene.done(**options, _ansible_check_mode=True)
        assert scene.writes() == []
        assert (announced["changed"], scene.done(**options)["changed"]) == (True, True)
        assert set(scene.writes()) <= {"PutEventSelectors", "PutInsightSelectors"}
        again = scene.done(**options)
        assert (again["changed"], scene.writes()) == (False, [])
        assert again["diff"]["before"] == again["diff"]["after"] == announced["diff"]["after"]


def test_what_is_there_then(scene: Scene) -> None:
    scene.done(**CLASSIC)
    (selector,), insights = scene.read_back()
    assert selector == {
        "ReadWriteType": "WriteOnly",
        "IncludeManagementEvents": True,
        "ExcludeManagementEventSources": ["kms.amazonaws.com", "rdsdata.amazonaws.com"],
        "DataResources": [
            {"Type": "AWS::DynamoDB::Table", "Values": ["arn:aws:dynamodb"]},
            {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::a/", "arn:aws:s3:::b/"]},
        ],
    }
    assert insights == {"ApiCallRateInsight": ["Management"], "ApiErrorRateInsight": ["Data", "Management"]}
    result = scene.done(**ONLY_DATA)
    selectors, insights = scene.read_back()
    assert (selectors, insights) == ([S3_DATA], {"ApiCallRateInsight": ["Data"]})
    assert (result["event_selectors"], result["insights"], result["data_event_insights"]) == (
        [],
        [],
        ["ApiCallRateInsight"],
    )
    assert result["advanced_event_selectors"] == [
        {
            "name": "Objects",
            "field_selectors": [
                {"field": "eventCategory", "equals": ["Data"]},
                {"field": "resources.type", "equals": ["AWS::S3::Object"]},
            ],
        }
    ]


def test_a_change_says_what_goes(scene: Scene) -> None:
    assert scene.done(**CLASSIC).get("warnings", []) == []
    fewer = {**CLASSIC, "data_events": CLASSIC["data_events"][:1]}
    (events,) = scene.done(**fewer, _ansible_check_mode=True)["warnings"]
    assert "it no longer records data write events of AWS::DynamoDB::Table arn:aws:dynamodb" in str(events)
    for check in (True, False):
        (events, insights) = scene.done(**ADVANCED, _ansible_check_mode=check)["warnings"]
        assert "data write events of AWS::S3::Object arn:aws:s3:::a/, arn:aws:s3:::b/" in str(events)
        assert "Insights go off it: ApiErrorRateInsight of data events" in str(insights)
    (events, insights) = scene.done()["warnings"]
    assert "'Objects': eventCategory equals Data, resources.type equals AWS::S3::Object" in str(events)
    assert "ApiCallRateInsight of management events" in str(insights)


def test_what_cannot_be_is_said_before_the_first_call(scene: Scene) -> None:
    management: dict[str, Any] = {"advanced_event_selectors": as_options(MANAGEMENT)}
    for options, words in (
        ({"data_events": [{"type": "AWS::S3::Object", "arns": ["arn:aws:s3:::*"]}]}, "'*'"),
        ({**management, "read_write_type": "all"}, "mutually exclusive"),
        ({"read_write_type": "read", "insights": ["ApiCallRateInsight"]}, "write management events"),
    ):
        result = scene.run(**options)
        assert result is not None
        assert words in result["msg"]
        assert scene.account.journal() == []


def test_a_trail_that_is_not_there(scene: Scene) -> None:
    result = scene.run(name="other")
    assert result is not None
    assert "There is no trail 'other'" in result["msg"]
    assert scene.done(name="other", _ansible_check_mode=True, read_write_type="read")["changed"] is True


def test_killed_anywhere_the_next_run_completes(scene: Scene) -> None:
    for before in (CLASSIC, ADVANCED):
        step, result = 0, None
        while result is None:
            scene.done(**before)
            step += 1
            result = scene.run(kill_at=step, **ONLY_DATA)
            scene.done(**ONLY_DATA)
            assert scene.read_back() == ([S3_DATA], {"ApiCallRateInsight": ["Data"]})
        assert step > 6
