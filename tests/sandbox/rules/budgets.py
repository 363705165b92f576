"""AWS Budgets: what moto lacks, with AWS's limits."""

from __future__ import annotations

from typing import Any

from moto.budgets.models import Budget, Notification, budgets_backends

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .registry import Answer, rule

# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_Notification.html
NOTIFICATIONS_PER_BUDGET = 10
EMAILS_PER_NOTIFICATION = 10
TOPICS_PER_NOTIFICATION = 1

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
    notifications = request.params.get("NotificationsWithSubscribers") or []
    if len(notifications) > NOTIFICATIONS_PER_BUDGET:
        raise too_many("notifications", "a budget", NOTIFICATIONS_PER_BUDGET)
    seen: list[dict[str, Any]] = []
    for entry in notifications:
        if any(same(entry["Notification"], other) for other in seen):
            raise duplicate("notification")
        seen.append(entry["Notification"])
        check_subscribers(entry["Subscribers"])
    if request.params["Budget"]["BudgetName"] not in budgets_of(request):
        tags_of(world)[arn_of(request.account, request.params["Budget"]["BudgetName"])] = {
            tag["Key"]: tag["Value"] for tag in request.params.get("ResourceTags") or []
        }


@rule("budgets", "UpdateBudget")
def update_budget(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UpdateBudget.html"""
    new = request.params["NewBudget"]
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
    check_subscribers(subscribers)
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
    set_subscribers(entry, [*subscribers_of(entry), request.params["Subscriber"]])
    return {}


@rule("budgets", "UpdateSubscriber")
def update_subscriber(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_UpdateSubscriber.html"""
    entry, old = notification_of(request), request.params["OldSubscriber"]
    check_subscribed(entry, old)
    set_subscribers(entry, [request.params["NewSubscriber"] if one == old else one for one in subscribers_of(entry)])
    return {}


@rule("budgets", "DeleteSubscriber")
def delete_subscriber(request: Request, _world: World) -> Answer:
    """Deleting the last subscriber deletes the notification: API_budgets_DeleteSubscriber.html"""
    budget, entry = budget_named(request, request.params["BudgetName"]), notification_of(request)
    check_subscribed(entry, request.params["Subscriber"])
    others = [one for one in subscribers_of(entry) if one != request.params["Subscriber"]]
    if others:
        set_subscribers(entry, others)
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


def set_subscribers(entry: Notification, subscribers: Any) -> None:
    """Change who is told, within the limits."""
    check_subscribers(subscribers)
    entry.subscribers = subscribers


def check_subscribers(subscribers: list[dict[str, str]]) -> None:
    """Between one and ten addresses and at most one topic, none twice."""
    if not subscribers:
        raise RefusalError("InvalidParameterException", "A notification must have at least one subscriber.")
    if len({(one["SubscriptionType"], one["Address"]) for one in subscribers}) < len(subscribers):
        raise duplicate("subscriber")
    for kind, most in (("EMAIL", EMAILS_PER_NOTIFICATION), ("SNS", TOPICS_PER_NOTIFICATION)):
        if sum(one["SubscriptionType"] == kind for one in subscribers) > most:
            raise too_many(f"{kind} subscribers", "a notification", most)


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
