"""Trails: bucket, key and topic have to let CloudTrail in; selectors and Insights; home region."""

from __future__ import annotations

import json
from typing import Any

import pytest
from account.aws_errors import refused
from sandbox import Sandbox

REGION = "ap-northeast-1"
ACCOUNT = "123456789012"
TRAIL_ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/main"
OTHER_TRAIL_ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/other"
BUCKET = "trail-logs-123"
CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}
FULL_CONTROL = {"s3:x-amz-acl": "bucket-owner-full-control"}


def acl_check(**change: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": CLOUDTRAIL,
        "Action": "s3:GetBucketAcl",
        "Resource": f"arn:aws:s3:::{BUCKET}",
        "Condition": {"StringEquals": {"aws:SourceArn": TRAIL_ARN}},
        **change,
    }


def write(**change: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": CLOUDTRAIL,
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT}/*",
        "Condition": {"StringEquals": {**FULL_CONTROL, "aws:SourceArn": TRAIL_ARN}},
        **change,
    }


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def trails(account: Sandbox) -> Any:
    """CloudTrail, and a bucket without a policy."""
    account.client("s3").create_bucket(Bucket=BUCKET)
    return account.client("cloudtrail", REGION)


@pytest.fixture
def open_bucket(account: Sandbox, trails: Any) -> Any:
    """CloudTrail, and a bucket that lets it in."""
    account.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=document(acl_check(), write()))
    return trails


def create(trails: Any, **more: Any) -> Any:
    return trails.create_trail(Name="main", S3BucketName=BUCKET, **more)


DENY = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{BUCKET}/*"}


@pytest.mark.parametrize(
    "policy",
    [
        document(acl_check(), write()),
        document(acl_check(Condition={}), write(Condition={"StringEquals": FULL_CONTROL})),
        document(acl_check(Action="s3:Get*"), write(Action=["s3:*"], Resource=f"arn:aws:s3:::{BUCKET}/*")),
        document(acl_check(Condition={"StringEquals": {"AWS:SourceAccount": ACCOUNT}}), write()),
        document(
            acl_check(Condition={"ArnLike": {"aws:SourceArn": f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"}}), write()
        ),
        document(acl_check(), write(), {**DENY, "Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
        document(acl_check(), write(), {**DENY, "Condition": {"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}}),
    ],
)
def test_a_policy_that_lets_cloudtrail_in(account: Sandbox, trails: Any, policy: str) -> None:
    account.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=policy)
    assert create(trails)["TrailARN"] == TRAIL_ARN


@pytest.mark.parametrize(
    "policy",
    [
        document(acl_check()),
        document(write()),
        document(acl_check(Principal={"Service": "config.amazonaws.com"}), write()),
        document(acl_check(Condition={"StringEquals": {"aws:SourceArn": OTHER_TRAIL_ARN}}), write()),
        document(acl_check(), write(Condition={"StringEquals": {"aws:SourceArn": OTHER_TRAIL_ARN}})),
        document(acl_check(), write(Condition={"StringEquals": {"aws:SourceAccount": "210987654321"}})),
        document(acl_check(), write(Condition={"StringEquals": {"s3:x-amz-acl": "private"}})),
        document(acl_check(), write(Resource=f"arn:aws:s3:::{BUCKET}/AWSLogs/210987654321/*")),
        document(acl_check(), write(Resource=f"arn:aws:s3:::{BUCKET}/prefix/AWSLogs/{ACCOUNT}/*")),
        document(acl_check(), write(), DENY),
    ],
)
def test_a_policy_that_does_not(account: Sandbox, trails: Any, policy: str) -> None:
    account.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=policy)
    with refused("InsufficientS3BucketPolicyException", 400):
        create(trails)
    assert trails.describe_trails()["trailList"] == []


def test_a_bucket_without_a_policy_and_no_bucket(trails: Any) -> None:
    with refused("InsufficientS3BucketPolicyException", 400):
        create(trails)
    with refused("S3BucketDoesNotExistException", 400):
        trails.create_trail(Name="main", S3BucketName="nowhere-to-be-found")


def test_the_prefix_is_part_of_the_path(account: Sandbox, open_bucket: Any) -> None:
    with refused("InsufficientS3BucketPolicyException", 400):
        create(open_bucket, S3KeyPrefix="prefix")
    create(open_bucket)
    with refused("InsufficientS3BucketPolicyException", 400):
        open_bucket.update_trail(Name="main", S3KeyPrefix="prefix")
    with_prefix = write(Resource=f"arn:aws:s3:::{BUCKET}/prefix/AWSLogs/{ACCOUNT}/*")
    account.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=document(acl_check(), with_prefix))
    assert open_bucket.update_trail(Name="main", S3KeyPrefix="prefix")["S3KeyPrefix"] == "prefix"


@pytest.mark.parametrize("name", ["ab", "a" * 129, "-abc", "abc-", "a b c"])
def test_a_trails_name(open_bucket: Any, name: str) -> None:
    with refused("InvalidTrailNameException", 400):
        open_bucket.create_trail(Name=name, S3BucketName=BUCKET)


def test_a_trail_exists_once(open_bucket: Any) -> None:
    create(open_bucket)
    with refused("TrailAlreadyExistsException", 400):
        create(open_bucket)
    open_bucket.delete_trail(Name=TRAIL_ARN)
    with refused("TrailNotFoundException", 400):
        open_bucket.delete_trail(Name="main")
    with refused("TrailNotFoundException", 400):
        open_bucket.update_trail(Name="main", IsMultiRegionTrail=True)


def test_an_update_changes_only_what_it_names(open_bucket: Any) -> None:
    create(open_bucket, EnableLogFileValidation=True)
    open_bucket.update_trail(Name="main", IsMultiRegionTrail=True)
    trail = open_bucket.get_trail(Name="main")["Trail"]
    assert trail["LogFileValidationEnabled"]
    assert trail["IsMultiRegionTrail"]
    assert trail["HomeRegion"] == REGION
    assert not trail["HasCustomEventSelectors"]
    assert "KmsKeyId" not in trail


def key_statement(action: str, **condition: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": CLOUDTRAIL, "Action": action, "Resource": "*", "Condition": condition}


ENCRYPT = key_statement(
    "kms:GenerateDataKey*",
    StringEquals={"aws:SourceArn": TRAIL_ARN},
    StringLike={"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"},
)
DESCRIBE = key_statement("kms:DescribeKey", StringEquals={"aws:SourceArn": TRAIL_ARN})
ROOT_MAY_ALL = {
    "Effect": "Allow",
    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    "Action": "kms:*",
    "Resource": "*",
}


def test_a_key_that_lets_cloudtrail_in(account: Sandbox, open_bucket: Any) -> None:
    kms = account.client("kms", REGION)
    key = kms.create_key(Policy=document(ROOT_MAY_ALL, ENCRYPT, DESCRIBE))["KeyMetadata"]
    kms.create_alias(AliasName="alias/trail", TargetKeyId=key["KeyId"])
    create(open_bucket, KmsKeyId="alias/trail")
    for name in (key["KeyId"], key["Arn"], f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/trail"):
        assert open_bucket.update_trail(Name="main", KmsKeyId=name)["KmsKeyId"] == key["Arn"]
    assert "KmsKeyId" not in open_bucket.update_trail(Name="main", KmsKeyId="")
    kms.disable_key(KeyId=key["KeyId"])
    with refused("InsufficientEncryptionPolicyException", 400):
        open_bucket.update_trail(Name="main", KmsKeyId=key["Arn"])


@pytest.mark.parametrize(
    "statements",
    [
        [ROOT_MAY_ALL],
        [ROOT_MAY_ALL, ENCRYPT],
        [ROOT_MAY_ALL, DESCRIBE, key_statement("kms:Decrypt")],
        [
            ROOT_MAY_ALL,
            DESCRIBE,
            key_statement(
                "kms:GenerateDataKey*",
                StringLike={"kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*:210987654321:trail/*"},
            ),
        ],
    ],
)
def test_a_key_that_does_not(account: Sandbox, open_bucket: Any, statements: list[dict[str, Any]]) -> None:
    key = account.client("kms", REGION).create_key(Policy=document(*statements))["KeyMetadata"]
    with refused("InsufficientEncryptionPolicyException", 400):
        create(open_bucket, KmsKeyId=key["Arn"])


def test_a_key_that_is_not_there(account: Sandbox, open_bucket: Any) -> None:
    elsewhere = account.client("kms", "us-east-1").create_key()["KeyMetadata"]["KeyId"]
    for key in ("alias/nothing", elsewhere):
        with refused("KmsKeyNotFoundException", 400):
            create(open_bucket, KmsKeyId=key)


def test_a_topic(account: Sandbox, open_bucket: Any) -> None:
    sns = account.client("sns", REGION)
    with refused("InsufficientSnsTopicPolicyException", 400):
        create(open_bucket, SnsTopicName="trail")
    arn = sns.create_topic(Name="trail")["TopicArn"]
    with refused("InsufficientSnsTopicPolicyException", 400):
        create(open_bucket, SnsTopicName="trail")
    publish = {
        "Effect": "Allow",
        "Principal": CLOUDTRAIL,
        "Action": "SNS:Publish",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceArn": TRAIL_ARN}},
    }
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=document(publish))
    create(open_bucket, SnsTopicName="trail")
    assert open_bucket.update_trail(Name="main", SnsTopicName=arn)["SnsTopicARN"] == arn
    assert "SnsTopicARN" not in open_bucket.update_trail(Name="main", SnsTopicName="")


def test_a_trail_is_changed_in_its_home_region(account: Sandbox, open_bucket: Any) -> None:
    create(open_bucket, IsMultiRegionTrail=True)
    elsewhere = account.client("cloudtrail", "us-east-1")
    assert elsewhere.get_trail(Name="main")["Trail"]["HomeRegion"] == REGION
    assert elsewhere.get_trail_status(Name=TRAIL_ARN)["IsLogging"] is False
    assert len(elsewhere.describe_trails()["trailList"]) == 1
    assert elsewhere.describe_trails(includeShadowTrails=False)["trailList"] == []
    for change in (elsewhere.start_logging, elsewhere.delete_trail, elsewhere.update_trail):
        with refused("InvalidHomeRegionException", 400):
            change(Name="main")
    open_bucket.start_logging(Name="main")
    status = open_bucket.get_trail_status(Name="main")
    assert (status["IsLogging"], "LatestDeliveryTime" in status) == (True, False)
    account.world(log_files_delivered=True)
    assert "LatestDeliveryTime" in open_bucket.get_trail_status(Name="main")


def test_tags_are_known_at_home_and_go_with_their_trail(account: Sandbox, open_bucket: Any) -> None:
    tags = [{"Key": "made-by", "Value": "us"}]
    create(open_bucket, TagsList=tags, IsMultiRegionTrail=True)
    assert open_bucket.list_tags(ResourceIdList=[TRAIL_ARN])["ResourceTagList"][0]["TagsList"] == tags
    elsewhere = account.client("cloudtrail", "us-east-1")
    with refused("InvalidHomeRegionException", 400):
        elsewhere.list_tags(ResourceIdList=[TRAIL_ARN])
    with refused("InvalidHomeRegionException", 400):
        elsewhere.add_tags(ResourceId=TRAIL_ARN, TagsList=tags)
    open_bucket.remove_tags(ResourceId=TRAIL_ARN, TagsList=[{"Key": "made-by"}])
    assert open_bucket.list_tags(ResourceIdList=[TRAIL_ARN])["ResourceTagList"][0]["TagsList"] == []
    open_bucket.add_tags(ResourceId=TRAIL_ARN, TagsList=tags)
    open_bucket.delete_trail(Name="main")
    with refused("TrailNotFoundException", 400):
        open_bucket.list_tags(ResourceIdList=[TRAIL_ARN])
    create(open_bucket)
    assert open_bucket.list_tags(ResourceIdList=[TRAIL_ARN])["ResourceTagList"][0]["TagsList"] == []


def test_a_shadow_trail_is_named_by_its_arn(account: Sandbox, open_bucket: Any) -> None:
    create(open_bucket, IsMultiRegionTrail=True)
    elsewhere = account.client("cloudtrail", "us-east-1")
    assert elsewhere.describe_trails(trailNameList=["main"])["trailList"] == []
    assert len(elsewhere.describe_trails(trailNameList=[TRAIL_ARN])["trailList"]) == 1
    with refused("TrailNotFoundException", 400):
        elsewhere.get_trail_status(Name="main")


def test_five_trails_in_a_region(account: Sandbox, open_bucket: Any) -> None:
    account.client("s3").put_bucket_policy(
        Bucket=BUCKET, Policy=document(acl_check(Condition={}), write(Condition={"StringEquals": FULL_CONTROL}))
    )
    for number in range(4):
        open_bucket.create_trail(Name=f"trail-{number}", S3BucketName=BUCKET, IsMultiRegionTrail=True)
    elsewhere = account.client("cloudtrail", "us-east-1")
    elsewhere.create_trail(Name="fifth", S3BucketName=BUCKET)
    with refused("MaximumNumberOfTrailsExceededException", 403):
        elsewhere.create_trail(Name="sixth", S3BucketName=BUCKET)
    create(open_bucket)


def test_a_delivery_that_fails(account: Sandbox, open_bucket: Any) -> None:
    create(open_bucket, EnableLogFileValidation=True)
    s3 = account.client("s3")
    s3.put_bucket_policy(Bucket=BUCKET, Policy=document(acl_check()))
    assert "LatestDeliveryError" not in open_bucket.get_trail_status(Name="main")
    open_bucket.start_logging(Name="main")
    status = open_bucket.get_trail_status(Name="main")
    assert (status["LatestDeliveryError"], status["LatestDigestDeliveryError"]) == ("AccessDenied", "AccessDenied")
    s3.put_bucket_policy(Bucket=BUCKET, Policy=document(acl_check(), write()))
    assert "LatestDeliveryError" not in open_bucket.get_trail_status(Name="main")
    s3.delete_bucket(Bucket=BUCKET)
    assert open_bucket.get_trail_status(Name="main")["LatestDeliveryError"] == "NoSuchBucket"


def test_a_key_has_to_let_cloudtrail_decrypt_where_the_bucket_has_a_bucket_key(
    account: Sandbox, open_bucket: Any
) -> None:
    kms = account.client("kms", REGION)
    key = kms.create_key(Policy=document(ROOT_MAY_ALL, ENCRYPT, DESCRIBE))["KeyMetadata"]["Arn"]
    encryption = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    account.client("s3").put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [encryption]})
    with refused("InsufficientEncryptionPolicyException", 400):
        create(open_bucket, KmsKeyId=key)
    policy = document(ROOT_MAY_ALL, ENCRYPT, DESCRIBE, key_statement("kms:Decrypt"))
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
    assert create(open_bucket, KmsKeyId=key)["KmsKeyId"] == key


def test_an_organization_trail(account: Sandbox, open_bucket: Any) -> None:
    with refused("OrganizationsNotInUseException", 404):
        create(open_bucket, IsMultiRegionTrail=True, IsOrganizationTrail=True)
    organizations = account.client("organizations")
    organization = organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    created = organizations.create_account(AccountName="member", Email="member@example.com")
    member = account.account_client("cloudtrail", created["CreateAccountStatus"]["AccountId"], REGION)
    with refused("InsufficientS3BucketPolicyException", 400):
        create(open_bucket, IsMultiRegionTrail=True, IsOrganizationTrail=True)
    of_all = write(Resource=f"arn:aws:s3:::{BUCKET}/AWSLogs/{organization}/*")
    account.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=document(acl_check(), write(), of_all))
    create(open_bucket, IsMultiRegionTrail=True, IsOrganizationTrail=True)
    open_bucket.start_logging(Name="main")
    (trail,) = member.describe_trails()["trailList"]
    assert (trail["TrailARN"], trail["IsOrganizationTrail"]) == (TRAIL_ARN, True)
    assert member.get_trail_status(Name=TRAIL_ARN)["IsLogging"]
    assert member.get_event_selectors(TrailName=TRAIL_ARN)["EventSelectors"][0]["ReadWriteType"] == "All"
    with refused("NotOrganizationMasterAccountException", 400):
        member.stop_logging(Name=TRAIL_ARN)


def test_a_key_encrypts_unless_it_was_made_for_something_else(account: Sandbox) -> None:
    kms = account.client("kms", REGION)
    encrypts, signs = kms.create_key(), kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")
    used_for = [
        kms.describe_key(KeyId=key["KeyMetadata"]["KeyId"])["KeyMetadata"]["KeyUsage"] for key in (encrypts, signs)
    ]
    assert used_for == ["ENCRYPT_DECRYPT", "SIGN_VERIFY"]
