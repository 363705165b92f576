"""The statements of ours in a policy that others write too."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.filter.with_statements import with_statements

OURS = {"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Allow"}, {"Sid": "B", "Effect": "Deny"}]}
THEIRS = {"Sid": "Theirs", "Effect": "Allow"}
NAMELESS = {"Effect": "Deny"}


@pytest.mark.parametrize(
    ("is_now", "kept"),
    [
        ({}, []),
        ({"Version": "2012-10-17", "Statement": []}, []),
        ({"Statement": [THEIRS, NAMELESS]}, [THEIRS, NAMELESS]),
        ({"Statement": [{"Sid": "B", "Effect": "Allow"}, THEIRS]}, [THEIRS]),
        ({"Statement": THEIRS}, [THEIRS]),
    ],
)
def test_ours_are_in_it_once_and_theirs_stay(is_now: dict[str, Any], kept: list[dict[str, Any]]) -> None:
    policy = with_statements(is_now, OURS)
    assert policy == {"Version": "2012-10-17", "Statement": [*kept, *OURS["Statement"]]}
    assert with_statements(policy, OURS) == policy


def test_a_policy_keeps_its_version_and_id() -> None:
    policy = with_statements({"Version": "2008-10-17", "Id": "their policy", "Statement": []}, OURS)
    assert (policy["Version"], policy["Id"]) == ("2008-10-17", "their policy")
