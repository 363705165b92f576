"""What a role to assume may be called, and when a session is replaced."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._role_session import (
    RENEWED_BY,
    assume,
    credentials,
    ends_soon,
    role_arn,
    wrong_input,
)

RIGHT = {"role": "admin", "account_id": "210987654321", "session_name": "dayone", "external_id": None, "duration": 3600}
ARN = "arn:aws-cn:iam::210987654321:role/team/admin"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"role": "team/sub/admin", "external_id": "a:b/c-d", "duration": 900},
        {"role": ARN},
        {"role": ARN, "account_id": None, "duration": 43200},
    ],
)
def test_right_input(given: dict[str, Any]) -> None:
    assert list(wrong_input({**RIGHT, **given})) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"role": "the admin"}, "neither a role's name"),
        ({"role": "arn:aws:iam::210987654321:user/admin"}, "neither a role's name"),
        ({"role": "admin\n"}, "neither a role's name"),
        ({"account_id": None}, "needs account_id"),
        ({"account_id": "1234"}, "twelve digits"),
        ({"role": ARN, "account_id": "123456789012"}, "not in account 123456789012"),
        ({"session_name": "a b"}, "session's name is 'a b'"),
        ({"external_id": "x"}, "external id may have 2"),
        ({"duration": 899}, "900 (15 minutes) to 43200"),
    ],
)
def test_wrong_input(given: dict[str, Any], words: str) -> None:
    (sentence,) = wrong_input({**RIGHT, **given})
    assert words in sentence


def test_the_arn_of_a_role() -> None:
    assert role_arn("team/admin", "210987654321", "aws-cn") == ARN
    assert role_arn("/team/admin", "210987654321", "aws-cn") == ARN
    assert role_arn(ARN, None, "aws") == ARN


@pytest.mark.parametrize(
    ("duration", "minutes_left", "ends"), [(3600, 11, False), (3600, 9, True), (900, 6, False), (900, 4, True)]
)
def test_a_session_is_replaced_in_time(duration: int, minutes_left: int, ends: bool) -> None:
    now = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)
    expiration = now + datetime.timedelta(minutes=minutes_left)
    assert ends_soon({"expiration": expiration.isoformat(), "duration": duration}, now) == ends


def test_a_profile_of_the_environment_is_none_of_its_credentials() -> None:
    session = {"access_key": "ASIA", "secret_key": "s", "session_token": "t", "expiration": "", "duration": "900"}
    assert credentials(session) == {"access_key": "ASIA", "secret_key": "s", "session_token": "t", "profile": ""}


@pytest.mark.parametrize("external_id", [None, "4711"])
def test_a_session_has_what_renews_it(external_id: str | None) -> None:
    asked: dict[str, Any] = {}

    def assume_role(**arguments: Any) -> dict[str, Any]:
        asked.update(arguments)
        ends = datetime.datetime(2026, 11, 25, 13, tzinfo=datetime.UTC)
        keys = {"AccessKeyId": "ASIA", "SecretAccessKey": "secret", "SessionToken": "token", "Expiration": ends}
        return {"Credentials": keys, "AssumedRoleUser": {"Arn": f"{ARN}/dayone", "AssumedRoleId": "AROA:dayone"}}

    wanted = {**dict.fromkeys(RENEWED_BY), "role_arn": ARN, "session_name": "dayone", "duration": 900}
    made = assume(assume_role, {**wanted, "external_id": external_id})
    # AWS refuses an empty external id: without one it is not sent.
    assert asked.get("ExternalId") == external_id
    assert ("ExternalId" in asked) is (external_id is not None)
    assert credentials(made) == {
        "access_key": "ASIA",
        "secret_key": "secret",
        "session_token": "token",
        "profile": "",
    }
    assert made["expiration"] == "2026-11-25T13:00:00+00:00"
    assert assume(assume_role, made)["arn"] == made["arn"]
