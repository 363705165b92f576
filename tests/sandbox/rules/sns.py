"""SNS: an e-mail subscription stays pending until its owner confirms it."""

from __future__ import annotations

import re
from typing import Any

from moto.sns.models import SNSBackend, Subscription, sns_backends

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .pages import page_of
from .policy import Ask, allows
from .registry import Answer, rule

# https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html: protocols whose endpoint's owner has to confirm.
CONFIRMED_BY_OWNER = ("email", "email-json")
PENDING = "PendingConfirmation"
# What is listed in place of the ARN for 72 hours after the owner of the address has unsubscribed.
# https://repost.aws/knowledge-center/sns-cross-account-subscription
DELETED = "Deleted"


@rule("sns", "Subscribe")
def subscribe(request: Request, world: World) -> Answer | None:
    """A pending subscription's ARN is told only to who asks for it with ReturnSubscriptionArn."""
    params = request.params
    if params["Protocol"] not in CONFIRMED_BY_OWNER:
        return None
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", params.get("Endpoint") or ""):
        raise RefusalError("InvalidParameter", "Invalid parameter: Email address")
    world.expired_endpoints.discard((request.account, params["Endpoint"]))
    subscription = sns_of(request).subscribe(params["TopicArn"], params["Endpoint"], params["Protocol"])
    told = params.get("ReturnSubscriptionArn") or not is_pending(subscription, world)
    return {"SubscriptionArn": subscription.arn if told else "pending confirmation"}


@rule("sns", "ListSubscriptions", "ListSubscriptionsByTopic")
def list_subscriptions(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html

    The topic of another account answers AuthorizationError: https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    """
    sns, topic = sns_of(request), request.params.get("TopicArn")
    if topic is not None and topic.split(":")[4] != request.account:
        # What their policies let other accounts do is not evaluated here.
        message = (
            f"User: {request.principal.arn} is not authorized to perform: SNS:{request.action} on resource: {topic}"
        )
        raise RefusalError("AuthorizationError", message, 403)
    if topic is not None and topic not in sns.topics:
        raise RefusalError("NotFound", "Topic does not exist", 404)
    forget_expired(request, world)
    subscriptions = [entry for entry in sns.subscriptions.values() if topic in (None, entry.topic.arn)]
    listed = [_listed(entry, world) for entry in subscriptions]
    return page_of(listed, "Subscriptions", request.params, token="NextToken", size="")


@rule("sns", "Unsubscribe")
def unsubscribe(request: Request, world: World) -> None:
    """SNS Developer Guide, "Deleting an Amazon SNS topic and subscription": a pending one cannot be deleted."""
    arn = request.params["SubscriptionArn"]
    subscription = sns_of(request).subscriptions.get(arn)
    if not arn.startswith("arn:") or (subscription is not None and is_pending(subscription, world)):
        raise RefusalError(
            "InvalidParameter", f"Invalid parameter: SubscriptionArn Reason: {PENDING} cannot be deleted"
        )


@rule("sns", "GetSubscriptionAttributes")
def subscription_attributes(request: Request, world: World) -> Answer | None:
    """https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html"""
    subscription = sns_of(request).subscriptions.get(request.params["SubscriptionArn"])
    if subscription is None:
        return None
    attributes = sns_of(request).get_subscription_attributes(subscription.arn)
    return {"Attributes": {**attributes, "PendingConfirmation": str(is_pending(subscription, world)).lower()}}


@rule("sns", "GetTopicAttributes")
def count_subscriptions(request: Request, world: World) -> None:
    """moto has the topic's counts, but never counts."""
    topic = sns_of(request).topics.get(request.params["TopicArn"])
    if topic is not None:
        subscriptions = [one for one in sns_of(request).subscriptions.values() if one.topic is topic]
        topic.subscriptions_pending = sum(is_pending(one, world) for one in subscriptions)
        topic.subscriptions_confimed = len(subscriptions) - topic.subscriptions_pending


def lets_publish(service: str, arn: str, account: str, source: str) -> bool:
    """Whether there is the topic and its policy lets the service publish for this account, on behalf of ``source``."""
    owner, region = arn.split(":")[4], arn.split(":")[3]
    topic = sns_backends[owner][region].topics.get(arn)
    context = {"aws:SourceAccount": account, "aws:SourceArn": source}
    return topic is not None and allows(topic.policy, Ask(service, "SNS:Publish", arn, context))


def is_pending(subscription: Subscription, world: World) -> bool:
    """Whether the subscription still waits for its owner."""
    confirmed = (subscription.account_id, subscription.endpoint) in world.confirmed_endpoints
    return subscription.protocol in CONFIRMED_BY_OWNER and not confirmed


def is_deleted(subscription: Subscription, world: World) -> bool:
    """Whether the subscription's owner has unsubscribed."""
    return (subscription.account_id, subscription.endpoint) in world.unsubscribed_endpoints


def forget_expired(request: Request, world: World) -> None:
    """A subscription that waits for 48 hours is deleted.

    https://aws.amazon.com/about-aws/whats-new/2023/05/amazon-sns-automatic-deletion-unconfirmed-subscriptions/
    """
    subscriptions = sns_of(request).subscriptions
    for arn, entry in list(subscriptions.items()):
        if is_pending(entry, world) and (entry.account_id, entry.endpoint) in world.expired_endpoints:
            del subscriptions[arn]


def sns_of(request: Request) -> SNSBackend:
    """SNS of the caller's account and region."""
    return sns_backends[request.account][request.region]


def _listed(subscription: Subscription, world: World) -> dict[str, Any]:
    shown = DELETED if is_deleted(subscription, world) else PENDING if is_pending(subscription, world) else None
    return {
        "SubscriptionArn": shown or subscription.arn,
        "Owner": subscription.account_id,
        "Protocol": subscription.protocol,
        "Endpoint": subscription.endpoint,
        "TopicArn": subscription.topic.arn,
    }
