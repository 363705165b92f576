"""The statements of ours in a policy that others write too."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._policy_statements import with_statements

OURS: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "A", "Effect": "Allow"}, {"Sid": "B", "Effect": "Deny"}],
}
THEIRS = {"Sid": "Theirs", "Effect": "Allow"}
NAMELESS = {"Effect": "Deny"}


A, B = OURS["Statement"]


@pytest.mark.parametrize(
    ("is_now", "merged"),
    [
        ({}, [A, B]),
        ({"Version": "2012-10-17", "Statement": []}, [A, B]),
        ({"Statement": [THEIRS, NAMELESS]}, [THEIRS, NAMELESS, A, B]),
        ({"Statement": [{"Sid": "B", "Effect": "Allow"}, THEIRS]}, [B, THEIRS, A]),
        ({"Statement": [NAMELESS, A, B, THEIRS]}, [NAMELESS, A, B, THEIRS]),
        ({"Statement": THEIRS}, [THEIRS, A, B]),
    ],
)
def test_ours_are_in_it_once_and_theirs_stay(is_now: dict[str, Any], merged: list[dict[str, Any]]) -> None:
    policy = with_statements(is_now, OURS)
    assert policy == {"Version": "2012-10-17", "Statement": merged}
    assert with_statements(policy, OURS) == policy


def test_a_policy_keeps_its_version_and_id() -> None:
    policy = with_statements({"Version": "2008-10-17", "Id": "their policy", "Statement": []}, OURS)
    assert (policy["Version"], policy["Id"]) == ("2008-10-17", "their policy")


def statement(resource: Any, source: Any, **more: Any) -> dict[str, Any]:
    conditions = {"StringEquals": {"aws:SourceArn": source, "aws:SourceAccount": "1"}}
    return {"Sid": "A", "Effect": "Allow", "Resource": resource, "Condition": conditions, **more}


@pytest.mark.parametrize(
    ("is_now", "grown"),
    [
        (statement("logs/a/*", "trail/one"), statement(["logs/a/*", "logs/b/*"], ["trail/one", "trail/two"])),
        (statement("logs/b/*", "trail/two"), statement("logs/b/*", "trail/two")),
        (
            statement("logs/b/*", ["trail/two", "trail/one"], Effect="Deny", Action="s3:*"),
            statement("logs/b/*", ["trail/two", "trail/one"]),
        ),
        ({"Sid": "A", "Effect": "Allow"}, statement("logs/b/*", "trail/two")),
    ],
)
def test_a_statement_keeps_the_trails_that_it_is_for(is_now: dict[str, Any], grown: dict[str, Any]) -> None:
    ours = {"Version": "2012-10-17", "Statement": [statement("logs/b/*", "trail/two")]}
    policy = with_statements({"Statement": [is_now, THEIRS]}, ours, keep_sources=True)
    assert policy["Statement"] == [grown, THEIRS]
    assert with_statements(policy, ours, keep_sources=True) == policy
    assert with_statements(policy, ours)["Statement"] == [*ours["Statement"], THEIRS]
