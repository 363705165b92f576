"""STS: who the caller is, sessions that prove MFA, and who may assume which role for how long."""

from __future__ import annotations

import dataclasses
import datetime
import json
import secrets

from moto.iam.models import Role, iam_backends
from moto.sts.models import sts_backends

from ..errors import RefusalError
from ..principals import Principal
from ..request import Request
from ..world import World
from .mfa import accept_code
from .policy import Ask, allows, as_list
from .registry import Answer, rule

DEFAULT_ROLE_SECONDS = 3600
DEFAULT_SESSION_SECONDS = 12 * 3600
WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
WRONG_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user."
)


@rule("sts", "GetCallerIdentity")
def caller_identity(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""
    principal = request.principal
    return {"UserId": principal.user_id, "Account": principal.account, "Arn": principal.arn}


@rule("sts", "GetSessionToken")
def session_token(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html"""
    if request.principal.kind == "assumed-role":
        raise RefusalError("AccessDenied", "Cannot call GetSessionToken with session credentials", 403)
    mfa = bool(request.params.get("SerialNumber") or request.params.get("TokenCode"))
    if mfa:
        check_mfa(request, world)
    key = iam_backends[request.account]["aws"].create_temp_access_key()
    world.sessions[key.access_key_id] = dataclasses.replace(request.principal, mfa=mfa)
    seconds = int(request.params.get("DurationSeconds") or DEFAULT_SESSION_SECONDS)
    token = secrets.token_urlsafe(96)
    world.memory["session tokens"][token] = True
    return {
        "Credentials": {
            "AccessKeyId": key.access_key_id,
            "SecretAccessKey": key.secret_access_key,
            "SessionToken": token,
            "Expiration": datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds),
        }
    }


@rule("sts", "AssumeRole")
def assume_role(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
    if request.principal.kind == "root":
        raise RefusalError("AccessDenied", "Roles may not be assumed by root accounts.", 403)
    role = role_of(request.params["RoleArn"])
    if role is None or not trusts(role, request):
        message = (
            f"User: {request.principal.arn} is not authorized to perform: sts:AssumeRole on resource: "
            f"{request.params['RoleArn']}"
        )
        raise RefusalError("AccessDenied", message, 403)
    seconds = int(request.params.get("DurationSeconds") or DEFAULT_ROLE_SECONDS)
    check_duration(seconds, role, request.principal)
    session = sts_backends[request.account]["aws"].assume_role(
        region_name=request.region,
        role_session_name=request.params["RoleSessionName"],
        role_arn=role.arn,
        policy=request.params.get("Policy", ""),
        duration=seconds,
        external_id=request.params.get("ExternalId", ""),
    )
    session.expiration = datetime.datetime.fromtimestamp(
        world.now() + seconds - world.session_seconds_gone, datetime.UTC
    )
    world.sessions[session.access_key_id] = Principal(
        "assumed-role",
        session.account_id,
        session.arn,
        session.user_id,
        mfa=False,
        ends=session.expiration.timestamp(),
    )
    world.memory["session tokens"][session.session_token] = True
    return {
        "Credentials": {
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "SessionToken": session.session_token,
            "Expiration": session.expiration,
        },
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
        "PackedPolicySize": 6,
    }


def role_of(arn: str) -> Role | None:
    """The role, in whichever account it is."""
    backend = iam_backends[arn.split(":")[4]]["aws"]
    return next((role for role in backend.roles.values() if role.arn == arn), None)


def trusts(role: Role, request: Request) -> bool:
    """Whether the role's trust policy lets the caller in.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html
    """
    caller = request.principal
    names = [caller.arn, caller.account, f"arn:aws:iam::{caller.account}:root"]
    if caller.kind == "assumed-role":
        names.append(f"arn:aws:iam::{caller.account}:role/{caller.arn.split('/')[1]}")
    # A trust policy is about its own role alone, and names no resource.
    trust = json.loads(role.assume_role_policy_document)
    policy = json.dumps({"Statement": [{**statement, "Resource": "*"} for statement in as_list(trust["Statement"])]})
    context = {"sts:RoleSessionName": request.params["RoleSessionName"], "aws:PrincipalArn": caller.arn}
    if request.params.get("ExternalId"):
        context["sts:ExternalId"] = request.params["ExternalId"]
    return allows(policy, Ask("", "sts:AssumeRole", role.arn, context, tuple(names)))


def check_duration(seconds: int, role: Role, caller: Principal) -> None:
    """As long as the role allows; for who is in a role already, an hour.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-settings.html
    """
    if seconds > int(role.max_session_duration or DEFAULT_ROLE_SECONDS):
        message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise RefusalError("ValidationError", message)
    if caller.kind == "assumed-role" and seconds > DEFAULT_ROLE_SECONDS:
        message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
        raise RefusalError("ValidationError", message)


def check_mfa(request: Request, world: World) -> None:
    """The device has to be the caller's own, the code right and not used before.

    The IAM User Guide ("Assign a virtual MFA device") names RFC 6238 as the algorithm; its section 5.2 forbids to
    accept a one-time password a second time.
    """
    serial_number = request.params.get("SerialNumber", "")
    device = iam_backends[request.account]["aws"].virtual_mfa_devices.get(serial_number)
    if device is None or device.user is None or device.user.name != request.principal.user_name:
        raise RefusalError("AccessDenied", WRONG_DEVICE, 403)
    if not accept_code(device, request.params.get("TokenCode", ""), world):
        raise RefusalError("AccessDenied", WRONG_CODE, 403)
