"""What a trail and its bucket lack, decided from what AWS says of them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._trail_plan import (
    Bucket,
    Settings,
    bucket_policy,
    is_new,
    plan,
    trail_of,
)

ACCOUNT, REGION = "123456789012", "eu-central-1"
ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/main"
MARK = {"made-by": "us"}
SETTINGS = Settings(
    name="main",
    region=REGION,
    account_id=ACCOUNT,
    partition="aws",
    multi_region=True,
    bucket=None,
    bucket_prefix="",
    kms_key=None,
    log_file_validation=True,
    sns_topic="",
    tags={},
    own_tags=MARK,
    replaces_tag="in-place-of",
    retention_days=None,
    archive_days=0,
    archive_storage_class="glacier",
)
NONE = {"decision": "create", "reason": "", "replaces": "", "trail": {}, "delivery_errors": [], "others": []}
EMPTY = Bucket({}, {}, "", {}, "", [], {})
BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


def there(decision: str = "use", **change: Any) -> dict[str, Any]:
    trail = {
        "name": "main",
        "home_region": REGION,
        "s3_bucket_name": "logs",
        "is_multi_region_trail": True,
        "log_file_validation_enabled": True,
        "is_logging": True,
        "tags": MARK,
        **change,
    }
    return {**NONE, "decision": decision, "trail": trail}


def planned(found: dict[str, Any], read: Bucket | None = None, **change: Any) -> dict[str, Any]:
    settings = SETTINGS._replace(**change)
    return plan(settings, found, trail_of(settings, found), read)


def set_up() -> Bucket:
    """The bucket as it is after a run."""
    wanted = planned(NONE)
    algorithm = {"SSEAlgorithm": wanted["bucket"]["wanted"]["encryption"]}
    return Bucket(
        policy=wanted["bucket"]["wanted"]["policy"],
        tags=wanted["bucket"]["wanted"]["tags"],
        versioning="Enabled",
        encryption={"ApplyServerSideEncryptionByDefault": algorithm},
        ownership="BucketOwnerEnforced",
        lifecycle_rules=[wanted["retention"]["wanted"]],
        public_access_block=BLOCKED,
    )


def test_a_fresh_account() -> None:
    found = planned({**NONE, "replaces": "arn:old"}, tags={"team": "a"})
    assert (found["name"], found["home_region"], found["arn"], found["ours"]) == ("main", REGION, ARN, True)
    assert (found["trail_is"], found["new_destination"]) == ({}, True)
    assert found["trail_wanted"]["tags"] == {**MARK, "in-place-of": "arn:old", "team": "a"}
    assert found["bucket"]["name"] == f"cloudtrail-{ACCOUNT}-{REGION}"
    assert found["bucket"]["wanted"]["tags"] == {**MARK, "team": "a"}
    assert found["retention"]["wanted"]["Expiration"] == {"Days": 400}
    assert found["bucket"]["differs"]
    assert found["retention"]["differs"]


def test_nothing_is_left_to_do() -> None:
    made = there(s3_bucket_name=f"cloudtrail-{ACCOUNT}-{REGION}")
    found = planned(made, set_up())
    assert found["trail_is"] == found["trail_wanted"]
    assert not found["new_destination"]
    assert not found["bucket"]["differs"]
    assert not found["retention"]["differs"]


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        ({"versioning": "Suspended"}, "versioning"),
        ({"public_access_block": {**BLOCKED, "IgnorePublicAcls": False}}, "public_access_blocked"),
        ({"public_access_block": {}}, "public_access_blocked"),
        ({"encryption": {}}, "encryption"),
        ({"ownership": ""}, "object_ownership"),
        ({"policy": {}}, "policy"),
    ],
)
def test_one_setting_of_the_bucket_lacks(change: dict[str, Any], setting: str) -> None:
    found = planned(NONE, set_up()._replace(**change))["bucket"]
    assert found["differs"]
    assert {name for name in found["wanted"] if found["wanted"][name] != found["is_now"][name]} == {setting}


def test_what_others_chose_for_the_bucket_stays() -> None:
    kms = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    theirs = {"Sid": "Theirs", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": theirs}
    bucket = EMPTY._replace(encryption=kms, tags={"team": "b"}, policy=policy)
    found = planned(NONE, bucket, bucket="theirs", tags={"a": "b"})["bucket"]
    assert found["has_bucket_key"]
    assert (found["wanted"]["encryption"], found["wanted"]["tags"]) == ("aws:kms", {"team": "b", "a": "b"})
    assert theirs in found["wanted"]["policy"]["Statement"]


def test_a_trail_of_somebody_else_keeps_what_it_has() -> None:
    has = {
        "name": "theirs",
        "home_region": "us-east-1",
        "s3_key_prefix": "audit",
        "kms_key_id": "arn:key",
        "sns_topic_arn": "arn:topic",
        "tags": {},
    }
    found = planned(there("adopt", **has), set_up(), multi_region=False)
    assert (found["name"], found["home_region"], found["ours"]) == ("theirs", "us-east-1", False)
    wanted = found["trail_wanted"]
    assert {name: wanted[name] for name in ("bucket", "prefix", "multi_region", "kms_key", "topic", "tags")} == {
        "bucket": "logs",
        "prefix": "audit",
        "multi_region": True,
        "kms_key": "arn:key",
        "topic": "arn:topic",
        "tags": {},
    }
    assert found["retention"]["prefix"] == f"audit/AWSLogs/{ACCOUNT}/CloudTrail"
    assert not found["bucket"]["of_others"]


def test_a_trail_of_somebody_else_in_a_bucket_of_somebody_else() -> None:
    found = planned(there("adopt", tags={}))
    assert found["bucket"]["of_others"]
    assert not found["bucket"]["differs"]
    assert not found["retention"]["differs"]
    assert not planned(there("adopt", tags={}), bucket="mine")["bucket"]["of_others"]


def test_our_own_trail_loses_what_is_not_asked_for_any_more() -> None:
    wanted = planned(there(kms_key_id="arn:key", sns_topic_arn="arn:topic", s3_key_prefix="audit"))["trail_wanted"]
    assert (wanted["kms_key"], wanted["topic"], wanted["prefix"]) == ("", "", "")


@pytest.mark.parametrize(("key", "new"), [("arn:key", False), ("arn:other", True), (None, False)])
def test_a_given_key_is_a_new_destination_where_it_is_another(key: str | None, new: bool) -> None:
    found = planned(there(kms_key_id="arn:key"), kms_key=key)
    assert found["new_destination"] is new


RULE = planned(NONE)["retention"]["wanted"]
THEIRS = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": ""}}


@pytest.mark.parametrize(
    ("rules", "asked", "days", "differs"),
    [
        ([], {}, 400, True),
        ([], {"bucket": "theirs"}, 0, False),
        ([THEIRS], {"bucket": "theirs"}, 0, False),
        ([], {"bucket": "theirs", "retention_days": 30}, 30, True),
        ([RULE], {"bucket": "theirs"}, 400, False),
        ([{**RULE, "Expiration": {"Days": 30}}], {}, 30, True),
        ([RULE], {"retention_days": 0}, 0, True),
        ([RULE], {"archive_days": 90}, 400, True),
        ([{**RULE, "Filter": {"Prefix": f"AWSLogs/{ACCOUNT}/"}}], {"bucket": "theirs"}, 400, True),
    ],
)
def test_how_long_logs_are_kept(rules: list[dict[str, Any]], asked: dict[str, Any], days: int, differs: bool) -> None:
    found = planned(NONE, EMPTY._replace(lifecycle_rules=rules), **asked)["retention"]
    assert (found["days"], found["differs"]) == (days, differs)


def test_the_policy_lets_cloudtrail_write_for_this_trail_alone() -> None:
    settings = SETTINGS._replace(partition="aws-cn", region="cn-north-1", bucket="logs", bucket_prefix="audit")
    tls, check, write = bucket_policy(trail_of(settings, NONE))["Statement"]
    source = f"arn:aws-cn:cloudtrail:cn-north-1:{ACCOUNT}:trail/main"
    assert tls["Resource"] == ["arn:aws-cn:s3:::logs", "arn:aws-cn:s3:::logs/*"]
    assert check["Condition"]["StringEquals"] == {"aws:SourceArn": source, "aws:SourceAccount": ACCOUNT}
    assert write["Resource"] == f"arn:aws-cn:s3:::logs/audit/AWSLogs/{ACCOUNT}/*"


def test_the_rule_of_0_1_0_is_replaced() -> None:
    old = {**RULE, "ID": "dayone-cloudtrail-logs-of-old", "Filter": {"Prefix": f"AWSLogs/{ACCOUNT}/"}}
    found = planned(NONE, EMPTY._replace(lifecycle_rules=[old]))["retention"]
    assert (found["old"], found["is_now"]["ID"]) == (True, "dayone-cloudtrail-logs-of-old")
    assert (found["rule_id"], found["wanted"]) == ("dayone-cloudtrail-logs", RULE)


@pytest.mark.parametrize(
    ("bucket", "new"),
    [
        (None, True),
        (EMPTY, False),
        (EMPTY._replace(tags={**MARK, "team": "a"}, lifecycle_rules=[THEIRS]), True),
        (EMPTY._replace(tags={"team": "a"}), False),
    ],
)
def test_a_bucket_of_a_given_name_that_was_made_for_the_trail(bucket: Bucket | None, new: bool) -> None:
    settings = SETTINGS._replace(bucket="our-own-logs")
    assert is_new(settings, trail_of(settings, NONE), bucket) is new


@pytest.mark.parametrize(
    ("found", "new"),
    [
        (NONE, True),
        (there(s3_bucket_name=f"cloudtrail-{SETTINGS.account_id}-{REGION}"), True),
        (there(), False),
        (there("adopt", s3_bucket_name=f"cloudtrail-{SETTINGS.account_id}-{REGION}", tags={}), False),
    ],
)
def test_a_bucket_of_our_own_name_is_ours_before_it_has_tags(found: dict[str, Any], new: bool) -> None:
    assert is_new(SETTINGS, trail_of(SETTINGS, found), EMPTY) is new
