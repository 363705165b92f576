"""IAM policies enforced: may this principal make this call? Only where the switch `enforce_policies` is on.

moto has an enforcement of its own, which cannot be used: it refuses an Allow whose condition does not hold, knows no
resource of most calls, and answers every service in IAM's XML. This one evaluates identity-based policies: those of the
user and its groups, or of the role. Policies of buckets, topics and keys, session policies and those of an organization
are not among them; a permissions boundary stops the sandbox instead of passing. Sessions on a member account's root
user are bound by their task, and by what service control policies deny, whatever the switch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from moto.iam.models import IAMBackend, iam_backends

from .errors import RefusalError
from .faults import unauthorized
from .permissions import Permission, actions_of, permissions_of
from .principals import Principal
from .request import Request
from .rules.policy import as_list, holds, like
from .rules.root_access import TASKS, control_statements
from .world import World

VARIABLE = re.compile(r"\$\{([^}]*)\}")
NO_MATCH = "\0"
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html: a session without MFA is no use for IAM,
# and for two calls of STS only.
SESSION_ACTIONS_OF_STS = ("AssumeRole", "GetCallerIdentity")


def authorize(call: Request, world: World) -> None:
    """Refuse what no policy allows, or one denies.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    if call.principal.ends is not None and world.now() > call.principal.ends:
        raise RefusalError("ExpiredToken", "The security token included in the request is expired", 403)
    if call.principal.task:
        _check_task(call)
    if not _enforced(call, world):
        return
    if call.principal.mfa is False and call.principal.kind == "user":
        _check_session(call)
    if call.params.get("PermissionsBoundary"):
        raise NotImplementedError("The sandbox does not evaluate permissions boundaries.")
    refuse = judge(call, world)
    for permission in permissions_of(call):
        error = refuse(permission)
        if error is not None:
            raise error


def judge(call: Request, world: World) -> Callable[[Permission], RefusalError | None]:
    """What says of each permission why the caller lacks it, if so."""
    if not _enforced(call, world):
        return lambda _permission: None
    statements = list(_statements(call.principal))
    context = context_of(call)

    def refuse(permission: Permission) -> RefusalError | None:
        effects = {item["Effect"] for item in statements if applies(item, permission, context)}
        return None if effects == {"Allow"} else refusal(call, permission, "Deny" in effects)

    return refuse


def asked(call: Request, world: World) -> list[str]:
    """The permissions that the call needed, for the journal; none where nobody asked for them."""
    if not _enforced(call, world) or call.action == "Unknown":
        return []
    return sorted(actions_of(call))


def applies(statement: dict[str, Any], permission: Permission, context: dict[str, str]) -> bool:
    """Whether a statement of an identity-based policy is about this permission in this context."""
    return (
        _covers(statement, "Action", permission.action, context)
        and _covers(statement, "Resource", permission.resource, context)
        and all(
            _holds(operator, key, wanted, context)
            for operator, conditions in statement.get("Condition", {}).items()
            for key, wanted in conditions.items()
        )
    )


def context_of(call: Request) -> dict[str, str]:
    """The condition keys that the sandbox knows of the call.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    principal = call.principal
    context = {
        "aws:PrincipalAccount": principal.account,
        "aws:PrincipalArn": principal.arn,
        "aws:PrincipalType": {"user": "User", "assumed-role": "AssumedRole", "root": "Account"}[principal.kind],
        "aws:RequestedRegion": call.region,
        "aws:userid": principal.user_id,
    }
    if principal.user_name:
        context["aws:username"] = principal.user_name
    if principal.mfa is not None:
        context["aws:MultiFactorAuthPresent"] = str(principal.mfa).lower()
    if call.service == "iam" and call.params.get("PolicyArn"):
        context["iam:PolicyARN"] = call.params["PolicyArn"]
    if call.action == "AssumeRoot":
        context["sts:TaskPolicyArn"] = call.params["TaskPolicyArn"].get("arn", "")
    if call.service == "organizations" and call.params.get("ServicePrincipal"):
        context["organizations:ServicePrincipal"] = call.params["ServicePrincipal"]
    if principal.task:
        context["aws:AssumedRoot"] = "true"
    return context


# Keys that AWS sends with some calls only; any other key in a condition stops the sandbox.
SOMETIMES = {
    "aws:assumedroot",
    "aws:username",
    "aws:multifactorauthpresent",
    "iam:policyarn",
    "organizations:serviceprincipal",
    "sts:taskpolicyarn",
}


def _holds(operator: str, key: str, wanted: Any, context: dict[str, str]) -> bool:
    if key.lower() not in SOMETIMES | {known.lower() for known in context}:
        raise ValueError(f"The sandbox does not know the condition key {key}.")
    return holds(operator, key, [_filled(str(value), context) for value in as_list(wanted)], context)


def _covers(statement: dict[str, Any], element: str, value: str, context: dict[str, str]) -> bool:
    """Whether Action or NotAction (Resource or NotResource) of the statement is about the value."""
    negated = f"Not{element}" in statement
    patterns = as_list(statement[f"Not{element}" if negated else element])
    # Actions are not case-sensitive, ARNs are.
    found = any(like(_filled(pattern, context), value, fold=element == "Action") for pattern in patterns)
    return found != negated


def _filled(pattern: str, context: dict[str, str]) -> str:
    """The pattern with its policy variables replaced; one without a value matches nothing.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    values = {name.lower(): value for name, value in context.items()}
    return VARIABLE.sub(lambda found: values.get(found[1].lower(), NO_MATCH), pattern)


def _statements(principal: Principal) -> Iterable[dict[str, Any]]:
    iam: IAMBackend = iam_backends[principal.account]["aws"]
    if principal.kind == "user":
        user = iam.users[principal.user_name or ""]
        holders: list[Any] = [user, *(group for group in iam.groups.values() if user in group.users)]
    else:
        # arn:aws:sts::123456789012:assumed-role/NAME/SESSION
        name = principal.arn.split("/")[1]
        holders = [role for role in iam.roles.values() if role.name == name]
    for holder in holders:
        if getattr(holder, "permissions_boundary_arn", None):
            raise NotImplementedError("The sandbox does not evaluate permissions boundaries.")
        documents = [*holder.policies.values(), *(_document(policy) for policy in holder.managed_policies.values())]
        for document in documents:
            yield from as_list(json.loads(document)["Statement"])


def _document(policy: Any) -> str:
    document: str = next(item.document for item in policy.versions if item.version_id == policy.default_version_id)
    return document


def _enforced(call: Request, world: World) -> bool:
    return world.switches[call.account].enforce_policies and call.principal.kind != "root"


def _check_session(call: Request) -> None:
    if call.service == "iam" or (call.service == "sts" and call.action not in SESSION_ACTIONS_OF_STS):
        raise RefusalError("InvalidClientTokenId", "The security token included in the request is invalid", 403)


def _check_task(call: Request) -> None:
    """What a session on a member account's root user may do: its task, on root's own, unless the organization denies.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/security-iam-awsmanpol.html
    """
    principal = call.principal
    allowed = TASKS[principal.task or ""]
    for action in actions_of(call):
        permission = Permission(action, principal.arn)
        if action not in allowed or call.params.get("UserName"):
            raise refusal(call, permission, True, "a session policy")
        if any(
            statement["Effect"] == "Deny" and applies(statement, permission, context_of(call))
            for statement in control_statements(call.account)
        ):
            raise refusal(call, permission, True, "a service control policy")


def refusal(
    call: Request, permission: Permission, denied: bool, policy: str = "an identity-based policy"
) -> RefusalError:
    """AWS's refusal."""
    why = (
        f"with an explicit deny in {policy}"
        if denied
        else f"because no identity-based policy allows the {permission.action} action"
    )
    message = (
        f"User: {call.principal.arn} is not authorized to perform: {permission.action} on resource: "
        f"{permission.resource} {why}"
    )
    return unauthorized(call.service, message)
