"""Amounts of a budget are decimals, its options are checked before any call, and what AWS has of it besides stays."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._amounts import plain
from ansible_collections.dayone.aws_account.plugins.module_utils._budgets import (
    Budget,
    Notification,
    Subscriber,
    as_aws,
    calls,
    check_name,
    read_budget,
    wanted_budget,
)

TOPIC = "arn:aws:sns:us-east-1:123456789012:alerts"
NOTIFICATION: dict[str, Any] = {
    "type": "actual",
    "comparison": "greater_than",
    "threshold": "0.01",
    "threshold_type": "absolute_value",
    "emails": ["a@example.com"],
}
OPTIONS: dict[str, Any] = {
    "budget_type": "cost",
    "time_unit": "monthly",
    "amount": "1",
    "unit": "USD",
    "notifications": [NOTIFICATION],
}

NOW: dict[str, Any] = {
    "BudgetName": "b",
    "BudgetType": "COST",
    "TimeUnit": "MONTHLY",
    "BudgetLimit": {"Amount": "1.0", "Unit": "USD"},
    "CostFilters": {"Service": ["Amazon S3"]},
    "CostTypes": {"IncludeTax": False},
    "CalculatedSpend": {"ActualSpend": {"Amount": "3", "Unit": "USD"}},
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1", "0.1"),
        ("1000", "1000"),
        ("1000.00", "1000"),
        ("1E+3", "1000"),
        ("12345678901234.56", "12345678901234.56"),
    ],
)
def test_amounts_stay_what_they_are(text: str, expected: str) -> None:
    assert plain(Decimal(text)) == expected
    assert as_aws("b", wanted_budget({**OPTIONS, "amount": text}))["BudgetLimit"]["Amount"] == expected


def test_what_aws_normalises_is_the_same() -> None:
    given = wanted_budget(OPTIONS)
    answered = wanted_budget({**OPTIONS, "amount": "1.0", "notifications": [{**NOTIFICATION, "threshold": "0.010"}]})
    assert given == answered
    assert list(given.notifications) == [Notification("ACTUAL", Decimal("0.01"), "ABSOLUTE_VALUE")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"amount": "a lot"}, "amount is 'a lot'"),
        ({"amount": "1,000"}, "amount is '1,000'"),
        ({"amount": "0"}, "greater than 0"),
        ({"amount": "NaN"}, "greater than 0"),
        ({"unit": "JPY"}, "unit is 'JPY'"),
        ({"budget_type": "usage", "unit": "GB"}, "UsageType"),
        ({"notifications": [{**NOTIFICATION, "threshold": "-1"}]}, "threshold is '-1'"),
        ({"notifications": [{**NOTIFICATION, "threshold": "15000000000001"}]}, "up to 15000000000000"),
        ({"notifications": [{**NOTIFICATION, "emails": []}]}, "one to 10"),
        ({"notifications": [{**NOTIFICATION, "emails": [f"{n}@example.com" for n in range(11)]}]}, "one to 10"),
        ({"notifications": [{**NOTIFICATION, "emails": ["nobody"]}]}, "'nobody' is no e-mail address"),
        ({"notifications": [{**NOTIFICATION, "sns_topic": "alerts"}]}, "sns_topic is 'alerts'"),
        ({"notifications": [NOTIFICATION, {**NOTIFICATION, "threshold": "0.010"}]}, "two notifications"),
        ({"notifications": [{**NOTIFICATION, "threshold": str(n)} for n in range(1, 12)]}, "has 11"),
        ({"time_unit": "daily", "notifications": [{**NOTIFICATION, "type": "forecasted"}]}, "no forecast"),
    ],
)
def test_wrong_options_are_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        wanted_budget({**OPTIONS, **changes})


@pytest.mark.parametrize("name", ["", "a:b", "a\\b", "x/action/y", "a" * 101, "<script>x</script>"])
def test_a_wrong_name_is_named(name: str) -> None:
    with pytest.raises(ValueError, match="budget's name"):
        check_name(name)


def test_filters_and_tags_may_be_of_any_plain_type() -> None:
    given = wanted_budget(
        {**OPTIONS, "cost_filters": {"Service": "Amazon S3", "Tag": ["b", "a"]}, "tags": {"Year": 2026}}
    )
    assert given.cost_filters == {"Service": ["Amazon S3"], "Tag": ["a", "b"]}
    assert given.tags == {"Year": "2026"}


class TestUpdate:
    """UpdateBudget forgets what it is not given, so all that AWS has of the budget is given back."""

    def test_the_same_needs_no_call(self) -> None:
        after = wanted_budget(OPTIONS)
        before = read_budget(NOW, after.notifications, after, None)
        assert before == after
        assert calls("b", before, after, NOW) == []

    def test_what_is_not_managed_stays(self) -> None:
        after = wanted_budget({**OPTIONS, "amount": "2"})
        ((operation, arguments),) = calls("b", read_budget(NOW, after.notifications, after, None), after, NOW)
        assert operation == "update_budget"
        new = arguments["NewBudget"]
        assert (new["BudgetLimit"], new["CostTypes"]) == ({"Amount": "2", "Unit": "USD"}, {"IncludeTax": False})
        assert new["CostFilters"] == {"Service": ["Amazon S3"]}
        assert "CalculatedSpend" not in new

    def test_one_form_of_filters_goes_back(self) -> None:
        now = {**NOW, "FilterExpression": {"Dimensions": {}}, "Metrics": ["UnblendedCost"]}
        kept = as_aws("b", wanted_budget(OPTIONS), now)
        assert {"FilterExpression", "Metrics"} <= kept.keys()
        assert not {"CostFilters", "CostTypes"} & kept.keys()
        replaced = as_aws("b", wanted_budget({**OPTIONS, "cost_filters": {}}), now)
        assert not {"FilterExpression", "Metrics", "CostFilters"} & replaced.keys()
        both = as_aws("b", wanted_budget(OPTIONS), {**NOW, "FilterExpression": {"Dimensions": {}}})
        assert "FilterExpression" not in both
        assert {"CostFilters", "CostTypes"} <= both.keys()

    def test_what_counts_of_costs_is_no_matter_of_a_budget_of_usage(self) -> None:
        usage = {**OPTIONS, "budget_type": "usage", "unit": "GB", "cost_filters": {"UsageType": ["x"]}}
        assert "CostTypes" in as_aws("b", wanted_budget(OPTIONS), NOW)
        assert "CostTypes" not in as_aws("b", wanted_budget(usage), NOW)

    def test_another_period_begins_anew(self) -> None:
        now = {**NOW, "TimePeriod": {"Start": 1, "End": 2}}
        assert "TimePeriod" in as_aws("b", wanted_budget(OPTIONS), now)
        assert "TimePeriod" not in as_aws("b", wanted_budget({**OPTIONS, "time_unit": "annually"}), now)

    def test_a_limit_of_another_kind_is_replaced(self) -> None:
        now = {**NOW, "AutoAdjustData": {"AutoAdjustType": "HISTORICAL"}}
        after = wanted_budget(OPTIONS)
        before = read_budget(now, after.notifications, after, None)
        assert before.amount is None
        assert before.as_result()["amount"] is None
        ((_operation, arguments),) = calls("b", before, after, now)
        assert "AutoAdjustData" not in arguments["NewBudget"]


class TestNotifications:
    @staticmethod
    def budget(*notifications: dict[str, Any]) -> Budget:
        return wanted_budget({**OPTIONS, "notifications": [{**NOTIFICATION, **one} for one in notifications]})

    def operations(self, before: Budget, after: Budget) -> list[str]:
        return [operation for operation, _arguments in calls("b", before, after, NOW)]

    def test_new_ones_come_before_old_ones_go(self) -> None:
        before, after = self.budget({"threshold": "1"}), self.budget({"threshold": "2"})
        assert self.operations(before, after) == ["create_notification", "delete_notification"]

    def test_but_not_above_the_limit(self) -> None:
        before = self.budget(*({"threshold": str(n)} for n in range(1, 11)))
        after = self.budget(*({"threshold": str(n)} for n in range(2, 12)))
        assert self.operations(before, after) == ["delete_notification", "create_notification"]

    def test_a_full_list_of_addresses_is_replaced_one_by_one(self) -> None:
        before = self.budget({"emails": [f"{n}@example.com" for n in range(10)]})
        after = self.budget({"emails": [f"{n}@example.com" for n in range(5, 15)]})
        assert self.operations(before, after) == ["update_subscriber"] * 5

    def test_somebody_is_told_at_all_times(self) -> None:
        before, after = self.budget({}), self.budget({"emails": [], "sns_topic": TOPIC})
        assert self.operations(before, after) == ["create_subscriber", "delete_subscriber"]
        (told,) = after.notifications.values()
        assert told == {Subscriber("SNS", TOPIC)}
