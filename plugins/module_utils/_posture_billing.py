# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The readings of what AWS charges, and of who is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.botocore import (
    is_boto3_error_code,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._alarm_plan import (
    METRIC,
    NAMESPACE,
    PERIOD_SECONDS,
    is_marked,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._billing import (
    currency_of,
    read_currencies,
    read_free_tier,
    state_of,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._control import Unread
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import all_pages
from ansible_collections.dayone.aws_account.plugins.module_utils._readings import attempt, preferences

ALMOST_USED_UP = 0.85
# AWS measures a few times a day.
CHARGES_OF = timedelta(days=1)


class Billing(NamedTuple):
    """The clients of the region where AWS keeps billing."""

    account_id: str
    preferences: Any
    cloudwatch: Any
    sns: Any
    budgets: Any
    free_tier: Any


def readers(billing: Billing) -> dict[str, Callable[[], Any]]:
    """What reads each of them."""
    return {
        "alarms": partial(alarms, billing),
        "preferences": partial(preferences, billing.preferences),
        "currencies": partial(read_currencies, billing.cloudwatch),
        "budgets": partial(budgets, billing),
        "free_tier": partial(free_tier, billing),
    }


def alarms(billing: Billing) -> list[dict[str, Any]]:
    found = all_pages(billing.cloudwatch, "describe_alarms")
    about_charges = [alarm for alarm in found.get("MetricAlarms", []) if alarm.get("Namespace") == NAMESPACE]
    actions = {arn for alarm in about_charges for arn in alarm["AlarmActions"]}
    who = {action: attempt(partial(_told, billing.sns, action)) for action in actions}
    return [
        {
            "name": alarm["AlarmName"],
            "description": alarm.get("AlarmDescription", ""),
            "threshold": alarm.get("Threshold"),
            "currency": currency_of(alarm),
            "state": alarm.get("StateValue", ""),
            "ours": is_marked(alarm),
            "speaks": alarm.get("ActionsEnabled", True),
            **told_by([who[arn] for arn in alarm["AlarmActions"]]),
        }
        for alarm in about_charges
    ]


def _told(sns: Any, action: str) -> dict[str, list[str]]:
    """Who an alarm's action tells, by whether they have confirmed."""
    if ":sns:" not in action:
        return {"confirmed": [action], "pending": [], "unsubscribed": []}
    try:
        found = all_pages(sns, "list_subscriptions_by_topic", TopicArn=action)["Subscriptions"]
    except is_boto3_error_code("NotFound"):
        found = []  # the topic is gone
    told: dict[str, list[str]] = {"confirmed": [], "pending": [], "unsubscribed": []}
    for item in found:
        told[state_of(item)].append(item["Endpoint"])
    return told


def told_by(actions: list[dict[str, list[str]] | Unread]) -> dict[str, list[Any]]:
    """Whom an alarm's actions tell, by whether they have confirmed, and why that could not be read of some."""
    known = [one for one in actions if not isinstance(one, Unread)]
    told: dict[str, list[Any]] = {
        state: [who for one in known for who in one[state]] for state in ("confirmed", "pending", "unsubscribed")
    }
    return {**told, "unread": [one for one in actions if isinstance(one, Unread)]}


def budgets(billing: Billing) -> list[str]:
    found = all_pages(billing.budgets, "describe_budgets", AccountId=billing.account_id)
    return [budget["BudgetName"] for budget in found.get("Budgets", [])]


def free_tier(billing: Billing) -> list[dict[str, Any]]:
    """What is almost used up."""
    usage = read_free_tier(billing.free_tier)
    return [
        {"what": f"{item['service']} {item['usageType']}", "percent": round(100 * share)}
        for item in usage
        if item.get("limit") and (share := item["actualUsageAmount"] / item["limit"]) > ALMOST_USED_UP
    ]


def charges(billing: Billing, currencies: list[str]) -> list[dict[str, Any]]:
    """What the month has come to so far, in each currency that AWS measures it in.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html
    """
    now = datetime.now(UTC)
    found = []
    for currency in currencies:
        points = billing.cloudwatch.get_metric_statistics(
            aws_retry=True,
            Namespace=NAMESPACE,
            MetricName=METRIC,
            Dimensions=[{"Name": "Currency", "Value": currency}],
            StartTime=now - CHARGES_OF,
            EndTime=now,
            Period=PERIOD_SECONDS,
            Statistics=["Maximum"],
        )["Datapoints"]
        if points:
            last = max(points, key=lambda point: point["Timestamp"])
            at = last["Timestamp"].astimezone(UTC).isoformat(timespec="seconds")
            found.append({"currency": currency, "amount": last["Maximum"], "at": at})
    return found


def reported(found: list[dict[str, Any]] | Unread) -> list[dict[str, Any]]:
    """The alarms for a report: addresses are counted, not named."""
    return [
        {
            **{name: alarm[name] for name in ("name", "threshold", "currency", "state", "ours")},
            **{state: len(alarm[state]) for state in ("confirmed", "pending")},
        }
        for alarm in ([] if isinstance(found, Unread) else found)
    ]
