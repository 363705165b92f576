"""What becomes of billing alarms and their topic: ours change and go, others' stay, and nobody is subscribed twice."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils import _alarm_plan, _topic_plan
from ansible_collections.dayone.aws_account.plugins.module_utils._alarm_plan import Alarms, changes, silent
from ansible_collections.dayone.aws_account.plugins.module_utils._billing import read_free_tier, state_of
from ansible_collections.dayone.aws_account.plugins.module_utils._topic_key import cannot_look, check_key, check_policy
from ansible_collections.dayone.aws_account.plugins.module_utils._topic_plan import (
    AWS_DEFAULT,
    MADE,
    MADE_AS,
    MARKED_AS,
    PUBLISHERS,
    Topic,
    mark_of,
    plan,
    publish_statement,
    wanted_policy,
)
from ansible_collections.dayone.aws_account.plugins.modules.billing_alarms_info import check_currency, wanted_alarms

ARN = "arn:aws:sns:us-east-1:123456789012:billing-alarms"
ACCOUNT = "123456789012"
KEY = "arn:aws:kms:us-east-1:123456789012:key/k"
THEIRS = {"Sid": "Theirs", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "SNS:Subscribe", "Resource": ARN}
METADATA = {"Arn": KEY, "KeyManager": "CUSTOMER", "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"}
OPTIONS: dict[str, Any] = {
    "topic_arn": ARN,
    "emails": ["a@example.com"],
    "name": "billing-alarm",
    "description": "",
    "currency": "USD",
    "thresholds": ["1"],
}


class TestAlarms:
    WANTED = Alarms("billing-alarm", "Too much.", "JPY", [Decimal(1000), Decimal("0.1")], ARN)

    def as_set(self, **changed: Any) -> list[dict[str, Any]]:
        """The wanted alarms as AWS has them, whose thresholds are doubles."""
        wanted = [self.WANTED.wanted(threshold) for threshold in self.WANTED.thresholds]
        return [
            {**alarm, "Threshold": float(alarm["Threshold"]), "ActionsEnabled": True, **changed} for alarm in wanted
        ]

    def test_amounts_are_named_as_they_were_given(self) -> None:
        found = changes(self.WANTED, [])
        assert [one["name"] for one in found] == ["billing-alarm-1000-JPY", "billing-alarm-0.1-JPY"]
        assert [one["threshold"] for one in found] == ["1000", "0.1"]
        assert {one["state"] for one in found} == {"present"}

    def test_what_is_set_needs_no_change(self) -> None:
        assert changes(self.WANTED, self.as_set()) == []

    @pytest.mark.parametrize(
        "changed",
        [
            {"AlarmDescription": "Otherwise. Set by dayone.aws_account."},
            {"Statistic": "Average"},
            {"Period": 300},
            {"TreatMissingData": "missing"},
            {"AlarmActions": []},
            {"OKActions": [ARN]},
            {"Dimensions": []},
        ],
    )
    def test_what_differs_is_set_again(self, changed: dict[str, Any]) -> None:
        assert {one["state"] for one in changes(self.WANTED, self.as_set(**changed))} == {"present"}

    def test_one_of_ours_that_is_not_wanted_goes_last(self) -> None:
        old = {**self.as_set()[0], "AlarmName": "billing-alarm-5.50-USD", "Threshold": 5.5}
        (gone,) = changes(self.WANTED, [*self.as_set(), old])
        assert (gone["name"], gone["state"], gone["after"]) == ("billing-alarm-5.50-USD", "absent", {})
        assert [one["state"] for one in changes(self.WANTED, [old])] == ["present", "present", "absent"]

    @pytest.mark.parametrize(
        "theirs",
        [
            {"AlarmName": "billing-alarm-5-USD", "AlarmDescription": "Mine."},
            {"AlarmName": "billing-alarm-europe-5-USD"},
            {"AlarmName": "billing-alarm-5-USD-old"},
            {"AlarmName": "billing-alarm-five-USD"},
        ],
    )
    def test_others_alarms_stay(self, theirs: dict[str, Any]) -> None:
        alarm = {**self.as_set()[0], **theirs}
        assert changes(self.WANTED, [*self.as_set(), alarm]) == []

    @pytest.mark.parametrize("name", ["billing-alarm-0.1-JPY", "billing-alarm-0.10-JPY"])
    def test_one_that_version_0_1_0_set_is_taken_over_under_its_name(self, name: str) -> None:
        old = {**self.as_set()[1], "AlarmName": name, "AlarmDescription": "Too much.", "ActionsEnabled": False}
        marked = {**old, "AlarmDescription": self.WANTED.marked_description()}
        (taken,) = changes(self.WANTED, [self.as_set()[0], old])
        assert (taken["name"], taken["state"], taken["threshold"]) == (name, "present", "0.1")
        assert taken["after"]["description"] == self.WANTED.marked_description()
        assert silent(self.WANTED, [old]) == []
        assert changes(self.WANTED, [self.as_set()[0], marked]) == []
        (gone,) = changes(self.WANTED._replace(thresholds=[Decimal(1000)]), [self.as_set()[0], marked])
        assert (gone["name"], gone["state"]) == (name, "absent")

    @pytest.mark.parametrize(
        "changed",
        [
            {"Threshold": 999.0},
            {"Namespace": "Mine"},
            {"MetricName": "Charges"},
            {"Dimensions": [{"Name": "Currency", "Value": "USD"}]},
            {"Dimensions": [{"Name": "Currency", "Value": "JPY"}, {"Name": "ServiceName", "Value": "AmazonS3"}]},
            {"AlarmActions": []},
            {"AlarmActions": [ARN, f"{ARN}-too"]},
            {"OKActions": [ARN]},
            {"InsufficientDataActions": [ARN]},
        ],
    )
    def test_an_alarm_without_our_mark_that_does_something_else_is_not_touched(self, changed: dict[str, Any]) -> None:
        (theirs, _other) = self.as_set(AlarmDescription="Mine.", **changed)
        with pytest.raises(ValueError, match="'billing-alarm-1000-JPY' that this role has not set"):
            changes(self.WANTED, [theirs])
        spelled = {**theirs, "AlarmName": "billing-alarm-1000.0-JPY"}
        assert "billing-alarm-1000.0-JPY" not in {one["name"] for one in changes(self.WANTED, [spelled])}

    def test_an_alarm_whose_actions_stay_off_is_named(self) -> None:
        off = self.as_set(ActionsEnabled=False)[0]
        assert silent(self.WANTED, self.as_set()) == []
        assert silent(self.WANTED, [off]) == ["billing-alarm-1000-JPY"]
        # One that is set again speaks again, and one that goes says nothing.
        assert silent(self.WANTED, [{**off, "Period": 300}]) == []
        assert silent(self.WANTED._replace(thresholds=[Decimal(5)]), [off]) == []

    def test_ours_are_known_by_what_is_set_in_the_same_call(self) -> None:
        assert self.WANTED.marked_description() == f"Too much. {_alarm_plan.MARK}"
        assert self.WANTED._replace(description="").marked_description() == _alarm_plan.MARK


class TestOptions:
    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"topic_arn": "alarms"}, "sns_topic is 'alarms'"),
            ({"topic_arn": ARN.replace("arn:aws:", "arn:aws-cn:")}, "China"),
            ({"topic_arn": ARN.replace("arn:aws:", "arn:aws-us-gov:")}, "standard account"),
            ({"topic_arn": ARN.replace("arn:aws:", "arn:aws-iso:")}, "partition aws-iso"),
            ({"emails": []}, "emails has 0"),
            ({"emails": [f"{number}@example.com" for number in range(41)]}, "emails has 41"),
            ({"emails": ["a@b"]}, "'a@b' is no e-mail address"),
            ({"thresholds": ["1", "1.0"]}, "an amount twice"),
            ({"thresholds": ["1,000"]}, "thresholds is '1,000'"),
        ],
    )
    def test_wrong_ones_are_named(self, changed: dict[str, Any], words: str) -> None:
        with pytest.raises(ValueError, match=words):
            wanted_alarms({**OPTIONS, **changed})

    def test_a_currency_that_is_not_measured_is_refused(self) -> None:
        check_currency("JPY", [])
        check_currency("JPY", ["JPY", "USD"])
        with pytest.raises(ValueError, match="in EUR, USD: an alarm on JPY would never fire"):
            check_currency("JPY", ["EUR", "USD"])


def topic(*subscriptions: tuple[str, str], marks: tuple[str, ...] = (), **more: Any) -> Topic:
    """A topic of ours with subscriptions, by address and ARN."""
    return Topic(
        policy={"Version": "2012-10-17", "Statement": [publish_statement(ARN)]},
        kms_key_id=more.get("kms_key_id", ""),
        tags={"Theirs": "1", **{mark_of(email): MARKED_AS for email in marks}},
        subscriptions=[
            {"Protocol": "email", "Endpoint": email, "SubscriptionArn": arn} for email, arn in subscriptions
        ],
    )


class TestTopic:
    def test_a_new_one(self) -> None:
        made = plan(ARN, None, ["a@example.com", "a@example.com"], None)
        assert made.differs
        assert made.before == {}
        assert (made.subscribe, made.pending) == (["a@example.com"], [])
        assert made.policy["Statement"] == [publish_statement(ARN)]
        assert made.tags == {MADE: MADE_AS, mark_of("a@example.com"): MARKED_AS}
        assert "a@example.com" not in str(made.tags)

    @pytest.mark.parametrize("arn", [f"{ARN}:1", "PendingConfirmation"])
    def test_who_is_subscribed_or_asked_is_not_asked_again(self, arn: str) -> None:
        left = plan(ARN, topic(("a@example.com", arn), marks=("a@example.com",)), ["a@example.com"], None)
        assert not left.differs
        assert left.subscribe == []
        assert left.pending == ([] if arn.startswith("arn:") else ["a@example.com"])

    def test_who_is_asked_is_marked_before(self) -> None:
        asked = plan(ARN, topic(("b@example.com", f"{ARN}:1")), ["a@example.com", "b@example.com"], None)
        assert (asked.subscribe, asked.tags) == (["a@example.com"], {mark_of("a@example.com"): MARKED_AS})
        # As a run leaves it that is killed between the two.
        marked = plan(ARN, topic(marks=("a@example.com",)), ["a@example.com"], None)
        assert marked.differs
        assert (marked.subscribe, marked.tags) == (["a@example.com"], {})

    @pytest.mark.parametrize("arn", [f"{ARN}:1", "PendingConfirmation", "Deleted"])
    def test_who_was_subscribed_by_hand_is_not_ours_when_listed(self, arn: str) -> None:
        by_hand = topic(("a@example.com", arn))
        listed = plan(ARN, by_hand, ["a@example.com"], None)
        assert not listed.differs
        assert (listed.subscribe, listed.tags) == ([], {})
        left = plan(ARN, by_hand._replace(tags={**by_hand.tags, **listed.tags}), ["b@example.com"], None)
        assert (left.unsubscribe, left.leaving) == ({}, [])

    def test_there_is_room_for_so_many_marks(self) -> None:
        old, new = ([f"{letter}{number}@example.com" for number in range(40)] for letter in "ab")
        confirmed = topic(*((email, f"{ARN}:{email}") for email in old), marks=tuple(old))
        swapped = plan(ARN, confirmed, new, None)
        assert (len(swapped.untag), len(swapped.tags), len(swapped.unsubscribe)) == (40, 40, 40)
        pending = topic(*((email, "PendingConfirmation") for email in old), marks=tuple(old))
        with pytest.raises(ValueError, match="would have 81 tags, 80 of them for addresses"):
            plan(ARN, pending, new, None)

    def test_who_is_out_of_the_list_is_unsubscribed(self) -> None:
        now = topic(("a@example.com", f"{ARN}:1"), ("b@example.com", f"{ARN}:2"), marks=("a@example.com",))
        found = plan(ARN, now, ["b@example.com"], None)
        assert found.unsubscribe == {"a@example.com": f"{ARN}:1"}
        assert found.untag == [mark_of("a@example.com")]
        assert found.after["emails"] == ["b@example.com"]

    def test_whom_somebody_else_subscribed_stays(self) -> None:
        now = topic(("a@example.com", f"{ARN}:1"), ("b@example.com", f"{ARN}:2"), marks=("b@example.com",))
        now.subscriptions.append({"Protocol": "sqs", "Endpoint": "queue", "SubscriptionArn": f"{ARN}:3"})
        found = plan(ARN, now, ["b@example.com"], None)
        assert not found.differs
        assert found.unsubscribe == {}

    def test_nobody_can_take_out_who_has_not_confirmed(self) -> None:
        now = topic(("a@example.com", "PendingConfirmation"), marks=("a@example.com", "b@example.com"))
        now.subscriptions.append({"Protocol": "email", "Endpoint": "b@example.com", "SubscriptionArn": f"{ARN}:1"})
        found = plan(ARN, now, ["b@example.com"], None)
        assert not found.differs
        assert (found.leaving, found.unsubscribe) == (["a@example.com"], {})
        gone = topic(("b@example.com", f"{ARN}:1"), marks=("a@example.com", "b@example.com"))
        assert plan(ARN, gone, ["b@example.com"], None).untag == [mark_of("a@example.com")]

    def test_who_unsubscribed_is_not_asked_while_aws_remembers(self) -> None:
        found = plan(ARN, topic(("a@example.com", "Deleted"), marks=("a@example.com",)), ["a@example.com"], None)
        assert not found.differs
        assert (found.subscribe, found.unsubscribed) == ([], ["a@example.com"])

    def test_the_key(self) -> None:
        now = topic(("a@example.com", f"{ARN}:1"), marks=("a@example.com",), kms_key_id=KEY)
        assert not plan(ARN, now, ["a@example.com"], None).differs
        assert plan(ARN, now, ["a@example.com"], "").kms_key_id == ""
        assert plan(ARN, now, ["a@example.com"], "").differs

    def test_the_default_statement_goes_from_our_topic_and_others_stay(self) -> None:
        default = {**THEIRS, "Sid": AWS_DEFAULT}
        fresh = {"Version": "2008-10-17", "Id": "x", "Statement": [default]}
        assert wanted_policy(ARN, fresh, made_by_us=True) == {
            "Version": "2012-10-17",
            "Statement": [publish_statement(ARN)],
        }
        mixed = wanted_policy(ARN, {**fresh, "Statement": [default, THEIRS]}, made_by_us=True)
        assert mixed == {"Version": "2008-10-17", "Id": "x", "Statement": [THEIRS, publish_statement(ARN)]}
        assert wanted_policy(ARN, mixed, made_by_us=True) is mixed

    def test_the_default_statement_stays_in_a_topic_that_was_there(self) -> None:
        default = {**THEIRS, "Sid": AWS_DEFAULT}
        there = topic()._replace(policy={"Version": "2008-10-17", "Id": "x", "Statement": [default]})
        added = plan(ARN, there, ["a@example.com"], None).policy
        assert added == {"Version": "2008-10-17", "Id": "x", "Statement": [default, publish_statement(ARN)]}
        assert plan(ARN, there._replace(policy=added), ["a@example.com"], None).policy is added
        # Killed between making a topic and giving it its policy.
        ours = there._replace(tags={MADE: MADE_AS})
        assert plan(ARN, ours, ["a@example.com"], None).policy["Statement"] == [publish_statement(ARN)]

    def test_only_this_account_publishes(self) -> None:
        statement = publish_statement(ARN)
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
        assert "costalerts.amazonaws.com" in statement["Principal"]["Service"]
        assert _topic_plan.AWS_DEFAULT not in str(statement)


class TestKey:
    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"KeyManager": "AWS"}, "managed by AWS"),
            ({"KeyState": "PendingDeletion"}, "is PendingDeletion"),
            ({"KeySpec": "RSA_2048"}, "symmetric"),
            ({"Arn": KEY.replace("us-east-1", "eu-west-1")}, "another region"),
        ],
    )
    def test_one_that_will_not_do_is_refused(self, changed: dict[str, Any], words: str) -> None:
        check_key(METADATA, "us-east-1")
        with pytest.raises(ValueError, match=words):
            check_key({**METADATA, **changed}, "us-east-1")

    @staticmethod
    def policy(**changed: Any) -> str:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": list(PUBLISHERS)},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            **changed,
        }
        root = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*"}
        return json.dumps({"Version": "2012-10-17", "Statement": [{**root, "Resource": "*"}, statement]})

    @pytest.mark.parametrize(
        "changed",
        [
            {},
            {"Action": "kms:*"},
            {"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}},
            {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:*:*:123456789012:*"}}},
        ],
    )
    def test_a_policy_that_lets_them_in(self, changed: dict[str, Any]) -> None:
        check_policy(KEY, self.policy(**changed), PUBLISHERS, ACCOUNT)

    @pytest.mark.parametrize(
        ("changed", "shut_out"),
        [
            ({"Principal": {"Service": "cloudwatch.amazonaws.com"}}, "budgets.amazonaws.com, costalerts.amazonaws.com"),
            ({"Action": "kms:Decrypt"}, "cloudwatch.amazonaws.com"),
            ({"Effect": "Deny"}, "cloudwatch.amazonaws.com"),
            ({"Condition": {"StringEquals": {"aws:SourceAccount": "210987654321"}}}, "cloudwatch.amazonaws.com"),
            ({"Principal": {"AWS": "*"}, "Condition": {"StringEquals": {"kms:CallerAccount": "1"}}}, "cloudwatch"),
        ],
    )
    def test_a_policy_that_does_not_comes_with_what_it_lacks(self, changed: dict[str, Any], shut_out: str) -> None:
        with pytest.raises(ValueError, match="Add this statement to it") as caught:
            check_policy(KEY, self.policy(**changed), PUBLISHERS, ACCOUNT)
        assert shut_out in str(caught.value)
        lacking = json.loads(str(caught.value).split("to it: ")[1])
        check_policy(KEY, self.policy(**lacking), PUBLISHERS, ACCOUNT)

    def test_what_a_key_of_another_account_needs_names_the_topics_account(self) -> None:
        said = cannot_look(KEY.replace(ACCOUNT, "210987654321"), PUBLISHERS, ACCOUNT)
        needed = json.loads(said.split("arrive: ")[1])
        assert needed["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
        check_policy(KEY, self.policy(**needed), PUBLISHERS, ACCOUNT)


class Pages:
    """GetFreeTierUsage in two pages."""

    def get_free_tier_usage(self, **arguments: Any) -> dict[str, Any]:
        if "nextToken" not in arguments:
            return {"freeTierUsages": [{"service": "a"}], "nextToken": "more"}
        return {"freeTierUsages": [{"service": "b"}]}


def test_free_tier_usage_is_read_to_the_last_page() -> None:
    assert [one["service"] for one in read_free_tier(Pages())] == ["a", "b"]


@pytest.mark.parametrize(
    ("arn", "state"), [("PendingConfirmation", "pending"), ("Deleted", "unsubscribed"), (f"{ARN}:1", "confirmed")]
)
def test_the_state_of_a_subscription(arn: str, state: str) -> None:
    assert state_of({"SubscriptionArn": arn}) == state
