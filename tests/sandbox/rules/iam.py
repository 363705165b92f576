"""What the IAM rules share, and small gaps of moto's IAM."""

from __future__ import annotations

from typing import Any

from moto.iam.models import Group, IAMBackend, User, iam_backends

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


@rule("iam", "GetAccountAuthorizationDetails")
def authorization_details(request: Request, _world: World) -> Answer | None:
    """Users and groups come in pages of 100, which moto does not know.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
    """
    kinds = set(request.params.get("Filter") or [])
    if not kinds or not kinds <= {"User", "Group"}:
        return None
    iam = iam_of(request)
    users = [("UserDetailList", _user_details(iam, user)) for user in iam.users.values()]
    groups = [("GroupDetailList", _group_details(group)) for group in iam.groups.values()]
    found = (users if "User" in kinds else []) + (groups if "Group" in kinds else [])
    answer = page(request, "found", found)
    shown: list[tuple[str, dict[str, Any]]] = answer.pop("found")
    for key in ("UserDetailList", "GroupDetailList"):
        answer[key] = [item for kind, item in shown if kind == key]
    return answer


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


@rule("iam", "ListServiceSpecificCredentials")
def no_service_credentials(request: Request, _world: World) -> Answer:
    """Nobody here has any, for CreateServiceSpecificCredential is not in the sandbox.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html
    """
    user_of(request)
    return {"ServiceSpecificCredentials": []}


@rule("iam", "DeleteUser")
def user_with_belongings(request: Request, _world: World) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html: what the user has goes first."""
    user = user_of(request)
    belongings = {
        "login profile": user.password,
        "access keys": user.access_keys,
        "signing certificates": user.signing_certificates,
        "SSH public keys": user.ssh_public_keys,
        "policies": user.policies or user.managed_policies,
        "groups": [group for group in iam_of(request).groups.values() if user in group.users],
    }
    for name, items in belongings.items():
        if items:
            raise RefusalError("DeleteConflict", f"Cannot delete entity, must delete or detach {name} first.", 409)
