# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What becomes of the topic that billing alarms go to, from what is there and what is wanted. No AWS call is made here.

Subscriptions cannot be tagged, so the topic is: with a mark for each address that the role subscribes, written before
that. Only an address with such a mark is unsubscribed. The mark is a digest, as tags are no place for personal data.
A topic that the role makes is tagged as it is made, so that one that was there is told from it and keeps its policy.
"""

from __future__ import annotations

import hashlib
from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.policy import compare_policies
from ansible_collections.dayone.aws_account.plugins.module_utils._billing import state_of
from ansible_collections.dayone.aws_account.plugins.module_utils._policy_statements import statements

# Who sends the messages: alarms, budgets, cost anomalies.
# https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
# https://docs.aws.amazon.com/cost-management/latest/userguide/ad-SNS.html
PUBLISHERS = ("budgets.amazonaws.com", "cloudwatch.amazonaws.com", "costalerts.amazonaws.com")
# The statement of a new topic, which lets all principals of the account publish.
AWS_DEFAULT = "__default_statement_ID"
OURS = "DayoneBillingPublish"
MARK = "dayone:email:"
MARKED_AS = "subscribed by dayone.aws_account"
MADE, MADE_AS = "dayone:topic", "made by dayone.aws_account"
# https://docs.aws.amazon.com/sns/latest/dg/sns-tags.html
MOST_TAGS = 50


class Topic(NamedTuple):
    """A topic as it is."""

    policy: dict[str, Any]
    kms_key_id: str
    """'' where it is not encrypted."""
    tags: dict[str, str]
    subscriptions: list[dict[str, Any]]
    """As ListSubscriptionsByTopic tells them."""

    def emails(self, *states: str) -> dict[str, str]:
        """The ARN, or what stands in its place, of the addresses that are in one of these states."""
        return {
            item["Endpoint"]: item["SubscriptionArn"]
            for item in self.subscriptions
            if item["Protocol"] == "email" and state_of(item) in states
        }


class Plan(NamedTuple):
    """What to do to the topic, and what nobody can do."""

    policy: dict[str, Any]
    tags: dict[str, str]
    """Those to write before anybody is subscribed, and when the topic is made."""
    untag: list[str]
    subscribe: list[str]
    unsubscribe: dict[str, str]
    """Subscription ARNs by address."""
    kms_key_id: str
    before: dict[str, Any]
    after: dict[str, Any]
    pending: list[str]
    """Wanted, asked before, and not confirmed."""
    unsubscribed: list[str]
    """Wanted, but their owners have unsubscribed, and AWS takes no new subscription for three days."""
    leaving: list[str]
    """No longer wanted, but pending: AWS lets nobody remove those, and drops them after two days."""

    @property
    def differs(self) -> bool:
        return self.before != self.after

    def as_result(self) -> dict[str, Any]:
        return {**self._asdict(), "unsubscribe": sorted(self.unsubscribe.values()), "differs": self.differs}


def mark_of(email: str) -> str:
    """The tag that says that the role has subscribed this address."""
    return MARK + hashlib.sha256(email.encode()).hexdigest()[:16]


def plan(arn: str, now: Topic | None, emails: list[str], kms_key_id: str | None) -> Plan:
    """What to do so that the topic has these addresses.

    Args:
        arn: the topic's.
        now: the topic as it is; None where there is none.
        emails: the addresses that are wanted.
        kms_key_id: the key's ARN that it should be encrypted with; '' for none, None to leave that.

    Raises:
        ValueError: the topic has not room for the marks.
    """
    topic = now or Topic({}, "", {MADE: MADE_AS}, [])
    confirmed, pending = topic.emails("confirmed"), topic.emails("pending")
    unsubscribed = topic.emails("unsubscribed")
    wanted = list(dict.fromkeys(emails))
    ours = [email for email in {**confirmed, **pending} if mark_of(email) in topic.tags and email not in wanted]
    still_needed = {mark_of(email) for email in wanted} | {mark_of(email) for email in ours if email in pending}
    untag = sorted(key for key in topic.tags if key.startswith(MARK) and key not in still_needed)
    subscribe = [email for email in wanted if email not in {**confirmed, **pending, **unsubscribed}]
    marks = {mark_of(email): MARKED_AS for email in subscribe if mark_of(email) not in topic.tags}
    tags_after = {key for key in topic.tags if key not in untag} | marks.keys()
    check_room(tags_after)
    leave = {email: confirmed[email] for email in ours if email in confirmed}
    policy = wanted_policy(arn, topic.policy, made_by_us=MADE in topic.tags)
    key = topic.kms_key_id if kms_key_id is None else kms_key_id
    before = _shown(topic.policy, {**confirmed, **pending}, topic.kms_key_id, topic.tags) if now else {}
    after = _shown(
        policy, [email for email in [*confirmed, *pending, *subscribe] if email not in leave], key, tags_after
    )
    return Plan(
        policy=policy,
        tags=marks if now else {**topic.tags, **marks},
        untag=untag,
        subscribe=subscribe,
        unsubscribe=leave,
        kms_key_id=key,
        before=before,
        after=after,
        pending=sorted(email for email in wanted if email in pending),
        unsubscribed=sorted(email for email in wanted if email in unsubscribed),
        leaving=sorted(email for email in ours if email in pending),
    )


def check_room(tags: set[str]) -> None:
    """See that the topic can have these tags.

    Raises:
        ValueError: they are more than AWS takes.
    """
    if len(tags) > MOST_TAGS:
        marks = sum(key.startswith(MARK) for key in tags)
        raise ValueError(
            f"The topic would have {len(tags)} tags, {marks} of them for addresses that the role subscribes, and AWS "
            f"takes {MOST_TAGS}. Addresses that have left the list and not confirmed keep theirs until AWS drops them, "
            "two days after its mail: run again then, or take out addresses or other tags."
        )


def _shown(policy: dict[str, Any], emails: Any, key: str, tags: Any) -> dict[str, Any]:
    """What a difference shows of a topic."""
    return {
        "policy": policy,
        "emails": sorted(emails),
        "kms_key_id": key,
        "marks": sorted({tag for tag in tags if tag.startswith(MARK)}),
    }


def wanted_policy(arn: str, now: dict[str, Any], *, made_by_us: bool) -> dict[str, Any]:
    """The policy with our statement and with all that others wrote; in a topic of ours without AWS's default one."""
    replaced = (AWS_DEFAULT, OURS) if made_by_us else (OURS,)
    others = [one for one in statements(now) if one.get("Sid") not in replaced]
    kept = now if others else {}
    wanted = {"Version": "2012-10-17", **kept, "Statement": [*others, publish_statement(arn)]}
    return now if now and not compare_policies(wanted, now) else wanted


def publish_statement(arn: str) -> dict[str, Any]:
    """Lets alarms, budgets and cost anomalies of the topic's account publish, and nobody else."""
    return {
        "Sid": OURS,
        "Effect": "Allow",
        "Principal": {"Service": list(PUBLISHERS)},
        "Action": "SNS:Publish",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": arn.split(":")[4]}},
    }
