"""Who an access key belongs to. Every account has a root user with a key of its own; the rest is moto's."""

from __future__ import annotations

import dataclasses
from typing import Literal

from moto.iam.models import User, iam_backends
from moto.sts.models import sts_backends

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
    # The task policy of a session on a member account's root user, and when (in seconds since 1970) it ends.
    task: str | None = None
    ends: float | None = None


def principal_of(access_key: str, sessions: dict[str, Principal]) -> Principal | None:
    """Whose key it is; None for a key that AWS does not know, or that is switched off."""
    if access_key.startswith(ROOT_KEY_PREFIX):
        return root_of(access_key.removeprefix(ROOT_KEY_PREFIX))
    return sessions.get(access_key) or _user_with(access_key) or _role_session_with(access_key)


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


def _role_session_with(access_key: str) -> Principal | None:
    for account, partitions in list(sts_backends.items()):
        session = partitions["aws"].get_assumed_role_from_access_key(access_key)
        if session is not None:
            return Principal("assumed-role", account, session.arn, session.user_id, mfa=False)
    return None
