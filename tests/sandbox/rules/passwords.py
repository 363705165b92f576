"""Passwords of IAM users against the account's password policy, or IAM's default one."""

from __future__ import annotations

import hashlib
import re

from moto.iam.models import AccountPasswordPolicy

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .iam import iam_of, user_of
from .registry import Answer, rule

MAXIMUM_LENGTH = 128
# The pattern of Password in the API reference of CreateLoginProfile.
CHARACTERS = re.compile(r"[\t\n\r\u0020-\u00FF]*")
UPPERCASE, LOWERCASE, NUMBER = "[A-Z]", "[a-z]", "[0-9]"
# The non-alphanumeric characters that count, from the API reference of UpdateAccountPasswordPolicy.
SYMBOL = r"[!@#$%^&*()_+\-=\[\]{}|']"
CLASSES = (UPPERCASE, LOWERCASE, NUMBER, SYMBOL)


@rule("iam", "CreateLoginProfile")
def new_password(request: Request, world: World) -> Answer | None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html"""
    user, password = user_of(request), request.params.get("Password")
    if password is None or user.password:
        return None
    check_password(request, world, user.name, password)
    # moto forgets this one when it makes the profile.
    user.password_reset_required = bool(request.params.get("PasswordResetRequired", False))
    remember(request, world, user.name, password)
    return None


@rule("iam", "UpdateLoginProfile")
def other_password(request: Request, world: World) -> Answer | None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateLoginProfile.html"""
    user, password = user_of(request), request.params.get("Password")
    if not user.password:
        return None
    if password is not None:
        check_password(request, world, user.name, password)
        remember(request, world, user.name, password)
        user.password = password
    # moto takes a field that is not sent for an empty one.
    if request.params.get("PasswordResetRequired") is not None:
        user.password_reset_required = bool(request.params["PasswordResetRequired"])
    return {}


@rule("iam", "ChangePassword")
def change_own_password(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ChangePassword.html"""
    if request.principal.kind != "user":
        raise RefusalError("InvalidUserType", "Only IAM Users can change their own password", 400)
    user = user_of(request)
    policy = iam_of(request).account_password_policy
    if policy is not None and not policy.allow_users_to_change_password:
        raise RefusalError("AccessDenied", f"User: {user.arn} is not authorized to perform: iam:ChangePassword", 403)
    if user.password != request.params["OldPassword"]:
        raise RefusalError("AccessDenied", "The old password was incorrect.", 403)
    check_password(request, world, user.name, request.params["NewPassword"])
    remember(request, world, user.name, request.params["NewPassword"])
    user.password = request.params["NewPassword"]
    user.password_reset_required = False
    return {}


def check_password(request: Request, world: World, user_name: str, password: str) -> None:
    """Refuse a password that breaks the policy, naming what is missing as AWS does."""
    if not CHARACTERS.fullmatch(password):
        raise RefusalError(
            "ValidationError", "1 validation error detected: Value at 'password' failed to satisfy constraint.", 400
        )
    policy = iam_of(request).account_password_policy
    if policy is None:
        missing = default_policy_gaps(password, identity={request.account, *iam_of(request).account_aliases})
    else:
        missing = policy_gaps(password, policy)
        last = world.memory["passwords"].get((request.account, user_name), [])
        if policy.password_reuse_prevention and _digest(password) in last[-policy.password_reuse_prevention :]:
            missing.append("Password should not be one of the last used")
    if missing:
        raise RefusalError("PasswordPolicyViolation", f"{'; '.join(missing)}.", 400)


def policy_gaps(password: str, policy: AccountPasswordPolicy) -> list[str]:
    """What the password lacks by the account's own policy."""
    wanted = [
        (policy.require_uppercase_characters, UPPERCASE, "uppercase letter"),
        (policy.require_lowercase_characters, LOWERCASE, "lowercase letter"),
        (policy.require_numbers, NUMBER, "number"),
        (policy.require_symbols, SYMBOL, "symbol"),
    ]
    gaps = [
        f"Password should have at least one {name}"
        for required, pattern, name in wanted
        if required and not re.search(pattern, password)
    ]
    return _length_gaps(password, policy.minimum_password_length) + gaps


def default_policy_gaps(password: str, identity: set[str]) -> list[str]:
    """IAM User Guide, "Default password policy": id_credentials_passwords_account-policy.html"""
    gaps = _length_gaps(password, 8)
    if sum(bool(re.search(pattern, password)) for pattern in CLASSES) < 3:
        gaps.append("Password should have at least three of uppercase, lowercase, numbers and symbols")
    if password in identity:
        gaps.append("Password should not be identical to the account name")
    return gaps


def remember(request: Request, world: World, user_name: str, password: str) -> None:
    """Keep the password's hash for the policy's reuse prevention."""
    world.memory["passwords"].setdefault((request.account, user_name), []).append(_digest(password))


def _length_gaps(password: str, minimum: int) -> list[str]:
    if len(password) < minimum:
        return [f"Password should have a minimum length of {minimum}"]
    return [f"Password should have a maximum length of {MAXIMUM_LENGTH}"] if len(password) > MAXIMUM_LENGTH else []


def _digest(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()
