"""What CloudTrail records of a call: the event that its event history shows later.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import dataclasses
import json
import uuid
from datetime import UTC, datetime
from typing import Any

from .errors import REQUEST_ID
from .journal import writes
from .principals import Principal
from .request import Request

# Recorded in us-east-1, whichever region the client was set to: services of no region, and those that are there alone.
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html, "Global service events"
GLOBAL_SERVICES = frozenset({"iam", "organizations", "billing", "budgets", "ce", "freetier"})
GLOBAL_REGION = "us-east-1"
# The names of services in events, where they are not boto3's.
SOURCES = {"accessanalyzer": "access-analyzer", "cloudwatch": "monitoring", "resourcegroupstaggingapi": "tagging"}
# Bucket-level actions whose event has another name.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
RENAMED = {
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
}
# Data events, which the event history does not have; S3's are those that name an object, and these.
DATA = {
    ("cloudwatch", "GetMetricData"),
    ("cloudwatch", "PutMetricData"),
    ("s3", "DeleteObjects"),
    ("s3", "ListMultipartUploads"),
    ("s3", "ListObjectVersions"),
    ("s3", "ListObjects"),
    ("s3", "ListObjectsV2"),
    ("sns", "Publish"),
}
# Parameters that no record shows.
HIDDEN = frozenset(
    {"authenticationCode1", "authenticationCode2", "endpoint", "newPassword", "oldPassword", "password"}
    | {"plaintext", "secretBinary", "secretString", "token", "tokenCode"}
)
HIDDEN_VALUE = "HIDDEN_DUE_TO_SECURITY_REASONS"
# The resources that a call names: its parameter and their type.
RESOURCES = {
    "alarmName": "AWS::CloudWatch::Alarm",
    "alarmNames": "AWS::CloudWatch::Alarm",
    "bucket": "AWS::S3::Bucket",
    "groupName": "AWS::IAM::Group",
    "keyId": "AWS::KMS::Key",
    "policyArn": "AWS::IAM::Policy",
    "roleName": "AWS::IAM::Role",
    "topicArn": "AWS::SNS::Topic",
    "userName": "AWS::IAM::User",
}
# Those of CloudTrail go by different names.
TRAIL = {"name": "AWS::CloudTrail::Trail", "trailName": "AWS::CloudTrail::Trail", "s3BucketName": "AWS::S3::Bucket"}


@dataclasses.dataclass(frozen=True)
class Recorded:
    """A call, when it was made, with which key, and the code of its error."""

    call: Request
    access_key: str
    at: float
    error: str | None
    event_id: str = dataclasses.field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def region(self) -> str:
        return GLOBAL_REGION if self.call.service in GLOBAL_SERVICES else self.call.region

    @property
    def name(self) -> str:
        return RENAMED.get(self.call.action, self.call.action)

    @property
    def source(self) -> str:
        return f"{SOURCES.get(self.call.service, self.call.service)}.amazonaws.com"


def is_management(call: Request) -> bool:
    """Whether the event history has it."""
    names_object = call.service == "s3" and "Key" in call.params
    return call.action != "Unknown" and not names_object and (call.service, call.action) not in DATA


def event_of(recorded: Recorded) -> dict[str, Any]:
    """The event as LookupEvents answers it."""
    call = recorded.call
    asked = {_name(name): value for name, value in call.params.items() if value is not None}
    kinds = TRAIL if call.service == "cloudtrail" else RESOURCES
    resources = [
        {"ResourceType": kind, "ResourceName": value}
        for name, kind in kinds.items()
        for value in (asked.get(name) if isinstance(asked.get(name), list) else [asked.get(name)]) or []
        if isinstance(value, str)
    ]
    return {
        "EventId": recorded.event_id,
        "EventName": recorded.name,
        "ReadOnly": str(not writes(call.action)).lower(),
        "AccessKeyId": recorded.access_key,
        "EventTime": datetime.fromtimestamp(int(recorded.at), UTC),
        "EventSource": recorded.source,
        "Username": user_name(call.principal),
        "Resources": resources,
        "CloudTrailEvent": json.dumps(_record(recorded, asked), default=str),
    }


def _record(recorded: Recorded, asked: dict[str, Any]) -> dict[str, Any]:
    record = {
        "eventVersion": "1.11",
        "userIdentity": identity(recorded.call.principal, recorded.access_key),
        "eventTime": f"{datetime.fromtimestamp(recorded.at, UTC):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": recorded.source,
        "eventName": recorded.name,
        "awsRegion": recorded.region,
        "sourceIPAddress": "192.0.2.1",
        "userAgent": "sandbox",
        "requestParameters": _shown(asked) or None,
        "responseElements": None,
        "requestID": REQUEST_ID,
        "eventID": recorded.event_id,
        "readOnly": not writes(recorded.call.action),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": recorded.call.account,
        "eventCategory": "Management",
    }
    return {**record, "errorCode": recorded.error} if recorded.error else record


def identity(principal: Principal, access_key: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html"""
    kinds = {"root": "Root", "user": "IAMUser", "assumed-role": "AssumedRole"}
    told: dict[str, Any] = {
        "type": kinds[principal.kind],
        "principalId": principal.user_id,
        "arn": principal.arn,
        "accountId": principal.account,
        "accessKeyId": access_key,
    }
    if principal.user_name:
        told["userName"] = principal.user_name
    if principal.task:
        told["sessionContext"] = {"assumedRoot": "true", "attributes": {"mfaAuthenticated": "false"}}
    if principal.kind == "assumed-role":
        role = principal.arn.split("/")[1]
        issuer = {"type": "Role", "arn": f"arn:aws:iam::{principal.account}:role/{role}", "userName": role}
        told["sessionContext"] = {"sessionIssuer": {**issuer, "accountId": principal.account}}
    return told


def user_name(principal: Principal) -> str:
    """The user's name, that of a role's session, or root."""
    return principal.user_name or ("root" if principal.kind == "root" else principal.arn.rsplit("/", 1)[1])


def _name(parameter: str) -> str:
    return parameter[:1].lower() + parameter[1:]


def _shown(value: Any) -> Any:
    """Parameters as records show them: their names begin small, and what is secret is hidden."""
    if isinstance(value, dict):
        return {
            _name(name): HIDDEN_VALUE if _name(name) in HIDDEN else _shown(inner)
            for name, inner in value.items()
            if inner is not None
        }
    if isinstance(value, list):
        return [_shown(item) for item in value]
    return "" if isinstance(value, bytes) else value
