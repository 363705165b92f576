"""CloudTrail: a trail exists only where bucket, key and topic let CloudTrail in; who sees and who changes it."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

from moto.cloudtrail.models import CloudTrailBackend, Trail, cloudtrail_backends
from moto.kms.models import Key, kms_backends
from moto.organizations.models import FakeOrganization, organizations_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .policy import Ask, allows
from .registry import Answer, rule

CLOUDTRAIL = "cloudtrail.amazonaws.com"

# In each region, where multi-region trails of other home regions count too.
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
MOST_TRAILS = 5
# The API's name of each setting, and moto's.
SETTINGS = {
    "S3BucketName": "bucket_name",
    "S3KeyPrefix": "s3_key_prefix",
    "SnsTopicName": "sns_topic_name",
    "IncludeGlobalServiceEvents": "include_global_service_events",
    "IsMultiRegionTrail": "is_multi_region",
    "EnableLogFileValidation": "log_validation",
    "IsOrganizationTrail": "is_org_trail",
    "CloudWatchLogsLogGroupArn": "cw_log_group_arn",
    "CloudWatchLogsRoleArn": "cw_role_arn",
    "KmsKeyId": "kms_key_id",
}
# A setting that the API tells under another name than it takes.
RENAMED = {"EnableLogFileValidation": "LogFileValidationEnabled"}
# The members of GetTrailStatus's answer that are timestamps.
TIMES = {"LatestDeliveryTime", "StartLoggingTime", "StopLoggingTime"}


def check_delivery(trail: Trail) -> None:
    """Bucket, key and topic exist and let CloudTrail in."""
    check_bucket(trail)
    if trail.kms_key_id:
        check_key(trail)
    if trail.sns_topic_name:
        check_topic(trail)


def context_of(trail: Trail) -> dict[str, str]:
    """The condition keys that CloudTrail sends with every access."""
    return {"aws:SourceArn": trail.arn, "aws:SourceAccount": trail.account_id, "aws:SecureTransport": "true"}


def check_bucket(trail: Trail) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html"""
    check_bucket_exists(trail.bucket_name)
    partition, owner = s3_backends.bucket_accounts[trail.bucket_name]
    policy = s3_backends[owner][partition].buckets[trail.bucket_name].policy
    bucket = f"arn:aws:s3:::{trail.bucket_name}"
    prefix = f"{trail.s3_key_prefix}/" if trail.s3_key_prefix else ""
    # A log file that could be: the policy has to let CloudTrail write it.
    log_file = f"{bucket}/{prefix}AWSLogs/{trail.account_id}/CloudTrail/{trail.region_name}/2026/01/01/log.json.gz"
    context = context_of(trail)
    written = [log_file]
    if trail.is_org_trail:
        # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/creating-an-organizational-trail-prepare.html
        organization = organization_of(trail.account_id)
        written.append(f"{bucket}/{prefix}AWSLogs/{organization.id if organization else ''}/log.json.gz")
    acl = {**context, "s3:x-amz-acl": "bucket-owner-full-control"}
    asks = [Ask(CLOUDTRAIL, "s3:GetBucketAcl", bucket, context)]
    asks += [Ask(CLOUDTRAIL, "s3:PutObject", name, acl) for name in written]
    if not all(allows(policy, ask) for ask in asks):
        message = f"Incorrect S3 bucket policy is detected for bucket: {trail.bucket_name}"
        raise RefusalError("InsufficientS3BucketPolicyException", message)


def check_bucket_exists(bucket: str) -> None:
    """Buckets of other accounts count: a trail may deliver there."""
    if bucket not in s3_backends.bucket_accounts:
        raise RefusalError("S3BucketDoesNotExistException", f"S3 bucket {bucket} does not exist!")


def check_key(trail: Trail) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html"""
    key = kms_key(trail.account_id, trail.region_name, trail.kms_key_id)
    context = context_of(trail)
    asks = [
        Ask(
            CLOUDTRAIL,
            "kms:GenerateDataKey",
            key.arn,
            {**context, "kms:EncryptionContext:aws:cloudtrail:arn": trail.arn},
        ),
        Ask(CLOUDTRAIL, "kms:DescribeKey", key.arn, context),
    ]
    if has_bucket_key(trail.bucket_name):
        asks.append(Ask(CLOUDTRAIL, "kms:Decrypt", key.arn, context))
    if not key.enabled or not all(allows(key.policy, ask) for ask in asks):
        message = f"Insufficient permissions to access S3 bucket {trail.bucket_name} or KMS key {key.arn}."
        raise RefusalError("InsufficientEncryptionPolicyException", message)


def has_bucket_key(bucket: str) -> bool:
    """With an S3 Bucket Key, CloudTrail has to decrypt too, as the page on key policies says."""
    partition, owner = s3_backends.bucket_accounts[bucket]
    rule = (s3_backends[owner][partition].buckets[bucket].encryption or {}).get("Rule", {})
    return str(rule.get("BucketKeyEnabled", "false")).lower() == "true"


def kms_key(account: str, region: str, name: str) -> Key:
    """The key of an id, ARN or alias; it has to be in the trail's region."""
    if name.startswith("arn:"):
        account, name = name.split(":", 5)[4:]
    kms = kms_backends[account][region]
    try:
        return kms.keys[kms.any_id_to_key_id(name.removeprefix("key/"))]
    except (KeyError, AttributeError):
        # The latter is moto's answer to an alias that nobody made.
        raise RefusalError("KmsKeyNotFoundException", f"KMS key {name} was not found in {region}.") from None


def check_topic(trail: Trail) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-permissions-for-sns-notifications.html"""
    arn = topic_arn(trail.account_id, trail.region_name, trail.sns_topic_name)
    region, account = arn.split(":")[3:5]
    topic = sns_backends[account][region].topics.get(arn)
    if topic is None or not allows(topic.policy, Ask(CLOUDTRAIL, "SNS:Publish", arn, context_of(trail))):
        message = "SNS Topic does not exist or the topic policy is incorrect!"
        raise RefusalError("InsufficientSnsTopicPolicyException", message)


def topic_arn(account: str, region: str, name: str) -> str:
    """The ARN of a topic given by name or ARN."""
    return name if name.startswith("arn:") else f"arn:aws:sns:{region}:{account}:{name}"


@rule("cloudtrail", "CreateTrail")
def create_trail(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html"""
    trails, name = backend_of(request), request.params["Name"]
    if name in trails.trails:
        raise RefusalError(
            "TrailAlreadyExistsException", f"Trail {name} already exists for customer: {request.account}"
        )
    if sum(trail.account_id == request.account for trail in visible_trails(request)) >= MOST_TRAILS:
        message = f"User: {request.account} already has {MOST_TRAILS} trails in {request.region}."
        raise RefusalError("MaximumNumberOfTrailsExceededException", message, 403)
    trail = with_settings(new_trail(request, name), request.params)
    trails.trails[name] = trail
    trails.tagging_service.tag_resource(trail.arn, request.params.get("TagsList") or [])
    return settings_of(trail)


@rule("cloudtrail", "UpdateTrail")
def update_trail(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html"""
    trail = with_settings(trail_to_change(request, request.params["Name"]), request.params)
    backend_of(request).trails[trail.trail_name] = trail
    return settings_of(trail)


def new_trail(request: Request, name: str) -> Trail:
    """A trail with AWS's defaults. moto checks its name (InvalidTrailNameException) when it is made."""
    bucket = request.params["S3BucketName"]
    check_bucket_exists(bucket)
    # moto's annotations do not say that a trail can be without these.
    unset: Any = None
    return Trail(
        account_id=request.account,
        region_name=request.region,
        trail_name=name,
        bucket_name=bucket,
        s3_key_prefix=unset,
        sns_topic_name=unset,
        is_global=True,
        is_multi_region=False,
        log_validation=False,
        is_org_trail=False,
        cw_log_group_arn=unset,
        cw_role_arn=unset,
        kms_key_id=unset,
    )


def with_settings(trail: Trail, params: dict[str, Any]) -> Trail:
    """The trail with the call's settings, if it may be so: a setting not sent stays, an empty one goes."""
    changed = copy.copy(trail)
    for name, attribute in SETTINGS.items():
        if params.get(name) is not None:
            setattr(changed, attribute, params[name] if params[name] != "" else None)
    if changed.is_multi_region and not changed.include_global_service_events:
        message = "Multi-Region trail must include global service events."
        raise RefusalError("InvalidParameterCombinationException", message)
    if changed.is_org_trail:
        check_management_account(changed.account_id)
    if changed.kms_key_id:
        # AWS keeps the key's ARN, whatever form it was given in.
        changed.kms_key_id = kms_key(changed.account_id, changed.region_name, changed.kms_key_id).arn
    check_delivery(changed)
    return changed


@rule("cloudtrail", "DeleteTrail")
def delete_trail(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteTrail.html"""
    trail = trail_to_change(request, request.params["Name"])
    trails = backend_of(request)
    trails.trails.pop(trail.trail_name)
    trails.tagging_service.delete_all_tags_for_resource(trail.arn)
    return {}


@rule("cloudtrail", "StartLogging", "StopLogging")
def only_at_home(request: Request, _world: World) -> None:
    """A trail is changed in its home region alone."""
    trail_to_change(request, request.params["Name"])


@rule("cloudtrail", "GetTrail")
def get_trail(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrail.html"""
    return {"Trail": description_of(trail_to_read(request, request.params["Name"]))}


@rule("cloudtrail", "GetTrailStatus")
def get_trail_status(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html

    A shadow trail is named by its ARN. Errors are those of a delivery that would be made now. The time of a delivery is
    told once there was one.
    """
    name = request.params["Name"]
    trail = trail_to_read(request, name)
    if name != trail.arn and not at_home(trail, request):
        raise unknown_trail(request, name)
    errors = delivery_errors(trail) if trail.status.is_logging else {}
    status = {**trail.status.description(), **errors}
    if not world.switches[trail.account_id].log_files_delivered:
        status.pop("LatestDeliveryTime", None)
        status["LatestDeliveryAttemptTime"] = ""
    for time in TIMES & status.keys():
        status[time] = datetime.fromtimestamp(status[time], UTC)
    return status


def delivery_errors(trail: Trail) -> Answer:
    """The error codes of S3 and SNS, where bucket, key or topic no longer let CloudTrail in."""
    errors = {}
    try:
        check_bucket(trail)
        if trail.kms_key_id:
            check_key(trail)
    except RefusalError as refusal:
        code = "NoSuchBucket" if refusal.code == "S3BucketDoesNotExistException" else "AccessDenied"
        errors["LatestDeliveryError"] = code
        if trail.log_validation:
            errors["LatestDigestDeliveryError"] = code
    try:
        if trail.sns_topic_name:
            check_topic(trail)
    except RefusalError:
        errors["LatestNotificationError"] = "AuthorizationError"
    return errors


@rule("cloudtrail", "DescribeTrails")
def describe_trails(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html"""
    shadows = request.params.get("includeShadowTrails", True)
    wanted = set(request.params.get("trailNameList") or [])
    visible = [trail for trail in visible_trails(request) if shadows or trail.region_name == request.region]
    if wanted:
        visible = [
            trail
            for trail in visible
            if trail.arn in wanted or (at_home(trail, request) and trail.trail_name in wanted)
        ]
    return {"trailList": [description_of(trail) for trail in visible]}


def backend_of(request: Request) -> CloudTrailBackend:
    """CloudTrail of the caller's account and region."""
    return cloudtrail_backends[request.account][request.region]


def visible_trails(request: Request) -> list[Trail]:
    """The trails of this region, and those of other regions or of the organization that log here too."""
    own: list[Trail] = list(backend_of(request).describe_trails(include_shadow_trails=True))
    organization = organization_of(request.account)
    if organization is None or organization.master_account_id == request.account:
        return own
    management = cloudtrail_backends[organization.master_account_id][request.region]
    return own + [trail for trail in management.describe_trails(include_shadow_trails=True) if trail.is_org_trail]


def at_home(trail: Trail, request: Request) -> bool:
    """Whether this is where the trail was made; elsewhere it is a shadow trail, which only its ARN names."""
    return (trail.account_id, trail.region_name) == (request.account, request.region)


def organization_of(account: str) -> FakeOrganization | None:
    """The organization that the account manages or is a member of."""
    for partitions in list(organizations_backends.values()):
        backend = partitions["aws"]
        if backend.org is not None and any(member.id == account for member in backend.accounts):
            return backend.org
    return None


def check_management_account(account: str) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_CreateTrail.html"""
    organization = organization_of(account)
    if organization is None:
        message = "Your account is not a member of an organization."
        raise RefusalError("OrganizationsNotInUseException", message, 404)
    if organization.master_account_id != account:
        message = "The account is not the management account of the organization."
        raise RefusalError("NotOrganizationMasterAccountException", message)


def trail_to_read(request: Request, name: str) -> Trail:
    """The trail of this name or ARN as far as it can be seen from here."""
    for trail in visible_trails(request):
        if name in (trail.arn, trail.trail_name):
            return trail
    raise unknown_trail(request, name)


def unknown_trail(request: Request, name: str) -> RefusalError:
    return RefusalError("TrailNotFoundException", f"Unknown trail: {name} for the user: {request.account}")


def trail_to_change(request: Request, name: str) -> Trail:
    """The trail, in the region where it was created: elsewhere AWS refuses changes."""
    trail = trail_to_read(request, name)
    if trail.account_id != request.account:
        check_management_account(request.account)
    if trail.region_name != request.region:
        message = f"Trail {trail.trail_name} can be changed only in its home region {trail.region_name}."
        raise RefusalError("InvalidHomeRegionException", message)
    return trail


def settings_of(trail: Trail) -> Answer:
    """What CreateTrail and UpdateTrail answer."""
    settings = {name: getattr(trail, SETTINGS[name]) for name in SETTINGS if name not in RENAMED}
    settings |= {told: getattr(trail, SETTINGS[sent]) for sent, told in RENAMED.items()}
    if trail.sns_topic_name:
        settings["SnsTopicARN"] = topic_arn(trail.account_id, trail.region_name, trail.sns_topic_name)
    settings |= {"Name": trail.trail_name, "TrailARN": trail.arn}
    return {name: value for name, value in settings.items() if value is not None}


def description_of(trail: Trail) -> Answer:
    """What GetTrail and DescribeTrails answer: the settings, and whether there are selectors."""
    return {
        **settings_of(trail),
        "HomeRegion": trail.region_name,
        "HasCustomEventSelectors": bool(trail.event_selectors or trail.advanced_event_selectors),
        "HasInsightSelectors": bool(trail.insight_selectors),
    }
