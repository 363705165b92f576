"""What costs of that which is switched on."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._control import Unread
from ansible_collections.dayone.aws_account.plugins.module_utils._costs import costs
from unit.posture_scene import ALARM, SAFE, TRAIL

PLAIN = {**TRAIL, "kms_key": "", "sns_topic": "", "insights": False, "data_events": False}
NOTHING: dict[str, Any] = {**SAFE, "trails": [], "alarms": [], "budgets": []}


def by_variable(readings: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in costs(readings):
        assert item["what_ja"]
        assert item["price"]
        assert item["price_ja"]
        found.setdefault(item["switched_on_by"], []).append(item["estimate"])
    return found


def test_where_nothing_is_on_nothing_costs() -> None:
    assert costs(NOTHING) == []
    assert costs({**NOTHING, "trails": Unread("denied"), "alarms": Unread("denied")}) == []


def test_a_plain_trail_costs_what_it_stores() -> None:
    assert by_variable({**NOTHING, "trails": [PLAIN]}) == {"cloudtrail_bucket": [""]}
    assert costs({**NOTHING, "trails": [{**PLAIN, "own": False}, {**PLAIN, "logging": False}]}) == []


@pytest.mark.parametrize(
    ("change", "more"),
    [
        ({"insights": True}, {"cloudtrail_insights": [""]}),
        ({"data_events": True}, {"cloudtrail_data_events": [""]}),
        ({"sns_topic": "arn"}, {"cloudtrail_sns_topic": [""]}),
        ({"kms_key": "arn"}, {"cloudtrail_encryption": ["USD 1.00", ""]}),
    ],
)
def test_what_a_trail_has_besides(change: dict[str, Any], more: dict[str, list[str]]) -> None:
    assert by_variable({**NOTHING, "trails": [{**PLAIN, **change}]}) == {"cloudtrail_bucket": [""], **more}


def test_a_second_copy_of_management_events() -> None:
    found = by_variable({**NOTHING, "trails": [PLAIN, {**PLAIN, "name": "second"}]})
    assert found == {"cloudtrail_bucket": [""], "cloudtrail_existing": [""]}


@pytest.mark.parametrize(("count", "estimate"), [(1, "USD 0.00"), (10, "USD 0.00"), (12, "USD 0.20")])
def test_ten_alarms_are_free(count: int, estimate: str) -> None:
    found = by_variable({**NOTHING, "alarms": [ALARM] * count})
    assert found == {"billing_alarm_thresholds": [estimate], "billing_alarm_emails": [""]}


def test_budgets_are_free() -> None:
    (found,) = costs({**NOTHING, "budgets": ["zero"]})
    assert (found["price"], found["price_ja"]) == ("free", "無料")
