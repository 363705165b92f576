"""The module cloudtrail_trails_info against the stand-in account: what it decides, and with which calls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from account.trail_scene import ACCOUNT, LOGS, MANAGEMENT, REGION, document, make_bucket, make_trail, trail_arn
from killed_module import Module
from sandbox import Sandbox

THERE = "us-east-1"


class Scene:
    """An account with a bucket for logs, and the module that looks at its trails."""

    def __init__(self, account: Sandbox, directory: Path) -> None:
        self.account = account
        self.module = Module("cloudtrail_trails_info", directory / "files", account.process_env())
        self.s3 = make_bucket(account)

    def read(self, **options: Any) -> dict[str, Any]:
        self.account.clear_journal()
        given = {"name": "main", "account_id": ACCOUNT, "region": REGION, **options}
        result = self.module.run(given).result
        assert result is not None
        return result

    def calls(self) -> list[str]:
        return [call.action for call in self.account.journal()]


@pytest.fixture
def scene(account: Sandbox, tmp_path: Path) -> Scene:
    return Scene(account, tmp_path)


def test_the_trail_of_that_name(scene: Scene) -> None:
    make_trail(scene.account, "main", TagsList=[{"Key": "PurposeOfIt", "Value": "audit"}], EnableLogFileValidation=True)
    make_trail(scene.account, "other")
    found = scene.read()
    assert scene.calls() == ["DescribeTrails", "GetTrailStatus", "ListTags"]
    assert (found["decision"], found["reason"], found["delivery_errors"]) == ("use", "Trail 'main' is there.", [])
    assert found["trail"] == {
        "name": "main",
        "trail_arn": trail_arn("main"),
        "home_region": REGION,
        "s3_bucket_name": LOGS,
        "is_multi_region_trail": True,
        "include_global_service_events": True,
        "is_organization_trail": False,
        "log_file_validation_enabled": True,
        "has_custom_event_selectors": False,
        "has_insight_selectors": False,
        "is_logging": True,
        "latest_delivery_error": "",
        "latest_digest_delivery_error": "",
        "latest_notification_error": "",
        "tags": {"PurposeOfIt": "audit"},
    }
    assert [(other["name"], other["covers"], other["why_not"]) for other in found["others"]] == [("other", False, "")]


def test_a_run_was_killed_before_it_logged(scene: Scene) -> None:
    make_trail(scene.account, "main", logging=False)
    make_trail(scene.account, "other")
    found = scene.read(existing="adopt")
    assert (found["decision"], found["trail"]["is_logging"]) == ("use", False)
    assert "does not log" in found["reason"]


def test_an_empty_account(scene: Scene) -> None:
    found = scene.read()
    assert scene.calls() == ["DescribeTrails"]
    assert (found["decision"], found["trail"], found["others"]) == ("create", {}, [])


def test_a_trail_of_another_home_region_covers(scene: Scene) -> None:
    make_trail(scene.account, "other", THERE, TagsList=[{"Key": "Team", "Value": "x"}])
    for existing in ("adopt", "keep", "create"):
        found = scene.read(existing=existing)
        assert found["decision"] == existing
        assert scene.calls() == ["DescribeTrails", "GetTrailStatus"] + (["ListTags"] if existing == "adopt" else [])
        assert [(other["name"], other["covers"]) for other in found["others"]] == [("other", True)]
        if existing != "create":
            assert (found["trail"]["home_region"], found["trail"]["is_logging"]) == (THERE, True)
        if existing == "adopt":
            assert found["trail"]["tags"] == {"Team": "x"}
        assert scene.read(existing=existing, replaced=[trail_arn("other", THERE)])["decision"] == "create"


def test_what_is_wanted_decides(scene: Scene) -> None:
    client = make_trail(scene.account, "other")
    selector = {"ReadWriteType": "All", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}
    client.put_event_selectors(TrailName="other", EventSelectors=[selector])
    assert (scene.read()["decision"], scene.calls()[-1]) == ("create", "GetEventSelectors")
    (other,) = scene.read()["others"]
    assert other["why_not"] == "it does not record all management events that are wanted"
    assert scene.read(exclude_management_event_sources=["kms.amazonaws.com"])["decision"] == "keep"
    client.put_event_selectors(TrailName="other", AdvancedEventSelectors=[MANAGEMENT])
    assert scene.read()["decision"] == "keep"
    writes = {"field": "readOnly", "equals": ["false"]}
    category = {"field": "eventCategory", "equals": ["Management"]}
    assert scene.read(advanced_event_selectors=[{"field_selectors": [category, writes]}])["decision"] == "keep"
    assert scene.read(include_management_events=False)["decision"] == "create"


def test_stopped_and_of_one_region(scene: Scene) -> None:
    make_trail(scene.account, "stopped", logging=False)
    make_trail(scene.account, "of-one-region", IsMultiRegionTrail=False)
    make_trail(scene.account, "of-another-region", THERE, IsMultiRegionTrail=False)
    found = scene.read()
    assert found["decision"] == "create"
    assert {other["name"]: other["why_not"] for other in found["others"]} == {
        "stopped": "it does not log",
        "of-one-region": "it records one region only",
    }
    assert "US$2.00" in found["reason"]
    assert scene.read(multi_region=False)["decision"] == "keep"


def test_log_files_that_do_not_arrive(scene: Scene) -> None:
    make_trail(scene.account, "other", EnableLogFileValidation=True)
    scene.s3.put_bucket_policy(
        Bucket=LOGS, Policy=document({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"})
    )
    assert scene.read(existing="adopt")["decision"] == "adopt"
    found = scene.read()
    assert (found["decision"], found["others"][0]["why_not"]) == (
        "create",
        "its log files do not arrive: S3 answers AccessDenied",
    )
    found = scene.read(name="other")
    assert found["decision"] == "use"
    assert found["delivery_errors"] == [
        f"The last log file did not arrive in bucket '{LOGS}': S3 answered AccessDenied.",
        f"The last digest did not arrive in bucket '{LOGS}': S3 answered AccessDenied.",
    ]


def test_a_bucket_that_this_account_cannot_mend(scene: Scene) -> None:
    """A trail whose log files do not arrive is taken over only where they will then."""
    central = scene.account.account_client("s3", "210987654321", REGION)
    central.create_bucket(Bucket="central-logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    central.put_bucket_policy(
        Bucket="central-logs",
        Policy=document(
            {
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "s3:*",
                "Resource": ["arn:aws:s3:::central-logs", "arn:aws:s3:::central-logs/*"],
            }
        ),
    )
    make_trail(scene.account, "other", S3BucketName="central-logs")
    central.delete_bucket_policy(Bucket="central-logs")
    found = scene.read(existing="adopt")
    assert (found["decision"], scene.calls()[-1]) == ("create", "HeadBucket")
    assert scene.read(existing="adopt", bucket="central-logs")["decision"] == "create"
    found = scene.read(existing="adopt", bucket=LOGS)
    assert (found["decision"], "do not arrive" in found["reason"]) == ("adopt", True)
    # One that nobody has any more: the role sets up no bucket that it cannot tell from another account's.
    central.delete_bucket(Bucket="central-logs")
    assert scene.read(existing="adopt")["decision"] == "create"
    scene.read()
    assert "HeadBucket" not in scene.calls()


def test_a_trail_is_read_where_it_is_at_home(scene: Scene) -> None:
    client = make_trail(scene.account, "other", THERE, TagsList=[{"Key": "made-by", "Value": "us"}])
    client.put_event_selectors(TrailName="other", EventSelectors=[{"ReadWriteType": "ReadOnly"}])
    assert scene.read(own_tags={"made-by": "us"})["replaces"] == trail_arn("other", THERE)
    assert [(call.action, call.region) for call in scene.account.journal()] == [
        ("DescribeTrails", REGION),
        ("GetTrailStatus", THERE),
        ("GetEventSelectors", THERE),
        ("ListTags", THERE),
    ]
    # A region that the account has switched off.
    for action in ("GetTrailStatus", "ListTags"):
        scene.account.fail("cloudtrail", action, "UnrecognizedClientException", status=400)
    found = scene.read(own_tags={"made-by": "us"})
    assert (found["decision"], found["replaces"]) == ("create", "")
    assert (
        "'other' (home region us-east-1) may record management events too, which could not be read" in found["reason"]
    )


def make_selective(account: Sandbox) -> None:
    """Give the organization's trail selectors of its own, which have to be read."""
    selector = {"ReadWriteType": "All", "ExcludeManagementEventSources": ["kms.amazonaws.com"]}
    account.client("cloudtrail", THERE).put_event_selectors(TrailName="all-of-us", EventSelectors=[selector])


def test_an_organization_trail_is_kept(scene: Scene, tmp_path: Path) -> None:
    organizations = scene.account.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    created = organizations.create_account(AccountName="member", Email="member@example.com")
    member = created["CreateAccountStatus"]["AccountId"]
    make_trail(scene.account, "all-of-us", THERE, IsOrganizationTrail=True)
    environment = {**scene.account.process_env(), "AWS_ACCESS_KEY_ID": f"AKIAROOT{member}"}
    in_member = Module("cloudtrail_trails_info", tmp_path / "member", environment)
    for module, account_id in ((in_member, member), (scene.module, ACCOUNT)):
        for existing in ("adopt", "keep"):
            given = {"name": "main", "account_id": account_id, "region": REGION, "existing": existing}
            found = module.run(given).result
            assert found is not None
            assert (found["decision"], found["trail"]["name"]) == ("keep", "all-of-us")
            assert "it is an organization trail" in found["reason"]
            assert ("which this account cannot change" in found["reason"]) is (account_id == member)
    for action, logs in (("GetEventSelectors", True), ("GetTrailStatus", None)):
        make_selective(scene.account)
        scene.account.fail("cloudtrail", action, "CloudTrailARNInvalidException", status=400)
        found = in_member.run({"name": "main", "account_id": member, "region": REGION}).result
        assert found is not None
        assert (found["decision"], found["trail"]["is_logging"]) == ("keep", logs)
        assert f"could not be read from this account: AWS answered {action}" in found["reason"]
        found = in_member.run({"name": "main", "account_id": member, "region": REGION, "existing": "create"}).result
        assert found is not None
        assert "'all-of-us' (home region us-east-1, the organization trail of account" in found["reason"]
        scene.account.clear_faults()


def test_what_may_not_be_read(scene: Scene) -> None:
    make_trail(scene.account, "other")
    scene.account.fail("cloudtrail", "GetTrailStatus", "AccessDeniedException", status=400, times=1)
    found = scene.read()
    assert found["decision"] == "create"
    assert found["others"][0]["why_not"].startswith("it could not be read: AWS answered GetTrailStatus")
    scene.account.fail("cloudtrail", "GetTrailStatus", "AccessDeniedException", status=400, times=1)
    assert "Could not read the trails of region ap-northeast-1" in scene.read(name="other")["msg"]


def test_five_trails(scene: Scene) -> None:
    for number in range(5):
        make_trail(scene.account, f"trail-{number}", logging=False)
    assert "AWS allows 5 trails in a region" in scene.read()["msg"]
    client = scene.account.client("cloudtrail", REGION)
    client.add_tags(ResourceId=trail_arn("trail-0"), TagsList=[{"Key": "made-by", "Value": "us"}])
    refused = scene.read(own_tags={"made-by": "us"})["msg"]
    assert "AWS allows 5 trails" in refused
    assert "'trail-0'" in refused
    client.delete_trail(Name="trail-4")
    assert scene.read(own_tags={"made-by": "us"})["replaces"] == trail_arn("trail-0")


def test_a_trail_that_was_made_for_the_same_wish_is_replaced(scene: Scene) -> None:
    make_bucket(scene.account, "logs-there", region=THERE)
    tags = [{"Key": "made-by", "Value": "us"}, {"Key": "Team", "Value": "founders"}]
    make_trail(scene.account, "old", THERE, S3BucketName="logs-there", TagsList=tags)
    own = {"own_tags": {"made-by": "us"}}
    found = scene.read(**own)
    assert (found["decision"], found["replaces"], found["trail"]) == ("create", trail_arn("old", THERE), {})
    assert "ListTags" in scene.calls()
    assert [scene.read(**given)["decision"] for given in ({}, {"own_tags": {"made-by": "them"}})] == ["keep", "keep"]
    assert scene.read(**own, existing="create")["replaces"] == ""
    group = f"arn:aws:logs:{THERE}:{ACCOUNT}:log-group:of-the-trail:*"
    to_cloudwatch = {"CloudWatchLogsLogGroupArn": group, "CloudWatchLogsRoleArn": f"arn:aws:iam::{ACCOUNT}:role/logs"}
    scene.account.client("cloudtrail", THERE).update_trail(Name="old", **to_cloudwatch)
    refused = scene.read(**own)
    assert f"sends its events to CloudWatch Logs too (log group {group})" in refused["msg"]
    assert scene.read(**own, existing="create")["decision"] == "create"
    make_trail(scene.account, "theirs", TagsList=[])
    found = scene.read(**own)
    assert (found["decision"], found["trail"]["name"], found["replaces"]) == ("keep", "theirs", "")
    make_trail(scene.account, "second", TagsList=tags)
    assert scene.read(**own)["replaces"] == ""
