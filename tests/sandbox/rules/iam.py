"""What the IAM rules share, and small gaps of moto's IAM."""

from __future__ import annotations

from typing import Any

from moto.iam.models import IAMBackend, User, iam_backends

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
