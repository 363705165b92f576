# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who changed something: reading the events of CloudTrail. No AWS call is made here.

An event is what somebody sent to AWS: names in it can be anything, and its form is AWS's to change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._evidence import clean
from ansible_collections.dayone.aws_account.plugins.module_utils._posture_changes import TIME_FORMAT, Change

# Where IAM, sign-in and billing are recorded, by partition: where the partition has them.
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html, "Global service events", and
# https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitional-services.html
GLOBAL_REGIONS = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-eusc": "eusc-de-east-1",
}
# Events that do not say which of several things they change: addresses are hidden in them, a group's policy is that of
# each member, a policy's that of each who has it. They count where no event names the thing.
UNNAMED = frozenset(
    {"AttachGroupPolicy", "CreatePolicyVersion", "DeleteGroupPolicy", "DetachGroupPolicy", "PutGroupPolicy"}
    | {"SetDefaultPolicyVersion", "ConfirmSubscription", "Subscribe", "Unsubscribe"}
)
MOST_NAMED = 5
NOBODY = "somebody whom CloudTrail does not name"


def global_region(partition: str, region: str) -> str:
    """Where the partition records what is of no region; of a partition that is not known, ``region``."""
    return GLOBAL_REGIONS.get(partition, region)


def record_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """The event as CloudTrail recorded it; empty where it cannot be read."""
    try:
        record = json.loads(event.get("CloudTrailEvent") or "{}")
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def is_about(event: Mapping[str, Any], record: Mapping[str, Any], names: frozenset[str]) -> bool:
    """Whether the event names one of ``names``, among its resources or in what was asked for."""
    resources = [resource.get("ResourceName") or "" for resource in event.get("Resources") or ()]
    texts = {*resources, *_texts(record.get("requestParameters"))}
    return any(_is_same(text, name) for text in texts for name in names)


def _is_same(one: str, other: str) -> bool:
    """A thing goes by its name or by its ARN, which ends with it."""
    if not one or not other:
        return False
    return one == other or one.endswith((f"/{other}", f":{other}")) or other.endswith((f"/{one}", f":{one}"))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def who(record: Mapping[str, Any]) -> str:
    """Who did it: an ARN (of a role its session's), ``root``, the service of AWS, or what else CloudTrail says.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
    """
    identity = record.get("userIdentity")
    if not isinstance(identity, dict):
        return NOBODY
    # A session that an organization's management account has on a member's root user is not that user.
    session = identity.get("sessionContext")
    assumed = isinstance(session, dict) and session.get("assumedRoot")
    if is_root(record) and not assumed:
        return "root"
    told = (identity.get(name) for name in ("arn", "invokedBy", "userName", "principalId", "accountId"))
    return next((name for name in told if isinstance(name, str) and name), NOBODY)


def is_root(record: Mapping[str, Any]) -> bool:
    """Whether it was the root user, or a session on it."""
    identity = record.get("userIdentity")
    return isinstance(identity, dict) and identity.get("type") == "Root"


def changed_anything(record: Mapping[str, Any]) -> bool:
    """Whether AWS did what was asked for: calls that it refused are recorded too, and sign-ins that failed. What cannot
    be read proves nothing.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-aws-console-sign-in-events.html
    """
    answer = record.get("responseElements")
    failed = isinstance(answer, dict) and answer.get("ConsoleLogin") == "Failure"
    return bool(record) and not record.get("errorCode") and not failed


def as_by(event: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, str]:
    """An event as reports have it."""
    at: datetime = event["EventTime"]
    return {
        "who": clean(who(record)),
        "event": clean(str(event.get("EventName", ""))),
        "at": f"{at.astimezone(UTC):{TIME_FORMAT}}",
    }


def may_be(event: Mapping[str, Any], record: Mapping[str, Any], change: Change) -> bool:
    """Whether the event says that it is the change."""
    return (
        changed_anything(record)
        and (not change.by_root or is_root(record))
        and (not change.about or is_about(event, record, change.about))
    )


def is_enough(events: list[dict[str, Any]], change: Change) -> bool:
    """Whether no older event is needed: one of these is the change, or may be and would never say so."""
    return any(
        may_be(event, record, change) or (event.get("EventName") in UNNAMED and changed_anything(record))
        for event in events
        for record in [record_of(event)]
    )


def authors(events: list[dict[str, Any]], change: Change) -> list[dict[str, str]]:
    """Of events of one kind or more, those that are the change, newest first; else those that never say so."""
    read = [(event, record_of(event)) for event in events]
    found = [(event, record) for event, record in read if may_be(event, record, change)] or [
        (event, record) for event, record in read if event.get("EventName") in UNNAMED and changed_anything(record)
    ]
    told = sorted((as_by(event, record) for event, record in found), key=lambda by: by["at"], reverse=True)
    return told[:MOST_NAMED]
