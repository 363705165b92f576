"""The modules that read and finish the topic of billing alarms, and what becomes of it when they are killed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from account.module_runs import Run, moments_of, runner, writing
from ansible_collections.dayone.aws_account.plugins.module_utils._topic_key import statement
from ansible_collections.dayone.aws_account.plugins.module_utils._topic_plan import (
    AWS_DEFAULT,
    MADE,
    PUBLISHERS,
    mark_of,
)
from killed_module import Module
from sandbox import Sandbox

OTHER = "210987654321"
TOPIC = "arn:aws:sns:us-east-1:123456789012:billing-alarms"
OPTIONS: dict[str, Any] = {
    "topic_arn": TOPIC,
    "emails": ["a@example.com", "b@example.com"],
    "name": "billing-alarm",
    "description": "Too much.",
    "currency": "USD",
    "thresholds": ["10"],
    "region": "us-east-1",
}


@pytest.fixture
def info(account: Sandbox, tmp_path: Path) -> Run:
    return runner(account, tmp_path, "billing_alarms_info", **OPTIONS)


def subscriptions(account: Sandbox) -> dict[str, str]:
    """The ARN, or what stands in its place, by address."""
    listed = account.client("sns").list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    found = {item["Endpoint"]: item["SubscriptionArn"] for item in listed}
    assert len(found) == len(listed)
    return found


class TestReading:
    def test_it_takes_few_calls_and_no_write(self, account: Sandbox, info: Run) -> None:
        made = info()
        assert [one["name"] for one in made["alarms"]] == ["billing-alarm-10-USD"]
        assert made["topic"]["differs"]
        assert sorted(call.action for call in account.journal()) == [
            "DescribeAlarms",
            "GetTopicAttributes",
            "ListMetrics",
        ]
        account.client("sns").create_topic(Name="billing-alarms")
        account.clear_journal()
        assert info()["topic"]["before"]["emails"] == []
        assert len(account.journal()) == 5
        assert writing(account) == []

    def test_an_alarm_of_somebody_else_under_a_wanted_name_is_a_failure(self, account: Sandbox, info: Run) -> None:
        account.client("cloudwatch").put_metric_alarm(
            AlarmName="billing-alarm-10-USD",
            ComparisonOperator="GreaterThanThreshold",
            EvaluationPeriods=1,
            Threshold=1,
        )
        assert "'billing-alarm-10-USD' that this role has not set" in info(fails=True)["msg"]

    def test_an_alarm_that_is_set_again_speaks_again(self, account: Sandbox, info: Run, tmp_path: Path) -> None:
        cloudwatch = account.client("cloudwatch")
        alarm = Module("amazon.aws.cloudwatch_metric_alarm", tmp_path, account.process_env())
        wanted = {
            "name": "billing-alarm-10-USD",
            "description": "Too much. Set by dayone.aws_account.",
            "namespace": "AWS/Billing",
            "metric_name": "EstimatedCharges",
            "dimensions": {"Currency": "USD"},
            "statistic": "Maximum",
            "period": 21600,
            "evaluation_periods": 1,
            "comparison": "GreaterThanThreshold",
            "threshold": "10",
            "treat_missing_data": "notBreaching",
            "alarm_actions": [TOPIC],
            "region": "us-east-1",
        }
        alarm.run(wanted)
        assert (info()["alarms"], info()["silent"]) == ([], [])
        cloudwatch.disable_alarm_actions(AlarmNames=[wanted["name"]])
        assert (info()["alarms"], info()["silent"]) == ([], ["billing-alarm-10-USD"])
        again = info(description="Far too much.")
        assert ([one["name"] for one in again["alarms"]], again["silent"]) == (["billing-alarm-10-USD"], [])
        alarm.run({**wanted, "description": again["description"]})
        assert info(description="Far too much.")["silent"] == []

    def test_a_key_is_looked_at_before_anything_is_made(self, account: Sandbox, info: Run) -> None:
        kms = account.client("kms")
        closed = kms.create_key()["KeyMetadata"]["Arn"]
        elsewhere = account.client("kms", "eu-west-1").create_key()["KeyMetadata"]["Arn"]
        disabled = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.disable_key(KeyId=disabled)
        for key, words in {
            closed: "does not let budgets.amazonaws.com, cloudwatch.amazonaws.com, costalerts.amazonaws.com use it",
            elsewhere: "There is no key",
            disabled: "is Disabled",
            "alias/aws/sns": "managed by AWS",
            "alias/none": "There is no key alias/none in us-east-1",
        }.items():
            assert words in info(kms_key_id=key, fails=True)["msg"]

    def test_a_key_of_another_account_is_taken_with_a_warning(self, account: Sandbox, info: Run) -> None:
        everybody = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
        key = account.account_client("kms", OTHER).create_key(Policy=policy)["KeyMetadata"]["Arn"]
        account.clear_journal()
        found = info(kms_key_id=key)
        assert found["topic"]["kms_key_id"] == key
        (raw,) = found["warnings"]
        warning = raw if isinstance(raw, str) else raw["event"]["msg"]  # as ansible-core since 2.19 has it
        assert "is of another account" in warning
        assert json.loads(warning.split("arrive: ")[1]) == statement(PUBLISHERS, TOPIC.split(":")[4])
        assert "GetKeyPolicy" not in {call.action for call in account.journal()}
        closed = account.account_client("kms", OTHER).create_key()["KeyMetadata"]["Arn"]
        assert "AccessDenied" in info(kms_key_id=closed, fails=True)["msg"]

    def test_a_topic_that_loses_its_messages_is_a_failure(self, account: Sandbox, info: Run) -> None:
        account.client("sns").create_topic(Name="billing-alarms", Attributes={"KmsMasterKeyId": "alias/aws/sns"})
        assert "would never arrive" in info(fails=True)["msg"]
        assert info(kms_key_id="")["topic"]["kms_key_id"] == ""

    def test_a_key_that_the_topic_has_under_another_name_is_the_same(self, account: Sandbox, info: Run) -> None:
        kms = account.client("kms")
        policy = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
        key = kms.create_key(Policy=json.dumps({"Version": "2012-10-17", "Statement": [policy]}))["KeyMetadata"]
        kms.create_alias(AliasName="alias/billing", TargetKeyId=key["KeyId"])
        account.client("sns").create_topic(Name="billing-alarms", Attributes={"KmsMasterKeyId": key["KeyId"]})
        for name in ("alias/billing", key["Arn"], key["KeyId"]):
            assert info(kms_key_id=name)["topic"]["kms_key_id"] == key["KeyId"]

    def test_other_partitions_stop_before_the_first_call(self, account: Sandbox, info: Run) -> None:
        assert "standard account" in info(topic_arn=TOPIC.replace("aws:", "aws-us-gov:"), fails=True)["msg"]
        assert "AWS Budgets are there" in info(topic_arn=TOPIC.replace("aws:", "aws-cn:"), fails=True)["msg"]
        assert account.journal() == []


class TestDetails:
    @pytest.fixture
    def details(self, account: Sandbox, tmp_path: Path) -> Run:
        return runner(account, tmp_path, "sns_topic_details", topic_arn=TOPIC, region="us-east-1")

    def test_a_key_a_subscription_and_a_tag(self, account: Sandbox, details: Run) -> None:
        sns = account.client("sns")
        sns.create_topic(Name="billing-alarms", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
        for email in OPTIONS["emails"]:
            sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint=email)
            account.world(confirm_subscription=email)
        there = subscriptions(account)
        wanted = {
            "kms_key_id": "alias/billing",
            "unsubscribe": [there["a@example.com"]],
            "untag": ["a"],
            "tags": {"c": "3"},
        }
        account.clear_journal()
        announced = details(check=True, **wanted)
        assert writing(account) == []
        assert details(**wanted) == announced
        assert announced["diff"]["before"]["subscriptions"] == {there["a@example.com"]: "a@example.com"}
        assert list(subscriptions(account)) == ["b@example.com"]
        tags = sns.list_tags_for_resource(ResourceArn=TOPIC)["Tags"]
        assert tags == [{"Key": "b", "Value": "2"}, {"Key": "c", "Value": "3"}]
        assert sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]["KmsMasterKeyId"] == "alias/billing"
        account.clear_journal()
        assert not details(**wanted)["changed"]
        assert not details()["changed"]
        assert writing(account) == []
        assert details(kms_key_id="")["changed"]
        assert "KmsMasterKeyId" not in sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]

    def test_a_topic_that_is_not_there(self, details: Run) -> None:
        failed = details(kms_key_id="", fails=True)
        assert f"Could not set up the topic {TOPIC}" in failed["msg"]


class TestKilled:
    """As the role does it: read, sns_topic, sns_topic_details, each time from what is there."""

    @pytest.fixture
    def topic(self, account: Sandbox, tmp_path: Path) -> Module:
        return Module("community.aws.sns_topic", tmp_path, account.process_env())

    @staticmethod
    def arguments(planned: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": "billing-alarms",
            "policy": planned["policy"],
            "subscriptions": [{"endpoint": email, "protocol": "email"} for email in planned["subscribe"]],
            "purge_subscriptions": False,
            "tags": planned["tags"],
            "purge_tags": False,
            "region": "us-east-1",
        }

    def test_the_next_run_makes_the_topic_whole_and_asks_nobody_twice(
        self, account: Sandbox, info: Run, topic: Module
    ) -> None:
        sns = account.client("sns")
        steps = topic.run(self.arguments(info()["topic"])).steps
        moments = moments_of(steps)
        assert [steps[moment - 1] for moment in moments] == [
            "after CreateTopic",
            "after SetTopicAttributes",
            "after Subscribe",
            "after Subscribe",
        ]
        for moment in moments:
            sns.delete_topic(TopicArn=TOPIC)
            account.clear_journal()
            assert topic.run(self.arguments(info()["topic"]), kill_at=moment).killed
            planned = info()["topic"]
            if planned["differs"]:
                finished = topic.run(self.arguments(planned)).result
                assert finished is not None
                assert not finished.get("failed"), finished
            assert [call.action for call in account.journal()].count("Subscribe") == 2
            assert not info()["topic"]["differs"]
            assert sorted(subscriptions(account)) == OPTIONS["emails"]
            tags = {tag["Key"] for tag in sns.list_tags_for_resource(ResourceArn=TOPIC)["Tags"]}
            assert tags == {MADE, *(mark_of(email) for email in OPTIONS["emails"])}
            assert AWS_DEFAULT not in sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]["Policy"]

    def test_forty_addresses_are_swapped_for_forty_others(
        self, account: Sandbox, info: Run, topic: Module, tmp_path: Path
    ) -> None:
        """In a topic of somebody else, who has subscribed one of the new ones: all but that one are ours."""
        sns = account.client("sns")
        details = Module("sns_topic_details", tmp_path, account.process_env())
        old, new = ([f"{letter}{number}@example.com" for number in range(40)] for letter in "ab")
        for email in (*old, *new):
            account.world(confirm_subscription=email)

        def begin() -> None:
            sns.delete_topic(TopicArn=TOPIC)
            sns.create_topic(Name="billing-alarms", Tags=[{"Key": mark_of(one), "Value": ""} for one in old])
            for email in (*old, new[0]):
                sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint=email)

        def swap(kill_at: int = 0) -> list[str]:
            """The steps of both modules; the first of them is killed."""
            planned = info(emails=new)["topic"]
            asked = {name: planned[name] for name in ("unsubscribe", "untag", "tags")}
            first = details.run({**asked, "topic_arn": TOPIC, "region": "us-east-1"}, kill_at=kill_at)
            if first.killed:
                return first.steps
            assert not (first.result or {}).get("failed"), first.result
            second = topic.run(self.arguments(planned))
            assert not (second.result or {}).get("failed"), second.result
            return first.steps

        begin()
        steps = swap()
        moments = moments_of(steps)
        assert [steps[moment - 1] for moment in moments] == [
            *["after Unsubscribe"] * 40,
            "after UntagResource",
            "after TagResource",
        ]
        for moment in moments[-2:]:
            begin()
            swap(moment)
            swap()
            assert sorted(subscriptions(account)) == sorted(new)
            tags = {tag["Key"] for tag in sns.list_tags_for_resource(ResourceArn=TOPIC)["Tags"]}
            assert tags == {mark_of(email) for email in new[1:]}
            assert AWS_DEFAULT in sns.get_topic_attributes(TopicArn=TOPIC)["Attributes"]["Policy"]
            assert not info(emails=new)["topic"]["differs"]

    def test_who_is_asked_is_marked_whenever_the_run_is_killed(
        self, account: Sandbox, info: Run, topic: Module, tmp_path: Path
    ) -> None:
        """A run that subscribes somebody, killed anywhere; the next no longer wants them, and takes them out again."""
        sns = account.client("sns")
        details = Module("sns_topic_details", tmp_path, account.process_env())
        emails = [*OPTIONS["emails"], "c@example.com"]
        for email in emails:
            account.world(confirm_subscription=email)

        def begin() -> dict[str, Any]:
            sns.delete_topic(TopicArn=TOPIC)
            assert not (topic.run(self.arguments(info()["topic"])).result or {}).get("failed")
            planned: dict[str, Any] = info(emails=emails)["topic"]
            return planned

        planned = begin()
        marks = {"topic_arn": TOPIC, "region": "us-east-1", "tags": planned["tags"]}
        details.run(marks)
        steps = topic.run(self.arguments(planned)).steps
        (moment,) = moments_of(steps)
        assert steps[moment - 1] == "after Subscribe"
        begin()
        details.run(marks)
        assert topic.run(self.arguments(planned), kill_at=moment).killed
        assert sorted(subscriptions(account)) == emails
        there = subscriptions(account)
        assert info()["topic"]["unsubscribe"] == [there["c@example.com"]]

    def test_removal_goes_on_where_it_was(self, account: Sandbox, info: Run, tmp_path: Path) -> None:
        sns = account.client("sns")
        details = Module("sns_topic_details", tmp_path, account.process_env())
        emails = ["a@example.com", "b@example.com", "c@example.com"]
        for email in emails:
            account.world(confirm_subscription=email)

        def begin() -> None:
            sns.delete_topic(TopicArn=TOPIC)
            sns.create_topic(Name="billing-alarms", Tags=[{"Key": mark_of(one), "Value": ""} for one in emails])
            for email in emails:
                sns.subscribe(TopicArn=TOPIC, Protocol="email", Endpoint=email)

        def remove(kill_at: int = 0) -> list[str]:
            planned = info(emails=["c@example.com"])["topic"]
            asked = {name: planned[name] for name in ("unsubscribe", "untag")}
            done = details.run({**asked, "topic_arn": TOPIC, "region": "us-east-1"}, kill_at=kill_at)
            return done.steps

        begin()
        moments = moments_of(remove())
        assert len(moments) == 3
        for moment in moments:
            begin()
            remove(moment)
            remove()
            assert list(subscriptions(account)) == ["c@example.com"]
            assert [tag["Key"] for tag in sns.list_tags_for_resource(ResourceArn=TOPIC)["Tags"]] == [
                mark_of("c@example.com")
            ]
