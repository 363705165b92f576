"""KMS: what a key is for, where nothing was said of it."""

from __future__ import annotations

from moto.kms.models import kms_backends

from ..request import Request
from ..world import World
from .registry import rule


@rule("kms", "DescribeKey")
def key_usage(request: Request, _world: World) -> None:
    """A key encrypts unless it was made for something else.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
    """
    for key in kms_backends[request.account][request.region].keys.values():
        key.key_usage = key.key_usage or "ENCRYPT_DECRYPT"
