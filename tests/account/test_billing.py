"""The role billing_alarm with its modules, and the account's report, against the stand-in account."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from account.module_runs import runner
from account.older_botocore import without_the_operations
from ansible_collections.dayone.aws_account.plugins.module_utils._topic_key import statement
from ansible_collections.dayone.aws_account.plugins.module_utils._topic_plan import AWS_DEFAULT, PUBLISHERS, mark_of
from conftest import Run
from killing_proxy import Killer
from sandbox import Sandbox

Ansible = Callable[..., Run]
TOPIC = "arn:aws:sns:us-east-1:123456789012:billing-alarms"

GIVEN: dict[str, Any] = {
    "billing_alarm_emails": ["a@example.com", "b@example.com"],
    "billing_alarm_currency": "JPY",
    "billing_alarm_thresholds": ["1000", "0.1"],
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
    announced = ansible(play("billing_alarm", **GIVEN), "--check")
    assert writing(account) == []
    said = announced.task("Say what is still open")["result"]["msg"]
    assert said[0].startswith("AWS would write to a@example.com, b@example.com, where somebody has to choose")
    assert "AWS has written" not in str(said)
    made = ansible(play("billing_alarm", **GIVEN))
    assert made.changed == announced.changed
    said = made.task("Say what is still open")["result"]["msg"]
    assert said[0].startswith("AWS has written to a@example.com, b@example.com. Open the mail")
    for arguments in ([], ["--check", "--diff"]):
        account.clear_journal()
        again = ansible(play("billing_alarm", **GIVEN), *arguments)
        assert again.changed == []
        assert again.task("Say what is still open")["result"]["msg"] == said
        assert writing(account) == []
        # Two for the caller, one each for preference, alarms and metric, three for the topic, four for two budgets.
        assert len(account.journal()) == 12


def test_everything_lands_in_us_east_1(account: Sandbox, ansible: Ansible) -> None:
    # YAML makes numbers of amounts without quotes.
    ansible(play("billing_alarm", **{**GIVEN, "billing_alarm_thresholds": [1000, 0.1]}))
    answer = account.client("billing").get_billing_preferences(features=["BILLING_ALERTS"])
    assert {item["value"] for item in answer["billingPreferences"]} == {"ENABLED"}
    alarms = account.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert {alarm["AlarmName"]: alarm["Threshold"] for alarm in alarms} == {
        "billing-alarm-1000-JPY": 1000.0,
        "billing-alarm-0.1-JPY": 0.1,
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


EVERYTHING: dict[str, Any] = {
    **GIVEN,
    "billing_alarm_kms_key": "alias/billing",
    "billing_alarm_monthly_budget": "0.1",
    "billing_alarm_anomalies": "present",
    "billing_alarm_anomaly_frequency": "immediate",
}
ACCOUNT = "123456789012"


def make_key(account: Sandbox) -> str:
    """A key whose policy lets AWS's services in; its ARN."""
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [root, statement(PUBLISHERS, ACCOUNT)]}
    kms = account.client("kms")
    arn: str = kms.create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/billing", TargetKeyId=arn)
    return arn


def told(account: Sandbox) -> list[str]:
    """The addresses subscribed, each as often as it is."""
    listed = account.client("sns").list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    return sorted(item["Endpoint"] for item in listed)


def put_alarm(account: Sandbox, name: str, *actions: str, **more: Any) -> None:
    """An alarm on the charges, as a person would set it."""
    alarm = {
        "AlarmName": name,
        "Namespace": "AWS/Billing",
        "MetricName": "EstimatedCharges",
        "Dimensions": [{"Name": "Currency", "Value": "USD"}],
        "Statistic": "Maximum",
        "Period": 21600,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 10,
        "AlarmActions": actions,
    }
    account.client("cloudwatch").put_metric_alarm(**{**alarm, **more})


def alarms(account: Sandbox) -> set[str]:
    return {alarm["AlarmName"] for alarm in account.client("cloudwatch").describe_alarms()["MetricAlarms"]}


def test_everything_on_request_and_gone_when_it_is_not_wanted(account: Sandbox, ansible: Ansible) -> None:
    account.world(cost_explorer=True)
    key = make_key(account)
    run = ansible(play("billing_alarm", **EVERYTHING), env={"AWS_REGION": "eu-central-1"})
    done = run.task("Note what was done")["result"]["ansible_facts"]["dayone_done"]
    assert "topic encrypted. Customer managed KMS keys cost US$1.00 for each key and month" in str(done)
    assert "free of charge; each run asks for it twice. Requests to the Cost Explorer API cost US$0.01" in str(done)
    sns, budgets, ce = (account.client(service) for service in ("sns", "budgets", "ce"))
    attributes = sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]
    assert attributes["KmsMasterKeyId"] == key
    (only,) = json.loads(attributes["Policy"])["Statement"]
    assert only["Principal"] == {"Service": list(PUBLISHERS)}
    limits = {one["BudgetName"]: one["BudgetLimit"] for one in budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"]}
    assert limits["dayone-monthly"] == {"Amount": "0.1", "Unit": "USD"}
    found = budgets.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName="dayone-monthly")["Notifications"]
    assert sorted((one["NotificationType"], one["Threshold"]) for one in found) == [
        ("ACTUAL", 50.0),
        ("ACTUAL", 80.0),
        ("ACTUAL", 100.0),
        ("FORECASTED", 100.0),
    ]
    assert account.client("cloudwatch", "eu-central-1").describe_alarms()["MetricAlarms"] == []
    assert account.client("sns", "eu-central-1").list_topics()["Topics"] == []
    (subscription,) = ce.get_anomaly_subscriptions()["AnomalySubscriptions"]
    assert [one["Address"] for one in subscription["Subscribers"]] == [TOPIC]

    account.clear_journal()
    assert ansible(play("billing_alarm", **EVERYTHING)).changed == []
    assert writing(account) == []

    for address in ("a@example.com", "x@example.com"):
        account.world(confirm_subscription=address)
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="x@example.com")
    less = {
        **GIVEN,
        "billing_alarm_emails": ["c@example.com"],
        "billing_alarm_free_tier_emails": [],
        "billing_alarm_thresholds": ["1000.0", "2000"],
        "billing_alarm_kms_key": "",
        "billing_alarm_anomalies": "absent",
    }
    announced = ansible(play("billing_alarm", **less), "--check", "--diff")
    assert "dayone-unusual-charges" in announced.output
    assert "CloudWatch alarm billing-alarm-0.1-JPY (as it is)" in announced.output
    assert writing(account) == ["Subscribe"]
    run = ansible(play("billing_alarm", **less))
    assert set(announced.changed) <= set(run.changed)
    assert alarms(account) == {"billing-alarm-1000-JPY", "billing-alarm-2000-JPY"}
    # Of the two that are out of the list one had confirmed; nobody can take out the other, and the stranger stays.
    assert told(account) == ["b@example.com", "c@example.com", "x@example.com"]
    opened = run.task("Say what is still open")["result"]["msg"]
    assert opened[0].startswith(
        "Nobody can take b@example.com from the topic before the address is confirmed. AWS drops"
    )
    assert not any("  " in sentence or "\n" in sentence for sentence in opened)
    assert run.task("Note what was done")["result"]["ansible_facts"]["dayone_done"] == [
        "topic 'billing-alarms' set up",
        "alarm at 2000 JPY set",
        "alarm 'billing-alarm-0.1-JPY' removed",
        "budget that tells of the first cent removed",
        "monthly budget removed",
        "detection of unusual charges removed",
    ]
    assert "KmsMasterKeyId" not in sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]
    assert budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"] == []
    assert ce.get_anomaly_monitors()["AnomalyMonitors"] == []
    account.clear_journal()
    assert ansible(play("billing_alarm", **less)).changed == []
    assert writing(account) == []


def test_what_a_person_has_to_do_is_in_the_summary(account: Sandbox, ansible: Ansible) -> None:
    account.world(free_tier_percent=90)
    # One topic whose owner unsubscribes while the other address has not confirmed.
    ansible(play("billing_alarm", **GIVEN))
    account.world(confirm_subscription="a@example.com", unsubscribe="a@example.com")
    asked = {**GIVEN, "billing_alarm_anomalies": "present"}
    run = ansible(play("billing_alarm", "account_report", **asked))
    assert run.changed == ["Write the report"]
    summary = " ".join(" ".join(run.task("Summary")["result"]["msg"]).split())
    for words in (
        "AWS has written to b@example.com",
        "a@example.com chose 'unsubscribe'",
        "FreeEventsRecorded (90 %)",
        "AWS has measured no charges yet",
        "Nobody has opened Cost Explorer",
    ):
        assert words in summary
    assert told(account) == GIVEN["billing_alarm_emails"]


def test_who_declined_to_be_told_of_unusual_charges_is_named(account: Sandbox, ansible: Ansible) -> None:
    account.world(cost_explorer=True, decline_anomalies="a@example.com")
    ce = account.client("ce")
    monitor = {"MonitorName": "Default-Services-Monitor", "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
    ce.create_anomaly_subscription(
        AnomalySubscription={
            "SubscriptionName": "dayone-unusual-charges",
            "MonitorArnList": [ce.create_anomaly_monitor(AnomalyMonitor=monitor)["MonitorArn"]],
            "Frequency": "DAILY",
            "Subscribers": [{"Type": "EMAIL", "Address": email} for email in GIVEN["billing_alarm_emails"]],
            "ThresholdExpression": {
                "Dimensions": {
                    "Key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
                    "Values": ["10"],
                }
            },
        }
    )
    run = ansible(play("billing_alarm", **GIVEN, billing_alarm_anomalies="present"))
    assert "Tell of unusual charges" not in run.changed
    (said,) = [one for one in run.task("Say what is still open")["result"]["msg"] if "declined" in one]
    assert said.startswith("a@example.com declined the mails of Cost Anomaly Detection")
    assert "Take the address out of billing_alarm_emails" in said


def test_what_version_0_1_0_set_is_taken_over_and_what_a_person_set_stays(account: Sandbox, ansible: Ansible) -> None:
    sns, cloudwatch = account.client("sns"), account.client("cloudwatch")
    sns.create_topic(Name="billing-alarms")
    sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint="a@example.com")
    for name, threshold in {"billing-alarm-1000-JPY": 1000, "billing-alarm-0.10-JPY": 0.1}.items():
        put_alarm(account, name, TOPIC, Dimensions=[{"Name": "Currency", "Value": "JPY"}], Threshold=threshold)
    ansible(play("billing_alarm", **GIVEN))
    found = cloudwatch.describe_alarms()["MetricAlarms"]
    assert {one["AlarmName"] for one in found} == {"billing-alarm-1000-JPY", "billing-alarm-0.10-JPY"}
    assert all(one["AlarmDescription"].endswith("Set by dayone.aws_account.") for one in found)
    # The topic was there: whoever may publish still may, and only who was asked by this run is marked.
    policy = json.loads(sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]["Policy"])
    assert {one["Sid"] for one in policy["Statement"]} == {AWS_DEFAULT, "DayoneBillingPublish"}
    assert told(account) == GIVEN["billing_alarm_emails"]
    tags = sns.list_tags_for_resource(ResourceArn=TOPIC)["Tags"]
    assert [tag["Key"] for tag in tags] == [mark_of("b@example.com")]
    account.clear_journal()
    assert ansible(play("billing_alarm", **GIVEN)).changed == []
    assert writing(account) == []


def test_an_older_botocore_leaves_a_step_open_and_sets_the_rest(
    account: Sandbox, ansible: Ansible, tmp_path: Path
) -> None:
    run = ansible(play("billing_alarm", **GIVEN), env={"AWS_DATA_PATH": without_the_operations(tmp_path)})
    assert alarms(account) == {"billing-alarm-1000-JPY", "billing-alarm-0.1-JPY"}
    (said,) = [one for one in run.task("Say what is still open")["result"]["msg"] if "botocore" in one]
    assert "1.43.41" in said
    assert "Receive CloudWatch billing alerts" in said


def test_killed_again_and_again_it_gets_there_and_asks_nobody_twice(account: Sandbox, ansible: Ansible) -> None:
    for after, action in ((4, "Subscribe"), (2, "PutMetricAlarm")):
        with Killer(account, after=after) as killer:
            assert ansible(play("billing_alarm", **GIVEN), env=killer.env, check=False).rc == -signal.SIGKILL
        assert killer.killed == action
    ansible(play("billing_alarm", **GIVEN))
    assert told(account) == GIVEN["billing_alarm_emails"]
    assert [call.action for call in account.journal()].count("Subscribe") == 2
    assert alarms(account) == {"billing-alarm-1000-JPY", "billing-alarm-0.1-JPY"}
    account.clear_journal()
    assert ansible(play("billing_alarm", **GIVEN)).changed == []
    assert writing(account) == []


def test_a_currency_that_never_gets_data_is_refused_before_anything_is_made(account: Sandbox, ansible: Ansible) -> None:
    billing = account.client("billing")
    (preference,) = billing.get_billing_preferences(features=["BILLING_ALERTS"])["billingPreferences"]
    enabled = [{"key": preference["key"], "value": "ENABLED"}]
    billing.update_billing_preferences(feature="BILLING_ALERTS", billingPreferencesPerKey=enabled)
    account.world(billing_metric_currency="USD")
    account.clear_journal()
    run = ansible(play("billing_alarm", **GIVEN), check=False)
    assert "charges in USD: an alarm on JPY would never fire" in run.tasks[-1]["result"]["msg"]
    assert writing(account) == []
    ansible(play("billing_alarm", **{**GIVEN, "billing_alarm_currency": "USD"}))
    assert alarms(account) == {"billing-alarm-1000-USD", "billing-alarm-0.1-USD"}


def test_a_closed_billing_console_leaves_a_step_open_and_sets_the_rest(account: Sandbox, ansible: Ansible) -> None:
    run = ansible(play("billing_alarm", "account_report", **GIVEN), env=as_user(account))
    assert len(account.client("cloudwatch").describe_alarms()["MetricAlarms"]) == 2
    summary = " ".join(line.strip() for line in run.task("Summary")["result"]["msg"])
    assert "IAM user and role access to Billing information" in summary
    account.world(iam_billing_access=True)
    key = account.client("iam").create_access_key(UserName="operator")["AccessKey"]
    user = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    assert ansible(play("billing_alarm", **GIVEN), env=user).changed == ["Switch billing alerts on"]


class TestReport:
    @staticmethod
    def status(run: Run) -> dict[str, str]:
        controls = run.task("Read where the account stands")["result"]["controls"]
        return {control["id"]: control["status"] for control in controls}

    def test_an_empty_account_is_open_and_reading_it_changes_nothing(self, account: Sandbox, ansible: Ansible) -> None:
        run = ansible("dayone.aws_account.report")
        assert run.changed == ["Write the report"]
        assert writing(account) == []
        status = self.status(run)
        assert status["M5"] == "manual"
        assert {status[name] for name in ("R2", "R3", "R5", "T1", "T8", "B1", "B2", "B3")} == {"fail"}
        assert status["R6"] == "pass"
        text = run.task("Summary")["result"]["msg"]
        assert max(len(line) for line in text if "/dayone-output/" not in line) <= 80
        assert "Assign MFA device" in " ".join(" ".join(text).split())

    def test_where_no_file_can_be_written_it_is_said_all_the_same(
        self, account: Sandbox, ansible: Ansible, tmp_path: Path
    ) -> None:
        (tmp_path / "link").symlink_to(tmp_path)
        place = {"dayone_output_dir": str(tmp_path / "link")}
        run = ansible("dayone.aws_account.report", extra_vars=place, check=False)
        assert run.rc == 2
        assert any(line.startswith("SAFE (") for line in run.task("Summary")["result"]["msg"])
        assert (
            "link' is a symbolic link: name the directory"
            in run.task("Say what went wrong and what to do about it")["result"]["msg"]
        )

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


class TestOthersAlarms:
    """As the account's report sees them."""

    @pytest.fixture
    def controls(self, account: Sandbox, tmp_path: Path) -> Callable[[], dict[str, Any]]:
        info = runner(account, tmp_path, "account_posture_info", region="eu-central-1")
        return lambda: {control["id"]: control for control in info()["controls"]}

    def test_a_topic_of_another_account_leaves_one_control_unknown(
        self, account: Sandbox, controls: Callable[[], dict[str, Any]]
    ) -> None:
        put_alarm(account, "theirs", TOPIC.replace(ACCOUNT, "210987654321"))
        found = controls()
        assert (found["B3"]["status"], found["B5"]["status"]) == ("pass", "unknown")
        assert "AWS answered ListSubscriptionsByTopic with AuthorizationError" in found["B5"]["remedy"]
        assert found["B7"]["remedy"].startswith("AWS has measured no charges yet")

    def test_one_without_actions_does_not_fail_an_account_whose_own_tell_somebody(
        self, account: Sandbox, controls: Callable[[], dict[str, Any]]
    ) -> None:
        topic = account.client("sns").create_topic(Name="billing-alarms")["TopicArn"]
        account.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.com")
        account.world(confirm_subscription="a@example.com")
        put_alarm(account, "theirs")
        assert controls()["B5"]["status"] == "fail"
        put_alarm(account, "billing-alarm-10-USD", topic, AlarmDescription="Set by dayone.aws_account.")
        assert controls()["B5"]["status"] == "pass"


def test_wrong_input_stops_before_the_first_call(account: Sandbox, ansible: Ansible) -> None:
    many = [f"{number}@example.com" for number in range(41)]
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"billing_alarm_emails": []}, "billing_alarm_emails is empty"),
        ({"billing_alarm_emails": ["a@b"]}, "founder@example.com"),
        ({"billing_alarm_emails": ["a@example.com,b@example.com"]}, "one address to an item"),
        ({"billing_alarm_emails": ["a@example.com\n"]}, "one address to an item"),
        ({"billing_alarm_emails": ["Ada <a@example.com>"]}, "has 'Ada <a@example.com>'"),
        ({"billing_alarm_emails": many}, "has 41 addresses; up to 40"),
        ({"billing_alarm_emails": many[:11], "billing_alarm_monthly_budget": "5"}, "has 11 addresses; up to 40"),
        ({"billing_alarm_free_tier_emails": many[:11]}, "billing_alarm_free_tier_emails has 11"),
        ({"billing_alarm_currency": "JP"}, "JPY"),
        ({"billing_alarm_thresholds": ["1,000"]}, "billing_alarm_thresholds is 1,000"),
        ({"billing_alarm_thresholds": []}, "give at least one decimal number"),
        ({"billing_alarm_thresholds": ["\uff11\uff10"]}, "give at least one decimal number"),
        ({"billing_alarm_thresholds": ["1e3"]}, "billing_alarm_thresholds is 1e3"),
        ({"billing_alarm_thresholds": ["-1"]}, "billing_alarm_thresholds is -1"),
        ({"billing_alarm_thresholds": ["10\n"]}, "give at least one decimal number"),
        ({"billing_alarm_thresholds": ["0"]}, "billing_alarm_thresholds is 0"),
        ({"billing_alarm_thresholds": ["1", "1.0"]}, "billing_alarm_thresholds is 1, 1.0"),
        ({"billing_alarm_thresholds": ["1234567890123456"]}, "up to 15 digits"),
        ({"billing_alarm_topic": "a topic"}, "billing_alarm_topic is 'a topic'"),
        ({"billing_alarm_topic": "topic\n"}, "it may have 1 to 256 letters"),
        ({"billing_alarm_name": ""}, "billing_alarm_name is ''"),
        ({"billing_alarm_name": "alarm\n"}, "no control characters"),
        ({"billing_alarm_description": "d" * 901}, "has 901 characters"),
        ({"billing_alarm_kms_key": "alias/aws/sns"}, "billing_alarm_kms_key is 'alias/aws/sns'"),
        ({"billing_alarm_kms_key": "arn:aws:kms:us-east-1:123456789012:alias/aws/sns"}, "alias/aws/sns'; give"),
        ({"billing_alarm_kms_key": "arn:aws:kms:eu-west-1:123456789012:key/k"}, "of us-east-1"),
        ({"billing_alarm_monthly_budget": "a lot"}, "billing_alarm_monthly_budget is 'a lot'"),
        ({"billing_alarm_monthly_budget": "\n"}, "give a decimal number of US dollars"),
        ({"billing_alarm_monthly_budget": "0"}, "billing_alarm_monthly_budget is '0'"),
        ({"billing_alarm_anomaly_threshold": "-1"}, "billing_alarm_anomaly_threshold is '-1'"),
        ({"billing_alarm_anomaly_threshold": "10000000001"}, "up to 10000000000"),
        ({"billing_alarm_emails": many[:11], "billing_alarm_anomalies": "present"}, "has 11 addresses; up to 40"),
        ({"billing_alarm_emails": ["a/b@example.com"], "billing_alarm_anomalies": "present"}, "one of its characters"),
        ({"billing_alarm_anomaly_frequency": "hourly"}, "billing_alarm_anomaly_frequency"),
        ({"billing_alarm_anomalies": "on"}, "billing_alarm_anomalies"),
    ]
    check = {"name": "dayone.aws_account.billing_alarm", "tasks_from": "check_input", "apply": {"ignore_errors": True}}
    others = {"billing_alarm_free_tier_emails": ["a@example.com"]}
    tasks = [
        {"ansible.builtin.include_role": check, "vars": {**GIVEN, **others, **changes}} for changes, _words in wrong
    ]
    run = ansible([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}])
    said = [task["result"]["msg"] for task in run.tasks if task["name"].endswith("Check the input")]
    assert [words for (_changes, words), message in zip(wrong, said, strict=True) if words not in message] == []
    assert account.journal() == []


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_other_partitions_stop_before_the_first_call(account: Sandbox, ansible: Ansible, region: str) -> None:
    run = ansible(play("billing_alarm", **GIVEN), env={"AWS_REGION": region}, check=False)
    assert run.rc != 0
    assert f"AWS_REGION is {region}" in run.tasks[-1]["result"]["msg"]
    assert account.journal() == []
