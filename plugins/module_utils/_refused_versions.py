# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Versions that AWS does not let go: what protects them, what it refused, and what a person can do about it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils._bucket_contents import Bucket
from ansible_collections.dayone.aws_account.plugins.module_utils._terminal import in_one_line

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
COMPLIANCE = "In compliance mode nobody can delete it earlier, not even the root user: run again after that time."
GOVERNANCE = (
    "In governance mode bypass_governance_retention=true deletes it earlier, for who has s3:BypassGovernanceRetention; "
    "or run again after that time."
)
LEGAL_HOLD = "It is under a legal hold: who has s3:PutObjectLegalHold can end that. Then run again."
NO_PERMISSION = (
    "The identity of this run lacks s3:DeleteObject or s3:DeleteObjectVersion, or the bucket's policy denies it: add "
    "the permission or take out the statement, then run again."
)
NO_BYPASS = (
    "The identity of this run lacks s3:BypassGovernanceRetention, which bypass_governance_retention needs, or another "
    "permission: add it, then run again."
)
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html
MFA_DELETE = (
    "Versions of bucket '{bucket}' go only with a code of the root user's MFA device, for MFA delete is on. As the "
    "root user, switch it off with the device's serial number and a code: aws s3api put-bucket-versioning --bucket "
    "{bucket} --versioning-configuration Status=Enabled,MFADelete=Disabled --mfa 'SERIAL CODE'. Then run again."
)


class Protection(NamedTuple):
    """What keeps a version from being deleted, and until when."""

    kind: str | None = None
    """``GOVERNANCE``, ``COMPLIANCE`` or ``LEGAL_HOLD``; None for nothing."""
    until: datetime | None = None


def read_protection(bucket: Bucket, key: str, version_id: str, now: datetime | None = None) -> Protection:
    """A version's protection in a bucket with object lock: a legal hold first, for it has no end."""
    version = {**bucket.named, "Key": key, "VersionId": version_id}
    try:
        if bucket.client.get_object_legal_hold(**version)["LegalHold"].get("Status") == "ON":
            return Protection("LEGAL_HOLD")
    except is_boto3_error_code("NoSuchObjectLockConfiguration"):
        pass
    try:
        retention = bucket.client.get_object_retention(**version)["Retention"]
    except is_boto3_error_code("NoSuchObjectLockConfiguration"):
        return Protection()
    until: datetime | None = retention.get("RetainUntilDate")
    return Protection(retention["Mode"], until) if until and until > (now or datetime.now(UTC)) else Protection()


def of_protection(protection: Protection) -> str:
    """What a protection means for who wants to delete the version."""
    if protection.kind == "LEGAL_HOLD" or protection.until is None:
        return LEGAL_HOLD
    means = GOVERNANCE if protection.kind == "GOVERNANCE" else COMPLIANCE
    return f"It is kept until {protection.until:%Y-%m-%d %H:%M} UTC. {means}"


def obstacle(bucket: str, mfa_delete: bool, newest: Protection, bypass: bool) -> str:
    """Why AWS would not let the bucket be emptied, as far as can be known before; '' where nothing is known.

    Args:
        bucket: its name.
        mfa_delete: whether versions need an MFA code.
        newest: what protects the newest version, the one that is protected longest where all are alike.
        bypass: whether retention in governance mode is to be passed by.
    """
    if mfa_delete:
        return MFA_DELETE.format(bucket=bucket)
    if newest.kind is None or (newest.kind == "GOVERNANCE" and bypass):
        return ""
    return f"Object lock protects the newest version in bucket '{bucket}'. {of_protection(newest)}"


class Refusals:
    """How many versions were refused, and the first of them."""

    def __init__(self) -> None:
        self.number = 0
        self.first: dict[str, Any] = {}

    def add(self, errors: list[dict[str, Any]]) -> None:
        """Add the errors of an answer of DeleteObjects."""
        if errors and not self.number:
            self.first = errors[0]
        self.number += len(errors)


def explain(bucket: Bucket, refusals: Refusals, bypass: bool) -> str:
    """What was refused, what AWS said, what to do now."""
    first = refusals.first
    which = f"{refusals.number:,} versions, the first" if refusals.number > 1 else "a version"
    said = f"{first['Code']}: {first.get('Message', '')}".rstrip(": .")
    key = in_one_line(first["Key"])
    return f"AWS refused to delete {which} of '{key}', with {said}. {advice(bucket, first, bypass)}"


def advice(bucket: Bucket, error: dict[str, Any], bypass: bool) -> str:
    """What to do about a refusal."""
    if error["Code"] != "AccessDenied":
        return "Run again; it carries on."
    message = error.get("Message", "").lower()
    if "mfa authentication" in message:
        return MFA_DELETE.format(bucket=bucket.named["Bucket"])
    if "protected by object lock" not in message:
        return NO_BYPASS if bypass else NO_PERMISSION
    try:
        return of_protection(read_protection(bucket, error["Key"], error["VersionId"]))
    except is_boto3_error_code("AccessDenied"):
        return (
            "Its retention and legal hold, which the console shows, this run may not read: that takes "
            "s3:GetObjectRetention and s3:GetObjectLegalHold. Then run again."
        )
