"""The module cloudtrail_plan_info against the stand-in account: what it reads, and what it does where it may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from account.trail_scene import ACCOUNT, LOGS, REGION, make_bucket, make_trail
from killed_module import Module
from sandbox import Sandbox

OF_A_BUCKET = [
    "HeadBucket",
    "GetBucketEncryption",
    "GetBucketOwnershipControls",
    "GetBucketPolicy",
    "GetBucketTagging",
    "GetBucketVersioning",
    "GetBucketLifecycleConfiguration",
    "GetPublicAccessBlock",
]


class Scene:
    """An account, and the module that plans a trail in it."""

    def __init__(self, account: Sandbox, directory: Path) -> None:
        self.account = account
        self.module = Module("cloudtrail_plan_info", directory / "files", account.process_env())

    def plan(self, **options: Any) -> dict[str, Any]:
        self.account.clear_journal()
        result = self.module.run({"name": "main", "account_id": ACCOUNT, "region": REGION, **options}).result
        assert result is not None
        return result

    def calls(self) -> list[str]:
        return [call.action for call in self.account.journal()]


@pytest.fixture
def scene(account: Sandbox, tmp_path: Path) -> Scene:
    return Scene(account, tmp_path)


def test_each_thing_is_read_once(scene: Scene) -> None:
    found = scene.plan()
    assert (found["decision"], found["bucket"]["is_now"], found["bucket"]["differs"]) == ("create", {}, True)
    assert scene.calls() == ["DescribeTrails", "HeadBucket"]
    s3 = make_bucket(scene.account)
    make_trail(scene.account, "main")
    s3.put_bucket_versioning(Bucket=LOGS, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_tagging(Bucket=LOGS, Tagging={"TagSet": [{"Key": "Team", "Value": "a"}]})
    found = scene.plan()
    assert scene.calls() == ["DescribeTrails", "GetTrailStatus", "ListTags", *OF_A_BUCKET]
    assert found["bucket"]["name"] == LOGS
    assert (found["bucket"]["is_now"]["versioning"], found["bucket"]["is_now"]["tags"]) == (True, {"Team": "a"})
    assert len(found["bucket"]["is_now"]["policy"]["Statement"]) == 2


def test_of_a_trail_that_is_kept_no_bucket_is_read(scene: Scene) -> None:
    make_bucket(scene.account)
    make_trail(scene.account, "theirs")
    assert scene.plan(existing="keep")["decision"] == "keep"
    assert "HeadBucket" not in scene.calls()


@pytest.mark.parametrize("call", OF_A_BUCKET)
def test_what_cannot_be_read_is_not_taken_for_not_set(scene: Scene, call: str) -> None:
    make_bucket(scene.account)
    scene.account.fail("s3", call, "AccessDenied", status=403)
    found = scene.plan(bucket=LOGS)
    assert found["failed"]
    assert f"Could not read bucket '{LOGS}', which log files of trail 'main' are to go to" in found["msg"]
    assert call in found["msg"]


def test_a_bucket_of_somebody_else_is_none_of_ours(scene: Scene) -> None:
    stranger = scene.account.account_client("s3", "210987654321", REGION)
    stranger.create_bucket(Bucket=LOGS, CreateBucketConfiguration={"LocationConstraint": REGION})
    assert scene.plan(bucket=LOGS)["bucket"]["is_now"] == {}
    assert scene.calls() == ["DescribeTrails", "HeadBucket", "ListBuckets"]
    scene.account.fail("s3", "ListBuckets", "AccessDenied", status=403)
    assert scene.plan(bucket=LOGS)["bucket"]["is_now"] == {}
