# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a bucket and a key can take a trail's log files, judged by what AWS says of them, before anything is made."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils._policy_allows import (
    ALLOWED,
    DENIED,
    UNSURE,
    Ask,
    Statement,
    is_session,
    judge,
    titles,
)

CLOUDTRAIL = "cloudtrail.amazonaws.com"
# What a service has not, since it is no identity of an account and calls from no network of one.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
NOT_SENT = frozenset(
    {
        "aws:multifactorauthage",
        "aws:multifactorauthpresent",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "aws:username",
    }
)
# What has to be changed of a bucket that is to hold logs safely.
CHANGES = (
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
)


class Trail(NamedTuple):
    """The trail whose log files they are."""

    name: str
    region: str
    account: str
    partition: str

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:cloudtrail:{self.region}:{self.account}:trail/{self.name}"

    def log_path(self, prefix: str) -> str:
        """What the names of its log files begin with, in a bucket."""
        return f"{prefix}/" * bool(prefix) + f"AWSLogs/{self.account}/"

    @property
    def context(self) -> dict[str, str]:
        """The condition keys that CloudTrail's requests for it come with."""
        return {
            "aws:PrincipalIsAWSService": "true",
            "aws:PrincipalServiceName": CLOUDTRAIL,
            "aws:SecureTransport": "true",
            "aws:SourceAccount": self.account,
            "aws:SourceArn": self.arn,
            "aws:ViaAWSService": "false",
        }


class Findings(NamedTuple):
    """What was found out about a bucket or key, in sentences for a person."""

    problems: Sequence[str] = ()
    """What has to be mended first."""
    doubts: Sequence[str] = ()
    """What could not be known."""
    missing: Sequence[Statement] = ()
    """Statements that the policy lacks."""
    allowed: bool = False
    """Whether CloudTrail is let in as it is."""


def judge_bucket(name: str, prefix: str, policy: str | None, trail: Trail, caller_arn: str | None) -> Findings:
    """A bucket of the trail's account and region, by its policy.

    That CloudTrail is not let in yet is no problem: a statement for it can be added. A Deny is one.
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    bucket = f"arn:{trail.partition}:s3:::{name}"
    log_file = f"{bucket}/{trail.log_path(prefix)}CloudTrail/{trail.region}/2026/01/01/log.json.gz"
    full_control = {**trail.context, "s3:x-amz-acl": "bucket-owner-full-control"}
    asks = [
        Ask(CLOUDTRAIL, "s3:GetBucketAcl", bucket, trail.context, NOT_SENT),
        Ask(CLOUDTRAIL, "s3:PutObject", log_file, full_control, NOT_SENT),
    ]
    judged = [(ask.action, judge(policy, ask)) for ask in asks]
    problems = [
        f"The policy of bucket '{name}' denies CloudTrail {action}, by its statement {titles(judgement.denying)}: "
        "take CloudTrail out of that statement, or choose another bucket."
        for action, judgement in judged
        if judgement.verdict == DENIED
    ]
    doubts = [
        f"The policy of bucket '{name}' may deny CloudTrail {action}, by its statement "
        f"{titles(judgement.perhaps_denying)}: whether its conditions hold cannot be told from here."
        for action, judgement in judged
        if judgement.verdict != DENIED and judgement.perhaps_denying
    ]
    changes = _changes(name, bucket, policy, caller_arn) if caller_arn else Findings()
    return Findings(
        [*problems, *changes.problems],
        [*doubts, *changes.doubts],
        allowed=all(judgement.verdict == ALLOWED for _action, judgement in judged),
    )


def _changes(name: str, bucket: str, policy: str | None, caller_arn: str) -> Findings:
    """Whether the identity of this run can set the bucket up.

    Of a session AWS compares the ARN of its role as aws:PrincipalArn, and the path of that cannot be told from its own.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    """
    context = {"aws:PrincipalAccount": caller_arn.split(":")[4]}
    if not is_session(caller_arn):
        context["aws:PrincipalArn"] = caller_arn
    sure = {**context, "aws:PrincipalIsAWSService": "false", "aws:SecureTransport": "true"}
    judged = {action: judge(policy, Ask(caller_arn, action, bucket, sure)) for action in CHANGES}
    who = f"this identity ({caller_arn})"
    denied = [action for action, judgement in judged.items() if judgement.denying]
    if denied:
        by = titles(judged[denied[0]].denying)
        text = f"The policy of bucket '{name}' denies {who} {', '.join(denied)}, by its statement {by}"
        return Findings([f"{text}: use an identity that it lets in, or choose another bucket."])
    perhaps = [action for action, judgement in judged.items() if judgement.perhaps_denying]
    if perhaps:
        by = titles(judged[perhaps[0]].perhaps_denying)
        text = f"The policy of bucket '{name}' may deny {who} {', '.join(perhaps)}, by its statement {by}"
        return Findings(doubts=[f"{text}: whether its conditions hold cannot be told from here."])
    return Findings()


def open_to_others(name: str, *, public: bool, acl: Mapping[str, Any]) -> list[str]:
    """What keeps a bucket from being closed: S3 refuses to change a public policy, or to switch off ACLs that grant.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html

    Args:
        name: the bucket's name.
        public: what GetBucketPolicyStatus says of its policy.
        acl: what GetBucketAcl says.
    """
    problems = []
    if public:
        problems.append(
            f"The policy of bucket '{name}' lets everybody in, and public access to a bucket with log files is "
            "blocked: take the statement that does so out of it, or choose another bucket."
        )
    grantees = [grant["Grantee"] for grant in acl["Grants"] if grant["Grantee"].get("ID") != acl["Owner"]["ID"]]
    if grantees:
        whom = ", ".join(dict.fromkeys(str(item.get("URI") or item.get("ID")) for item in grantees))
        problems.append(
            f"The ACL of bucket '{name}' grants access to {whom}, and a bucket with log files has no ACLs: let "
            "them in by its policy, and take their grants out of the ACL, or choose another bucket."
        )
    return problems


def usable_key(key: Mapping[str, Any], trail: Trail) -> list[str]:
    """What keeps CloudTrail from encrypting with a key, whatever its policy.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html

    Args:
        key: its KeyMetadata, as DescribeKey answers.
        trail: the trail; its log files' bucket is in its home region.
    """
    arn, problems = key["Arn"], []
    if key["KeyState"] != "Enabled":
        problems.append(f"it is not enabled (its state is {key['KeyState']}): enable it, or choose another one")
    if key.get("KeyUsage") != "ENCRYPT_DECRYPT" or key.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        kind = f"{key.get('KeySpec')} for {key.get('KeyUsage')}"
        problems.append(f"it is no symmetric encryption key (it is of {kind}): choose another one")
    if key.get("KeyManager") == "AWS":
        problems.append("AWS manages it, so that its policy cannot let CloudTrail in: choose a customer managed key")
    region = arn.split(":")[3]
    if region != trail.region:
        problems.append(
            f"it is in region {region}, and it has to be in the bucket's, {trail.region}: choose another one"
        )
    return [f"Key {arn} cannot encrypt log files: {problem}." for problem in problems]


def judge_key(arn: str, policy: str, trail: Trail, *, decrypts: bool) -> Findings:
    """A key, by its policy: what it lacks for the trail is returned as statements to add.

    Args:
        arn: the key's ARN.
        policy: its policy.
        trail: the trail.
        decrypts: whether the bucket has an S3 Bucket Key, with which CloudTrail has to decrypt, too.
    """
    encryption = {**trail.context, "kms:EncryptionContext:aws:cloudtrail:arn": trail.arn}
    asks = [
        Ask(CLOUDTRAIL, "kms:GenerateDataKey", arn, encryption, NOT_SENT),
        Ask(CLOUDTRAIL, "kms:DescribeKey", arn, trail.context, NOT_SENT),
        *([Ask(CLOUDTRAIL, "kms:Decrypt", arn, trail.context, NOT_SENT)] if decrypts else []),
    ]
    problems, doubts, missing = [], [], []
    for ask, statement in zip(asks, key_statements(trail, decrypts=decrypts), strict=True):
        judgement = judge(policy, ask)
        if judgement.verdict == DENIED:
            problems.append(
                f"The policy of key {arn} denies CloudTrail {ask.action}, by its statement "
                f"{titles(judgement.denying)}: take CloudTrail out of that statement, or choose another key."
            )
        elif judgement.verdict == UNSURE:
            doubts.append(f"Whether the policy of key {arn} allows CloudTrail {ask.action} cannot be told from here.")
        elif judgement.verdict != ALLOWED:
            missing.append(statement)
    if missing:
        problems.append(
            f"The policy of key {arn} does not let CloudTrail use it for trail {trail.arn}. Add to its statements: "
            f"{json.dumps(missing)}"
        )
    return Findings(problems, doubts, missing, allowed=not missing and not problems and not doubts)


def key_statements(trail: Trail, *, decrypts: bool) -> list[Statement]:
    """The statements that let CloudTrail encrypt the trail's log files with a key.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html

    Args:
        trail: the trail.
        decrypts: whether the bucket has an S3 Bucket Key, which alone makes CloudTrail decrypt.
    """
    trails = f"arn:{trail.partition}:cloudtrail:*:{trail.account}:trail/*"
    of_these = {"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trails}}
    return [
        _statement("Encrypt", "kms:GenerateDataKey*", trail, **of_these),
        _statement("Describe", "kms:DescribeKey", trail),
        *([_statement("Decrypt", "kms:Decrypt", trail)] if decrypts else []),
    ]


def _statement(what: str, action: str, trail: Trail, **conditions: Any) -> Statement:
    return {
        "Sid": f"DayoneCloudTrail{what}",
        "Effect": "Allow",
        "Principal": {"Service": CLOUDTRAIL},
        "Action": action,
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceArn": trail.arn}, **conditions},
    }
