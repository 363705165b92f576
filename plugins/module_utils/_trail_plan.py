# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a trail and the bucket of its log files are, and what they should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils._policy_statements import with_statements
from ansible_collections.dayone.aws_account.plugins.module_utils._trail_destination import (
    CLOUDTRAIL,
    Trail,
    key_statements,
)

RULE = "dayone-cloudtrail-logs"
RETENTION_DAYS = 400


class Settings(NamedTuple):
    """What is wanted of the trail, by the names of the module's options."""

    name: str
    region: str
    account_id: str
    partition: str
    multi_region: bool
    bucket: str | None
    """None: the trail's own, or one named after the account and region."""
    bucket_prefix: str
    kms_key: str | None
    """The key that is given. One that is still to be made is added later."""
    log_file_validation: bool
    sns_topic: str
    tags: Mapping[str, str]
    own_tags: Mapping[str, str]
    """The tags by which a trail is known that was made for such a wish."""
    replaces_tag: str
    """The tag of a new trail that has the ARN of the one that it replaces."""
    retention_days: int | None
    """How long log files are kept; 0 for ever; None as the bucket has it."""
    archive_days: int
    archive_storage_class: str


class Bucket(NamedTuple):
    """A bucket, as S3 tells of it; each empty where it is not set."""

    policy: Mapping[str, Any]
    tags: Mapping[str, str]
    versioning: str
    encryption: Mapping[str, Any]
    ownership: str
    lifecycle_rules: list[dict[str, Any]]
    public_access_block: Mapping[str, bool]


class Planned(NamedTuple):
    """The trail that is there, or the one that is to be made, and what decides about its settings."""

    trail: Trail
    ours: bool
    """Whether this collection made it, or is to make it."""
    replaces: str
    """The ARN of the trail in whose place it came; empty for none."""
    is_now: dict[str, Any]
    """Its settings; empty where it is still to be made."""
    bucket: str
    prefix: str

    @property
    def log_path(self) -> str:
        """Where in the bucket its log files begin."""
        return self.trail.log_path(self.prefix)


def trail_of(settings: Settings, found: Mapping[str, Any]) -> Planned:
    """The trail that ``found``, the answer of the search for it, leads to, by its own name and home region."""
    there = found["trail"]
    adopted = found["decision"] == "adopt"
    region = there["home_region"] if adopted else settings.region
    tags = there.get("tags") or {}
    ours = not there or settings.own_tags.items() <= tags.items()
    is_now = settings_of(there)
    name = there["name"] if adopted else settings.name
    return Planned(
        trail=Trail(name, region, settings.account_id, settings.partition),
        ours=ours,
        replaces=tags.get(settings.replaces_tag, "") if there else found["replaces"],
        is_now=is_now,
        bucket=settings.bucket or is_now.get("bucket") or own_name(settings, region),
        prefix=settings.bucket_prefix or ("" if ours else is_now.get("prefix", "")),
    )


def settings_of(trail: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that a trail has, in the terms of what is wanted."""
    if not trail:
        return {}
    return {
        "bucket": trail["s3_bucket_name"],
        "prefix": trail.get("s3_key_prefix") or "",
        "multi_region": trail["is_multi_region_trail"],
        "kms_key": trail.get("kms_key_id") or "",
        "log_file_validation": trail["log_file_validation_enabled"],
        "topic": trail.get("sns_topic_arn") or "",
        "logging": trail["is_logging"],
        "tags": dict(trail.get("tags") or {}),
    }


def trail_wanted(settings: Settings, planned: Planned) -> dict[str, Any]:
    """The settings that the trail is to have.

    One that somebody else made keeps the key, topic and regions that it has where none are asked for.
    """
    stays = {} if planned.ours else planned.is_now
    of_a_new_one = {**settings.own_tags, **({settings.replaces_tag: planned.replaces} if planned.replaces else {})}
    topic = f"arn:{planned.trail.partition}:sns:{planned.trail.region}:{planned.trail.account}:{settings.sns_topic}"
    return {
        "bucket": planned.bucket,
        "prefix": planned.prefix,
        "multi_region": settings.multi_region or stays.get("multi_region", False),
        "kms_key": settings.kms_key or stays.get("kms_key", ""),
        "log_file_validation": settings.log_file_validation,
        "topic": topic if settings.sns_topic else stays.get("topic", ""),
        "logging": True,
        "tags": {**(planned.is_now["tags"] if planned.is_now else of_a_new_one), **settings.tags},
    }


def bucket_settings_of(bucket: Bucket | None) -> dict[str, Any]:
    """The settings that a bucket has, in the terms of what is wanted."""
    if bucket is None:
        return {}
    blocked = bucket.public_access_block.values()
    return {
        "encryption": bucket.encryption.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm", "none"),
        "object_ownership": bucket.ownership or "none",
        "policy": dict(bucket.policy),
        "public_access_blocked": bool(blocked) and all(blocked),
        "tags": dict(bucket.tags),
        "versioning": bucket.versioning == "Enabled",
    }


def bucket_wanted(settings: Settings, planned: Planned, is_now: Mapping[str, Any], *, new: bool) -> dict[str, Any]:
    """The settings that the bucket is to have; a new one has our tags. Statements and tags that are not ours stay."""
    encryption = is_now.get("encryption", "none")
    return {
        # An encryption that somebody chose for their bucket stays; without one, S3's own keys.
        "encryption": encryption if encryption != "none" else "AES256",
        "object_ownership": "BucketOwnerEnforced",
        # Log files of another trail, prefix or name, and those that are still on their way, go on coming.
        "policy": with_statements(is_now.get("policy", {}), bucket_policy(planned), keep_sources=True),
        "public_access_blocked": True,
        "tags": {**is_now.get("tags", {}), **(settings.own_tags if new else {}), **settings.tags},
        "versioning": True,
    }


def bucket_policy(planned: Planned) -> dict[str, Any]:
    """The statements that let CloudTrail in, on behalf of this trail alone, and nobody without TLS.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    arn = f"arn:{planned.trail.partition}:s3:::{planned.bucket}"
    for_this_trail = {"aws:SourceArn": planned.trail.arn, "aws:SourceAccount": planned.trail.account}
    ours = [
        {
            "Sid": "DayoneTlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "DayoneCloudTrailAclCheck",
            "Effect": "Allow",
            "Principal": {"Service": CLOUDTRAIL},
            "Action": "s3:GetBucketAcl",
            "Resource": arn,
            "Condition": {"StringEquals": for_this_trail},
        },
        {
            "Sid": "DayoneCloudTrailWrite",
            "Effect": "Allow",
            "Principal": {"Service": CLOUDTRAIL},
            "Action": "s3:PutObject",
            "Resource": f"{arn}/{planned.log_path}*",
            "Condition": {"StringEquals": {**for_this_trail, "s3:x-amz-acl": "bucket-owner-full-control"}},
        },
    ]
    return {"Version": "2012-10-17", "Statement": ours}


def is_new(settings: Settings, planned: Planned, bucket: Bucket | None) -> bool:
    """Whether the bucket was made, or is to be made, for such a trail: it has our tags then, or the name that we give.

    A run that ends in the moment before it writes them leaves a bucket without. One whose name somebody gave is like
    somebody else's then.
    """
    if bucket is None or settings.own_tags.items() <= bucket.tags.items():
        return True
    return settings.bucket is None and planned.ours and planned.bucket == own_name(settings, planned.trail.region)


def own_name(settings: Settings, region: str) -> str:
    """The name of a bucket for which none is given."""
    return f"cloudtrail-{settings.account_id}-{region}"


def retention(settings: Settings, planned: Planned, bucket: Bucket | None, *, new: bool) -> dict[str, Any]:
    """The lifecycle rule of the log files, as it is and as it should be.

    It reaches CloudTrail's log files, digests and Insights events, and nothing that other services write beside them.
    Rules of another prefix, for the logs that lie there, stay. That of version 0.1.0, which deletes what other services
    write as well, is replaced.
    """
    prefix = f"{planned.log_path}CloudTrail"
    ours = [rule for rule in (bucket.lifecycle_rules if bucket else []) if rule.get("ID", "").startswith(RULE)]
    is_now: dict[str, Any] = next((rule for rule in ours if _prefix(rule) in {prefix, planned.log_path}), {})
    old = _prefix(is_now) == planned.log_path
    # A bucket that was there before gets a rule only where one is asked for: what is in it may be meant to stay.
    was_there = not new and not ours and settings.bucket is not None
    if settings.retention_days is not None:
        days = settings.retention_days
    elif is_now:
        days = is_now.get("Expiration", {}).get("Days", 0)
    else:
        days = 0 if was_there or not planned.ours else RETENTION_DAYS
    of_a_new_one = "-".join([RULE, planned.prefix] if planned.prefix else [RULE])
    rule_id = is_now["ID"] if is_now and not old else of_a_new_one
    return {
        "days": days,
        "rule_id": rule_id,
        "prefix": prefix,
        "old": old,
        "is_now": is_now,
        "wanted": _rule(settings, rule_id, prefix, days),
    }


def _prefix(rule: Mapping[str, Any]) -> str | None:
    prefix: str | None = rule.get("Filter", {}).get("Prefix")
    return prefix


def _rule(settings: Settings, rule_id: str, prefix: str, days: int) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    if days:
        rule["Expiration"] = {"Days": days}
        rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    if settings.archive_days:
        storage_class = settings.archive_storage_class.upper()
        rule["Transitions"] = [{"Days": settings.archive_days, "StorageClass": storage_class}]
    return {"ID": rule_id, "Status": "Enabled", "Filter": {"Prefix": prefix}, **rule} if rule else {}


def plan(settings: Settings, found: Mapping[str, Any], planned: Planned, bucket: Bucket | None) -> dict[str, Any]:
    """All that is decided about the trail that ``found`` leads to, and its bucket; None where S3 has none of ours."""
    wanted = trail_wanted(settings, planned)
    bucket_is = bucket_settings_of(bucket)
    new = is_new(settings, planned, bucket)
    bucket_to_be = bucket_wanted(settings, planned, bucket_is, new=new)
    kept = retention(settings, planned, bucket, new=new)
    # The bucket of a trail that somebody else made may be another account's.
    of_others = not planned.ours and bucket is None and planned.bucket == planned.is_now.get("bucket")
    has_bucket_key = bool(bucket and bucket.encryption.get("BucketKeyEnabled"))
    new_key = settings.kms_key is not None and settings.kms_key != planned.is_now.get("kms_key")
    return {
        **found,
        "name": planned.trail.name,
        "home_region": planned.trail.region,
        "arn": planned.trail.arn,
        "ours": planned.ours,
        "replaces": planned.replaces,
        "trail_is": planned.is_now,
        "trail_wanted": wanted,
        "new_destination": planned.bucket != planned.is_now.get("bucket") or new_key,
        "bucket": {
            "name": planned.bucket,
            "of_others": of_others,
            "has_bucket_key": has_bucket_key,
            "is_now": bucket_is,
            "wanted": bucket_to_be,
            "differs": not of_others and bucket_is != bucket_to_be,
        },
        "key_statements": key_statements(planned.trail, decrypts=has_bucket_key),
        "retention": {**kept, "differs": not of_others and kept["is_now"] != kept["wanted"]},
    }
