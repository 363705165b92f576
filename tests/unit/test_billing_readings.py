"""What the modules read of AWS's billing: every page of it."""

from __future__ import annotations

from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._billing import currency_of, read_preferences


class Pages:
    """GetBillingPreferences in two pages: the stand-in account has too few preferences for a second one."""

    def get_billing_preferences(self, **arguments: Any) -> dict[str, Any]:
        if "nextToken" not in arguments:
            return {"billingPreferences": [{"key": "A", "value": "ENABLED"}], "nextToken": "more"}
        return {"billingPreferences": [{"key": "B", "value": "DISABLED"}]}


def test_preferences_are_read_to_the_last_page() -> None:
    assert read_preferences(Pages()) == {"A": "ENABLED", "B": "DISABLED"}


def test_a_metric_without_the_dimension_has_no_currency() -> None:
    assert currency_of({"Dimensions": [{"Name": "ServiceName", "Value": "AmazonEC2"}]}) == ""
    assert currency_of({"Dimensions": [{"Name": "Currency", "Value": "JPY"}]}) == "JPY"
    assert currency_of({}) == ""
