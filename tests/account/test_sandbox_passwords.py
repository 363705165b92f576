"""Passwords against the account's password policy and IAM's default one."""

from __future__ import annotations

from typing import Any

import pytest
from account.aws_errors import refused
from sandbox import Sandbox

STRICT: dict[str, Any] = {
    "MinimumPasswordLength": 14,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
    "AllowUsersToChangePassword": True,
    "PasswordReusePrevention": 2,
}
GOOD = "Correct-horse-42"


@pytest.fixture
def iam(account: Sandbox) -> Any:
    client = account.client("iam")
    client.create_user(UserName="ada")
    return client


@pytest.mark.parametrize("password", ["abcdEF12", "abcdefg1!", "A" * 126 + "b1"])
def test_the_default_policy_lets_in(iam: Any, password: str) -> None:
    iam.create_login_profile(UserName="ada", Password=password, PasswordResetRequired=True)
    assert iam.get_login_profile(UserName="ada")["LoginProfile"]["PasswordResetRequired"]


@pytest.mark.parametrize("password", ["abcDE12", "abcdefg1", "A" * 127 + "b1", "ABCDEFG!"])
def test_the_default_policy_refuses(iam: Any, password: str) -> None:
    with refused("PasswordPolicyViolation", 400):
        iam.create_login_profile(UserName="ada", Password=password)
    with refused("NoSuchEntity", 404):
        iam.get_login_profile(UserName="ada")


@pytest.mark.parametrize(
    "password", ["Correct-h-42", "correct-horse-42", "CORRECT-HORSE-42", "Correct-horse-xx", "Correct4horse42x"]
)
def test_the_accounts_policy_refuses(iam: Any, password: str) -> None:
    iam.update_account_password_policy(**STRICT)
    with refused("PasswordPolicyViolation", 400):
        iam.create_login_profile(UserName="ada", Password=password)
    iam.create_login_profile(UserName="ada", Password=GOOD)
    with refused("PasswordPolicyViolation", 400):
        iam.update_login_profile(UserName="ada", Password=password)


def test_the_accounts_policy_replaces_the_default_one(iam: Any) -> None:
    with refused("NoSuchEntity", 404):
        iam.get_account_password_policy()
    iam.update_account_password_policy(MinimumPasswordLength=6)
    iam.create_login_profile(UserName="ada", Password="abcdef")
    with refused("EntityAlreadyExists", 409):
        iam.create_login_profile(UserName="ada", Password="abcdef")


def test_old_passwords_are_not_used_again(iam: Any) -> None:
    iam.update_account_password_policy(**STRICT)
    iam.create_login_profile(UserName="ada", Password=GOOD)
    iam.update_login_profile(UserName="ada", Password=GOOD + "2")
    with refused("PasswordPolicyViolation", 400):
        iam.update_login_profile(UserName="ada", Password=GOOD)
    iam.update_login_profile(UserName="ada", Password=GOOD + "3")
    iam.update_login_profile(UserName="ada", Password=GOOD)


def test_changing_only_the_reset_keeps_the_password(account: Sandbox, iam: Any) -> None:
    iam.create_login_profile(UserName="ada", Password=GOOD)
    iam.update_login_profile(UserName="ada", PasswordResetRequired=True)
    assert iam.get_login_profile(UserName="ada")["LoginProfile"]["PasswordResetRequired"]
    key = iam.create_access_key(UserName="ada")["AccessKey"]
    account.client("iam", credentials=key).change_password(OldPassword=GOOD, NewPassword=GOOD + "2")


def test_users_change_their_own_password(account: Sandbox, iam: Any) -> None:
    iam.update_account_password_policy(**STRICT)
    iam.create_login_profile(UserName="ada", Password=GOOD)
    ada = account.client("iam", credentials=iam.create_access_key(UserName="ada")["AccessKey"])
    with refused("PasswordPolicyViolation", 400):
        ada.change_password(OldPassword=GOOD, NewPassword="short")
    with refused("AccessDenied", 403):
        ada.change_password(OldPassword="wrong", NewPassword=GOOD + "2")
    ada.change_password(OldPassword=GOOD, NewPassword=GOOD + "2")
    with refused("InvalidUserType", 400):
        iam.change_password(OldPassword=GOOD, NewPassword=GOOD + "2")
    iam.update_account_password_policy(**{**STRICT, "AllowUsersToChangePassword": False})
    with refused("AccessDenied", 403):
        ada.change_password(OldPassword=GOOD + "2", NewPassword=GOOD + "4")


def test_characters_beyond_latin_1_are_refused(iam: Any) -> None:
    for character in ("€", "\u0100", "\x0b", "😀"):
        with refused("ValidationError", 400):
            iam.create_login_profile(UserName="ada", Password=f"{GOOD}{character}")
    iam.create_login_profile(UserName="ada", Password=f"{GOOD}\tÿ")
