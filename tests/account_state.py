"""All that a run may have made in an account, to be compared whole: without ids and times, which always differ."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import botocore.exceptions
from sandbox import Sandbox
from sandbox.client import DEFAULT_ACCOUNT, DEFAULT_REGION

State = dict[str, Any]
REGIONS = (DEFAULT_REGION, "us-east-1")
# Names of fields that hold an id or a time.
DIFFERING = re.compile(
    r".*(Id|ID|Date|Time|Timestamp|Updated|UpdatedAt)$|ResponseMetadata|OwnerId|LatestDelivery.*|LatestDigest.*"
    r"|TimeLogging.*|StateReason.*|NextToken|IsTruncated|PasswordLastUsed|EffectiveDeliveryPolicy"
)
# A bucket's settings, and what each is read by; an error's code stands for one that there is not.
BUCKET_SETTINGS = (
    "location",
    "versioning",
    "policy",
    "tagging",
    "encryption",
    "ownership_controls",
    "lifecycle_configuration",
    "acl",
    "logging",
)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def state_of(account: Sandbox) -> State:
    """What is in the default account, in all that the roles may change."""
    return {
        "iam": _identities(account),
        "trails": {region: list(_trails(account, region)) for region in REGIONS},
        "buckets": {name: _bucket(account, name) for name in _bucket_names(account)},
        "topics": {region: list(_topics(account, region)) for region in REGIONS},
        "alarms": {region: _alarms(account, region) for region in REGIONS},
        "keys": {region: len(account.client("kms", region).list_keys()["Keys"]) for region in REGIONS},
        "secrets": {region: len(_listed(account, "secretsmanager", region)) for region in REGIONS},
        "budgets": list(_budgets(account)),
        "anomalies": _anomalies(account),
        "preferences": _answer(lambda: account.client("billing").get_billing_preferences(features=["BILLING_ALERTS"])),
    }


def _listed(account: Sandbox, service: str, region: str) -> list[Any]:
    secrets: list[Any] = account.client(service, region).list_secrets()["SecretList"]
    return secrets


def _identities(account: Sandbox) -> State:
    iam = account.client("iam")
    details = iam.get_paginator("get_account_authorization_details")
    # Those that AWS has made are some thousand, and the same everywhere.
    kinds = {"Filter": ["User", "Group", "Role", "LocalManagedPolicy"]}
    whole = details.paginate(**kinds).build_full_result()
    for user in whole["UserDetailList"]:
        name = user["UserName"]
        user["Keys"] = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
        user["Login"] = _answer(functools.partial(iam.get_login_profile, UserName=name))
        user["Devices"] = iam.list_mfa_devices(UserName=name)["MFADevices"]
    found: State = plain(
        {
            **whole,
            "Devices": iam.list_virtual_mfa_devices()["VirtualMFADevices"],
            "Aliases": iam.list_account_aliases()["AccountAliases"],
            "PasswordPolicy": _answer(iam.get_account_password_policy),
        }
    )
    return found


def _trails(account: Sandbox, region: str) -> Iterator[State]:
    cloudtrail = account.client("cloudtrail", region)
    for trail in cloudtrail.describe_trails(includeShadowTrails=False)["trailList"]:
        arn = trail["TrailARN"]
        tags = cloudtrail.list_tags(ResourceIdList=[arn])["ResourceTagList"]
        yield plain(
            {
                **trail,
                "Logging": cloudtrail.get_trail_status(Name=arn)["IsLogging"],
                "Selectors": cloudtrail.get_event_selectors(TrailName=arn),
                "Insights": _answer(functools.partial(cloudtrail.get_insight_selectors, TrailName=arn)),
                "Tags": tags,
            }
        )


def _bucket_names(account: Sandbox) -> list[str]:
    return [bucket["Name"] for bucket in account.client("s3").list_buckets()["Buckets"]]


def _bucket(account: Sandbox, name: str) -> State:
    region = account.client("s3").get_bucket_location(Bucket=name)["LocationConstraint"] or "us-east-1"
    s3 = account.client("s3", region)
    calls = {setting: getattr(s3, f"get_bucket_{setting}") for setting in BUCKET_SETTINGS}
    settings = {setting: _answer(functools.partial(call, Bucket=name)) for setting, call in calls.items()}
    settings["block"] = _answer(lambda: s3.get_public_access_block(Bucket=name))
    settings["lock"] = _answer(lambda: s3.get_object_lock_configuration(Bucket=name))
    return settings


def _topics(account: Sandbox, region: str) -> Iterator[State]:
    sns = account.client("sns", region)
    for topic in sns.list_topics()["Topics"]:
        arn = topic["TopicArn"]
        subscribed = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
        yield plain(
            {
                "Attributes": sns.get_topic_attributes(TopicArn=arn)["Attributes"],
                "Tags": sns.list_tags_for_resource(ResourceArn=arn)["Tags"],
                "Subscriptions": [
                    {**each, "SubscriptionArn": each["SubscriptionArn"].partition(arn)[1]} for each in subscribed
                ],
            }
        )


def _alarms(account: Sandbox, region: str) -> Any:
    return plain(account.client("cloudwatch", region).describe_alarms()["MetricAlarms"])


def _budgets(account: Sandbox) -> Iterator[State]:
    budgets = account.client("budgets")
    for budget in budgets.describe_budgets(AccountId=DEFAULT_ACCOUNT).get("Budgets", []):
        of = {"AccountId": DEFAULT_ACCOUNT, "BudgetName": budget["BudgetName"]}
        told = budgets.describe_notifications_for_budget(**of).get("Notifications", [])
        notifications = [
            {**each, "To": budgets.describe_subscribers_for_notification(**of, Notification=each)["Subscribers"]}
            for each in told
        ]
        yield plain({**{k: v for k, v in budget.items() if k != "TimePeriod"}, "Notifications": notifications})


def _anomalies(account: Sandbox) -> Any:
    explorer = account.client("ce")
    return [_answer(explorer.get_anomaly_monitors), _answer(explorer.get_anomaly_subscriptions)]


def _answer(call: Callable[[], Any]) -> Any:
    """The answer to a reading call, or the code that it is refused with."""
    try:
        return plain(call())
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]


def plain(value: Any) -> Any:
    """The value without ids and times; lists in an order of their own, policies as what they say."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items() if not DIFFERING.fullmatch(name)}
    if isinstance(value, list):
        return sorted((plain(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True, default=str))
    if isinstance(value, str):
        if value.startswith("{"):
            return plain(json.loads(value))
        return UUID.sub("uuid", value)
    return value


def differences(one: Any, other: Any, place: str = "") -> list[str]:
    """Where two states differ, and in what."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = sorted(one.keys() | other.keys())
        return [line for name in names for line in differences(one.get(name), other.get(name), f"{place}/{name}")]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            line for number in range(len(one)) for line in differences(one[number], other[number], f"{place}/{number}")
        ]
    return [] if one == other else [f"{place}: {one!r}, {other!r}"]
