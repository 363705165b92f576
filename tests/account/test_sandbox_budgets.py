"""Budgets: notifications, subscribers, tags, and AWS's limits."""

from __future__ import annotations

import json
from typing import Any

import pytest
from account.aws_errors import refused
from sandbox import Sandbox

ACCOUNT = "123456789012"
ARN = f"arn:aws:budgets::{ACCOUNT}:budget/zero"
BUDGET: dict[str, Any] = {
    "BudgetName": "zero",
    "BudgetLimit": {"Amount": "1", "Unit": "USD"},
    "TimeUnit": "MONTHLY",
    "BudgetType": "COST",
}
NAMED = {"AccountId": ACCOUNT, "BudgetName": "zero"}


def notification(threshold: float = 0.01, **more: str) -> dict[str, Any]:
    return {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": threshold, **more}


def email(number: int = 0) -> dict[str, str]:
    return {"SubscriptionType": "EMAIL", "Address": f"person{number}@example.com"}


def topic(number: int = 0) -> dict[str, str]:
    return {"SubscriptionType": "SNS", "Address": f"arn:aws:sns:us-east-1:{ACCOUNT}:topic{number}"}


@pytest.fixture
def budgets(account: Sandbox) -> Any:
    """AWS Budgets with one budget of one notification and one subscriber."""
    client = account.client("budgets")
    client.create_budget(
        AccountId=ACCOUNT,
        Budget=BUDGET,
        NotificationsWithSubscribers=[{"Notification": notification(), "Subscribers": [email()]}],
        ResourceTags=[{"Key": "one", "Value": "1"}],
    )
    return client


def subscribers(budgets: Any, **which: Any) -> list[dict[str, str]]:
    found: list[dict[str, str]] = budgets.describe_subscribers_for_notification(
        **NAMED, Notification=which or notification()
    )["Subscribers"]
    return found


def test_notifications_and_subscribers_are_described(budgets: Any) -> None:
    (found,) = budgets.describe_notifications_for_budget(**NAMED)["Notifications"]
    assert found["Threshold"] == 0.01
    assert subscribers(budgets) == [email()]
    assert subscribers(budgets, **notification(ThresholdType="PERCENTAGE")) == [email()]
    with refused("NotFoundException", 400):
        subscribers(budgets, **notification(0.02))
    with refused("NotFoundException", 400):
        budgets.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName="none")


def test_a_budget_exists_once_and_is_updated(budgets: Any) -> None:
    with refused("DuplicateRecordException", 400):
        budgets.create_budget(AccountId=ACCOUNT, Budget=BUDGET)
    budgets.update_budget(AccountId=ACCOUNT, NewBudget={**BUDGET, "BudgetLimit": {"Amount": "5", "Unit": "USD"}})
    found = budgets.describe_budget(**NAMED)["Budget"]
    assert float(found["BudgetLimit"]["Amount"]) == 5
    budgets.update_budget(AccountId=ACCOUNT, NewBudget={**found, "BudgetLimit": {"Amount": "6", "Unit": "USD"}})
    assert budgets.describe_budget(**NAMED)["Budget"]["TimePeriod"] == found["TimePeriod"]
    assert subscribers(budgets) == [email()]
    with refused("NotFoundException", 400):
        budgets.update_budget(AccountId=ACCOUNT, NewBudget={**BUDGET, "BudgetName": "none"})
    budgets.delete_budget(**NAMED)
    with refused("NotFoundException", 400):
        budgets.delete_budget(**NAMED)


def test_notifications_come_change_and_go(budgets: Any) -> None:
    with refused("DuplicateRecordException", 400):
        budgets.create_notification(**NAMED, Notification=notification(), Subscribers=[email(1)])
    budgets.create_notification(**NAMED, Notification=notification(80), Subscribers=[email(1)])
    budgets.update_notification(**NAMED, OldNotification=notification(80), NewNotification=notification(90))
    assert subscribers(budgets, **notification(90)) == [email(1)]
    with refused("DuplicateRecordException", 400):
        budgets.update_notification(**NAMED, OldNotification=notification(90), NewNotification=notification())
    budgets.delete_notification(**NAMED, Notification=notification(90))
    with refused("NotFoundException", 400):
        budgets.delete_notification(**NAMED, Notification=notification(90))


def test_a_budget_has_at_most_ten_notifications(budgets: Any) -> None:
    for threshold in range(1, 10):
        budgets.create_notification(**NAMED, Notification=notification(threshold), Subscribers=[email()])
    with refused("CreationLimitExceededException", 400):
        budgets.create_notification(**NAMED, Notification=notification(10), Subscribers=[email()])


def test_subscribers_come_change_and_go(budgets: Any) -> None:
    which: dict[str, Any] = {**NAMED, "Notification": notification()}
    with refused("DuplicateRecordException", 400):
        budgets.create_subscriber(**which, Subscriber=email())
    budgets.create_subscriber(**which, Subscriber=email(1))
    budgets.update_subscriber(**which, OldSubscriber=email(), NewSubscriber=email(2))
    assert subscribers(budgets) == [email(2), email(1)]
    with refused("NotFoundException", 400):
        budgets.delete_subscriber(**which, Subscriber=email(3))
    budgets.delete_subscriber(**which, Subscriber=email(1))
    budgets.delete_subscriber(**which, Subscriber=email(2))
    assert budgets.describe_notifications_for_budget(**NAMED)["Notifications"] == []


def make_topic(account: Sandbox, number: int, service: str = "budgets.amazonaws.com") -> None:
    """A topic that the service may publish to."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "SNS:Publish",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.client("sns").create_topic(Name=f"topic{number}", Attributes={"Policy": policy})


def test_a_topic_exists_and_lets_budgets_publish(account: Sandbox, budgets: Any) -> None:
    make_topic(account, 1, "cloudwatch.amazonaws.com")
    elsewhere = topic()["Address"].replace(ACCOUNT, "210987654321")
    for arn in ("no-arn", topic(0)["Address"], topic(1)["Address"], elsewhere):
        with refused("InvalidParameterException", 400):
            budgets.create_subscriber(
                **NAMED, Notification=notification(), Subscriber={"SubscriptionType": "SNS", "Address": arn}
            )


def test_what_a_budget_may_be(budgets: Any) -> None:
    def make(**changes: Any) -> None:
        budgets.create_budget(AccountId=ACCOUNT, Budget={**BUDGET, "BudgetName": "other", **changes})

    for changes in (
        {"BudgetName": "a:b"},
        {"BudgetLimit": {"Amount": "-1", "Unit": "USD"}},
        {"BudgetLimit": {"Amount": "0", "Unit": "USD"}},
        {"BudgetLimit": {"Amount": "1", "Unit": "JPY"}},
        {"BudgetType": "USAGE", "BudgetLimit": {"Amount": "1", "Unit": "GB"}},
    ):
        with refused("InvalidParameterException", 400):
            make(**changes)
    usage = {"BudgetType": "USAGE", "CostFilters": {"UsageType": ["BoxUsage"]}, "TimeUnit": "DAILY"}
    make(**usage, BudgetLimit={"Amount": "7.50", "Unit": "Hrs"})
    found = budgets.describe_budget(AccountId=ACCOUNT, BudgetName="other")["Budget"]
    assert (found["BudgetLimit"]["Amount"], found["CostFilters"]) == ("7.5", {"UsageType": ["BoxUsage"]})
    forecast = {**notification(80), "NotificationType": "FORECASTED"}
    with refused("InvalidParameterException", 400):
        budgets.create_notification(AccountId=ACCOUNT, BudgetName="other", Notification=forecast, Subscribers=[email()])
    with refused("InvalidParameterException", 400):
        budgets.create_subscriber(
            **NAMED, Notification=notification(), Subscriber={"SubscriptionType": "EMAIL", "Address": "nobody"}
        )


def test_budgets_are_listed_in_pages_with_amounts_as_aws_writes_them(budgets: Any) -> None:
    budgets.create_budget(AccountId=ACCOUNT, Budget={**BUDGET, "BudgetName": "another"})
    first = budgets.describe_budgets(AccountId=ACCOUNT, MaxResults=1)
    second = budgets.describe_budgets(AccountId=ACCOUNT, MaxResults=1, NextToken=first["NextToken"])
    found = first["Budgets"] + second["Budgets"]
    assert [budget["BudgetName"] for budget in found] == ["zero", "another"]
    assert {budget["BudgetLimit"]["Amount"] for budget in found} == {"1.0"}
    assert "NextToken" not in second


def test_a_notification_has_ten_addresses_and_a_topic(account: Sandbox, budgets: Any) -> None:
    which: dict[str, Any] = {**NAMED, "Notification": notification()}
    for number in range(2):
        make_topic(account, number)
    for subscriber in [*map(email, range(1, 10)), topic()]:
        budgets.create_subscriber(**which, Subscriber=subscriber)
    for one_more in (email(10), topic(1)):
        with refused("CreationLimitExceededException", 400):
            budgets.create_subscriber(**which, Subscriber=one_more)
    assert len(subscribers(budgets)) == 11


def test_tags(budgets: Any) -> None:
    budgets.tag_resource(ResourceARN=ARN, ResourceTags=[{"Key": "two", "Value": "2"}])
    budgets.untag_resource(ResourceARN=ARN, ResourceTagKeys=["one"])
    assert budgets.list_tags_for_resource(ResourceARN=ARN)["ResourceTags"] == [{"Key": "two", "Value": "2"}]
    with refused("NotFoundException", 400):
        budgets.list_tags_for_resource(ResourceARN=ARN + "x")


def test_nobody_reaches_another_account(budgets: Any) -> None:
    with refused("AccessDeniedException", 400):
        budgets.describe_budgets(AccountId="210987654321")
