"""E-mail subscriptions stay pending until confirmed; bucket names obey S3's rules."""

from __future__ import annotations

import json
from typing import Any

import pytest
from account.aws_errors import refused
from botocore.exceptions import ClientError
from sandbox import Sandbox

EMAIL = "ops@example.com"


@pytest.fixture
def sns(account: Sandbox) -> Any:
    return account.client("sns")


@pytest.fixture
def topic(sns: Any) -> str:
    arn: str = sns.create_topic(Name="billing")["TopicArn"]
    return arn


def listed(sns: Any, topic: str) -> list[str]:
    answer = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert sns.list_subscriptions()["Subscriptions"] == answer
    return [entry["SubscriptionArn"] for entry in answer]


def test_an_address_is_pending_until_its_owner_confirms(account: Sandbox, sns: Any, topic: str) -> None:
    for _number in range(2):
        answer = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=EMAIL)
        assert answer["SubscriptionArn"] == "pending confirmation"
    assert listed(sns, topic) == ["PendingConfirmation"]
    with refused("InvalidParameter", 400):
        sns.unsubscribe(SubscriptionArn="PendingConfirmation")
    arn = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=EMAIL, ReturnSubscriptionArn=True)["SubscriptionArn"]
    assert sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["PendingConfirmation"] == "true"
    with refused("InvalidParameter", 400):
        sns.unsubscribe(SubscriptionArn=arn)
    counts = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (counts["SubscriptionsPending"], counts["SubscriptionsConfirmed"]) == ("1", "0")
    account.world(confirm_subscription=EMAIL)
    assert listed(sns, topic) == [arn]
    assert sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=EMAIL)["SubscriptionArn"] == arn
    assert sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["PendingConfirmation"] == "false"
    counts = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (counts["SubscriptionsPending"], counts["SubscriptionsConfirmed"]) == ("0", "1")
    sns.unsubscribe(SubscriptionArn=arn)
    assert listed(sns, topic) == []


def test_another_account_does_not_see_who_is_subscribed(account: Sandbox, topic: str) -> None:
    with refused("AuthorizationError", 403):
        account.account_client("sns", "210987654321").list_subscriptions_by_topic(TopicArn=topic)


def test_who_unsubscribed_is_listed_as_deleted(account: Sandbox, sns: Any, topic: str) -> None:
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=EMAIL)
    account.world(confirm_subscription=EMAIL, unsubscribe=EMAIL)
    assert listed(sns, topic) == ["Deleted"]
    with refused("InvalidParameter", 400):
        sns.unsubscribe(SubscriptionArn="Deleted")


def test_what_nobody_confirms_is_gone_after_two_days(account: Sandbox, sns: Any, topic: str) -> None:
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=EMAIL)
    account.world(expire_subscription=EMAIL)
    assert listed(sns, topic) == []
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=EMAIL)
    assert listed(sns, topic) == ["PendingConfirmation"]


def test_an_address_is_an_address(sns: Any, topic: str) -> None:
    with refused("InvalidParameter", 400):
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="nobody")
    with refused("NotFound", 404):
        sns.list_subscriptions_by_topic(TopicArn=topic + "x")


def test_other_protocols_need_no_confirmation(account: Sandbox, sns: Any, topic: str) -> None:
    queue = account.client("sqs").create_queue(QueueName="q")["QueueUrl"]
    arn = account.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"])
    assert listed(sns, topic)[0].startswith(topic)


@pytest.mark.parametrize("name", ["abc", "a" * 63, "my.logs-2026", "1.2.3"])
def test_a_bucket_name(account: Sandbox, name: str) -> None:
    account.client("s3").create_bucket(Bucket=name)


@pytest.mark.parametrize(
    "name", ["ab", "a" * 64, "Logs", "my_logs", "-abc", "abc-", "a..b", "192.168.5.4", "xn--abc", "abc-s3alias"]
)
def test_a_wrong_bucket_name(account: Sandbox, name: str) -> None:
    with refused("InvalidBucketName", 400):
        account.client("s3").create_bucket(Bucket=name)


def test_a_buckets_region_is_told_to_everybody(account: Sandbox) -> None:
    account.client("s3", "eu-west-1").create_bucket(
        Bucket="there", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    account.clear_journal()
    # boto3 follows the redirection, and asks again where the bucket is.
    found = account.client("s3", "us-east-1").head_bucket(Bucket="there")
    assert found["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "eu-west-1"
    assert [call.status for call in account.journal()] == [301, 200]
    stranger = account.account_client("s3", "210987654321", "eu-west-1")
    with pytest.raises(ClientError) as caught:
        stranger.head_bucket(Bucket="there")
    answer = caught.value.response["ResponseMetadata"]
    assert (answer["HTTPStatusCode"], answer["HTTPHeaders"]["x-amz-bucket-region"]) == (403, "eu-west-1")
    with refused("404", 404):
        stranger.head_bucket(Bucket="nowhere-to-be-found")


def test_a_bucket_is_closed_to_other_accounts(account: Sandbox) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="ours")
    stranger = account.account_client("s3", "210987654321")
    for call in (stranger.get_bucket_policy, stranger.list_objects_v2, stranger.delete_bucket):
        with refused("AccessDenied", 403):
            call(Bucket="ours")
    with refused("403", 403):
        s3.head_bucket(Bucket="ours", ExpectedBucketOwner="210987654321")
    s3.head_bucket(Bucket="ours", ExpectedBucketOwner="123456789012")
    with refused("BucketAlreadyExists", 409):
        stranger.create_bucket(Bucket="ours")


def test_objects_of_a_bucket_that_exists_are_locked(account: Sandbox) -> None:
    s3 = account.client("s3")
    s3.create_bucket(Bucket="logs")
    retention = {"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}}
    lock = {"Bucket": "logs", "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", **retention}}
    with refused("InvalidBucketState", 409):
        s3.put_object_lock_configuration(**lock)
    s3.put_bucket_versioning(Bucket="logs", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="logs", Key="file")
    with refused("ObjectLockConfigurationNotFoundError", 404):
        s3.get_object_lock_configuration(Bucket="logs")
    s3.put_object_lock_configuration(**lock)
    kept = s3.get_object_lock_configuration(Bucket="logs")["ObjectLockConfiguration"]
    assert (kept["ObjectLockEnabled"], kept["Rule"]) == ("Enabled", retention["Rule"])
    s3.put_object_lock_configuration(Bucket="logs", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})
    assert s3.get_object_lock_configuration(Bucket="logs")["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled"
    }


def test_what_is_public_is_kept_out(account: Sandbox) -> None:
    s3 = account.client("s3", "us-east-1")
    s3.create_bucket(Bucket="shop-window")
    everybody = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::shop-window/*",
    }
    public = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    private = json.dumps({"Version": "2012-10-17", "Statement": [{**everybody, "Effect": "Deny"}]})
    s3.put_bucket_policy(Bucket="shop-window", Policy=public)
    assert s3.get_bucket_policy_status(Bucket="shop-window")["PolicyStatus"]["IsPublic"] is True
    s3.put_public_access_block(Bucket="shop-window", PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    with refused("AccessDenied", 403):
        s3.put_bucket_policy(Bucket="shop-window", Policy=public)
    s3.put_bucket_policy(Bucket="shop-window", Policy=private)
    assert s3.get_bucket_policy_status(Bucket="shop-window")["PolicyStatus"]["IsPublic"] is False


def test_acls_that_grant_are_not_switched_off(account: Sandbox) -> None:
    s3 = account.client("s3", "us-east-1")
    s3.create_bucket(Bucket="shared", ACL="log-delivery-write", ObjectOwnership="ObjectWriter")
    without_acls = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    with refused("InvalidBucketAclWithObjectOwnership", 400):
        s3.put_bucket_ownership_controls(Bucket="shared", OwnershipControls=without_acls)
    s3.put_bucket_acl(Bucket="shared", ACL="private")
    s3.put_bucket_ownership_controls(Bucket="shared", OwnershipControls=without_acls)
    rules = s3.get_bucket_ownership_controls(Bucket="shared")["OwnershipControls"]["Rules"]
    assert rules == without_acls["Rules"]
