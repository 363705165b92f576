# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A session in another account, by a role that is assumed there; renewed in time."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

# What a session serves a task for at least; AWS breaks off one that takes longer, and the next run carries on.
RENEW_BEFORE = datetime.timedelta(minutes=10)
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
SESSION_NAME = re.compile(r"[\w+=,.@-]{2,64}\Z", re.ASCII)
EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}\Z", re.ASCII)
ROLE = re.compile(r"([!-~]+/)?[\w+=,.@-]{1,64}\Z", re.ASCII)
ARN = re.compile(r"arn:[a-z0-9-]+:iam::(\d{12}):role/([!-~]+/)?[\w+=,.@-]{1,64}\Z", re.ASCII)
ACCOUNT_ID = re.compile(r"[0-9]{12}\Z")
DURATION = range(900, 43201)
RENEWED_BY = ("role_arn", "session_name", "external_id", "duration", "region")


def role_arn(role: str, account_id: str | None, partition: str) -> str:
    """The ARN of a role that is given by its name, which may have its path before it, or by its ARN."""
    return role if role.startswith("arn:") else f"arn:{partition}:iam::{account_id}:role/{role.lstrip('/')}"


def wrong_input(wanted: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each thing that AWS would refuse of the options of a role to assume."""
    yield from _wrong_role(wanted["role"], wanted["account_id"])
    if not SESSION_NAME.match(wanted["session_name"]):
        yield (
            f"The session's name is '{wanted['session_name']}'; it may have 2 to 64 unaccented letters, digits and the "
            "characters _ + = , . @ -"
        )
    if wanted["external_id"] is not None and not EXTERNAL_ID.match(wanted["external_id"]):
        yield "The external id may have 2 to 1,224 unaccented letters, digits and the characters _ + = , . @ : / -"
    if wanted["duration"] not in DURATION:
        yield f"The session is to last {wanted['duration']} seconds; it may be 900 (15 minutes) to 43200 (12 hours)."


def _wrong_role(role: str, account_id: str | None) -> Iterator[str]:
    named = ARN.match(role)
    if account_id is not None and not ACCOUNT_ID.match(account_id):
        yield f"account_id is '{account_id}'; an account id has twelve digits. In YAML, put it in quotes."
    elif named is None and (role.startswith("arn:") or not ROLE.match(role)):
        yield f"The role to assume is '{role}', which is neither a role's name, with its path perhaps, nor its ARN."
    elif named is None and account_id is None:
        yield f"The role to assume is '{role}'; a name needs account_id too, the account that it is in."
    elif named is not None and account_id not in (None, named[1]):
        yield f"The role to assume is '{role}', which is not in account {account_id}."


def assume(assume_role: Callable[..., Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Assume a role: the session, with all it takes to renew it.

    Args:
        assume_role: the call of a client with the credentials that the role trusts.
        wanted: ``role_arn``, ``session_name``, ``external_id`` (or None), ``duration`` in seconds, and ``region``.
    """
    arguments = {
        "RoleArn": wanted["role_arn"],
        "RoleSessionName": wanted["session_name"],
        "DurationSeconds": wanted["duration"],
    }
    if wanted["external_id"] is not None:
        arguments["ExternalId"] = wanted["external_id"]
    answer = assume_role(**arguments)
    keys = answer["Credentials"]
    return {
        **{name: wanted[name] for name in RENEWED_BY},
        "arn": answer["AssumedRoleUser"]["Arn"],
        "user_id": answer["AssumedRoleUser"]["AssumedRoleId"],
        "access_key": keys["AccessKeyId"],
        "secret_key": keys["SecretAccessKey"],
        "session_token": keys["SessionToken"],
        "expiration": keys["Expiration"].isoformat(),
    }


def credentials(session: Mapping[str, Any]) -> dict[str, str]:
    """A session under the option names of AWS modules."""
    keys = {name: str(session[name]) for name in ("access_key", "secret_key", "session_token")}
    # Else AWS_PROFILE, whose credentials went into the role, would be taken for a second way to sign in, and refused.
    return {**keys, "profile": ""}


def ends_soon(session: Mapping[str, Any], now: datetime.datetime) -> bool:
    """Whether it is time for another session: for a short one, once a third of it is left."""
    left = datetime.datetime.fromisoformat(session["expiration"]) - now
    return left < min(RENEW_BEFORE, datetime.timedelta(seconds=int(session["duration"])) / 3)
