"""The modules budget and cost_anomaly_monitor against the stand-in account, and killed at each of their calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from account.module_runs import Run, killed_after_each_write, runner, writing
from killed_module import Module
from sandbox import Sandbox

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:alerts"
NAMED = {"AccountId": ACCOUNT, "BudgetName": "month"}


def told(threshold: str, *emails: str, **more: Any) -> dict[str, Any]:
    return {"threshold": threshold, "emails": list(emails), **more}


def make_topic(account: Sandbox) -> None:
    """A topic that AWS Budgets and Cost Anomaly Detection may publish to."""
    services = {"Service": ["budgets.amazonaws.com", "costalerts.amazonaws.com"]}
    statement = {"Effect": "Allow", "Principal": services, "Action": "SNS:Publish", "Resource": TOPIC}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    account.client("sns").create_topic(Name="alerts", Attributes={"Policy": policy})


class TestBudget:
    @pytest.fixture
    def budget(self, account: Sandbox, tmp_path: Path) -> Run:
        return runner(account, tmp_path, "budget", name="month", amount="100")

    @staticmethod
    def notifications(account: Sandbox) -> dict[tuple[str, float], list[str]]:
        """Who is told, by kind and threshold."""
        client = account.client("budgets")
        found = client.describe_notifications_for_budget(**NAMED)["Notifications"]
        for one in found:
            one.pop("NotificationState")
        return {
            (one["NotificationType"], one["Threshold"]): sorted(
                subscriber["Address"]
                for subscriber in client.describe_subscribers_for_notification(**NAMED, Notification=one)["Subscribers"]
            )
            for one in found
        }

    def test_it_is_announced_made_and_left_alone(self, account: Sandbox, budget: Run) -> None:
        make_topic(account)
        wanted = {
            "notifications": [
                told("50", "a@example.com", sns_topic=TOPIC),
                told("100.0", "a@example.com", "b@example.com", type="forecasted"),
            ],
            "tags": {"Purpose": "billing"},
        }
        account.clear_journal()
        announced = budget(check=True, **wanted)
        assert writing(account) == []
        made = budget(**wanted)
        assert writing(account) == ["CreateBudget"]
        assert announced == made
        assert made["changed"]
        assert made["diff"]["before"] == {}
        assert made["budget"]["amount"] == "100"
        assert self.notifications(account) == {
            ("ACTUAL", 50.0): ["a@example.com", TOPIC],
            ("FORECASTED", 100.0): ["a@example.com", "b@example.com"],
        }
        tags = account.client("budgets").list_tags_for_resource(ResourceARN=f"arn:aws:budgets::{ACCOUNT}:budget/month")
        assert tags["ResourceTags"] == [{"Key": "Purpose", "Value": "billing"}]
        account.clear_journal()
        for check in (False, True):
            again = budget(check=check, account_id=ACCOUNT, **{**wanted, "amount": "100.00"})
            assert not again["changed"]
            assert again["diff"]["before"] == again["diff"]["after"]
        assert writing(account) == []
        assert "GetCallerIdentity" not in {call.action for call in account.journal()}

    def test_what_is_not_given_stays_and_what_is_changes(self, account: Sandbox, budget: Run) -> None:
        client = account.client("budgets")
        limit = {"Amount": "0.1", "Unit": "USD"}
        kinds = {"IncludeTax": False, "IncludeCredit": False}
        there = {"BudgetName": "month", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}
        client.create_budget(AccountId=ACCOUNT, Budget={**there, "CostTypes": kinds}, ResourceTags=[])
        assert not budget(amount="0.10")["changed"]
        assert budget(amount="1000", time_unit="quarterly")["changed"]
        found = client.describe_budget(**NAMED)["Budget"]
        assert (found["BudgetLimit"]["Amount"], found["TimeUnit"]) == ("1000.0", "QUARTERLY")
        assert found["CostTypes"] == kinds

    def test_tags_are_added_and_purged(self, account: Sandbox, budget: Run) -> None:
        budget(tags={"a": "1", "b": "2"})
        assert not budget()["changed"]
        assert budget(tags={"c": "3"}, purge_tags=False)["budget"]["tags"] == {"a": "1", "b": "2", "c": "3"}
        assert budget(tags={"c": "4"})["changed"]
        assert not budget(tags={"c": "4"})["changed"]

    def test_a_usage_budget(self, account: Sandbox, budget: Run) -> None:
        usage = {
            "budget_type": "usage",
            "unit": "GB",
            "cost_filters": {"UsageTypeGroup": ["S3: Storage - Standard"]},
            "notifications": [told("100", "a@example.com")],
        }
        assert budget(**usage)["changed"]
        assert not budget(**usage)["changed"]
        usage["cost_filters"] = {"UsageTypeGroup": ["S3: Storage - Standard", "EC2: Running Hours"]}
        assert budget(**usage)["changed"]
        assert not budget(**usage)["changed"]

    def test_it_is_deleted_once(self, account: Sandbox, budget: Run) -> None:
        budget(notifications=[told("1", "a@example.com")])
        assert budget(state="absent", check=True)["changed"]
        gone = budget(state="absent")
        assert gone["diff"]["before"]["notifications"]
        assert not budget(state="absent")["changed"]
        assert account.client("budgets").describe_budgets(AccountId=ACCOUNT)["Budgets"] == []

    def test_wrong_options_stop_before_the_first_call(self, account: Sandbox, budget: Run) -> None:
        assert "amount is '1,000'" in budget(amount="1,000", fails=True)["msg"]
        assert "a budget's name" in budget(name="a:b", fails=True)["msg"]
        assert account.journal() == []

    def test_killed_anywhere_it_is_finished_by_the_next_run(self, account: Sandbox, tmp_path: Path) -> None:
        make_topic(account)
        client = account.client("budgets")
        module = Module("budget", tmp_path, account.process_env())
        common = {"name": "month", "account_id": ACCOUNT, "tags": {"a": "1"}}
        before = {**common, "amount": "1", "notifications": [told("50", "a@example.com"), told("80", "b@example.com")]}
        after = {
            **common,
            "amount": "2",
            "notifications": [told("50", "b@example.com", sns_topic=TOPIC), told("90", "b@example.com")],
            "tags": {"b": "2"},
        }

        def fresh() -> None:
            if client.describe_budgets(AccountId=ACCOUNT)["Budgets"]:
                client.delete_budget(**NAMED)

        def made() -> None:
            fresh()
            assert not (module.run(before).result or {}).get("failed")

        assert killed_after_each_write(module, after, fresh) == ["CreateBudget"]
        assert killed_after_each_write(module, after, made) == [
            "UpdateBudget",
            "UpdateSubscriber",
            "CreateSubscriber",
            "CreateNotification",
            "DeleteNotification",
            "TagResource",
            "UntagResource",
        ]
        assert self.notifications(account) == {
            ("ACTUAL", 50.0): [TOPIC, "b@example.com"],
            ("ACTUAL", 90.0): ["b@example.com"],
        }


class TestCostAnomalyMonitor:
    @pytest.fixture
    def anomalies(self, account: Sandbox, tmp_path: Path) -> Run:
        account.world(cost_explorer=True)
        return runner(account, tmp_path, "cost_anomaly_monitor", name="unusual", threshold="20")

    @staticmethod
    def there(account: Sandbox) -> tuple[list[str], list[dict[str, Any]]]:
        ce = account.client("ce")
        monitors = [one["MonitorName"] for one in ce.get_anomaly_monitors()["AnomalyMonitors"]]
        return monitors, ce.get_anomaly_subscriptions()["AnomalySubscriptions"]

    def test_it_is_announced_made_changed_and_left_alone(self, account: Sandbox, anomalies: Run) -> None:
        announced = anomalies(check=True, emails=["a@example.com"])
        assert writing(account) == []
        made = anomalies(emails=["a@example.com"])
        assert announced == made
        assert made["changed"]
        monitors, (subscription,) = self.there(account)
        assert monitors == ["unusual"]
        assert [one["Address"] for one in subscription["Subscribers"]] == ["a@example.com"]
        assert subscription["ThresholdExpression"]["Dimensions"] == {
            "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
            "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
            "Values": ["20"],
        }
        account.clear_journal()
        assert not anomalies(emails=["a@example.com"], threshold="20.0")["changed"]
        assert [call.action for call in account.journal()] == ["GetAnomalyMonitors", "GetAnomalySubscriptions"]
        assert anomalies(emails=["b@example.com"], threshold="0.1", frequency="weekly")["changed"]
        _monitors, (subscription,) = self.there(account)
        assert subscription["ThresholdExpression"]["Dimensions"]["Values"] == ["0.1"]
        assert anomalies(emails=["b@example.com"], threshold_type="percentage")["subscription"]["threshold"] == "20"

    def test_the_monitor_that_aws_made_is_used_and_left(self, account: Sandbox, anomalies: Run) -> None:
        ce = account.client("ce")
        name = "Default-Services-Monitor"
        ce.create_anomaly_monitor(
            AnomalyMonitor={"MonitorName": name, "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
        )
        make_topic(account)
        immediate = {"frequency": "immediate", "sns_topic": TOPIC}
        assert anomalies(**immediate)["monitor"] == name
        assert not anomalies(**immediate)["changed"]
        assert anomalies(state="absent")["monitor"] == name
        assert self.there(account) == ([name], [])
        assert not anomalies(state="absent")["changed"]

    def test_a_monitor_that_somebody_else_listens_to_stays(self, account: Sandbox, anomalies: Run) -> None:
        anomalies(emails=["a@example.com"])
        anomalies(name="theirs", emails=["c@example.com"])
        assert anomalies(state="absent", check=True)["changed"]
        anomalies(state="absent")
        monitors, (subscription,) = self.there(account)
        assert (monitors, subscription["SubscriptionName"]) == (["unusual"], "theirs")
        account.client("ce").delete_anomaly_subscription(SubscriptionArn=subscription["SubscriptionArn"])
        assert anomalies(state="absent")["changed"]
        assert self.there(account) == ([], [])

    def test_cost_explorer_has_to_be_opened_by_a_person(self, account: Sandbox, anomalies: Run) -> None:
        account.world(cost_explorer=False)
        failed = anomalies(emails=["a@example.com"], fails=True)
        assert failed["reason"] == "cost_explorer_off"
        assert "Open it once in the console" in failed["msg"]
        gone = anomalies(state="absent")
        assert (gone["changed"], gone["monitor"], gone["subscription"]) == (False, "", {})
        assert gone["diff"]["before"] == gone["diff"]["after"]
        account.fail("ce", "GetAnomalyMonitors", "AccessDeniedException", message="not authorized to perform: ce:Get")
        assert "reason" not in anomalies(state="absent", fails=True)

    def test_who_declined_is_named_as_long_as_they_are_wanted(self, account: Sandbox, anomalies: Run) -> None:
        emails = ["a@example.com", "b@example.com"]
        assert anomalies(emails=emails)["declined"] == []
        account.world(decline_anomalies="b@example.com")
        found = anomalies(emails=emails)
        assert (found["changed"], found["declined"]) == (False, ["b@example.com"])
        assert anomalies(emails=emails[:1])["declined"] == []
        assert anomalies(emails=emails[:1], state="absent")["declined"] == []

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({}, "takes one to 10 emails"),
            ({"emails": ["nobody"]}, "'nobody' is no e-mail address"),
            ({"emails": ["a/b@example.com"]}, "does not take the address 'a/b@example.com'"),
            ({"emails": ["a@example.com"], "frequency": "immediate"}, "takes sns_topic"),
            ({"sns_topic": "alerts", "frequency": "immediate"}, "sns_topic is 'alerts'"),
            ({"emails": ["a@example.com"], "threshold": "1,000"}, "threshold is '1,000'"),
            ({"emails": ["a@example.com"], "threshold": "10000000001"}, "up to 10000000000"),
        ],
    )
    def test_wrong_options_stop_before_the_first_call(
        self, account: Sandbox, anomalies: Run, options: dict[str, Any], words: str
    ) -> None:
        assert words in anomalies(fails=True, **options)["msg"]
        assert account.journal() == []

    def test_killed_anywhere_it_is_finished_by_the_next_run(self, account: Sandbox, tmp_path: Path) -> None:
        account.world(cost_explorer=True)
        ce = account.client("ce")
        module = Module("cost_anomaly_monitor", tmp_path, account.process_env())
        wanted = {"name": "unusual", "threshold": "20", "emails": ["a@example.com"]}

        def fresh() -> None:
            for one in ce.get_anomaly_subscriptions()["AnomalySubscriptions"]:
                ce.delete_anomaly_subscription(SubscriptionArn=one["SubscriptionArn"])
            for one in ce.get_anomaly_monitors()["AnomalyMonitors"]:
                ce.delete_anomaly_monitor(MonitorArn=one["MonitorArn"])

        def made() -> None:
            fresh()
            assert not (module.run(wanted).result or {}).get("failed")

        created = ["CreateAnomalyMonitor", "CreateAnomalySubscription"]
        assert killed_after_each_write(module, wanted, fresh) == created
        monitors, (subscription,) = self.there(account)
        assert (monitors, subscription["SubscriptionName"]) == (["unusual"], "unusual")
        removed = ["DeleteAnomalySubscription", "DeleteAnomalyMonitor"]
        assert killed_after_each_write(module, {**wanted, "state": "absent"}, made) == removed
        assert self.there(account) == ([], [])
