"""S3: the bucket names AWS refuses."""

from __future__ import annotations

import ipaddress
import re

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
