"""AWS Budgets: what moto lacks, with AWS's limits."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from moto.budgets.models import Budget, Notification, budgets_backends

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .pages import page_of
from .registry import Answer, rule
from .sns import lets_publish

# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Notification.html
NOTIFICATIONS_PER_BUDGET = 10
EMAILS_PER_NOTIFICATION = 10
TOPICS_PER_NOTIFICATION = 1
# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
NAME = re.compile(r"(?![^:\\]*/action/)[^:\\]{1,100}")
AMOUNT = re.compile(r"([0-9]*\.)?[0-9]+")
ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+")

BUDGET_ACTIONS = (
    "CreateBudget",
    "UpdateBudget",
    "DeleteBudget",
    "DescribeBudget",
    "DescribeBudgets",
    "CreateNotification",
    "UpdateNotification",
    "DeleteNotification",
    "DescribeNotificationsForBudget",
    "CreateSubscriber",
    "UpdateSubscriber",
    "DeleteSubscriber",
    "DescribeSubscribersForNotification",
)


@rule("budgets", *BUDGET_ACTIONS)
def own_account_only(request: Request, _world: World) -> None:
    """The account id is a parameter, but nobody reaches another account by it."""
    if request.params["AccountId"] != request.account:
        message = f"Account {request.account} is not authorized to act on account {request.params['AccountId']}."
        raise RefusalError("AccessDeniedException", message)


@rule("budgets", "CreateBudget")
def create_budget(request: Request, world: World) -> None:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html"""
    check_budget(request.params["Budget"])
    notifications = request.params.get("NotificationsWithSubscribers") or []
    if len(notifications) > NOTIFICATIONS_PER_BUDGET:
        raise too_many("notifications", "a budget", NOTIFICATIONS_PER_BUDGET)
    seen: list[dict[str, Any]] = []
    for entry in notifications:
        if any(same(entry["Notification"], other) for other in seen):
            raise duplicate("notification")
        seen.append(entry["Notification"])
        check_notification(entry["Notification"], request.params["Budget"])
        check_subscribers(entry["Subscribers"], request.account)
    if request.params["Budget"]["BudgetName"] not in budgets_of(request):
        tags_of(world)[arn_of(request.account, request.params["Budget"]["BudgetName"])] = {
            tag["Key"]: tag["Value"] for tag in request.params.get("ResourceTags") or []
        }


@rule("budgets", "UpdateBudget")
def update_budget(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UpdateBudget.html"""
    new = request.params["NewBudget"]
    check_budget(new)
    old = budget_named(request, new["BudgetName"])
    # moto's way to make a budget, which fills in what is not given.
    budgets_of(request)[new["BudgetName"]] = fresh = Budget(_seconds(new), [])
    fresh.notifications = old.notifications
    return {}


@rule("budgets", "DeleteBudget")
def delete_tags(request: Request, world: World) -> None:
    """The tags go with the budget."""
    budget_named(request, request.params["BudgetName"])
    tags_of(world).pop(arn_of(request.account, request.params["BudgetName"]), None)


@rule("budgets", "DescribeBudget")
def describe_budget(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeBudget.html"""
    return {"Budget": normalised(budget_named(request, request.params["BudgetName"]).to_dict())}


@rule("budgets", "DescribeBudgets")
def describe_budgets(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeBudgets.html"""
    found = [normalised(budget.to_dict()) for budget in budgets_of(request).values()]
    return page_of(found, "Budgets", request.params, token="NextToken", size="MaxResults")


@rule("budgets", "DescribeNotificationsForBudget")
def describe_notifications(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeNotificationsForBudget.html"""
    budget = budget_named(request, request.params["BudgetName"])
    return {"Notifications": [{"NotificationState": "OK", **entry.details} for entry in budget.notifications]}


@rule("budgets", "CreateNotification")
def create_notification(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateNotification.html"""
    budget = budget_named(request, request.params["BudgetName"])
    details, subscribers = request.params["Notification"], request.params["Subscribers"]
    if any(same(details, entry.details) for entry in budget.notifications):
        raise duplicate("notification")
    if len(budget.notifications) >= NOTIFICATIONS_PER_BUDGET:
        raise too_many("notifications", "a budget", NOTIFICATIONS_PER_BUDGET)
    check_notification(details, budget.budget)
    check_subscribers(subscribers, request.account)
    budget.notifications.append(Notification(details, subscribers))
    return {}


@rule("budgets", "UpdateNotification")
def update_notification(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UpdateNotification.html"""
    budget = budget_named(request, request.params["BudgetName"])
    entry, new = notification_in(budget, request.params["OldNotification"]), request.params["NewNotification"]
    if any(same(new, other.details) for other in budget.notifications if other is not entry):
        raise duplicate("notification")
    entry.details = new
    return {}


@rule("budgets", "DeleteNotification")
def delete_notification(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DeleteNotification.html"""
    budget = budget_named(request, request.params["BudgetName"])
    budget.notifications.remove(notification_in(budget, request.params["Notification"]))
    return {}


@rule("budgets", "DescribeSubscribersForNotification")
def describe_subscribers(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_DescribeSubscribersForNotification.html"""
    return {"Subscribers": subscribers_of(notification_of(request))}


@rule("budgets", "CreateSubscriber")
def create_subscriber(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateSubscriber.html"""
    entry = notification_of(request)
    set_subscribers(request, entry, [*subscribers_of(entry), request.params["Subscriber"]])
    return {}


@rule("budgets", "UpdateSubscriber")
def update_subscriber(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UpdateSubscriber.html"""
    entry, old = notification_of(request), request.params["OldSubscriber"]
    check_subscribed(entry, old)
    new = request.params["NewSubscriber"]
    set_subscribers(request, entry, [new if one == old else one for one in subscribers_of(entry)])
    return {}


@rule("budgets", "DeleteSubscriber")
def delete_subscriber(request: Request, _world: World) -> Answer:
    """Deleting the last subscriber deletes the notification: API_budgets_DeleteSubscriber.html"""
    budget, entry = budget_named(request, request.params["BudgetName"]), notification_of(request)
    check_subscribed(entry, request.params["Subscriber"])
    others = [one for one in subscribers_of(entry) if one != request.params["Subscriber"]]
    if others:
        set_subscribers(request, entry, others)
    else:
        budget.notifications.remove(entry)
    return {}


@rule("budgets", "ListTagsForResource")
def list_tags(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_ListTagsForResource.html"""
    tags = tags_of(world)[tagged_budget(request)]
    return {"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]}


@rule("budgets", "TagResource")
def tag(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_TagResource.html"""
    new = {entry["Key"]: entry["Value"] for entry in request.params["ResourceTags"]}
    tags_of(world)[tagged_budget(request)].update(new)
    return {}


@rule("budgets", "UntagResource")
def untag(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UntagResource.html"""
    tags = tags_of(world)[tagged_budget(request)]
    for key in request.params["ResourceTagKeys"]:
        tags.pop(key, None)
    return {}


def budgets_of(request: Request) -> dict[str, Budget]:
    """The account's budgets by name."""
    return budgets_backends[request.account]["aws"].budgets[request.account]


def budget_named(request: Request, name: str) -> Budget:
    """The account's budget of this name."""
    try:
        return budgets_of(request)[name]
    except KeyError:
        raise RefusalError("NotFoundException", f"Unable to get budget: {name} - the budget doesn't exist.") from None


def notification_of(request: Request) -> Notification:
    """The notification that the call names."""
    return notification_in(budget_named(request, request.params["BudgetName"]), request.params["Notification"])


def notification_in(budget: Budget, details: dict[str, Any]) -> Notification:
    """The budget's notification of these details."""
    for entry in budget.notifications:
        if same(entry.details, details):
            return entry
    raise RefusalError("NotFoundException", "Unable to get notification - the notification doesn't exist.")


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two notifications are one: their state does not count, and a threshold is in percent unless said."""
    return _identity(one) == _identity(other)


def _identity(details: dict[str, Any]) -> tuple[Any, ...]:
    return (
        details["NotificationType"],
        details["ComparisonOperator"],
        float(details["Threshold"]),
        details.get("ThresholdType", "PERCENTAGE"),
    )


def subscribers_of(entry: Notification) -> list[dict[str, str]]:
    """Who is told; moto's annotation calls this list a dict."""
    subscribers: Any = entry.subscribers
    return list(subscribers)


def set_subscribers(request: Request, entry: Notification, subscribers: Any) -> None:
    """Change who is told, within the limits."""
    check_subscribers(subscribers, request.account)
    entry.subscribers = subscribers


def check_subscribers(subscribers: list[dict[str, str]], account: str) -> None:
    """Between one and ten addresses and at most one topic, none twice, each of which exists as far as AWS sees."""
    if not subscribers:
        raise RefusalError("InvalidParameterException", "A notification must have at least one subscriber.")
    if len({(one["SubscriptionType"], one["Address"]) for one in subscribers}) < len(subscribers):
        raise duplicate("subscriber")
    for kind, most in (("EMAIL", EMAILS_PER_NOTIFICATION), ("SNS", TOPICS_PER_NOTIFICATION)):
        if sum(one["SubscriptionType"] == kind for one in subscribers) > most:
            raise too_many(f"{kind} subscribers", "a notification", most)
    for one in subscribers:
        if one["SubscriptionType"] == "SNS":
            check_topic(one["Address"], account)
        elif not ADDRESS.fullmatch(one["Address"]):
            raise invalid(f"{one['Address']} is not a valid e-mail address.")


def check_topic(arn: str, account: str) -> None:
    """The topic is this account's, and AWS Budgets may publish to it.

    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
    """
    if not TOPIC.fullmatch(arn):
        raise invalid("Please comply with SNS Topic ARN format.")
    if f":{account}:" not in arn:
        raise invalid("Invalid SNS topic.")
    if not lets_publish("budgets.amazonaws.com", arn, account, arn_of(account, "any")):
        raise invalid("AWS Budgets is not authorized to publish to the SNS topic.")


def check_budget(budget: dict[str, Any]) -> None:
    """Name, limit and filters.

    https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Budget.html
    https://docs.aws.amazon.com/cost-management/latest/userguide/create-usage-budget.html
    """
    if not NAME.fullmatch(budget["BudgetName"]):
        raise invalid("The budget's name may not have the characters : and \\, nor /action/.")
    limit = budget.get("BudgetLimit", {})
    if limit and (not AMOUNT.fullmatch(limit["Amount"]) or not Decimal(limit["Amount"])):
        raise invalid("The budget's limit must be a number greater than 0.")
    if budget["BudgetType"] == "COST" and limit and limit["Unit"] != "USD":
        # Reported in https://github.com/awslabs/landing-zone-accelerator-on-aws/issues/682
        raise invalid(f"Unable to create/update budget - {limit['Unit']} is not in the supported unit set: [USD]")
    if (
        budget["BudgetType"] == "USAGE"
        and not {"UsageType", "UsageTypeGroup"} & (budget.get("CostFilters") or {}).keys()
    ):
        raise invalid("A usage budget must have a filter by UsageType or UsageTypeGroup.")


def check_notification(notification: dict[str, Any], budget: dict[str, Any]) -> None:
    """Daily budgets have no forecast: https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create.html"""
    if notification["NotificationType"] == "FORECASTED" and budget["TimeUnit"] == "DAILY":
        raise invalid("Forecasted notifications are not supported for daily budgets.")


def normalised(budget: dict[str, Any]) -> dict[str, Any]:
    """The budget as AWS tells it: amounts have a decimal place, 100 is 100.0, which other tools have to allow for too.

    https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/budgets/budget.go
    """
    told = {**budget, "CostFilters": budget.get("CostFilters") or {}}
    if "BudgetLimit" in told:
        amount = Decimal(told["BudgetLimit"]["Amount"]).normalize()
        text = f"{amount:f}"
        told["BudgetLimit"] = {**told["BudgetLimit"], "Amount": text if "." in text else f"{text}.0"}
    return told


def invalid(message: str) -> RefusalError:
    """What is asked for cannot be."""
    return RefusalError("InvalidParameterException", message)


def check_subscribed(entry: Notification, subscriber: dict[str, str]) -> None:
    """The subscriber has to be one of the notification's."""
    if subscriber not in subscribers_of(entry):
        raise RefusalError("NotFoundException", "Unable to get subscriber - the subscriber doesn't exist.")


def too_many(things: str, owner: str, most: int) -> RefusalError:
    """Over a limit."""
    return RefusalError("CreationLimitExceededException", f"The limit of {most} {things} for {owner} is exceeded.")


def duplicate(thing: str) -> RefusalError:
    """The thing is there already."""
    return RefusalError("DuplicateRecordException", f"Error creating {thing} - the {thing} already exists.")


def arn_of(account: str, name: str) -> str:
    """A budget's ARN."""
    return f"arn:aws:budgets::{account}:budget/{name}"


def tags_of(world: World) -> dict[Any, Any]:
    """The tags of every budget, by its ARN."""
    return world.memory["budget tags"]


def tagged_budget(request: Request) -> str:
    """The ARN that the call names, once it is sure that the budget is there."""
    arn: str = request.params["ResourceARN"]
    name = arn.removeprefix(arn_of(request.account, ""))
    budget_named(request, name)
    return arn


def _seconds(budget: dict[str, Any]) -> dict[str, Any]:
    """The budget with its times as numbers, which is how moto keeps them."""
    period = {name: time.timestamp() for name, time in budget.get("TimePeriod", {}).items()}
    return {**budget, "TimePeriod": period} if period else budget
