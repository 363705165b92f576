"""E-mail subscriptions stay pending until confirmed; bucket names obey S3's rules."""

from __future__ import annotations

from typing import Any

import pytest
from account.aws_errors import refused
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
