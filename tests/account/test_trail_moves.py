"""The small modules of role cloudtrail: one trail in place of another, settings taken off, Object Lock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from account.trail_scene import LOGS, REGION, document, make_bucket, make_trail, trail_arn
from killed_module import Module
from sandbox import Sandbox

OURS = {"made-by": "us"}
MARK = "replaces"
ELSEWHERE = "us-east-1"


class Moving:
    """A trail of ours in another region, and the one that replaces it."""

    def __init__(self, account: Sandbox, directory: Path) -> None:
        self.account = account
        self.old, self.new = account.client("cloudtrail", ELSEWHERE), account.client("cloudtrail", REGION)
        self.module = Module("cloudtrail_replace", directory / "out", account.process_env())
        make_bucket(account)

    def begin(self, *, old_tags: dict[str, str] | None = None, logging: bool = True) -> None:
        self.account.world(log_files_delivered=True)
        for client in (self.old, self.new):
            for trail in client.describe_trails(includeShadowTrails=False)["trailList"]:
                client.delete_trail(Name=trail["TrailARN"])
        make_trail(self.account, "old", ELSEWHERE, TagsList=tag_list(OURS if old_tags is None else old_tags))
        mark = tag_list({**OURS, MARK: trail_arn("old", ELSEWHERE)})
        make_trail(self.account, "new", logging=logging, TagsList=mark)

    def run(self, *, kill_at: int = 0, **arguments: Any) -> Any:
        given = {"name": "new", "replaced": trail_arn("old", ELSEWHERE), "only_tagged": OURS, "mark": MARK}
        return self.module.run({**given, **arguments}, kill_at=kill_at)

    def logging(self) -> list[str]:
        trails = self.new.describe_trails()["trailList"]
        return [trail["Name"] for trail in trails if self.new.get_trail_status(Name=trail["TrailARN"])["IsLogging"]]

    def tags_of_new(self) -> dict[str, str]:
        (listed,) = self.new.list_tags(ResourceIdList=[trail_arn("new")])["ResourceTagList"]
        return {tag["Key"]: tag["Value"] for tag in listed["TagsList"]}


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@pytest.fixture
def moving(account: Sandbox, tmp_path: Path) -> Moving:
    return Moving(account, tmp_path)


def test_the_old_trail_goes_when_the_new_one_logs_wherever_it_is_killed(moving: Moving) -> None:
    moving.begin()
    moving.account.world(log_files_delivered=False)
    for check in (True, False):
        waiting = moving.run(_ansible_check_mode=check).result
        assert (waiting["changed"], waiting["deleted"]) == (False, False)
        assert "no log file of trail 'new' has arrived yet" in waiting["reason"]
    assert MARK in moving.tags_of_new()
    moving.account.world(log_files_delivered=True)
    announced = moving.run(_ansible_check_mode=True)
    assert announced.result["changed"]
    assert sorted(moving.logging()) == ["new", "old"]
    whole = moving.run()
    assert (whole.result["changed"], whole.result["deleted"], whole.result["reason"]) == (True, True, "")
    assert "after DeleteTrail" in whole.steps
    assert not any("StopLogging" in step for step in whole.steps)
    for number in range(1, len(whole.steps) + 1):
        moving.begin()
        assert moving.run(kill_at=number).killed
        assert "new" in moving.logging()
        moving.run()
        assert moving.logging() == ["new"]
        assert moving.tags_of_new() == OURS


def test_the_old_trail_stays_as_long_as_it_is_needed(account: Sandbox, moving: Moving) -> None:
    moving.begin(logging=False)
    left = moving.run()
    assert not left.result["changed"]
    assert "until trail 'new' logs" in left.result["reason"]
    moving.begin()
    make_bucket(account, "of-new")
    moving.new.update_trail(Name="new", S3BucketName="of-new")
    account.client("s3", REGION).delete_bucket_policy(Bucket="of-new")
    left = moving.run()
    assert "cannot deliver the log files of trail 'new' (AccessDenied)" in left.result["reason"]
    moving.begin(old_tags={})
    left = moving.run()
    assert "its tags do not say" in left.result["reason"]
    assert sorted(moving.logging()) == ["new", "old"]
    assert MARK in moving.tags_of_new()


def test_a_new_trail_that_is_to_come_is_announced(moving: Moving) -> None:
    moving.begin()
    moving.new.delete_trail(Name="new")
    announced = moving.run(_ansible_check_mode=True).result
    assert (announced["changed"], "stays for now" in announced["reason"]) == (False, True)
    assert "Could not delete trail" in moving.run().result["msg"]
    assert "give the ARN" in moving.run(replaced="old").result["msg"]


def test_settings_are_taken_off_a_trail(account: Sandbox, tmp_path: Path) -> None:
    make_bucket(account)
    account.client("sns", REGION).create_topic(Name="news")
    topic = {"Effect": "Allow", "Principal": "*", "Action": "SNS:Publish", "Resource": "*"}
    account.client("sns", REGION).set_topic_attributes(
        TopicArn=f"arn:aws:sns:{REGION}:123456789012:news", AttributeName="Policy", AttributeValue=document(topic)
    )
    trails = make_trail(account, "main", S3KeyPrefix="audit", SnsTopicName="news")
    module = Module("cloudtrail_unset", tmp_path / "out", account.process_env())
    both = {"name": "main", "settings": ["s3_key_prefix", "sns_topic_name"]}
    announced = module.run({**both, "_ansible_check_mode": True}).result
    assert announced is not None
    assert announced["diff"]["before"]["sns_topic_name"] == "news"
    assert trails.get_trail(Name="main")["Trail"]["S3KeyPrefix"] == "audit"
    for changed in (True, False):
        result = module.run(both).result
        assert result is not None
        assert (result["changed"], result["trail"]) == (changed, announced["trail"])
    trail = trails.get_trail(Name="main")["Trail"]
    assert not {"S3KeyPrefix", "SnsTopicName", "SnsTopicARN"} & trail.keys()
    assert (trail["S3BucketName"], trails.get_trail_status(Name="main")["IsLogging"]) == (LOGS, True)


def test_objects_are_locked(account: Sandbox, tmp_path: Path) -> None:
    s3 = make_bucket(account)
    module = Module("s3_object_lock", tmp_path / "out", account.process_env())

    def lock(mode: str, days: int | None = None, *, check: bool = False, name: str = LOGS) -> dict[str, Any]:
        arguments = {"name": name, "mode": mode, "days": days, "_ansible_check_mode": check}
        result = module.run({key: value for key, value in arguments.items() if value is not None}).result
        assert result is not None
        return result

    assert lock("governance", 30, check=True, name="to-come")["changed"]
    assert "InvalidBucketState" in lock("governance", 30)["msg"]
    assert "NoSuchBucket" in lock("governance", 30, name="not-there")["msg"]
    s3.put_bucket_versioning(Bucket=LOGS, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=LOGS, Key="AWSLogs/file")
    assert not lock("none")["changed"]
    for mode, days in (("governance", 30), ("compliance", 365), ("none", None)):
        assert lock(mode, days, check=True)["changed"]
        assert [lock(mode, days)["changed"] for _run in range(2)] == [True, False]
        kept = s3.get_object_lock_configuration(Bucket=LOGS)["ObjectLockConfiguration"]
        wanted = {"DefaultRetention": {"Mode": mode.upper(), "Days": days}} if days else None
        assert (kept["ObjectLockEnabled"], kept.get("Rule")) == ("Enabled", wanted)
    assert "days is 0" in lock("governance", 0)["msg"]
    assert "days" in lock("governance")["msg"]
