"""KMS: what a key is for, where nothing was said of it, and what another account sees of it."""

from __future__ import annotations

from moto.kms.models import kms_backends

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .policy import Ask, allows
from .registry import Answer, rule


@rule("kms", "DescribeKey")
def key_usage(request: Request, _world: World) -> None:
    """A key encrypts unless it was made for something else.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html
    """
    for key in kms_backends[request.account][request.region].keys.values():
        key.key_usage = key.key_usage or "ENCRYPT_DECRYPT"


@rule("kms", "DescribeKey")
def describe_key_of_another_account(request: Request, _world: World) -> Answer | None:
    """By its ARN, if its policy lets everybody; single accounts are not told apart here.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
    """
    owner = owner_of(request)
    if owner == request.account:
        return None
    arn = request.params["KeyId"]
    kms = kms_backends[owner][request.region]
    key = kms.keys.get(kms.get_key_id(arn))
    if key is None or not allows(key.policy, Ask("", "kms:DescribeKey", arn, {})):
        raise not_open(request)
    key.key_usage = key.key_usage or "ENCRYPT_DECRYPT"
    answer: Answer = key.to_dict()
    return answer


@rule("kms", "GetKeyPolicy")
def key_policy_of_another_account(request: Request, _world: World) -> None:
    """Nobody but the key's account sees it: https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html"""
    if owner_of(request) != request.account:
        raise not_open(request)


def owner_of(request: Request) -> str:
    """The account of the key that the call names; one that it names by anything but an ARN is the caller's."""
    key: str = request.params["KeyId"]
    return key.split(":")[4] if key.startswith("arn:") else request.account


def not_open(request: Request) -> RefusalError:
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html"""
    return RefusalError(
        "AccessDeniedException",
        f"User: {request.principal.arn} is not authorized to perform: kms:{request.action} on this resource",
    )
