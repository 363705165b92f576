"""The root user's own credentials, as calls that name no user meet them."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from ..errors import RefusalError
from ..request import Request
from ..world import Switches, World
from .iam import no_such_entity, page
from .registry import Answer, rule

MADE = "2026-01-01T00:00:00+00:00"
# By switch: how the world calls the credentials of an account, by their number.
IDS: dict[str, Callable[[str, int], str]] = {
    "root_access_keys": lambda account, number: f"AKIAEX{account}{number:02}",
    "root_certificates": lambda account, number: f"ROOTCERTIFICATE{account}{number:02}",
    "root_mfa": lambda account, number: f"arn:aws:iam::{account}:mfa/root-account-mfa-device{number or ''}",
}


def ids(switch: str, account: str, number: int) -> list[str]:
    """The ids of so many credentials of a kind."""
    return [IDS[switch](account, count) for count in range(number)]


def of_root(request: Request, world: World) -> Switches | None:
    """What the caller's own root user has, where the call is about that: root calls, and names no user.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html
    """
    if request.principal.kind != "root" or request.params.get("UserName"):
        return None
    return world.switches[request.account]


@rule("iam", "GetLoginProfile", first=True)
def get_password(request: Request, world: World) -> Answer | None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html"""
    root = of_root(request, world)
    if root is None:
        return None
    if not root.root_password:
        raise no_such_entity("Login Profile for the root user cannot be found.")
    return {"LoginProfile": {"UserName": "root", "CreateDate": MADE}}


@rule("iam", "CreateLoginProfile", first=True)
def recover_password(request: Request, world: World) -> Answer | None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user-privileged-task.html: it allows a recovery."""
    root = of_root(request, world)
    if root is None or request.principal.task is None:
        return None
    if root.root_password:
        raise RefusalError("EntityAlreadyExists", "Login Profile for the root user already exists.", 409)
    root.root_password = True
    return {"LoginProfile": {"UserName": "root", "CreateDate": datetime.datetime.now(datetime.UTC)}}


@rule("iam", "DeleteLoginProfile", first=True)
def delete_password(request: Request, world: World) -> Answer | None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html"""
    root = of_root(request, world)
    if root is None:
        return None
    if not root.root_password:
        raise no_such_entity("Login Profile for the root user cannot be found.")
    root.root_password = False
    return {}


@rule("iam", "ListAccessKeys", first=True)
def list_keys(request: Request, world: World) -> Answer | None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html"""
    root = of_root(request, world)
    if root is None:
        return None
    keys = [{"AccessKeyId": key, "Status": "Active", "CreateDate": MADE} for key in root.root_access_keys]
    return page(request, "AccessKeyMetadata", keys)


@rule("iam", "GetAccessKeyLastUsed", first=True)
def key_last_used(request: Request, world: World) -> Answer | None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html"""
    root = of_root(request, world)
    if root is None or request.params["AccessKeyId"] not in root.root_access_keys:
        return None
    if root.root_key_last_used is None:
        return {"AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}
    used = {"LastUsedDate": root.root_key_last_used, "ServiceName": "s3", "Region": "us-east-1"}
    return {"AccessKeyLastUsed": used}


@rule("iam", "ListSigningCertificates", first=True)
def list_certificates(request: Request, world: World) -> Answer | None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSigningCertificates.html"""
    root = of_root(request, world)
    if root is None:
        return None
    found = [
        {"UserName": "root", "CertificateId": name, "CertificateBody": "-", "Status": "Active", "UploadDate": MADE}
        for name in root.root_certificates
    ]
    return page(request, "Certificates", found)


@rule("iam", "ListMFADevices", first=True)
def list_devices(request: Request, world: World) -> Answer | None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html"""
    root = of_root(request, world)
    if root is None:
        return None
    found = [{"UserName": "root", "SerialNumber": name, "EnableDate": MADE} for name in root.root_mfa]
    return page(request, "MFADevices", found)


# The operation: the switch, the parameter that names the credential, and what a person calls it.
REMOVALS: dict[str, tuple[str, str, str]] = {
    "DeleteAccessKey": ("root_access_keys", "AccessKeyId", "Access Key"),
    "DeleteSigningCertificate": ("root_certificates", "CertificateId", "Certificate"),
    "DeactivateMFADevice": ("root_mfa", "SerialNumber", "MFA Device"),
}


@rule("iam", *REMOVALS, first=True)
def remove(request: Request, world: World) -> Answer | None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html

    and API_DeleteSigningCertificate.html, API_DeactivateMFADevice.html.
    """
    root = of_root(request, world)
    if root is None:
        return None
    switch, parameter, kind = REMOVALS[request.action]
    there: list[Any] = getattr(root, switch)
    name = request.params[parameter]
    if name not in there:
        raise no_such_entity(f"The {kind} with id {name} cannot be found.")
    there.remove(name)
    return {}
