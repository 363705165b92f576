"""Cost Anomaly Detection: one monitor of services, subscriptions by e-mail or topic, and AWS's limits."""

from __future__ import annotations

import json
from typing import Any

import pytest
from account.aws_errors import refused
from sandbox import Sandbox

ACCOUNT = "123456789012"
MONITOR = {"MonitorName": "services", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"


def threshold(value: str = "100", key: str = "ANOMALY_TOTAL_IMPACT_ABSOLUTE") -> dict[str, Any]:
    return {"Dimensions": {"Key": key, "MatchOptions": ["GREATER_THAN_OR_EQUAL"], "Values": [value]}}


def emails(count: int) -> list[dict[str, str]]:
    return [{"Type": "EMAIL", "Address": f"person{number}@example.com"} for number in range(count)]


@pytest.fixture
def ce(account: Sandbox) -> Any:
    account.world(cost_explorer=True)
    return account.client("ce")


@pytest.fixture
def monitor(ce: Any) -> str:
    arn: str = ce.create_anomaly_monitor(AnomalyMonitor=MONITOR)["MonitorArn"]
    return arn


def subscribe(ce: Any, monitor: str, **changes: Any) -> str:
    subscription = {
        "SubscriptionName": "alerts",
        "MonitorArnList": [monitor],
        "Frequency": "DAILY",
        "Subscribers": emails(1),
        "ThresholdExpression": threshold(),
        **changes,
    }
    arn: str = ce.create_anomaly_subscription(AnomalySubscription=subscription)["SubscriptionArn"]
    return arn


def test_somebody_has_to_open_cost_explorer_first(account: Sandbox) -> None:
    with refused("AccessDeniedException", 400):
        account.client("ce").get_anomaly_monitors()


def test_there_is_one_monitor_of_services(account: Sandbox, ce: Any, monitor: str) -> None:
    with refused("ValidationException", 400):
        ce.create_anomaly_monitor(AnomalyMonitor={**MONITOR, "MonitorName": "another"})
    ce.update_anomaly_monitor(MonitorArn=monitor, MonitorName="renamed")
    (found,) = ce.get_anomaly_monitors()["AnomalyMonitors"]
    assert (found["MonitorName"], found["MonitorArn"]) == ("renamed", monitor)
    account.world(account="210987654321", cost_explorer=True)
    assert account.account_client("ce", "210987654321").get_anomaly_monitors()["AnomalyMonitors"] == []
    ce.delete_anomaly_monitor(MonitorArn=monitor)
    with refused("UnknownMonitorException", 400):
        ce.delete_anomaly_monitor(MonitorArn=monitor)


def test_a_subscription_comes_changes_and_goes(ce: Any, monitor: str) -> None:
    arn = subscribe(ce, monitor)
    ce.update_anomaly_subscription(SubscriptionArn=arn, ThresholdExpression=threshold("5"))
    (found,) = ce.get_anomaly_subscriptions(MonitorArn=monitor)["AnomalySubscriptions"]
    assert found["Subscribers"] == [{**emails(1)[0], "Status": "CONFIRMED"}]
    assert found["ThresholdExpression"] == threshold("5")
    ce.delete_anomaly_subscription(SubscriptionArn=arn)
    assert ce.get_anomaly_subscriptions()["AnomalySubscriptions"] == []
    with refused("UnknownSubscriptionException", 400):
        ce.update_anomaly_subscription(SubscriptionArn=arn, Frequency="WEEKLY")


def test_a_subscriber_may_decline(account: Sandbox, ce: Any, monitor: str) -> None:
    subscribe(ce, monitor, Subscribers=emails(2))
    account.world(decline_anomalies=emails(1)[0]["Address"])
    (found,) = ce.get_anomaly_subscriptions()["AnomalySubscriptions"]
    assert [one["Status"] for one in found["Subscribers"]] == ["DECLINED", "CONFIRMED"]


def test_lists_come_in_pages(ce: Any, monitor: str) -> None:
    made = [subscribe(ce, monitor) for _number in range(2)]
    first = ce.get_anomaly_subscriptions(MaxResults=1)
    second = ce.get_anomaly_subscriptions(MaxResults=1, NextPageToken=first["NextPageToken"])
    found = first["AnomalySubscriptions"] + second["AnomalySubscriptions"]
    assert [one["SubscriptionArn"] for one in found] == made


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Frequency": "IMMEDIATE"}, "ValidationException"),
        ({"Frequency": "IMMEDIATE", "Subscribers": [{"Type": "SNS", "Address": TOPIC}]}, "ValidationException"),
        ({"Subscribers": []}, "ValidationException"),
        ({"Subscribers": [{"Type": "EMAIL", "Address": "nobody"}]}, "ValidationException"),
        ({"Subscribers": emails(11)}, "LimitExceededException"),
        ({"ThresholdExpression": threshold("-1")}, "ValidationException"),
        ({"ThresholdExpression": threshold("1", "SERVICE")}, "ValidationException"),
        ({"MonitorArnList": [f"arn:aws:ce::{ACCOUNT}:anomalymonitor/none"]}, "UnknownMonitorException"),
    ],
)
def test_what_a_subscription_may_be(ce: Any, monitor: str, changes: dict[str, Any], code: str) -> None:
    with refused(code, 400):
        subscribe(ce, monitor, **changes)
    assert ce.get_anomaly_subscriptions()["AnomalySubscriptions"] == []


def test_a_topic_lets_cost_anomaly_detection_publish(account: Sandbox, ce: Any, monitor: str) -> None:
    principal = {"Service": "costalerts.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "SNS:Publish", "Resource": TOPIC}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.client("sns").create_topic(Name="alerts", Attributes={"Policy": policy})
    subscribe(ce, monitor, Frequency="IMMEDIATE", Subscribers=[{"Type": "SNS", "Address": TOPIC}])
