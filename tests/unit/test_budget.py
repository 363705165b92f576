"""Amounts of a budget are decimals, and its options are checked before any call."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.modules.budget import Notification, plain, wanted_budget

NOTIFICATION: dict[str, Any] = {
    "type": "actual",
    "threshold": "0.01",
    "threshold_type": "absolute_value",
    "emails": ["a@example.com"],
}


@pytest.mark.parametrize(
    ("text", "expected"), [("0.1", "0.1"), ("1000", "1000"), ("1000.00", "1000"), ("1E+3", "1000")]
)
def test_amounts_stay_what_they_are(text: str, expected: str) -> None:
    assert plain(Decimal(text)) == expected


def test_what_aws_normalises_is_the_same() -> None:
    given = wanted_budget({"amount": "1", "currency": "USD", "notifications": [NOTIFICATION]})
    answered = wanted_budget(
        {"amount": "1.0", "currency": "USD", "notifications": [{**NOTIFICATION, "threshold": "0.010"}]}
    )
    assert given == answered
    assert list(given.notifications) == [Notification("ACTUAL", Decimal("0.01"), "ABSOLUTE_VALUE")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "a lot"}, "amount is 'a lot'"),
        ({"amount": "0"}, "greater than 0"),
        ({"amount": "NaN"}, "greater than 0"),
        ({"notifications": [{**NOTIFICATION, "threshold": "-1"}]}, "threshold is '-1'"),
        ({"notifications": [{**NOTIFICATION, "emails": []}]}, "one to ten"),
    ],
)
def test_wrong_options_are_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        wanted_budget({"amount": "1", "currency": "USD", "notifications": [NOTIFICATION], **changes})
