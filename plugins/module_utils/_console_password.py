# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A console password: whether there is one, what it has to be like, and where it lies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code


def has_password(client: Any, user_name: str) -> bool:
    """Whether the user can sign in; a user who does not exist yet cannot."""
    try:
        client.get_login_profile(aws_retry=True, UserName=user_name)
    except is_boto3_error_code("NoSuchEntity"):
        return False
    return True


def password_policy(client: Any) -> dict[str, Any] | None:
    """The account's password policy; None where IAM's default one holds."""
    try:
        policy: dict[str, Any] = client.get_account_password_policy(aws_retry=True)["PasswordPolicy"]
    except is_boto3_error_code("NoSuchEntity"):
        return None
    return policy


def new_of(file: Path) -> Path:
    """Where a password that takes the place of the one in ``file`` lies until AWS has it.

    A run that ends leaves no such file: one that is there tells of an update that was broken off.
    """
    return file.with_name(f"{file.name}.new")
