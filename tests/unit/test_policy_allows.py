"""What a resource's policy says of a request that CloudTrail, or an identity, is going to make."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._policy_allows import Ask, judge, titles

CLOUDTRAIL = "cloudtrail.amazonaws.com"
TRAIL = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/main"
FILE = "arn:aws:s3:::logs/AWSLogs/123456789012/file"
ASK = Ask(
    CLOUDTRAIL,
    "s3:PutObject",
    FILE,
    {"aws:SourceArn": TRAIL, "aws:SecureTransport": "true", "aws:PrincipalIsAWSService": "true"},
    frozenset({"aws:principalorgid"}),
)
ADA = "arn:aws:iam::123456789012:user/ada"
SESSION = "arn:aws:sts::123456789012:assumed-role/Admin/ada"


def statement(effect: str = "Allow", **change: Any) -> dict[str, Any]:
    given = {"Effect": effect, "Principal": {"Service": CLOUDTRAIL}, "Action": "s3:PutObject", "Resource": "*"}
    return {name: value for name, value in {**given, **change}.items() if value is not None}


def when(**conditions: dict[str, Any]) -> dict[str, Any]:
    return {"Condition": conditions}


ALLOW = statement()
EVERYBODY = {"Principal": "*"}


@pytest.mark.parametrize(
    ("statements", "verdict"),
    [
        ([], "not allowed"),
        ([ALLOW], "allowed"),
        ([statement(Principal={"AWS": "*"})], "allowed"),
        ([statement(Principal={"Service": ["config.amazonaws.com", CLOUDTRAIL]})], "allowed"),
        ([statement(Principal={"Service": "config.amazonaws.com"})], "not allowed"),
        ([statement(Principal={"AWS": "arn:aws:iam::123456789012:root"})], "not allowed"),
        ([statement(Principal={"Federated": "x"})], "not allowed"),
        ([statement(Action=["s3:Get*", "S3:PUT?bject"])], "allowed"),
        ([statement(Action="s3:Get*")], "not allowed"),
        ([statement(Resource=["arn:aws:s3:::logs/AWSLogs/123456789012/*"])], "allowed"),
        ([statement(Resource="arn:aws:s3:::logs")], "not allowed"),
        ([statement(Action=None, NotAction="s3:Get*")], "allowed"),
        ([statement(Action=None)], "not allowed"),
        ([ALLOW, statement("Deny", Action=None, NotAction="s3:PutObject")], "allowed"),
        ([ALLOW, statement("Deny", Action=None, NotAction="s3:GetObject")], "denied"),
        ([ALLOW, statement("Deny", Resource=None, NotResource="arn:aws:s3:::logs/other/*")], "denied"),
        ([ALLOW, statement("Deny", Principal=None, NotPrincipal={"AWS": ADA})], "denied"),
        ([ALLOW, statement("Deny", Principal=None, NotPrincipal={"Service": CLOUDTRAIL})], "allowed"),
        ([statement(**when(StringEquals={"aws:sourcearn": TRAIL}))], "allowed"),
        ([statement(**when(StringEquals={"aws:SourceArn": [TRAIL, "x"]}))], "allowed"),
        ([statement(**when(StringEquals={"aws:SourceArn": TRAIL + "2"}))], "not allowed"),
        ([statement(**when(StringEquals={"aws:SourceArn": TRAIL.replace("main", "*")}))], "not allowed"),
        ([statement(**when(ArnLike={"aws:SourceArn": TRAIL.replace("main", "*")}))], "allowed"),
        ([statement(**when(StringEqualsIgnoreCase={"aws:SourceArn": TRAIL.upper()}))], "allowed"),
        ([ALLOW, statement("Deny", **EVERYBODY, **when(Bool={"aws:SecureTransport": "false"}))], "allowed"),
        ([ALLOW, statement("Deny", **EVERYBODY, **when(Bool={"aws:SecureTransport": True}))], "denied"),
        ([ALLOW, statement("Deny", **EVERYBODY, **when(StringNotEquals={"aws:PrincipalOrgID": "o-1"}))], "denied"),
        ([ALLOW, statement("Deny", **when(StringEquals={"aws:PrincipalOrgID": "o-1"}))], "allowed"),
        ([ALLOW, statement("Deny", **when(StringEqualsIfExists={"aws:PrincipalOrgID": "o-1"}))], "denied"),
        ([ALLOW, statement("Deny", **when(Null={"aws:PrincipalOrgID": "true"}))], "denied"),
        ([ALLOW, statement("Deny", **when(Null={"aws:SourceArn": True}))], "allowed"),
        (
            [
                ALLOW,
                statement(
                    "Deny",
                    **EVERYBODY,
                    **when(
                        StringNotEqualsIfExists={"aws:PrincipalOrgID": "o-1"},
                        BoolIfExists={"aws:PrincipalIsAWSService": "false"},
                    ),
                ),
            ],
            "allowed",
        ),
        ([ALLOW, statement("Deny", **when(IpAddress={"aws:SourceIp": "10.0.0.0/8"}))], "unsure"),
        ([ALLOW, statement("Deny", **when(NumericLessThan={"aws:SecureTransport": "1"}))], "unsure"),
        ([ALLOW, statement("Deny", **when(StringNotEquals={"s3:x-amz-server-side-encryption": "aws:kms"}))], "unsure"),
        ([statement(**when(StringEquals={"s3:x-amz-acl": "bucket-owner-full-control"}))], "unsure"),
        ([statement("Deny", **when(IpAddress={"aws:SourceIp": "10.0.0.0/8"}))], "not allowed"),
    ],
)
def test_a_service(statements: list[dict[str, Any]], verdict: str) -> None:
    document = {"Version": "2012-10-17", "Statement": statements}
    assert judge(document, ASK).verdict == verdict
    assert judge(json.dumps(document), ASK).verdict == verdict


@pytest.mark.parametrize("policy", [None, "", {}])
def test_without_a_policy_nobody_is_allowed(policy: Any) -> None:
    assert judge(policy, ASK).verdict == "not allowed"


@pytest.mark.parametrize(
    ("named", "who", "denied"),
    [
        (ADA, ADA, True),
        ("123456789012", ADA, True),
        ("arn:aws:iam::123456789012:root", SESSION, True),
        ("arn:aws:iam::123456789012:role/Admin", SESSION, True),
        ("arn:aws:iam::123456789012:role/of/the/board/Admin", SESSION, True),
        ("arn:aws:iam::210987654321:role/Admin", SESSION, False),
        (SESSION, SESSION, True),
        (ADA + "2", ADA, False),
        ("210987654321", ADA, False),
        ("arn:aws:iam::123456789012:role/Other", SESSION, False),
    ],
)
def test_an_identity(named: str, who: str, *, denied: bool) -> None:
    policy = {"Statement": statement("Deny", Principal={"AWS": [named]}, Action="s3:*")}
    verdict = judge(policy, Ask(who, "s3:PutBucketPolicy", "arn:aws:s3:::logs", {})).verdict
    assert verdict == ("denied" if denied else "not allowed")


def test_titles() -> None:
    assert titles([statement(Sid="Mine"), {"Effect": "Deny"}]) == '\'Mine\', {"Effect": "Deny"}'
