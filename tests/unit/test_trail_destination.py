"""Whether a bucket and a key can take log files, by what AWS tells of them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._trail_destination import (
    Trail,
    judge_bucket,
    judge_key,
    open_to_others,
    usable_key,
)

TRAIL = Trail("main", "eu-central-1", "123456789012", "aws")
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234"
ADA = "arn:aws:iam::123456789012:user/ada"
ACL = {
    "Sid": "Acl",
    "Effect": "Allow",
    "Principal": {"Service": "cloudtrail.amazonaws.com"},
    "Action": "s3:GetBucketAcl",
    "Resource": "arn:aws:s3:::logs",
    "Condition": {"StringEquals": {"aws:SourceArn": TRAIL.arn, "aws:SourceAccount": "123456789012"}},
}
WRITE = {
    **ACL,
    "Sid": "Write",
    "Action": "s3:PutObject",
    "Resource": "arn:aws:s3:::logs/audit/AWSLogs/123456789012/*",
    "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
}


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def deny(sid: str, **change: Any) -> dict[str, Any]:
    everything = {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    return {**everything, **change}


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        (None, False),
        (document(ACL), False),
        (document(ACL, WRITE), True),
        (document(ACL, WRITE, deny("Tls", Condition={"Bool": {"aws:SecureTransport": "false"}})), True),
        (document(ACL, {**WRITE, "Resource": "arn:aws:s3:::logs/AWSLogs/*"}), False),
    ],
)
def test_a_bucket_that_lets_cloudtrail_in_or_can(policy: str | None, *, allowed: bool) -> None:
    found = judge_bucket("logs", "audit", policy, TRAIL, ADA)
    assert (list(found.problems), list(found.doubts), found.allowed) == ([], [], allowed)


def test_a_bucket_that_denies() -> None:
    of_org = deny("OrgOnly", Condition={"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}})
    problems = judge_bucket("logs", "audit", document(ACL, WRITE, of_org), TRAIL, None).problems
    assert [text.split(",")[0] for text in problems] == [
        "The policy of bucket 'logs' denies CloudTrail s3:GetBucketAcl",
        "The policy of bucket 'logs' denies CloudTrail s3:PutObject",
    ]
    assert "'OrgOnly'" in problems[0]


def test_a_bucket_that_denies_this_identity() -> None:
    frozen = deny(
        "Frozen", Action=["s3:PutBucketPolicy", "s3:DeleteBucket"], Condition={"ArnLike": {"aws:PrincipalArn": ADA}}
    )
    policy = document(ACL, WRITE, frozen)
    (text,) = judge_bucket("logs", "audit", policy, TRAIL, ADA).problems
    assert f"denies this identity ({ADA}) s3:PutBucketPolicy, by its statement 'Frozen'" in text
    assert not judge_bucket("logs", "audit", policy, TRAIL, ADA + "2").problems
    assert not judge_bucket("logs", "audit", policy, TRAIL, None).problems


SESSION = "arn:aws:sts::123456789012:assumed-role/Admin/ada"
ADMIN = "arn:aws:iam::123456789012:role/of/the/board/Admin"


@pytest.mark.parametrize("arn", [ADMIN, SESSION, ADA])
@pytest.mark.parametrize("operator", ["ArnLike", "ArnNotEquals", "StringEquals", "StringNotLike"])
def test_a_session_does_not_show_the_path_of_its_role(operator: str, arn: str) -> None:
    of_arn = deny("Board", Action="s3:PutBucketTagging", Condition={operator: {"aws:PrincipalArn": arn}})
    found = judge_bucket("logs", "audit", document(ACL, WRITE, of_arn), TRAIL, SESSION)
    assert list(found.problems) == []
    assert f"may deny this identity ({SESSION}) s3:PutBucketTagging, by its statement 'Board'" in found.doubts[-1]


def test_a_session_is_named_by_its_role() -> None:
    frozen = {**deny("Frozen"), "Principal": {"AWS": ADMIN}}
    (text,) = judge_bucket("logs", "audit", document(ACL, WRITE, frozen), TRAIL, SESSION).problems
    assert f"denies this identity ({SESSION})" in text
    others = {**frozen, "NotPrincipal": {"AWS": ADMIN, "Service": "cloudtrail.amazonaws.com"}}
    del others["Principal"]
    assert not judge_bucket("logs", "audit", document(ACL, WRITE, others), TRAIL, SESSION).problems


def test_a_bucket_of_which_it_cannot_be_told() -> None:
    by_address = deny("Office", Condition={"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    found = judge_bucket("logs", "audit", document(ACL, WRITE, by_address), TRAIL, ADA)
    assert (list(found.problems), found.allowed) == ([], False)
    assert all("'Office'" in doubt for doubt in found.doubts)
    assert len(found.doubts) == 3


def test_a_bucket_that_is_open_to_others() -> None:
    own = {"Grantee": {"ID": "me", "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
    group = {"Grantee": {"URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"}, "Permission": "WRITE"}
    acl = {"Owner": {"ID": "me"}, "Grants": [own]}
    assert open_to_others("logs", public=False, acl=acl) == []
    acl["Grants"] = [own, group, {**group, "Permission": "READ_ACP"}, {"Grantee": {"ID": "she"}}]
    public, grants = open_to_others("logs", public=True, acl=acl)
    assert "lets everybody in" in public
    assert "grants access to http://acs.amazonaws.com/groups/s3/LogDelivery, she, and" in grants


METADATA = {
    "Arn": KEY,
    "KeyState": "Enabled",
    "KeyUsage": "ENCRYPT_DECRYPT",
    "KeySpec": "SYMMETRIC_DEFAULT",
    "KeyManager": "CUSTOMER",
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"KeyState": "Disabled"}, "its state is Disabled"),
        ({"KeyState": "PendingDeletion"}, "PendingDeletion"),
        ({"KeyUsage": "SIGN_VERIFY", "KeySpec": "RSA_2048"}, "no symmetric encryption key (it is of RSA_2048"),
        ({"KeyManager": "AWS"}, "AWS manages it"),
        ({"Arn": KEY.replace("eu-central-1", "us-east-1")}, "in region us-east-1"),
    ],
)
def test_a_key_that_can_encrypt(change: dict[str, str], words: str | None) -> None:
    problems = usable_key({**METADATA, **change}, TRAIL)
    assert len(problems) == (0 if words is None else 1)
    assert words is None or words in problems[0]


ROOT = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}


def test_what_a_key_lacks_can_be_added_as_it_is_returned() -> None:
    found = judge_key(KEY, document(ROOT), TRAIL, decrypts=True)
    assert [statement["Action"] for statement in found.missing] == [
        "kms:GenerateDataKey*",
        "kms:DescribeKey",
        "kms:Decrypt",
    ]
    (text,) = found.problems
    assert json.loads(text[text.index("[") :]) == found.missing
    complete = judge_key(KEY, document(ROOT, *found.missing), TRAIL, decrypts=True)
    assert (list(complete.problems), list(complete.doubts), complete.allowed) == ([], [], True)
    assert not judge_key(KEY, document(ROOT, *found.missing[:2]), TRAIL, decrypts=False).problems
    other = judge_key(KEY, document(ROOT, *found.missing), TRAIL._replace(name="other"), decrypts=False)
    assert len(other.missing) == 2


def test_a_key_that_denies_or_is_in_doubt() -> None:
    missing = judge_key(KEY, document(ROOT), TRAIL, decrypts=False).missing
    denied = judge_key(KEY, document(*missing, deny("No", Action="kms:*")), TRAIL, decrypts=False)
    assert len(denied.problems) == 2
    assert all("'No'" in text for text in denied.problems)
    unknown = {**missing[1], "Condition": {"StringEquals": {"kms:CallerAccount": "123456789012"}}}
    found = judge_key(KEY, document(missing[0], unknown), TRAIL, decrypts=False)
    assert (list(found.problems), found.allowed) == ([], False)
    assert "kms:DescribeKey" in found.doubts[0]
