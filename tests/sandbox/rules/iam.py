"""What the IAM rules share, and small gaps of moto's IAM."""

from __future__ import annotations

import re
import secrets
from typing import Any
from urllib import parse

from moto.iam.models import Group, IAMBackend, ManagedPolicy, Role, User, iam_backends

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .registry import Answer, rule


def iam_of(request: Request) -> IAMBackend:
    """IAM of the caller's account."""
    return iam_backends[request.account]["aws"]


def user_of(request: Request) -> User:
    """The user that the call names, or who calls."""
    name: str = request.params.get("UserName") or request.principal.user_name or ""
    user = iam_of(request).users.get(name)
    if user is None:
        raise no_such_entity(f"The user with name {name} cannot be found.")
    return user


def description_of(user: User) -> dict[str, Any]:
    """A user as IAM describes it wherever one is told."""
    return {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": user.create_date,
    }


def no_such_entity(message: str) -> RefusalError:
    """IAM's way to say that there is no such thing."""
    return RefusalError("NoSuchEntity", message, 404)


def page(request: Request, key: str, items: list[Any]) -> Answer:
    """One page of a list by Marker and MaxItems; the marker is the number of items before it."""
    marker, size = request.params.get("Marker") or "0", int(request.params.get("MaxItems") or 100)
    if not marker.isdigit() or int(marker) > len(items):
        raise RefusalError("ValidationError", "Invalid Marker.")
    end = int(marker) + size
    answer: Answer = {key: items[int(marker) : end], "IsTruncated": end < len(items)}
    if end < len(items):
        answer["Marker"] = str(end)
    return answer


@rule("iam", "GetUser")
def get_caller(request: Request, _world: World) -> Answer | None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUser.html: without a name it tells of the caller."""
    if request.params.get("UserName"):
        return None
    principal = request.principal
    if principal.kind == "user":
        user = user_of(request)
        return {"User": {**description_of(user), "Tags": user.tags or []}}
    if principal.kind == "root":
        return {
            "User": {
                "Path": "/",
                "UserId": principal.account,
                "Arn": principal.arn,
                "CreateDate": "2026-01-01T00:00:00Z",
            }
        }
    raise RefusalError("ValidationError", "Must specify userName when calling with non-User credentials")


# What may be asked for, and what the answer calls it.
LISTS = {
    "User": "UserDetailList",
    "Group": "GroupDetailList",
    "Role": "RoleDetailList",
    "LocalManagedPolicy": "Policies",
}


@rule("iam", "GetAccountAuthorizationDetails")
def authorization_details(request: Request, _world: World) -> Answer | None:
    """What there is comes in pages of 100, which moto does not know. AWS's own policies are left to moto.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
    """
    kinds = set(request.params.get("Filter") or [])
    if not kinds or not kinds <= LISTS.keys():
        return None
    iam = iam_of(request)
    own = [policy for arn, policy in iam.managed_policies.items() if arn.split(":")[4] == request.account]
    there: dict[str, list[dict[str, Any]]] = {
        "User": [_user_details(iam, user) for user in iam.users.values()],
        "Group": [_group_details(group) for group in iam.groups.values()],
        "Role": [_role_details(role) for role in iam.roles.values()],
        "LocalManagedPolicy": [_policy_details(policy) for policy in own],
    }
    found = [(LISTS[kind], item) for kind, items in there.items() if kind in kinds for item in items]
    answer = page(request, "found", found)
    shown: list[tuple[str, dict[str, Any]]] = answer.pop("found")
    for key in LISTS.values():
        answer[key] = [item for listed, item in shown if listed == key]
    return answer


def _role_details(role: Role) -> dict[str, Any]:
    return {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.create_date,
        "AssumeRolePolicyDocument": parse.quote(role.assume_role_policy_document),
        "RolePolicyList": [
            {"PolicyName": name, "PolicyDocument": parse.quote(document)} for name, document in role.policies.items()
        ],
        "AttachedManagedPolicies": role.attached_managed_policies,
        "InstanceProfileList": [],
        "Tags": [],
    }


def _policy_details(policy: ManagedPolicy) -> dict[str, Any]:
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version_id,
        "AttachmentCount": policy.attachment_count,
        "IsAttachable": True,
        "CreateDate": policy.create_date,
        "UpdateDate": policy.update_date,
        "PolicyVersionList": [
            {
                "Document": parse.quote(version.document),
                "VersionId": version.version_id,
                "IsDefaultVersion": version.is_default,
                "CreateDate": version.create_date,
            }
            for version in policy.versions
        ],
    }


def _user_details(iam: IAMBackend, user: User) -> dict[str, Any]:
    return {
        **description_of(user),
        "UserPolicyList": user.user_policy_list,
        "GroupList": [group.name for group in iam.groups.values() if user in group.users],
        "AttachedManagedPolicies": user.attached_managed_policies,
        "Tags": iam.list_user_tags(user.name),
    }


def _group_details(group: Group) -> dict[str, Any]:
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.id,
        "Arn": group.arn,
        "CreateDate": group.create_date,
        "GroupPolicyList": group.group_policy_list,
        "AttachedManagedPolicies": group.attached_managed_policies,
    }


# The patterns of the API reference's UserName, GroupName and Path.
NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
PATH = re.compile(r"/|/[!-~]+/")


@rule("iam", "CreateUser", "CreateGroup")
def name_and_path(request: Request, _world: World) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html and API_CreateGroup.html

    Names that differ in upper and lower case only are one name:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    iam = iam_of(request)
    kind, longest, existing = ("User", 64, iam.users) if request.action == "CreateUser" else ("Group", 128, iam.groups)
    name, path = request.params[f"{kind}Name"], request.params.get("Path", "/")
    if not NAME.fullmatch(name) or len(name) > longest:
        raise RefusalError("ValidationError", f"The specified value for {kind.lower()}Name is invalid.")
    if not PATH.fullmatch(path) or len(path) > 512:
        raise RefusalError("ValidationError", "The specified value for path is invalid.")
    if name.lower() in {there.lower() for there in existing}:
        raise RefusalError("EntityAlreadyExists", f"{kind} with name {name} already exists.", 409)


# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_ssh-keys.html: two sets of credentials for a service.
CREDENTIALS_PER_SERVICE = 2


@rule("iam", "CreateServiceSpecificCredential")
def create_service_credential(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceSpecificCredential.html"""
    user, service = user_of(request), request.params["ServiceName"]
    there = service_credentials(request, world, user)
    if sum(item["ServiceName"] == service for item in there) >= CREDENTIALS_PER_SERVICE:
        raise RefusalError("LimitExceeded", f"Cannot exceed quota for {service} credentials.", 409)
    made = {
        "CreateDate": user.create_date,
        "ServiceName": service,
        "ServiceUserName": f"{user.name}-at-{request.account}",
        "ServiceSpecificCredentialId": f"ACCA{secrets.token_hex(8).upper()}",
        "UserName": user.name,
        "Status": "Active",
    }
    there.append(made)
    return {"ServiceSpecificCredential": {**made, "ServicePassword": secrets.token_urlsafe(32)}}


@rule("iam", "ListServiceSpecificCredentials")
def list_service_credentials(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html"""
    return {"ServiceSpecificCredentials": service_credentials(request, world, user_of(request))}


@rule("iam", "DeleteServiceSpecificCredential")
def delete_service_credential(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceSpecificCredential.html"""
    name = request.params["ServiceSpecificCredentialId"]
    there = service_credentials(request, world, user_of(request))
    found = [item for item in there if item["ServiceSpecificCredentialId"] == name]
    if not found:
        raise no_such_entity(f"The service specific credential with id {name} cannot be found.")
    there.remove(found[0])
    return {}


def service_credentials(request: Request, world: World, user: User) -> list[dict[str, Any]]:
    """The user's service-specific credentials, to be changed in place."""
    found: list[dict[str, Any]] = world.memory["service credentials"].setdefault((request.account, user.id), [])
    return found


@rule("iam", "DeleteUser")
def user_with_belongings(request: Request, world: World) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html: what the user has goes first."""
    user = user_of(request)
    belongings = {
        "login profile": user.password,
        "access keys": user.access_keys,
        "signing certificates": user.signing_certificates,
        "SSH public keys": user.ssh_public_keys,
        "service specific credentials": service_credentials(request, world, user),
        "policies": user.policies or user.managed_policies,
        "groups": [group for group in iam_of(request).groups.values() if user in group.users],
    }
    for name, items in belongings.items():
        if items:
            raise RefusalError("DeleteConflict", f"Cannot delete entity, must delete or detach {name} first.", 409)
