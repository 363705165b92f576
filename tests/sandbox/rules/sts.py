"""STS: who the caller is."""

from __future__ import annotations

from ..request import Request
from ..world import World
from .registry import Answer, rule


@rule("sts", "GetCallerIdentity")
def caller_identity(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""
    principal = request.principal
    return {"UserId": principal.user_id, "Account": principal.account, "Arn": principal.arn}
