"""Billing preferences, who may see them, the billing metric, budgets and free-tier usage."""

from __future__ import annotations

from typing import Any

import pytest
from account.aws_errors import refused
from sandbox import Sandbox

ACCOUNT = "123456789012"
ALERTS = "BILLING_ALERTS"


@pytest.fixture
def billing(account: Sandbox) -> Any:
    return account.client("billing")


def preferences(billing: Any) -> dict[str, str]:
    answer = billing.get_billing_preferences(features=[ALERTS])
    return {entry["key"]: entry["value"] for entry in answer["billingPreferences"]}


def switch(billing: Any, key: str, value: str = "ENABLED", feature: str = ALERTS) -> None:
    billing.update_billing_preferences(feature=feature, billingPreferencesPerKey=[{"key": key, "value": value}])


def test_preferences_are_read_and_then_set_per_account(account: Sandbox, billing: Any) -> None:
    (key,) = preferences(billing)
    assert preferences(billing) == {key: "DISABLED"}
    switch(billing, key)
    assert preferences(billing) == {key: "ENABLED"}
    assert preferences(account.account_client("billing", "210987654321")) == {key: "DISABLED"}
    switch(billing, key, "DISABLED")
    assert preferences(billing) == {key: "DISABLED"}


def test_only_known_keys_are_set(account: Sandbox, billing: Any) -> None:
    account.world(billing_alert_keys=["one", "two"])
    switch(billing, "two")
    assert preferences(billing) == {"one": "DISABLED", "two": "ENABLED"}
    with refused("ValidationException", 400):
        switch(billing, "three")
    with refused("ValidationException", 400):
        switch(billing, "one", feature="RI_SHARING_HISTORY")
    with refused("ValidationException", 400):
        switch(billing, "one", value="ON")
    twice = [{"key": "one", "value": "ENABLED"}] * 2
    with refused("ValidationException", 400):
        billing.update_billing_preferences(feature=ALERTS, billingPreferencesPerKey=twice)
    assert preferences(billing)["one"] == "DISABLED"


def test_preferences_are_filtered_and_paged(account: Sandbox, billing: Any) -> None:
    account.world(billing_alert_keys=["one", "two", "three"])
    first = billing.get_billing_preferences(features=[ALERTS], maxResults=2)
    rest = billing.get_billing_preferences(features=[ALERTS], maxResults=2, nextToken=first["nextToken"])
    found = first["billingPreferences"] + rest["billingPreferences"]
    assert [entry["key"] for entry in found] == ["one", "two", "three"]
    assert "nextToken" not in rest
    filters = [{"name": "PREFERENCE_KEY", "value": ["two"]}]
    (only,) = billing.get_billing_preferences(features=[ALERTS], filters=filters)["billingPreferences"]
    assert only == {"feature": ALERTS, "key": "two", "value": "DISABLED"}


def test_iam_principals_wait_for_root_to_let_them_in(account: Sandbox, billing: Any) -> None:
    iam = account.client("iam")
    iam.create_user(UserName="ada")
    key_of_ada = iam.create_access_key(UserName="ada")["AccessKey"]
    user = account.client("billing", credentials=key_of_ada)
    admin = account.role("admin", ACCOUNT)
    session = account.client("sts", credentials=key_of_ada).assume_role(RoleArn=admin, RoleSessionName="me")
    role = account.client("billing", credentials=session["Credentials"])
    (key,) = preferences(billing)
    for client in (user, role):
        with refused("AccessDeniedException", 400):
            preferences(client)
        with refused("AccessDeniedException", 400):
            switch(client, key)
    account.world(iam_billing_access=True)
    for client in (user, role):
        assert preferences(client) == {key: "DISABLED"}


def currencies(account: Sandbox, region: str = "us-east-1") -> set[str]:
    """The currencies that the account-wide billing metric is found in."""
    metrics = account.client("cloudwatch", region).list_metrics(
        Namespace="AWS/Billing", MetricName="EstimatedCharges", Dimensions=[{"Name": "Currency"}]
    )["Metrics"]
    return {metric["Dimensions"][0]["Value"] for metric in metrics if len(metric["Dimensions"]) == 1}


def test_the_billing_metric_follows_the_preference(account: Sandbox, billing: Any) -> None:
    account.world(billing_metric_currency="JPY")
    assert currencies(account) == set()
    switch(billing, *preferences(billing))
    assert currencies(account) == {"JPY"}
    assert currencies(account, "ap-northeast-1") == set()
    dimension = [{"Name": "Currency", "Value": "USD"}]
    assert account.client("cloudwatch").list_metrics(Namespace="AWS/Billing", Dimensions=dimension)["Metrics"] == []
    account.world(billing_metric_currency=None)
    assert currencies(account) == set()


def test_other_metrics_are_listed_beside(account: Sandbox, billing: Any) -> None:
    cloudwatch = account.client("cloudwatch")
    datum = {"MetricName": "m", "Dimensions": [{"Name": "d", "Value": "v"}], "Value": 1.0}
    cloudwatch.put_metric_data(Namespace="mine", MetricData=[datum])
    switch(billing, *preferences(billing))
    account.world(billing_metric_currency="USD")
    found = cloudwatch.list_metrics()["Metrics"]
    assert {metric["Namespace"] for metric in found} == {"AWS/Billing", "mine"}


def test_free_tier_usage(account: Sandbox) -> None:
    usages = account.client("freetier").get_free_tier_usage()["freeTierUsages"]
    assert all(usage["actualUsageAmount"] <= usage["limit"] for usage in usages)
    assert {"service", "usageType", "unit", "freeTierType"} <= usages[0].keys()


def test_free_tier_usage_comes_in_pages_and_grows(account: Sandbox) -> None:
    account.world(free_tier_percent=90)
    freetier = account.client("freetier")
    first = freetier.get_free_tier_usage(maxResults=1)
    second = freetier.get_free_tier_usage(maxResults=1, nextToken=first["nextToken"])
    (events,) = second["freeTierUsages"]
    assert (events["actualUsageAmount"], events["limit"]) == (90_000, 100_000)
    assert "nextToken" not in second


def test_an_alarm_has_a_description_of_a_length(account: Sandbox) -> None:
    alarm = {"AlarmName": "a", "ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "Threshold": 1}
    with refused("ValidationError", 400):
        account.client("cloudwatch").put_metric_alarm(**alarm, AlarmDescription="d" * 1025)
