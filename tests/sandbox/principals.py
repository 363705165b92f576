"""Who an access key belongs to. Every account has a root user with a key of its own; the rest is moto's."""

from __future__ import annotations

import dataclasses
from typing import Literal

from moto.iam.models import User, iam_backends

DEFAULT_ACCOUNT = "123456789012"
ROOT_KEY_PREFIX = "AKIAROOT"


@dataclasses.dataclass(frozen=True)
class Principal:
    """The caller, as GetCallerIdentity tells it."""

    kind: Literal["root", "user", "assumed-role"]
    account: str
    arn: str
    user_id: str
    user_name: str | None = None
    # Whether the session was made with MFA; None for a long-term access key, with which AWS does not say.
    mfa: bool | None = None
    # The task policy of a session on a member account's root user.
    task: str | None = None
    # When a session in a role, or on a root user, ends: in seconds since 1970.
    ends: float | None = None


def principal_of(access_key: str, sessions: dict[str, Principal]) -> Principal | None:
    """Whose key it is; None for a key that AWS does not know, or that is switched off."""
    if access_key.startswith(ROOT_KEY_PREFIX):
        return root_of(access_key.removeprefix(ROOT_KEY_PREFIX))
    return sessions.get(access_key) or _user_with(access_key)


def root_of(account: str) -> Principal:
    """The root user of an account."""
    return Principal("root", account, f"arn:aws:iam::{account}:root", account)


def user_principal(account: str, user: User) -> Principal:
    """An IAM user."""
    return Principal("user", account, user.arn, user.id, user.name)


def _user_with(access_key: str) -> Principal | None:
    for account, partitions in list(iam_backends.items()):
        for user in partitions["aws"].users.values():
            if any(key.access_key_id == access_key and key.status == "Active" for key in user.access_keys):
                return user_principal(account, user)
    return None
