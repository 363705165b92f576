# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a budget of AWS Budgets is and should be, and the calls that lead from one to the other. None is made here.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils._amounts import (
    check_addresses,
    check_topic,
    plain,
    positive,
)

NAME = re.compile(r"(?!.*/action/)(?!(?i:.*<script>.*</script>))[^:\\]{1,100}", re.DOTALL)
MOST_NOTIFICATIONS = 10
MOST_EMAILS = 10
# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Notification.html
HIGHEST_THRESHOLD = Decimal(15_000_000_000_000)
# AWS Budgets has costs in these, whatever the bill is in; the second in China.
CURRENCIES = ("USD", "CNY")
USAGE_FILTERS = ("UsageType", "UsageTypeGroup")
# What AWS reckons by itself, and refuses or ignores in an update.
RECKONED = ("CalculatedSpend", "LastUpdatedTime", "HealthStatus")
# The two ways to say what counts.
OLDER_FORM = ("CostFilters", "CostTypes")
NEWER_FORM = ("FilterExpression", "Metrics")
# Other ways to say what the limit is, which exclude a fixed one.
OTHER_LIMITS = ("PlannedBudgetLimits", "AutoAdjustData")

Call = tuple[str, dict[str, Any]]


class Notification(NamedTuple):
    """When charges pass what. A budget has at most one notification of each."""

    kind: str
    threshold: Decimal
    threshold_type: str
    comparison: str = "GREATER_THAN"

    def as_aws(self) -> dict[str, Any]:
        return {
            "NotificationType": self.kind,
            "ComparisonOperator": self.comparison,
            "Threshold": float(self.threshold),
            "ThresholdType": self.threshold_type,
        }


class Subscriber(NamedTuple):
    """Who is told: ``kind`` is EMAIL or SNS."""

    kind: str
    address: str

    def as_aws(self) -> dict[str, str]:
        return {"SubscriptionType": self.kind, "Address": self.address}


class Budget(NamedTuple):
    """A budget. Where ``cost_filters`` or ``tags`` is None, that part is not managed."""

    budget_type: str
    time_unit: str
    amount: Decimal | None
    """None: AWS has another kind of limit for it, planned or adjusting itself."""
    unit: str
    notifications: dict[Notification, frozenset[Subscriber]]
    cost_filters: dict[str, list[str]] | None = None
    tags: dict[str, str] | None = None

    def as_result(self) -> dict[str, Any]:
        return {
            "budget_type": self.budget_type,
            "time_unit": self.time_unit,
            "amount": None if self.amount is None else plain(self.amount),
            "unit": self.unit,
            "notifications": [
                {
                    "type": notification.kind,
                    "comparison": notification.comparison,
                    "threshold": plain(notification.threshold),
                    "threshold_type": notification.threshold_type,
                    "emails": sorted(one.address for one in subscribers if one.kind == "EMAIL"),
                    "sns_topic": next((one.address for one in subscribers if one.kind == "SNS"), None),
                }
                for notification, subscribers in sorted(self.notifications.items())
            ],
            **({} if self.cost_filters is None else {"cost_filters": self.cost_filters}),
            **({} if self.tags is None else {"tags": self.tags}),
        }


def wanted_budget(params: dict[str, Any]) -> Budget:
    """The budget that the module's options ask for.

    Raises:
        ValueError: an option's value makes no sense, or AWS would refuse it.
    """
    filters, tags = params.get("cost_filters"), params.get("tags")
    budget = Budget(
        budget_type=params["budget_type"].upper(),
        time_unit=params["time_unit"].upper(),
        amount=positive(params["amount"], "amount"),
        unit=params["unit"],
        notifications=_wanted_notifications(params["notifications"]),
        cost_filters=None if filters is None else {name: _texts(values) for name, values in filters.items()},
        tags=None if tags is None else {key: str(value) for key, value in tags.items()},
    )
    _check(budget)
    return budget


def _texts(values: Any) -> list[str]:
    """The values of a filter, one or several."""
    return sorted(str(value) for value in (values if isinstance(values, list) else [values]))


def check_name(name: str) -> None:
    """See that a budget can be called this.

    Raises:
        ValueError: it cannot.
    """
    if not NAME.fullmatch(name):
        raise ValueError("a budget's name may have 1 to 100 characters, not : or \\, nor /action/.")


def _wanted_notifications(items: list[dict[str, Any]]) -> dict[Notification, frozenset[Subscriber]]:
    found: dict[Notification, frozenset[Subscriber]] = {}
    for item in items:
        notification = Notification(
            item["type"].upper(),
            positive(item["threshold"], "threshold"),
            item["threshold_type"].upper(),
            item.get("comparison", "greater_than").upper(),
        )
        if notification in found:
            raise ValueError(f"two notifications are of the threshold {plain(notification.threshold)}; give one.")
        found[notification] = _wanted_subscribers(item)
    return found


def _wanted_subscribers(item: dict[str, Any]) -> frozenset[Subscriber]:
    emails, topic = item.get("emails") or [], item.get("sns_topic")
    check_addresses(emails)
    check_topic(topic)
    if len(set(emails)) > MOST_EMAILS or not (emails or topic):
        raise ValueError(f"each notification takes one to {MOST_EMAILS} emails, or an sns_topic, or both.")
    topics = [Subscriber("SNS", topic)] if topic else []
    return frozenset([*(Subscriber("EMAIL", email) for email in emails), *topics])


def _check(budget: Budget) -> None:
    if budget.budget_type == "COST" and budget.unit not in CURRENCIES:
        raise ValueError(f"unit is '{budget.unit}'; AWS Budgets has costs in USD (in China in CNY), whatever the bill.")
    if budget.budget_type == "USAGE" and not set(USAGE_FILTERS) & (budget.cost_filters or {}).keys():
        raise ValueError(f"a usage budget takes cost_filters with {' or '.join(USAGE_FILTERS)}.")
    if len(budget.notifications) > MOST_NOTIFICATIONS:
        raise ValueError(f"notifications has {len(budget.notifications)}; AWS takes {MOST_NOTIFICATIONS}.")
    for notification in budget.notifications:
        if notification.threshold > HIGHEST_THRESHOLD:
            raise ValueError(f"threshold is '{notification.threshold}'; AWS takes up to {HIGHEST_THRESHOLD}.")
        if notification.kind == "FORECASTED" and budget.time_unit == "DAILY":
            raise ValueError("a daily budget has no forecast; give notifications of the type actual.")


def read_budget(
    answer: dict[str, Any],
    notifications: dict[Notification, frozenset[Subscriber]],
    wanted: Budget | None,
    tags: dict[str, str] | None,
) -> Budget:
    """The budget of DescribeBudget's ``answer``, with those parts that ``wanted`` manages."""
    limit = answer.get("BudgetLimit")
    fixed = limit is not None and not any(answer.get(name) for name in OTHER_LIMITS)
    filters = {name: sorted(values) for name, values in (answer.get("CostFilters") or {}).items()}
    return Budget(
        budget_type=answer["BudgetType"],
        time_unit=answer["TimeUnit"],
        amount=Decimal(limit["Amount"]) if limit is not None and fixed else None,
        unit=limit["Unit"] if limit is not None else "",
        notifications=notifications,
        cost_filters=filters if wanted is not None and wanted.cost_filters is not None else None,
        tags=tags,
    )


def notification_of(item: dict[str, Any]) -> Notification:
    """A notification as AWS tells it; it tells no threshold type where that is the percentage."""
    return Notification(
        item["NotificationType"],
        Decimal(str(item["Threshold"])),
        item.get("ThresholdType", "PERCENTAGE"),
        item["ComparisonOperator"],
    )


def as_aws(name: str, budget: Budget, now: dict[str, Any] | None = None) -> dict[str, Any]:
    """The budget for CreateBudget, or for UpdateBudget, which forgets what it is not given: hence what is ``now``."""
    kept = {key: value for key, value in (now or {}).items() if key not in (*RECKONED, *OTHER_LIMITS)}
    if kept.get("TimeUnit") != budget.time_unit:
        kept.pop("TimePeriod", None)  # it begins anew
    if budget.cost_filters is not None:
        kept = {key: value for key, value in kept.items() if key not in (*NEWER_FORM, "CostFilters")}
        kept.update({"CostFilters": budget.cost_filters} if budget.cost_filters else {})
    # AWS may tell what counts in both of its forms, and takes it in one: Metrics are of the newer alone.
    other_form = OLDER_FORM if kept.get("Metrics") else NEWER_FORM
    kept = {key: value for key, value in kept.items() if key not in other_form}
    if budget.budget_type != "COST":
        kept.pop("CostTypes", None)
    limit = {} if budget.amount is None else {"BudgetLimit": {"Amount": plain(budget.amount), "Unit": budget.unit}}
    return {**kept, "BudgetName": name, "BudgetType": budget.budget_type, "TimeUnit": budget.time_unit, **limit}


def calls(name: str, before: Budget, after: Budget, now: dict[str, Any]) -> list[Call]:
    """The calls that make ``before`` into ``after``, each but for the ids of the budget.

    Args:
        name: the budget's.
        before: as it is.
        after: as it should be.
        now: DescribeBudget's answer.
    """
    found: list[Call] = []
    if before._replace(notifications={}, tags=None) != after._replace(notifications={}, tags=None):
        found.append(("update_budget", {"NewBudget": as_aws(name, after, now)}))
    return [*found, *_notification_calls(before.notifications, after.notifications)]


def _notification_calls(
    before: dict[Notification, frozenset[Subscriber]], after: dict[Notification, frozenset[Subscriber]]
) -> list[Call]:
    """New ones first, where the limit lets them: so that a run that is killed leaves too many rather than too few."""
    made: list[Call] = [
        ("create_notification", {"Notification": one.as_aws(), "Subscribers": subscribers_as_aws(after[one])})
        for one in sorted(after.keys() - before.keys())
    ]
    removed: list[Call] = [
        ("delete_notification", {"Notification": one.as_aws()}) for one in sorted(before.keys() - after.keys())
    ]
    changed = [
        call for one in sorted(after.keys() & before.keys()) for call in _subscriber_calls(one, before[one], after[one])
    ]
    room = len(before.keys() | after.keys()) <= MOST_NOTIFICATIONS
    return [*changed, *(made + removed if room else removed + made)]


def _subscriber_calls(
    notification: Notification, before: frozenset[Subscriber], after: frozenset[Subscriber]
) -> list[Call]:
    """Replace one by another of its kind, which no limit hinders; then add, then remove: the last one has to stay."""
    where = {"Notification": notification.as_aws()}
    found: list[Call] = []
    added, removed = sorted(after - before), sorted(before - after)
    for old in list(removed):
        new = next((one for one in added if one.kind == old.kind), None)
        if new is not None:
            found.append(("update_subscriber", {**where, "OldSubscriber": old.as_aws(), "NewSubscriber": new.as_aws()}))
            added.remove(new)
            removed.remove(old)
    found += [("create_subscriber", {**where, "Subscriber": one.as_aws()}) for one in added]
    return found + [("delete_subscriber", {**where, "Subscriber": one.as_aws()}) for one in removed]


def subscribers_as_aws(subscribers: frozenset[Subscriber]) -> list[dict[str, str]]:
    return [one.as_aws() for one in sorted(subscribers)]
