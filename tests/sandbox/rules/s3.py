"""S3: the bucket names AWS refuses, and Object Lock on buckets that exist."""

from __future__ import annotations

import ipaddress
import re

from moto.s3.models import s3_backends

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .registry import Answer, rule

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
RESERVED_BEGINNINGS = ("xn--", "sthree-", "amzn-s3-demo-")
RESERVED_ENDINGS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


@rule("s3", "CreateBucket")
def bucket_name(request: Request, _world: World) -> None:
    """Refuse a name against the naming rules of general purpose buckets."""
    name = request.params["Bucket"]
    good = (
        NAME.fullmatch(name)
        and ".." not in name
        and not name.startswith(RESERVED_BEGINNINGS)
        and not name.endswith(RESERVED_ENDINGS)
        and not _is_address(name)
    )
    if not good:
        raise RefusalError("InvalidBucketName", "The specified bucket is not valid.", 400)


def _is_address(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


@rule("s3", "PutObjectLockConfiguration")
def lock_objects(request: Request, _world: World) -> Answer:
    """A versioned bucket takes it whatever is in it, which moto still refuses.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html#object-lock-configure-existing-bucket
    """
    bucket = s3_backends[request.account]["aws"].get_bucket(request.params["Bucket"])
    if not bucket.is_versioned:
        message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        raise RefusalError("InvalidBucketState", message, 409)
    retention = request.params["ObjectLockConfiguration"].get("Rule", {}).get("DefaultRetention", {})
    bucket.object_lock_enabled = True
    bucket.default_lock_mode = retention.get("Mode")
    bucket.default_lock_days = retention.get("Days", 0)
    bucket.default_lock_years = retention.get("Years", 0)
    return {}


@rule("s3", "GetObjectLockConfiguration")
def lock_of_objects(request: Request, _world: World) -> Answer | None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/API_DefaultRetention.html: days or years, never both."""
    bucket = s3_backends[request.account]["aws"].get_bucket(request.params["Bucket"])
    if not bucket.object_lock_enabled:
        return None
    times = {"Days": bucket.default_lock_days, "Years": bucket.default_lock_years}
    retention = {"Mode": bucket.default_lock_mode, **{unit: time for unit, time in times.items() if time}}
    rule_of_it = {"Rule": {"DefaultRetention": retention}} if bucket.default_lock_mode else {}
    return {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", **rule_of_it}}
