"""The role cloudtrail and its module against the stand-in account, read back with boto3."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from account.aws_errors import refused
from conftest import Run
from sandbox import Sandbox

Ansible = Callable[..., Run]
REGION = "ap-northeast-1"
BUCKET = f"cloudtrail-123456789012-{REGION}"

EVERYTHING: dict[str, Any] = {
    "cloudtrail_name": "all-of-it",
    "cloudtrail_read_write_type": "write",
    "cloudtrail_log_kms_events": False,
    "cloudtrail_insights": ["ApiErrorRateInsight", "ApiCallRateInsight"],
    "cloudtrail_data_events": [
        {"type": "AWS::S3::Object", "arns": ["arn:aws:s3:::one-bucket"]},
        {"type": "AWS::Lambda::Function"},
    ],
    "cloudtrail_bucket": "our-own-logs",
    "cloudtrail_bucket_prefix": "audit/trail",
    "cloudtrail_encryption": "sse-kms",
    "cloudtrail_sns_topic": "trail-news",
    "cloudtrail_log_retention_days": 90,
    "cloudtrail_log_archive_days": 30,
    "cloudtrail_log_archive_storage_class": "deep_archive",
    "cloudtrail_object_lock_mode": "governance",
    "cloudtrail_object_lock_days": 60,
    "cloudtrail_tags": {"Purpose": "audit"},
}


def play(**variables: Any) -> list[dict[str, Any]]:
    task = {"ansible.builtin.include_role": {"name": "dayone.aws_account.cloudtrail"}}
    return [{"hosts": "localhost", "gather_facts": False, "tasks": [task], "vars": variables}]


def writing(account: Sandbox) -> list[str]:
    return [call.action for call in account.journal() if call.writes]


@pytest.mark.parametrize("variables", [{}, EVERYTHING], ids=["defaults", "everything"])
def test_checked_made_and_left_alone(account: Sandbox, ansible: Ansible, variables: dict[str, Any]) -> None:
    announced = ansible(play(**variables), "--check").changed
    assert writing(account) == []
    assert ansible(play(**variables)).changed == announced
    for arguments in ([], ["--check"], ["--diff"]):
        account.clear_journal()
        assert ansible(play(**variables), *arguments).changed == []
        assert writing(account) == []


def test_defaults_record_everything_in_a_safe_bucket(account: Sandbox, ansible: Ansible) -> None:
    ansible(play())
    cloudtrail, s3 = account.client("cloudtrail", REGION), account.client("s3", REGION)
    (trail,) = cloudtrail.describe_trails()["trailList"]
    assert (
        trail["IsMultiRegionTrail"] is trail["LogFileValidationEnabled"] is trail["IncludeGlobalServiceEvents"] is True
    )
    assert cloudtrail.get_trail_status(Name=trail["TrailARN"])["IsLogging"] is True
    (selector,) = cloudtrail.get_event_selectors(TrailName=trail["Name"])["EventSelectors"]
    assert (selector["ReadWriteType"], selector["IncludeManagementEvents"]) == ("All", True)
    assert all(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    (ownership,) = s3.get_bucket_ownership_controls(Bucket=BUCKET)["OwnershipControls"]["Rules"]
    assert ownership["ObjectOwnership"] == "BucketOwnerEnforced"
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    write = next(item for item in policy["Statement"] if item["Sid"] == "DayoneCloudTrailWrite")
    assert write["Condition"]["StringEquals"]["aws:SourceArn"] == trail["TrailARN"]
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert rule["Expiration"]["Days"] == 400


def test_every_choice_is_made(account: Sandbox, ansible: Ansible) -> None:
    run = ansible(play(**EVERYTHING))
    assert "US$0.35" in run.output
    assert "US$0.10" in run.output
    cloudtrail, s3 = account.client("cloudtrail", REGION), account.client("s3", REGION)
    (trail,) = cloudtrail.describe_trails()["trailList"]
    assert (trail["S3BucketName"], trail["S3KeyPrefix"]) == ("our-own-logs", "audit/trail")
    assert trail["SnsTopicARN"].endswith(":trail-news")
    kms = account.client("kms", REGION)
    key = kms.describe_key(KeyId="alias/all-of-it")["KeyMetadata"]
    assert trail["KmsKeyId"] == key["Arn"]
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"] is True
    (selector,) = cloudtrail.get_event_selectors(TrailName="all-of-it")["EventSelectors"]
    assert selector["ReadWriteType"] == "WriteOnly"
    assert selector["ExcludeManagementEventSources"] == ["kms.amazonaws.com"]
    assert {item["Type"]: item["Values"] for item in selector["DataResources"]} == {
        "AWS::S3::Object": ["arn:aws:s3:::one-bucket/"],
        "AWS::Lambda::Function": ["arn:aws:lambda"],
    }
    insights = cloudtrail.get_insight_selectors(TrailName="all-of-it")["InsightSelectors"]
    assert {item["InsightType"] for item in insights} == {"ApiCallRateInsight", "ApiErrorRateInsight"}
    (tags,) = cloudtrail.list_tags(ResourceIdList=[trail["TrailARN"]])["ResourceTagList"]
    for tag in s3.get_bucket_tagging(Bucket="our-own-logs")["TagSet"]:
        assert tag in tags["TagsList"]
    assert {"Key": "dayone-role", "Value": "cloudtrail"} in tags["TagsList"]
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket="our-own-logs")["Rules"]
    assert (rule["Expiration"]["Days"], rule["Filter"]) == (
        90,
        {"Prefix": "audit/trail/AWSLogs/123456789012/CloudTrail"},
    )
    assert rule["Transitions"] == [{"Days": 30, "StorageClass": "DEEP_ARCHIVE"}]
    lock = s3.get_object_lock_configuration(Bucket="our-own-logs")["ObjectLockConfiguration"]
    assert lock["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 60}

    # Each choice taken back: what it had made stays, and the trail uses it no more.
    plain = {"cloudtrail_name": "all-of-it", "cloudtrail_object_lock_mode": "none"}
    announced = ansible(play(**plain), "--check", "--diff").changed
    assert ansible(play(**plain)).changed == announced
    (trail,) = cloudtrail.describe_trails()["trailList"]
    assert trail["S3BucketName"] == "our-own-logs"
    assert not trail.keys() & {"S3KeyPrefix", "KmsKeyId", "SnsTopicName", "SnsTopicARN"}
    assert cloudtrail.get_trail_status(Name="all-of-it")["IsLogging"]
    (selector,) = cloudtrail.get_event_selectors(TrailName="all-of-it")["EventSelectors"]
    assert (selector["ReadWriteType"], selector.get("DataResources", [])) == ("All", [])
    with refused("InsightNotEnabledException", 400):
        cloudtrail.get_insight_selectors(TrailName="all-of-it")
    rules = s3.get_bucket_lifecycle_configuration(Bucket="our-own-logs")["Rules"]
    assert {item["Filter"]["Prefix"]: item["Expiration"]["Days"] for item in rules} == {
        "audit/trail/AWSLogs/123456789012/CloudTrail": 90,
        "AWSLogs/123456789012/CloudTrail": 400,
    }
    assert "Rule" not in s3.get_object_lock_configuration(Bucket="our-own-logs")["ObjectLockConfiguration"]
    assert len(account.client("sns", REGION).list_topics()["Topics"]) == 1
    assert kms.describe_key(KeyId="alias/all-of-it")["KeyMetadata"]["Enabled"]
    account.clear_journal()
    assert ansible(play(**plain)).changed == []
    assert writing(account) == []


def advanced(*categories: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Advanced event selectors as the role takes them."""
    return [
        {"field_selectors": [{"field": field, "equals": values} for field, values in category.items()]}
        for category in categories
    ]


MANAGEMENT = {"eventCategory": ["Management"]}
FUNCTIONS = {"eventCategory": ["Data"], "resources.type": ["AWS::Lambda::Function"]}


def test_each_choice_is_changed_afterwards(account: Sandbox, ansible: Ansible) -> None:
    """Those that are not among EVERYTHING, or are there only taken back."""
    s3, cloudtrail = account.client("s3", REGION), account.client("cloudtrail", REGION)
    kms, sns = account.client("kms", REGION), account.client("sns", REGION)
    anybody = {"Sid": "All", "Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
    given_key = kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]
    common = {
        "cloudtrail_encryption": "sse-kms",
        "cloudtrail_sns_topic": "trail-news",
        "cloudtrail_object_lock_mode": "governance",
    }
    first = {
        **common,
        "cloudtrail_multi_region": False,
        "cloudtrail_validate_log_files": False,
        "cloudtrail_advanced_event_selectors": advanced(MANAGEMENT),
        "cloudtrail_log_retention_days": 90,
        "cloudtrail_log_archive_days": 30,
        "cloudtrail_log_archive_storage_class": "standard_ia",
        "cloudtrail_object_lock_days": 30,
        "cloudtrail_tags": {"Team": "a"},
    }
    then = {
        **common,
        "cloudtrail_kms_key": given_key,
        "cloudtrail_advanced_event_selectors": advanced(MANAGEMENT, FUNCTIONS),
        "cloudtrail_log_retention_days": 200,
        "cloudtrail_log_archive_days": 40,
        "cloudtrail_object_lock_days": 60,
        "cloudtrail_tags": {"Team": "b"},
    }
    both = (
        (first, (False, "a", 1, 90, {"Days": 30, "StorageClass": "STANDARD_IA"}, 30)),
        (then, (True, "b", 2, 200, {"Days": 40, "StorageClass": "GLACIER"}, 60)),
    )
    for variables, (everywhere, team, selectors, days, archive, locked) in both:
        account.clear_journal()
        announced = ansible(play(**variables), "--check").changed
        assert writing(account) == []
        assert ansible(play(**variables)).changed == announced
        assert not {"StopLogging", "DeleteTrail"} & set(writing(account))
        (trail,) = cloudtrail.describe_trails()["trailList"]
        assert (trail["IsMultiRegionTrail"], trail["LogFileValidationEnabled"]) == (everywhere, everywhere)
        assert (trail["KmsKeyId"] == given_key) is everywhere
        assert cloudtrail.get_trail_status(Name=trail["Name"])["IsLogging"]
        chosen = cloudtrail.get_event_selectors(TrailName=trail["Name"])
        assert len(chosen["AdvancedEventSelectors"]) == selectors
        (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
        assert (rule["Expiration"]["Days"], rule["Transitions"]) == (days, [archive])
        lock = s3.get_object_lock_configuration(Bucket=BUCKET)["ObjectLockConfiguration"]["Rule"]
        assert lock["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": locked}
        tag = {"Key": "Team", "Value": team}
        (of_trail,) = cloudtrail.list_tags(ResourceIdList=[trail["TrailARN"]])["ResourceTagList"]
        assert tag in of_trail["TagsList"]
        assert tag in s3.get_bucket_tagging(Bucket=BUCKET)["TagSet"]
        assert tag in sns.list_tags_for_resource(ResourceArn=trail["SnsTopicARN"])["Tags"]
    # The key that is no longer used has the tags that it had.
    tags = kms.list_resource_tags(KeyId=kms.describe_key(KeyId="alias/management-events")["KeyMetadata"]["KeyId"])[
        "Tags"
    ]
    assert tags == [{"TagKey": "Team", "TagValue": "a"}]
    account.clear_journal()
    assert ansible(play(**then)).changed == writing(account) == []


def test_an_existing_bucket_keeps_what_it_has(account: Sandbox, ansible: Ansible) -> None:
    s3 = account.client("s3", REGION)
    s3.create_bucket(Bucket="ours", CreateBucketConfiguration={"LocationConstraint": REGION})
    theirs = {
        "Sid": "Theirs",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteBucket",
        "Resource": "arn:aws:s3:::ours",
    }
    unnamed = {**theirs, "Action": "s3:PutBucketAcl"}
    del unnamed["Sid"]
    s3.put_bucket_policy(Bucket="ours", Policy=json.dumps({"Version": "2012-10-17", "Statement": [theirs, unnamed]}))
    s3.put_bucket_tagging(Bucket="ours", Tagging={"TagSet": [{"Key": "Kept", "Value": "yes"}]})
    rule = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket="ours", LifecycleConfiguration={"Rules": [rule]})
    variables = {"cloudtrail_bucket": "ours", "cloudtrail_tags": {"New": "tag"}}
    ansible(play(**variables))
    statements = json.loads(s3.get_bucket_policy(Bucket="ours")["Policy"])["Statement"]
    assert theirs in statements
    assert unnamed in statements
    assert len(statements) == 5
    assert {tag["Key"] for tag in s3.get_bucket_tagging(Bucket="ours")["TagSet"]} == {"Kept", "New"}
    # What lies in it may be meant to stay.
    assert s3.get_bucket_lifecycle_configuration(Bucket="ours")["Rules"] == [rule]
    ansible(play(**variables, cloudtrail_log_retention_days=100))
    ours = s3.get_bucket_lifecycle_configuration(Bucket="ours")["Rules"][1]
    assert (ours["ID"], ours["Expiration"]["Days"]) == ("dayone-cloudtrail-logs", 100)
    assert ours["Filter"]["Prefix"] == "AWSLogs/123456789012/CloudTrail"
    # A statement that somebody adds after ours.
    later = {**theirs, "Sid": "Later", "Action": "s3:PutBucketLogging"}
    s3.put_bucket_policy(Bucket="ours", Policy=json.dumps({"Version": "2012-10-17", "Statement": [*statements, later]}))
    account.clear_journal()
    assert ansible(play(**variables)).changed == []
    assert writing(account) == []
    ansible(play(**variables, cloudtrail_log_retention_days=0))
    assert [item["ID"] for item in s3.get_bucket_lifecycle_configuration(Bucket="ours")["Rules"]] == ["theirs"]


def test_the_rule_of_version_0_1_0_is_replaced(account: Sandbox, ansible: Ansible) -> None:
    """It deleted all that lies below AWSLogs/ACCOUNT/, and had one name for every prefix."""
    s3 = account.client("s3", REGION)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    rule: dict[str, Any] = {
        "ID": "dayone-cloudtrail-logs",
        "Status": "Enabled",
        "Filter": {"Prefix": "audit/AWSLogs/123456789012/"},
        "Expiration": {"Days": 100},
        "NoncurrentVersionExpiration": {"NoncurrentDays": 100},
    }
    theirs = {**rule, "ID": "theirs", "Filter": {"Prefix": "tmp/"}}
    before = {"Rules": [theirs, rule]}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration=before)
    ansible(play(cloudtrail_bucket_prefix="audit"))
    narrowed = {
        **rule,
        "ID": "dayone-cloudtrail-logs-audit",
        "Filter": {"Prefix": "audit/AWSLogs/123456789012/CloudTrail"},
    }
    assert s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"] == [theirs, narrowed]
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration=before)
    ansible(play(cloudtrail_bucket_prefix="audit", cloudtrail_log_retention_days=0))
    assert s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"] == [theirs]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"cloudtrail_name": "a b"}, "cloudtrail_name"),
        ({"cloudtrail_home_region": ""}, "AWS_REGION"),
        ({"cloudtrail_bucket": "Upper"}, "cloudtrail_bucket"),
        ({"cloudtrail_bucket": "192.168.0.1"}, "cloudtrail_bucket"),
        ({"cloudtrail_bucket_prefix": "/slash"}, "cloudtrail_bucket_prefix"),
        ({"cloudtrail_encryption": "rot13"}, "sse-kms"),
        ({"cloudtrail_kms_key": "alias/x", "cloudtrail_encryption": "sse-kms"}, "cloudtrail_kms_key"),
        ({"cloudtrail_log_retention_days": -1}, "cloudtrail_log_retention_days"),
        ({"cloudtrail_log_archive_days": 400}, "cloudtrail_log_archive_days"),
        ({"cloudtrail_object_lock_mode": "compliance"}, "cloudtrail_object_lock_days"),
        ({"cloudtrail_object_lock_mode": "governance", "cloudtrail_object_lock_days": 401}, "cannot be deleted when"),
        ({"cloudtrail_tags": {"dayone-replaces": "x"}}, "dayone-replaces"),
        ({"cloudtrail_sns_topic": "a topic"}, "cloudtrail_sns_topic"),
        ({"cloudtrail_data_events": [{"type": "AWS::S3::Object", "arns": ["bucket"]}]}, "cloudtrail_data_events"),
        (
            {
                "cloudtrail_data_events": [{"type": "AWS::S3::Object"}],
                "cloudtrail_advanced_event_selectors": [
                    {"field_selectors": [{"field": "eventCategory", "equals": ["Management"]}]}
                ],
            },
            "a trail has one kind",
        ),
    ],
)
def test_wrong_input_stops_before_the_first_call(
    account: Sandbox, ansible: Ansible, variables: dict[str, Any], words: str
) -> None:
    run = ansible(play(**variables), check=False)
    assert run.rc != 0
    assert words in str(run.tasks[-1]["result"])
    assert account.journal() == []
