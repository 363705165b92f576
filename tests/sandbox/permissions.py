"""Which permissions a call needs, and on what: by AWS's Service Authorization Reference.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html

Most operations need the permission of their own name on the one thing that they name. The tables hold the rest. A
service that is not in RESOURCES stops the sandbox instead of passing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.secretsmanager.models import secretsmanager_backends

from .request import Request

ANY = "*"


@dataclasses.dataclass(frozen=True)
class Permission:
    """An action on a resource, as policies name them."""

    action: str
    resource: str


# Services whose permissions have another prefix than boto3's name.
PREFIXES = {"accessanalyzer": "access-analyzer", "s3control": "s3", "resourcegroupstaggingapi": "tag"}

# Operations that need permissions of other names; an empty list: none at all.
RENAMED: dict[tuple[str, str], list[str]] = {
    ("budgets", "CreateBudget"): ["ModifyBudget"],
    ("budgets", "CreateNotification"): ["ModifyBudget"],
    ("budgets", "CreateSubscriber"): ["ModifyBudget"],
    ("budgets", "DeleteBudget"): ["ModifyBudget"],
    ("budgets", "DeleteNotification"): ["ModifyBudget"],
    ("budgets", "DeleteSubscriber"): ["ModifyBudget"],
    ("budgets", "DescribeBudget"): ["ViewBudget"],
    ("budgets", "DescribeBudgets"): ["ViewBudget"],
    ("budgets", "DescribeNotificationsForBudget"): ["ViewBudget"],
    ("budgets", "DescribeSubscribersForNotification"): ["ViewBudget"],
    ("budgets", "UpdateBudget"): ["ModifyBudget"],
    ("budgets", "UpdateNotification"): ["ModifyBudget"],
    ("budgets", "UpdateSubscriber"): ["ModifyBudget"],
    ("s3", "DeleteBucketEncryption"): ["PutEncryptionConfiguration"],
    ("s3", "DeleteBucketLifecycle"): ["PutLifecycleConfiguration"],
    ("s3", "DeleteBucketOwnershipControls"): ["PutBucketOwnershipControls"],
    ("s3", "DeleteBucketTagging"): ["PutBucketTagging"],
    ("s3", "DeleteObjects"): ["DeleteObject", "DeleteObjectVersion"],
    ("s3", "DeletePublicAccessBlock"): ["PutBucketPublicAccessBlock"],
    ("s3", "GetBucketAccelerateConfiguration"): ["GetAccelerateConfiguration"],
    ("s3", "GetBucketEncryption"): ["GetEncryptionConfiguration"],
    ("s3", "GetBucketLifecycleConfiguration"): ["GetLifecycleConfiguration"],
    ("s3", "GetBucketNotificationConfiguration"): ["GetBucketNotification"],
    ("s3", "GetObjectLockConfiguration"): ["GetBucketObjectLockConfiguration"],
    ("s3", "GetPublicAccessBlock"): ["GetBucketPublicAccessBlock"],
    ("s3", "HeadBucket"): ["ListBucket"],
    ("s3", "HeadObject"): ["GetObject"],
    ("s3", "ListBucketInventoryConfigurations"): ["GetInventoryConfiguration"],
    ("s3", "ListBuckets"): ["ListAllMyBuckets"],
    ("s3", "ListMultipartUploads"): ["ListBucketMultipartUploads"],
    ("s3", "ListObjectVersions"): ["ListBucketVersions"],
    ("s3", "ListObjects"): ["ListBucket"],
    ("s3", "ListObjectsV2"): ["ListBucket"],
    ("s3", "PutBucketEncryption"): ["PutEncryptionConfiguration"],
    ("s3", "PutBucketLifecycleConfiguration"): ["PutLifecycleConfiguration"],
    ("s3", "PutBucketNotificationConfiguration"): ["PutBucketNotification"],
    ("s3", "PutObjectLockConfiguration"): ["PutBucketObjectLockConfiguration"],
    ("s3", "PutPublicAccessBlock"): ["PutBucketPublicAccessBlock"],
    ("s3control", "DeletePublicAccessBlock"): ["PutAccountPublicAccessBlock"],
    ("s3control", "GetPublicAccessBlock"): ["GetAccountPublicAccessBlock"],
    ("s3control", "PutPublicAccessBlock"): ["PutAccountPublicAccessBlock"],
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: not even a Deny stops it.
    ("sts", "GetCallerIdentity"): [],
    # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html, "Permissions"
    ("sts", "GetSessionToken"): [],
}

# A parameter that needs a permission of its own beside the operation's.
ALSO: dict[tuple[str, str], dict[str, str]] = {
    ("budgets", "CreateBudget"): {"ResourceTags": "TagResource"},
    ("ce", "CreateAnomalyMonitor"): {"ResourceTags": "TagResource"},
    ("ce", "CreateAnomalySubscription"): {"ResourceTags": "TagResource"},
    ("cloudtrail", "CreateTrail"): {"TagsList": "AddTags"},
    ("cloudwatch", "PutMetricAlarm"): {"Tags": "TagResource"},
    ("iam", "CreatePolicy"): {"Tags": "TagPolicy"},
    ("iam", "CreateUser"): {"Tags": "TagUser", "PermissionsBoundary": "PutUserPermissionsBoundary"},
    ("iam", "CreateVirtualMFADevice"): {"Tags": "TagMFADevice"},
    ("kms", "CreateKey"): {"Tags": "TagResource"},
    ("s3", "DeleteObjects"): {"BypassGovernanceRetention": "BypassGovernanceRetention"},
    ("secretsmanager", "CreateSecret"): {"Tags": "TagResource"},
    ("s3", "CreateBucket"): {"ACL": "PutBucketAcl", "ObjectOwnership": "PutBucketOwnershipControls"},
    ("sns", "CreateTopic"): {"Tags": "TagResource"},
}

# Operations whose permission knows no resource, although they name one.
ON_ANYTHING = {
    ("cloudtrail", "DescribeTrails"),
    ("cloudtrail", "ListTrails"),
    ("cloudwatch", "GetMetricStatistics"),
    ("cloudwatch", "ListMetrics"),
    ("iam", "GetAccessKeyLastUsed"),
}

# Operations of IAM that mean the caller's own user where none is named.
OWN_USER = {"ChangePassword", "CreateAccessKey", "GetUser", "ListAccessKeys", "ListMFADevices", "GetMFADevice"}


def actions_of(call: Request) -> list[str]:
    """The actions, as policies name them, that the caller must be allowed to do."""
    operation = (call.service, call.action)
    also = [name for given, name in ALSO.get(operation, {}).items() if call.params.get(given)]
    prefix = PREFIXES.get(call.service, call.service)
    return [f"{prefix}:{name}" for name in RENAMED.get(operation, [call.action]) + also]


def permissions_of(call: Request) -> list[Permission]:
    """What the caller must be allowed to do and on what, all of it."""
    if call.service not in RESOURCES:
        raise NotImplementedError(f"tests/sandbox/permissions.py does not know {call.service}.")
    resources = [ANY] if (call.service, call.action) in ON_ANYTHING else RESOURCES[call.service](call)
    found = [Permission(action, resource) for action in actions_of(call) for resource in resources]
    if (call.service, call.action) == ("kms", "CreateAlias"):
        # On the alias and on the key.
        alias = f"arn:aws:kms:{call.region}:{call.account}:{call.params['AliasName']}"
        found.append(Permission("kms:CreateAlias", alias))
    return found


def _iam(call: Request) -> list[str]:
    """The group that is named, else the user, the role, the policy or the device."""
    params, iam = call.params, iam_backends[call.account]["aws"]
    user_name = params.get("UserName") or (call.action in OWN_USER and call.principal.user_name)
    named: list[tuple[str, Any, dict[str, Any]]] = [
        ("group", params.get("GroupName"), dict(iam.groups)),
        ("user", user_name, dict(iam.users)),
        ("role", params.get("RoleName"), {role.name: role for role in iam.roles.values()}),
        ("mfa", params.get("VirtualMFADeviceName"), {}),
        ("policy", call.action == "CreatePolicy" and params["PolicyName"], {}),
    ]
    for kind, name, existing in named:
        if name:
            # A thing that is to come has the path that it is given; one that is there has its own.
            path = existing[name].path if name in existing else params.get("Path") or "/"
            return [f"arn:aws:iam::{call.account}:{kind}{path}{name}"]
    return [params.get("PolicyArn") or params.get("SerialNumber") or ANY]


def _s3(call: Request) -> list[str]:
    bucket = call.params.get("Bucket")
    if bucket is None:
        return [ANY]
    if call.action == "DeleteObjects":
        # Asked of each key in rules/contents.py: one that may not be deleted does not stop the others.
        return []
    return [f"arn:aws:s3:::{bucket}" + (f"/{call.params['Key']}" if call.params.get("Key") else "")]


def _sns(call: Request) -> list[str]:
    params = call.params
    if params.get("SubscriptionArn"):
        return [params["SubscriptionArn"].rsplit(":", 1)[0]]
    if params.get("Name"):
        return [f"arn:aws:sns:{call.region}:{call.account}:{params['Name']}"]
    return [params.get("TopicArn") or params.get("ResourceArn") or ANY]


def _cloudtrail(call: Request) -> list[str]:
    params = call.params
    named = params.get("Name") or params.get("TrailName") or params.get("ResourceId")
    names = params.get("ResourceIdList") or ([named] if named else [])
    prefix = f"arn:aws:cloudtrail:{call.region}:{call.account}:trail/"
    return [name if name.startswith("arn:") else prefix + name for name in names] or [ANY]


def _cloudwatch(call: Request) -> list[str]:
    prefix = f"arn:aws:cloudwatch:{call.region}:{call.account}:alarm:"
    names = call.params.get("AlarmNames") or [call.params.get("AlarmName") or ANY]
    return [call.params["ResourceARN"]] if call.params.get("ResourceARN") else [prefix + name for name in names]


def _kms(call: Request) -> list[str]:
    key_id = call.params.get("KeyId") or call.params.get("TargetKeyId")
    if key_id is None or call.action in ("ListAliases", "ListKeys"):
        return [ANY]
    if key_id.startswith("alias/") or ":alias/" in key_id:
        # Permissions to a key that is named by its alias are permissions to the key.
        alias = "alias/" + key_id.split("alias/", 1)[1]
        key_id = kms_backends[call.account][call.region].get_key_id_from_alias(alias) or "none"
    return [key_id if key_id.startswith("arn:") else f"arn:aws:kms:{call.region}:{call.account}:key/{key_id}"]


def _budgets(call: Request) -> list[str]:
    budget = call.params.get("Budget") or call.params.get("NewBudget") or call.params
    name = budget.get("BudgetName")
    return [call.params.get("ResourceARN") or f"arn:aws:budgets::{call.account}:budget/{name or ANY}"]


def _secretsmanager(call: Request) -> list[str]:
    """AWS adds six characters to the name of a secret."""
    named = call.params.get("SecretId") or call.params.get("Name")
    if named is None:
        return [ANY]
    found = secretsmanager_backends[call.account][call.region].secrets.get(named)
    prefix = f"arn:aws:secretsmanager:{call.region}:{call.account}:secret:"
    return [named if named.startswith("arn:") else found.arn if found else f"{prefix}{named}-??????"]


def _ce(call: Request) -> list[str]:
    """A monitor or a subscription that there is; listings and new ones are not about any."""
    return [call.params.get("MonitorArn") or call.params.get("SubscriptionArn") or ANY]


def _sts(call: Request) -> list[str]:
    target = call.params.get("TargetPrincipal")
    if target is not None:
        return [target if target.startswith("arn:") else f"arn:aws:iam::{target}:root"]
    return [call.params.get("RoleArn", ANY)]


def _without(_call: Request) -> list[str]:
    return [ANY]


def _guardduty(call: Request) -> list[str]:
    detector = call.params.get("DetectorId")
    return [f"arn:aws:guardduty:{call.region}:{call.account}:detector/{detector}" if detector else ANY]


RESOURCES: dict[str, Callable[[Request], list[str]]] = {
    "accessanalyzer": _without,
    "account": _without,
    "billing": _without,
    "budgets": _budgets,
    "ce": _ce,
    "cloudtrail": _cloudtrail,
    "cloudwatch": _cloudwatch,
    "config": _without,
    "ec2": _without,
    "freetier": _without,
    "guardduty": _guardduty,
    "iam": _iam,
    "kms": _kms,
    "organizations": _without,
    "s3": _s3,
    "s3control": _without,
    "secretsmanager": _secretsmanager,
    "sns": _sns,
    "sts": _sts,
    "trustedadvisor": _without,
}
