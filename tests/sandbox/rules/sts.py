"""STS: who the caller is, and sessions that prove MFA."""

from __future__ import annotations

import dataclasses
import datetime
import secrets

from moto.iam.models import iam_backends

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .mfa import accept_code
from .registry import Answer, rule

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
    return {
        "Credentials": {
            "AccessKeyId": key.access_key_id,
            "SecretAccessKey": key.secret_access_key,
            "SessionToken": secrets.token_urlsafe(96),
            "Expiration": datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds),
        }
    }


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
