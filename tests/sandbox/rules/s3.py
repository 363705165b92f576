"""S3: the bucket names AWS refuses, and what it tells of buckets of other regions and accounts."""

from __future__ import annotations

import ipaddress
import re

from moto.core.utils import get_service_model
from moto.s3.models import s3_backends

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .registry import rule

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
