"""The role billing_alarm with its modules, and the account's report, against the stand-in account."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Run
from sandbox import Sandbox

Ansible = Callable[..., Run]

GIVEN: dict[str, Any] = {
    "billing_alarm_emails": ["a@example.com", "b@example.com"],
    "billing_alarm_currency": "JPY",
    "billing_alarm_thresholds": ["1000", "0.5"],
}


def play(*roles: str, **variables: Any) -> list[dict[str, Any]]:
    tasks = [{"ansible.builtin.include_role": {"name": f"dayone.aws_account.{role}"}} for role in roles]
    return [{"hosts": "localhost", "gather_facts": False, "tasks": tasks, "vars": variables}]


def writing(account: Sandbox) -> list[str]:
    return [call.action for call in account.journal() if call.writes]


def as_user(account: Sandbox) -> dict[str, str]:
    """The environment of an IAM user of the account."""
    iam = account.client("iam")
    iam.create_user(UserName="operator")
    key = iam.create_access_key(UserName="operator")["AccessKey"]
    account.clear_journal()
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def test_checked_made_and_left_alone(account: Sandbox, ansible: Ansible) -> None:
    announced = ansible(play("billing_alarm", **GIVEN), "--check").changed
    assert writing(account) == []
    assert ansible(play("billing_alarm", **GIVEN)).changed == announced
    for arguments in ([], ["--check", "--diff"]):
        account.clear_journal()
        assert ansible(play("billing_alarm", **GIVEN), *arguments).changed == []
        assert writing(account) == []


def test_everything_lands_in_us_east_1(account: Sandbox, ansible: Ansible) -> None:
    ansible(play("billing_alarm", **GIVEN))
    answer = account.client("billing").get_billing_preferences(features=["BILLING_ALERTS"])
    assert {item["value"] for item in answer["billingPreferences"]} == {"ENABLED"}
    alarms = account.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {alarm["AlarmName"]: alarm["Threshold"] for alarm in alarms} == {
        "billing-alarm-1000-JPY": 1000.0,
        "billing-alarm-0.5-JPY": 0.5,
    }
    for alarm in alarms:
        assert alarm["Dimensions"] == [{"Name": "Currency", "Value": "JPY"}]
        assert (alarm["Statistic"], alarm["Period"], alarm["TreatMissingData"]) == ("Maximum", 21600, "notBreaching")
    sns = account.client("sns")
    (topic,) = {action for alarm in alarms for action in alarm["AlarmActions"]}
    subscriptions = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert {item["Endpoint"] for item in subscriptions} == set(GIVEN["billing_alarm_emails"])
    policy = json.loads(sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"])
    assert "DayoneBillingPublish" in {statement.get("Sid") for statement in policy["Statement"]}
    (budget,) = account.client("budgets").describe_budgets(AccountId="123456789012")["Budgets"]
    assert (budget["BudgetLimit"]["Unit"], float(budget["BudgetLimit"]["Amount"])) == ("USD", 1.0)
    assert account.client("cloudwatch", "ap-northeast-1").describe_alarms()["MetricAlarms"] == []
    assert account.client("sns", "ap-northeast-1").list_topics()["Topics"] == []


def test_other_alarms_topics_and_subscribers_are_left(account: Sandbox, ansible: Ansible) -> None:
    sns = account.client("sns")
    topic = sns.create_topic(Name="billing-alarms")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="somebody@example.com")
    ansible(play("billing_alarm", **GIVEN))
    ansible(play("billing_alarm", **{**GIVEN, "billing_alarm_emails": ["c@example.com"]}))
    endpoints = [item["Endpoint"] for item in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]]
    assert sorted(endpoints) == ["a@example.com", "b@example.com", "c@example.com", "somebody@example.com"]


def test_a_closed_billing_console_leaves_a_step_open_and_sets_the_rest(account: Sandbox, ansible: Ansible) -> None:
    run = ansible(play("billing_alarm", "account_report", **GIVEN), env=as_user(account))
    assert len(account.client("cloudwatch").describe_alarms()["MetricAlarms"]) == 2
    summary = " ".join(line.strip() for line in run.task("Summary")["result"]["msg"])
    assert "IAM user and role access to Billing information" in summary
    account.world(iam_billing_access=True)
    key = account.client("iam").create_access_key(UserName="operator")["AccessKey"]
    user = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    assert ansible(play("billing_alarm", **GIVEN), env=user).changed == ["Switch billing alerts on"]


class TestModules:
    def test_preferences_are_switched_by_the_keys_that_aws_lists(self, account: Sandbox, ansible: Ansible) -> None:
        billing = account.client("billing")
        keys = [
            item["key"] for item in billing.get_billing_preferences(features=["BILLING_ALERTS"])["billingPreferences"]
        ]
        tasks = [
            {"name": "one", "dayone.aws_account.billing_preferences": {"keys": keys[:1]}},
            {"name": "all", "dayone.aws_account.billing_preferences": {}},
            {"name": "again", "dayone.aws_account.billing_preferences": {}},
            {"name": "off", "dayone.aws_account.billing_preferences": {"state": "disabled"}},
            {
                "name": "unknown",
                "dayone.aws_account.billing_preferences": {"keys": ["no/such/key"]},
                "ignore_errors": True,
            },
        ]
        run = ansible([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
        assert run.changed == (["one", "off"] if len(keys) == 1 else ["one", "all", "off"])
        assert "no/such/key" in run.task("unknown")["result"]["msg"]

    def test_a_budget_is_created_changed_and_deleted(self, account: Sandbox, ansible: Ansible) -> None:
        def budget(title: str, **options: Any) -> dict[str, Any]:
            return {"name": title, "dayone.aws_account.budget": {"name": "month", "amount": "100", **options}}

        def told(*emails: str, threshold: str = "80") -> list[dict[str, Any]]:
            return [{"threshold": threshold, "emails": list(emails)}]

        tasks = [
            budget("create", notifications=told("a@example.com")),
            budget("again", amount="100.00", notifications=told("a@example.com", threshold="80.0")),
            budget("limit", amount="200", notifications=told("a@example.com")),
            budget("somebody else", amount="200", notifications=told("b@example.com")),
            budget("more", amount="200", notifications=told("b@example.com") + told("c@example.com", threshold="100")),
        ]
        run = ansible([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
        assert run.changed == ["create", "limit", "somebody else", "more"]
        budgets = account.client("budgets")
        ids = {"AccountId": "123456789012", "BudgetName": "month"}
        notifications = budgets.describe_notifications_for_budget(**ids)["Notifications"]
        assert {item["Threshold"] for item in notifications} == {80.0, 100.0}
        (first,) = [item for item in notifications if item["Threshold"] == 80.0]
        first.pop("NotificationState", None)
        subscribers = budgets.describe_subscribers_for_notification(Notification=first, **ids)["Subscribers"]
        assert subscribers == [{"SubscriptionType": "EMAIL", "Address": "b@example.com"}]
        gone = [budget("delete", state="absent"), budget("gone", state="absent")]
        assert ansible([{"hosts": "localhost", "gather_facts": False, "tasks": gone}]).changed == ["delete"]
        assert budgets.describe_budgets(AccountId="123456789012").get("Budgets", []) == []


class TestReport:
    @staticmethod
    def status(run: Run) -> dict[str, str]:
        controls = run.task("Read where the account stands")["result"]["controls"]
        return {control["id"]: control["status"] for control in controls}

    def test_an_empty_account_is_open_and_reading_it_changes_nothing(self, account: Sandbox, ansible: Ansible) -> None:
        run = ansible("dayone.aws_account.report")
        assert run.changed == []
        assert writing(account) == []
        status = self.status(run)
        assert status["M5"] == "manual"
        assert {status[name] for name in ("R2", "R3", "R5", "T1", "T8", "B1", "B2", "B3")} == {"fail"}
        assert status["R6"] == "pass"
        text = run.task("Summary")["result"]["msg"]
        assert max(len(line) for line in text) <= 80
        assert "Assign MFA device" in " ".join(" ".join(text).split())

    def test_what_the_world_changes_shows(self, account: Sandbox, ansible: Ansible) -> None:
        ansible(play("billing_alarm", **GIVEN))
        account.world(root_mfa=True, root_access_keys=True, billing_metric_currency="JPY")
        for address in GIVEN["billing_alarm_emails"]:
            account.world(confirm_subscription=address)
        status = self.status(ansible("dayone.aws_account.report"))
        expected = {"M5": "pass", "R6": "manual", "B1": "pass", "B2": "pass", "B3": "pass", "B5": "pass", "B7": "pass"}
        assert {name: status[name] for name in expected} == expected

    def test_what_may_not_be_read_is_unknown(self, account: Sandbox, ansible: Ansible) -> None:
        account.fail(
            "iam", "GetAccountSummary", "AccessDenied", message="not authorized to perform: iam:GetAccountSummary"
        )
        status = self.status(ansible("dayone.aws_account.report"))
        assert {status[name] for name in ("M5", "R2", "R6")} == {"unknown"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"billing_alarm_emails": []}, "billing_alarm_emails"),
        ({"billing_alarm_emails": ["a@b"]}, "founder@example.com"),
        ({"billing_alarm_currency": "JP"}, "JPY"),
        ({"billing_alarm_thresholds": ["1,000"]}, "billing_alarm_thresholds"),
        ({"billing_alarm_thresholds": ["0"]}, "billing_alarm_thresholds"),
        ({"billing_alarm_topic": "a topic"}, "billing_alarm_topic"),
    ],
)
def test_wrong_input_stops_before_the_first_call(
    account: Sandbox, ansible: Ansible, changes: dict[str, Any], words: str
) -> None:
    run = ansible(play("billing_alarm", **{**GIVEN, **changes}), check=False)
    assert run.rc != 0
    assert words in str(run.tasks[-1]["result"])
    assert account.journal() == []
