"""The module cloudtrail_destination_info against the stand-in account: what it finds in the way of log files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from account.trail_scene import ACCOUNT, LOGS, REGION, document, make_bucket, make_trail, trail_arn
from conftest import Run
from killed_module import Module
from sandbox import Sandbox

ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"
ROOT = {"Effect": "Allow", "Principal": {"AWS": ROOT_ARN}, "Action": "kms:*", "Resource": "*"}
KMS_BY_BUCKET_KEY = {
    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}]
}


class Scene:
    """An account, and the module that looks at where its log files are to go."""

    def __init__(self, account: Sandbox, directory: Path) -> None:
        self.account = account
        self.kms = account.client("kms", REGION)
        self.module = Module("cloudtrail_destination_info", directory / "files", account.process_env())

    def look(self, **options: Any) -> dict[str, Any]:
        self.account.clear_journal()
        given = {"trail_name": "main", "account_id": ACCOUNT, "caller_arn": ROOT_ARN, "region": REGION, **options}
        result = self.module.run(given).result
        assert result is not None
        assert not [call for call in self.account.journal() if call.writes]
        return result

    def calls(self) -> list[str]:
        return [call.action for call in self.account.journal()]

    def problem(self, **options: Any) -> str:
        """The one thing that stands in the way."""
        result = self.look(**options)
        (text,) = result["problems"]
        assert result["msg"] == f"Trail 'main' cannot deliver there. {text} Nothing was changed."
        return str(text)


@pytest.fixture
def scene(account: Sandbox, tmp_path: Path) -> Scene:
    return Scene(account, tmp_path)


def test_a_bucket_of_ones_own(scene: Scene) -> None:
    found = scene.look(bucket=LOGS)
    assert (found["bucket_exists"], found["bucket_lets_in"], found["kms_key_arn"]) == (False, False, "")
    assert scene.calls() == ["HeadBucket"]
    s3 = make_bucket(scene.account)
    found = scene.look(bucket=LOGS, bucket_prefix="audit")
    assert (found["bucket_exists"], found["bucket_lets_in"]) == (True, True)
    assert scene.calls() == ["HeadBucket", "GetBucketPolicy", "GetBucketPolicyStatus", "GetBucketAcl"]
    s3.delete_bucket_policy(Bucket=LOGS)
    found = scene.look(bucket=LOGS)
    assert (found["bucket_exists"], found["bucket_lets_in"]) == (True, False)


def test_a_bucket_of_somebody_else(scene: Scene) -> None:
    stranger = scene.account.account_client("s3", "210987654321", REGION)
    stranger.create_bucket(Bucket=LOGS, CreateBucketConfiguration={"LocationConstraint": REGION})
    assert "belongs to somebody else: the names of buckets are unique" in scene.problem(bucket=LOGS)
    assert scene.calls() == ["HeadBucket", "ListBuckets"]
    scene.account.fail("s3", "ListBuckets", "AccessDenied", status=403)
    assert "somebody else, or this identity may not do s3:ListBucket" in scene.problem(bucket=LOGS)


def test_a_bucket_of_another_region(scene: Scene) -> None:
    make_bucket(scene.account, region="us-east-1")
    text = scene.problem(bucket=LOGS)
    assert f"'{LOGS}' is in region us-east-1, and the trail's home region is {REGION}" in text
    # AWS lets a trail deliver to any region: one that does already goes on.
    found = scene.look(bucket=LOGS, in_use=True)
    assert (found["bucket_exists"], found["bucket_lets_in"]) == (True, True)


def test_a_bucket_of_ones_own_that_refuses(scene: Scene) -> None:
    make_bucket(scene.account)
    for call in ("HeadBucket", "GetBucketPolicy", "GetBucketPolicyStatus", "GetBucketAcl"):
        scene.account.fail("s3", call, "AccessDenied", status=403, times=1)
        assert f"is this account's, and S3 refuses {call} to this identity" in scene.problem(bucket=LOGS)


def test_a_bucket_with_a_policy_that_denies(scene: Scene) -> None:
    everything = [f"arn:aws:s3:::{LOGS}", f"arn:aws:s3:::{LOGS}/*"]
    denial = {"Sid": "OrgOnly", "Effect": "Deny", "Principal": "*", "Resource": everything}
    org_only = {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}
    make_bucket(scene.account, LOGS, {**denial, "Action": "s3:PutObject", "Condition": org_only})
    assert "denies CloudTrail s3:PutObject, by its statement 'OrgOnly'" in scene.problem(bucket=LOGS)
    not_ours = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
    make_bucket(
        scene.account,
        "frozen-logs",
        {**denial, "Sid": "Frozen", "Resource": "arn:aws:s3:::frozen-logs", "Action": "s3:Put*", "Condition": not_ours},
    )
    text = scene.problem(bucket="frozen-logs")
    assert f"denies this identity ({ROOT_ARN}) s3:PutBucketOwnershipControls, s3:PutBucketPolicy" in text
    assert "'Frozen'" in text
    by_address = {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    make_bucket(
        scene.account,
        "office-logs",
        {**denial, "Resource": "arn:aws:s3:::office-logs/*", "Action": "s3:PutObject", "Condition": by_address},
    )
    found = scene.look(bucket="office-logs")
    assert found["bucket_lets_in"] is False
    assert "cannot be told from here" in str(found["warnings"])


def test_a_bucket_that_is_open_to_others(scene: Scene) -> None:
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{LOGS}/*"}
    s3 = make_bucket(scene.account, LOGS, everybody)
    assert f"The policy of bucket '{LOGS}' lets everybody in" in scene.problem(bucket=LOGS)
    s3.delete_bucket_policy(Bucket=LOGS)
    s3.put_bucket_acl(Bucket=LOGS, ACL="log-delivery-write")
    text = scene.problem(bucket=LOGS)
    assert f"The ACL of bucket '{LOGS}' grants access to http://acs.amazonaws.com/groups/s3/LogDelivery, and" in text


def make_key(scene: Scene, *statements: dict[str, Any], **more: Any) -> str:
    key = scene.kms.create_key(Policy=document(ROOT, *statements), **more)["KeyMetadata"]
    return str(key["Arn"])


def test_what_a_key_lacks_makes_a_trail_possible(scene: Scene) -> None:
    s3 = make_bucket(scene.account)
    s3.put_bucket_encryption(Bucket=LOGS, ServerSideEncryptionConfiguration=KMS_BY_BUCKET_KEY)
    key = make_key(scene)
    result = scene.look(bucket=LOGS, kms_key=key)
    assert scene.calls()[-3:] == ["GetBucketEncryption", "DescribeKey", "GetKeyPolicy"]
    assert json.dumps(result["missing_key_statements"]) in result["msg"]
    assert trail_arn("main") in result["msg"]
    policy = document(ROOT, *result["missing_key_statements"])
    scene.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
    scene.kms.create_alias(AliasName="alias/logs", TargetKeyId=key)
    for name in (key, key.rsplit("/", 1)[1], "alias/logs"):
        assert scene.look(bucket=LOGS, kms_key=name)["kms_key_arn"] == key
    created = scene.account.client("cloudtrail", REGION).create_trail(Name="main", S3BucketName=LOGS, KmsKeyId=key)
    assert created["KmsKeyId"] == key


def test_a_key_that_cannot_encrypt(scene: Scene) -> None:
    disabled = make_key(scene)
    scene.kms.disable_key(KeyId=disabled.rsplit("/", 1)[1])
    assert "it is not enabled (its state is Disabled)" in scene.problem(kms_key=disabled)
    assert scene.calls() == ["DescribeKey"]
    signing = make_key(scene, KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")
    assert "it is no symmetric encryption key" in scene.problem(kms_key=signing)
    elsewhere = scene.account.client("kms", "us-east-1").create_key()["KeyMetadata"]["Arn"]
    assert "is in region us-east-1" in scene.problem(kms_key=elsewhere)
    assert scene.calls() == []
    assert "There is no key 'alias/nothing'" in scene.problem(kms_key="alias/nothing")


def test_all_that_stands_in_the_way_is_said_at_once(scene: Scene) -> None:
    make_bucket(scene.account, region="us-east-1")
    result = scene.look(bucket=LOGS, kms_key=make_key(scene))
    assert len(result["problems"]) == 2
    assert all(text in result["msg"] for text in result["problems"])


def test_a_failure_names_what_was_looked_at(scene: Scene) -> None:
    scene.account.fail("kms", "DescribeKey", "AccessDeniedException", status=400)
    result = scene.look(kms_key="alias/logs")
    assert "Could not look at alias/logs, where log files are to go" in result["msg"]


def test_in_a_play_with_defaults_for_all_of_aws(account: Sandbox, ansible: Callable[..., Run]) -> None:
    """Modules and filter as a role would use them, the region given once."""
    make_bucket(account)
    make_trail(account, "other", TagsList=[{"Key": "Team", "Value": "x"}])
    named = {"name": "main", "account_id": ACCOUNT}
    tasks = [
        {"dayone.aws_account.cloudtrail_trails_info": {**named, "existing": "adopt"}, "register": "trails"},
        {
            "dayone.aws_account.cloudtrail_destination_info": {
                "trail_name": "{{ trails.trail.name }}",
                "account_id": ACCOUNT,
                "bucket": "{{ trails.trail.s3_bucket_name }}",
            }
        },
        {
            "dayone.aws_account.cloudtrail_event_selectors": {
                "name": "{{ trails.trail.name }}",
                "advanced_event_selectors": [
                    {"field_selectors": [{"field": "eventCategory", "equals": ["Management"]}]}
                ],
            }
        },
        {"ansible.builtin.debug": {"msg": "{{ 'insights' | dayone.aws_account.price_sentence }}"}},
    ]
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": tasks,
        "module_defaults": {"group/aws": {"region": REGION}},
    }
    run = ansible([play])
    trails, destination, events, price = (task["result"] for task in run.tasks)
    assert (trails["decision"], trails["trail"]["tags"], destination["bucket_lets_in"]) == (
        "adopt",
        {"Team": "x"},
        True,
    )
    assert (events["changed"], events["diff"]["before"]["advanced_event_selectors"]) == (True, [])
    assert "US$0.35" in price["msg"]
