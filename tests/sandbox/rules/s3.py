"""S3: the bucket names AWS refuses, what it tells of buckets of other regions and accounts, and Object Lock."""

from __future__ import annotations

import ipaddress
import re

from moto.core.utils import get_service_model
from moto.s3.models import s3_backends
from moto.s3.utils import bucket_policy_is_public

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


@rule("s3", "HeadBucket")
def head_bucket(request: Request, _world: World) -> None:
    """Whoever asks is told the region, first of all; then only the owner gets on, and who knows the owner.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    name = request.params["Bucket"]
    if name not in s3_backends.bucket_accounts:
        return
    partition, owner = s3_backends.bucket_accounts[name]
    region = s3_backends[owner][partition].buckets[name].region_name
    headers = {"x-amz-bucket-region": region}
    if request.region != region:
        raise RefusalError("PermanentRedirect", "The bucket has to be addressed by its own endpoint.", 301, headers)
    if request.account != owner or request.params.get("ExpectedBucketOwner", owner) != owner:
        raise RefusalError("AccessDenied", "Access Denied", 403, headers)


def operations_on_buckets() -> list[str]:
    """All of S3's operations that name a bucket which is there."""
    model = get_service_model("s3")
    shapes = {name: model.operation_model(name).input_shape for name in model.operation_names}
    named = [name for name, shape in shapes.items() if shape is not None and "Bucket" in shape.members]
    return [name for name in named if name not in ("CreateBucket", "HeadBucket")]


@rule("s3", *operations_on_buckets())
def of_the_owner(request: Request, _world: World) -> None:
    """A bucket is closed to other accounts. Policies that open one are not judged: it stays closed.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """
    _partition, owner = s3_backends.bucket_accounts.get(request.params["Bucket"], ("", request.account))
    if request.account != owner or request.params.get("ExpectedBucketOwner", owner) != owner:
        raise RefusalError("AccessDenied", "Access Denied", 403)


@rule("s3", "PutBucketPolicy")
def public_policy(request: Request, _world: World) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"""
    bucket = s3_backends[request.account]["aws"].buckets.get(request.params["Bucket"])
    block = bucket and bucket.public_access_block
    if block and block.block_public_policy and bucket_policy_is_public(request.params["Policy"]):
        message = "Access Denied: public policies are blocked by the BlockPublicPolicy block public access setting"
        raise RefusalError("AccessDenied", message, 403)


@rule("s3", "PutBucketOwnershipControls")
def acl_of_others(request: Request, _world: World) -> None:
    """ACLs are not switched off while that of the bucket grants something to anybody else.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html
    """
    bucket = s3_backends[request.account]["aws"].buckets.get(request.params["Bucket"])
    rules = request.params["OwnershipControls"]["Rules"]
    if bucket and bucket.acl and rules[0]["ObjectOwnership"] == "BucketOwnerEnforced" and len(bucket.acl.grants) > 1:
        message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        raise RefusalError("InvalidBucketAclWithObjectOwnership", message, 400)


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
