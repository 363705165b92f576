"""The role cloudtrail killed after its writes: the next run carries on, and no trail is ever stopped.

Each run is killed by one of its first writes, so that every one has to carry on from where the one before was killed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from account.test_cloudtrail import EVERYTHING, REGION, play
from account.trail_scene import make_bucket, make_trail
from conftest import Run
from killing_proxy import Killer
from sandbox import Sandbox
from torture import STRIDE, killed_at

pytestmark = pytest.mark.torture
Ansible = Callable[..., Run]
MORE_THAN_ENOUGH = 40
INSIGHTS = ["ApiErrorRateInsight"]


@pytest.fixture
def killed(account: Sandbox, ansible: Ansible) -> Callable[..., Iterator[str]]:
    """Runs of the role until one comes to its end: the write that killed each of the others."""

    def run(**variables: Any) -> Iterator[str]:
        for _run in range(MORE_THAN_ENOUGH):
            with Killer(account, after=STRIDE) as killer:
                done = ansible(play(**variables), env=killer.env, check=False)
            if not killer.killed:
                assert done.rc == 0, done.output
                return
            assert done.rc == -9
            yield killer.killed
        raise AssertionError("It comes to no end.")

    return run


def logging(account: Sandbox) -> dict[str, bool]:
    cloudtrail = account.client("cloudtrail", REGION)
    trails = cloudtrail.describe_trails()["trailList"]
    return {trail["Name"]: cloudtrail.get_trail_status(Name=trail["TrailARN"])["IsLogging"] for trail in trails}


def test_a_first_run(account: Sandbox, killed: Callable[..., Iterator[str]]) -> None:
    make_bucket(account)
    make_trail(account, "theirs")
    writes = []
    for write in killed(**EVERYTHING, cloudtrail_existing="create"):
        writes.append(write)
        assert logging(account)["theirs"]
    assert logging(account) == {"theirs": True, "all-of-it": True}
    assert writes == killed_at(
        [
            "CreateBucket",
            "PutBucketVersioning",
            "PutPublicAccessBlock",
            "PutBucketPolicy",
            "PutBucketTagging",
            "PutBucketEncryption",
            "PutBucketOwnershipControls",
            "PutBucketLifecycleConfiguration",
            "PutObjectLockConfiguration",
            "CreateKey",
            "CreateAlias",
            "EnableKeyRotation",
            "CreateTopic",
            "SetTopicAttributes",
            "CreateTrail",
            "StartLogging",
            "PutEventSelectors",
            "PutInsightSelectors",
        ]
    )
    assert len(account.client("kms", REGION).list_keys()["Keys"]) == 1
    (selector,) = account.client("cloudtrail", REGION).get_event_selectors(TrailName="all-of-it")["EventSelectors"]
    assert len(selector["DataResources"]) == 2


def test_a_trail_that_is_taken_over(account: Sandbox, killed: Callable[..., Iterator[str]]) -> None:
    make_bucket(account)
    make_trail(account, "theirs")
    writes = []
    for write in killed(cloudtrail_existing="adopt", cloudtrail_tags={"Team": "a"}, cloudtrail_insights=INSIGHTS):
        writes.append(write)
        assert logging(account) == {"theirs": True}
    assert writes == killed_at(
        [
            "PutBucketVersioning",
            "PutPublicAccessBlock",
            "PutBucketPolicy",
            "PutBucketTagging",
            "PutBucketEncryption",
            "PutBucketOwnershipControls",
            "UpdateTrail",
            "AddTags",
            "PutInsightSelectors",
        ]
    )
    assert logging(account) == {"theirs": True}


def test_a_named_bucket_gets_its_retention_all_the_same(account: Sandbox, ansible: Ansible) -> None:
    """A bucket that a killed run made is told from one that was there before."""
    named = {"cloudtrail_bucket": "our-own-logs"}
    for after, write in ((5, "PutBucketTagging"), (2, "PutBucketOwnershipControls")):
        with Killer(account, after=after) as killer:
            ansible(play(**named), env=killer.env, check=False)
        assert killer.killed == write
    ansible(play(**named))
    s3 = account.client("s3", REGION)
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket="our-own-logs")["Rules"]
    assert rule["Expiration"]["Days"] == 400
    assert s3.get_bucket_tagging(Bucket="our-own-logs")["TagSet"] == [{"Key": "dayone-role", "Value": "cloudtrail"}]


@pytest.mark.long
def test_another_name_and_then_fewer_choices(
    account: Sandbox, ansible: Ansible, killed: Callable[..., Iterator[str]]
) -> None:
    account.world(log_files_delivered=True)
    ansible(play(cloudtrail_name="first", cloudtrail_sns_topic="news", cloudtrail_bucket_prefix="audit"))
    writes = []
    for write in killed(cloudtrail_name="second", cloudtrail_sns_topic="news", cloudtrail_bucket_prefix="audit"):
        writes.append(write)
        assert logging(account).get("first") or logging(account)["second"]
        assert logging(account).get("first", True)
    assert writes == killed_at(
        [
            "PutBucketPolicy",
            "SetTopicAttributes",
            "CreateTrail",
            "StartLogging",
            "DeleteTrail",
            "RemoveTags",
        ]
    )
    assert logging(account) == {"second": True}

    writes = []
    for write in killed(cloudtrail_name="second", cloudtrail_read_write_type="write"):
        writes.append(write)
        assert logging(account) == {"second": True}
    assert writes == killed_at(
        [
            "PutBucketPolicy",
            "PutBucketLifecycleConfiguration",
            "UpdateTrail",
            "UpdateTrail",
            "PutEventSelectors",
        ]
    )
    (trail,) = account.client("cloudtrail", REGION).describe_trails()["trailList"]
    assert not trail.keys() & {"S3KeyPrefix", "SnsTopicName"}
