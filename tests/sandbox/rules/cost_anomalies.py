"""Cost Anomaly Detection, a part of Cost Explorer that moto lacks: one monitor of services, and who is told."""

from __future__ import annotations

import re
import uuid
from decimal import Decimal
from typing import Any

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .pages import page_of
from .registry import Answer, rule
from .sns import lets_publish

PAGES = {"token": "NextPageToken", "size": "MaxResults"}
READING = ("GetAnomalyMonitors", "GetAnomalySubscriptions")
WRITING = (
    "CreateAnomalyMonitor",
    "UpdateAnomalyMonitor",
    "DeleteAnomalyMonitor",
    "CreateAnomalySubscription",
    "UpdateAnomalySubscription",
    "DeleteAnomalySubscription",
)
# https://docs.aws.amazon.com/cost-management/latest/userguide/management-limits.html
EMAILS_PER_SUBSCRIPTION = 10
TOPICS_PER_SUBSCRIPTION = 1
# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_AnomalySubscription.html
KIND_OF_FREQUENCY = {"DAILY": "EMAIL", "WEEKLY": "EMAIL", "IMMEDIATE": "SNS"}
HIGHEST_THRESHOLD = Decimal(10_000_000_000)
# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Subscriber.html
EMAIL = re.compile(r"[a-zA-Z0-9.!#$%&'*+=?^_\u2018{|}~-]+@[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)+")


@rule("ce", *READING, *WRITING)
def cost_explorer_is_open(request: Request, world: World) -> None:
    """https://docs.aws.amazon.com/cost-management/latest/userguide/ce-enable.html: in the console, by no API."""
    if not world.switches[request.account].cost_explorer:
        raise RefusalError("AccessDeniedException", "User not enabled for cost explorer access")


@rule("ce", "GetAnomalyMonitors")
def get_monitors(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetAnomalyMonitors.html"""
    return page_of(list(monitors_of(request, world).values()), "AnomalyMonitors", request.params, **PAGES)


@rule("ce", "CreateAnomalyMonitor")
def create_monitor(request: Request, world: World) -> Answer:
    """One monitor for each dimension: https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2515"""
    wanted, monitors = request.params["AnomalyMonitor"], monitors_of(request, world)
    if wanted["MonitorType"] != "DIMENSIONAL":
        raise NotImplementedError("The sandbox has monitors of a dimension only.")
    if any(one["MonitorDimension"] == wanted["MonitorDimension"] for one in monitors.values()):
        raise RefusalError("ValidationException", "Limit exceeded on dimensional spend monitor creation")
    arn = f"arn:aws:ce::{request.account}:anomalymonitor/{uuid.uuid4()}"
    monitors[arn] = {**wanted, "MonitorArn": arn, "CreationDate": "2026-01-01T00:00:00Z", "DimensionalValueCount": 0}
    return {"MonitorArn": arn}


@rule("ce", "UpdateAnomalyMonitor")
def update_monitor(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_UpdateAnomalyMonitor.html"""
    monitor = monitor_named(request, world, request.params["MonitorArn"])
    monitor["MonitorName"] = request.params.get("MonitorName") or monitor["MonitorName"]
    return {"MonitorArn": monitor["MonitorArn"]}


@rule("ce", "DeleteAnomalyMonitor")
def delete_monitor(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DeleteAnomalyMonitor.html"""
    arn = monitor_named(request, world, request.params["MonitorArn"])["MonitorArn"]
    if any(arn in one["MonitorArnList"] for one in subscriptions_of(request, world).values()):
        raise NotImplementedError("The sandbox does not know what becomes of a subscription without its monitor.")
    del monitors_of(request, world)[arn]
    return {}


@rule("ce", "GetAnomalySubscriptions")
def get_subscriptions(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetAnomalySubscriptions.html"""
    monitor = request.params.get("MonitorArn")
    found = [
        {**one, "Subscribers": [with_status(subscriber, request, world) for subscriber in one["Subscribers"]]}
        for one in subscriptions_of(request, world).values()
        if monitor is None or monitor in one["MonitorArnList"]
    ]
    return page_of(found, "AnomalySubscriptions", request.params, **PAGES)


@rule("ce", "CreateAnomalySubscription")
def create_subscription(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_CreateAnomalySubscription.html"""
    arn = f"arn:aws:ce::{request.account}:anomalysubscription/{uuid.uuid4()}"
    keep(request, world, {**request.params["AnomalySubscription"], "SubscriptionArn": arn})
    return {"SubscriptionArn": arn}


@rule("ce", "UpdateAnomalySubscription")
def update_subscription(request: Request, world: World) -> Answer:
    """Fields that are not given stay: API_UpdateAnomalySubscription.html"""
    subscription = subscription_named(request, world)
    keep(request, world, {**subscription, **{name: value for name, value in request.params.items() if value}})
    return {"SubscriptionArn": subscription["SubscriptionArn"]}


@rule("ce", "DeleteAnomalySubscription")
def delete_subscription(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DeleteAnomalySubscription.html"""
    del subscriptions_of(request, world)[subscription_named(request, world)["SubscriptionArn"]]
    return {}


def keep(request: Request, world: World, wanted: dict[str, Any]) -> None:
    """Remember the subscription if it is one."""
    for arn in wanted["MonitorArnList"]:
        monitor_named(request, world, arn)
    check_subscribers(wanted, request.account)
    check_threshold(wanted)
    told = [{"Type": one["Type"], "Address": one["Address"]} for one in wanted["Subscribers"]]
    subscriptions_of(request, world)[wanted["SubscriptionArn"]] = {
        **wanted,
        "AccountId": request.account,
        "Subscribers": told,
    }


def with_status(subscriber: dict[str, str], request: Request, world: World) -> dict[str, str]:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Subscriber.html"""
    declined = (request.account, subscriber["Address"]) in world.declined_anomalies
    return {**subscriber, "Status": "DECLINED" if declined else "CONFIRMED"}


def check_subscribers(subscription: dict[str, Any], account: str) -> None:
    """E-mail daily or weekly, a topic at once; up to ten addresses or one topic, which may be published to.

    https://docs.aws.amazon.com/cost-management/latest/userguide/ad-SNS.html
    """
    subscribers = subscription["Subscribers"]
    kind = KIND_OF_FREQUENCY[subscription["Frequency"]]
    if not subscribers or any(one["Type"] != kind for one in subscribers):
        raise invalid(f"The frequency {subscription['Frequency']} needs subscribers of the type {kind}.")
    if len(subscribers) > (EMAILS_PER_SUBSCRIPTION if kind == "EMAIL" else TOPICS_PER_SUBSCRIPTION):
        raise RefusalError("LimitExceededException", "The subscription has too many subscribers.")
    for one in subscribers:
        if kind == "EMAIL" and not EMAIL.fullmatch(one["Address"]):
            raise invalid(f"{one['Address']} is not a valid e-mail address.")
        source = f"arn:aws:ce::{account}:anomalysubscription/any"
        if kind == "SNS" and not lets_publish("costalerts.amazonaws.com", one["Address"], account, source):
            raise invalid(f"Cost Anomaly Detection cannot publish to the SNS topic {one['Address']}.")


def check_threshold(subscription: dict[str, Any]) -> None:
    """An absolute amount or a percentage, alone or in one AND or OR: API_AnomalySubscription.html"""
    expression = subscription.get("ThresholdExpression")
    if not expression:
        raise invalid("One of Threshold or ThresholdExpression is required.")
    for part in expression.get("And") or expression.get("Or") or [expression]:
        dimension = part["Dimensions"]
        if (
            dimension["Key"] not in ("ANOMALY_TOTAL_IMPACT_ABSOLUTE", "ANOMALY_TOTAL_IMPACT_PERCENTAGE")
            or dimension.get("MatchOptions") != ["GREATER_THAN_OR_EQUAL"]
            or not all(Decimal(0) <= Decimal(value) <= HIGHEST_THRESHOLD for value in dimension["Values"])
        ):
            raise invalid("The threshold expression is not valid.")


def monitors_of(request: Request, world: World) -> dict[str, dict[str, Any]]:
    """The account's monitors by ARN."""
    found: dict[str, dict[str, Any]] = world.memory["anomaly monitors"].setdefault(request.account, {})
    return found


def subscriptions_of(request: Request, world: World) -> dict[str, dict[str, Any]]:
    """The account's subscriptions by ARN."""
    found: dict[str, dict[str, Any]] = world.memory["anomaly subscriptions"].setdefault(request.account, {})
    return found


def monitor_named(request: Request, world: World, arn: str) -> dict[str, Any]:
    """The monitor of this ARN."""
    if arn not in monitors_of(request, world):
        raise RefusalError("UnknownMonitorException", f"The monitor {arn} does not exist.")
    return monitors_of(request, world)[arn]


def subscription_named(request: Request, world: World) -> dict[str, Any]:
    """The subscription that the call names."""
    arn = request.params["SubscriptionArn"]
    if arn not in subscriptions_of(request, world):
        raise RefusalError("UnknownSubscriptionException", f"The subscription {arn} does not exist.")
    return subscriptions_of(request, world)[arn]


def invalid(message: str) -> RefusalError:
    """What is asked for cannot be."""
    return RefusalError("ValidationException", message)
