#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cost_anomaly_monitor
version_added: 0.2.0
short_description: Have AWS tell of charges that are unusual
description:
  - Sets up Cost Anomaly Detection over all services, with a subscription by e-mail or to a topic. It learns what an
    account usually costs, and tells of what is out of the usual, often a day later.
  - AWS lets an account have one monitor of its services, and makes one by itself where Cost Explorer was opened lately.
    The one that is there is used, whatever it is called; others' subscriptions to it stay.
  - It is free of charge. Its calls are those of the Cost Explorer API, though, each request of which costs US$0.01 by
    AWS's price list. A run of this module makes two, and a few more where it changes something.
  - Cost Explorer has to be opened in the console once, which no API does. Before that there is nothing to remove.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  name:
    description: The subscription's name, by which it is found again; and the monitor's, where one has to be made.
    type: str
    required: true
  frequency:
    description: When to tell. At once a topic is told, daily and weekly a summary goes to e-mail addresses.
    type: str
    choices: [immediate, daily, weekly]
    default: daily
  emails:
    description: The e-mail addresses that are told, up to ten. Required when I(frequency) is C(daily) or C(weekly).
    type: list
    elements: str
    default: []
  sns_topic:
    description:
      - The ARN of the topic that is told. Required when I(frequency=immediate). Its policy has to let
        C(costalerts.amazonaws.com) publish.
    type: str
  threshold:
    description:
      - What the unusual part has to come to for somebody to be told, a decimal number in quotes. Required when
        I(state=present).
    type: str
  threshold_type:
    description: Whether I(threshold) is an amount in US dollars or a percentage of what was expected.
    type: str
    choices: [absolute_value, percentage]
    default: absolute_value
  state:
    description:
      - Whether there is the subscription. With C(absent), a monitor of the same name goes too, unless somebody else
        has subscribed to it.
    type: str
    choices: [present, absent]
    default: present
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Tell daily of what is unusual by 20 dollars or more
  dayone.aws_account.cost_anomaly_monitor:
    name: unusual-charges
    threshold: "20"
    emails: [founder@example.com]

- name: Tell a topic at once
  dayone.aws_account.cost_anomaly_monitor:
    name: unusual-charges
    frequency: immediate
    threshold: "20"
    sns_topic: arn:aws:sns:us-east-1:123456789012:billing-alarms
"""

RETURN = r"""
monitor:
  description: The name of the monitor of services; empty where there is none.
  type: str
  returned: success
  sample: Default-Services-Monitor
subscription:
  description: The subscription as it is now; empty where there is none.
  type: dict
  returned: success
  sample:
    frequency: DAILY
    threshold: "20"
    threshold_type: ABSOLUTE
    subscribers: [founder@example.com]
declined:
  description: The subscribers that do not accept what AWS sends. Of those that this run adds it is not known yet.
  type: list
  elements: str
  returned: success
  sample: []
reason:
  description: Why it failed, for a role to go on by. C(cost_explorer_off) when nobody has opened Cost Explorer yet.
  type: str
  returned: on some failures
  sample: cost_explorer_off
"""

import re
from decimal import Decimal
from typing import Any, NamedTuple

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.dayone.aws_account.plugins.module_utils._amounts import (
    check_addresses,
    check_topic,
    plain,
    positive,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

MOST_EMAILS = 10
# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Subscriber.html
ADDRESS = re.compile(r"[a-zA-Z0-9.!#$%&'*+=?^_{|}~-]+@[a-zA-Z0-9_-]+(\.[a-zA-Z0-9_-]+)+")
# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_AnomalySubscription.html
HIGHEST_THRESHOLD = Decimal(10_000_000_000)
IMPACT = "ANOMALY_TOTAL_IMPACT_"
KINDS = {"absolute_value": "ABSOLUTE", "percentage": "PERCENTAGE"}
COST_EXPLORER_OFF = (
    "Nobody has opened Cost Explorer in this account yet, and Cost Anomaly Detection needs it. Open it once in the "
    "console (Billing and Cost Management, Cost Explorer), wait until AWS has prepared the data, which takes up to a "
    "day, then run again."
)


class Subscription(NamedTuple):
    """Who is told of what, and how often."""

    frequency: str
    threshold: Decimal
    threshold_type: str
    """ABSOLUTE or PERCENTAGE; OTHER where it is more than one number."""
    subscribers: frozenset[str]

    def as_aws(self) -> dict[str, Any]:
        kind = "SNS" if self.frequency == "IMMEDIATE" else "EMAIL"
        threshold = {
            "Key": IMPACT + self.threshold_type,
            "MatchOptions": ["GREATER_THAN_OR_EQUAL"],
            "Values": [plain(self.threshold)],
        }
        return {
            "Frequency": self.frequency,
            "ThresholdExpression": {"Dimensions": threshold},
            "Subscribers": [{"Type": kind, "Address": address} for address in sorted(self.subscribers)],
        }

    def as_result(self) -> dict[str, Any]:
        return {
            "frequency": self.frequency,
            "threshold": plain(self.threshold),
            "threshold_type": self.threshold_type,
            "subscribers": sorted(self.subscribers),
        }


def wanted_subscription(params: dict[str, Any]) -> Subscription:
    """The subscription that the module's options ask for.

    Raises:
        ValueError: an option's value makes no sense, or AWS would refuse it.
    """
    emails, topic, immediate = params["emails"], params["sns_topic"], params["frequency"] == "immediate"
    check_addresses(emails)
    if strange := [email for email in emails if not ADDRESS.fullmatch(email)]:
        raise ValueError(f"Cost Anomaly Detection does not take the address '{strange[0]}', for one of its characters.")
    check_topic(topic)
    if immediate and (emails or not topic):
        raise ValueError("frequency immediate takes sns_topic, and no emails.")
    if not immediate and (topic or not 1 <= len(set(emails)) <= MOST_EMAILS):
        raise ValueError(f"frequency {params['frequency']} takes one to {MOST_EMAILS} emails, and no sns_topic.")
    threshold = positive(params["threshold"], "threshold")
    if threshold > HIGHEST_THRESHOLD:
        raise ValueError(f"threshold is '{params['threshold']}'; AWS takes up to {HIGHEST_THRESHOLD}.")
    return Subscription(
        params["frequency"].upper(),
        threshold,
        KINDS[params["threshold_type"]],
        frozenset([topic] if immediate else emails),
    )


def subscription_of(item: dict[str, Any]) -> Subscription:
    """A subscription as AWS tells it."""
    dimension = (item.get("ThresholdExpression") or {}).get("Dimensions") or {}
    one_number = len(dimension.get("Values", [])) == 1
    return Subscription(
        item["Frequency"],
        Decimal(dimension["Values"][0] if one_number else str(item.get("Threshold", 0))),
        dimension["Key"].removeprefix(IMPACT) if one_number else "OTHER",
        frozenset(one["Address"] for one in item["Subscribers"]),
    )


class CostAnomalies:
    """Cost Anomaly Detection of one account: the monitor of its services, and the subscription of a name."""

    def __init__(self, client: Any, name: str) -> None:
        self.client = client
        self.name = name
        monitors = self._all("get_anomaly_monitors", "AnomalyMonitors")
        self.subscriptions = self._all("get_anomaly_subscriptions", "AnomalySubscriptions")
        self.monitor = next((one for one in monitors if one.get("MonitorDimension") == "SERVICE"), None)
        self.subscription = next((one for one in self.subscriptions if one["SubscriptionName"] == name), None)

    def declined(self, wanted: frozenset[str]) -> list[str]:
        """Whom of these AWS tells nothing, because they declined.

        https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Subscriber.html
        """
        told = self.subscription["Subscribers"] if self.subscription else []
        return sorted(one["Address"] for one in told if one.get("Status") == "DECLINED" and one["Address"] in wanted)

    def _all(self, operation: str, listed: str) -> list[dict[str, Any]]:
        """Every page; botocore has paginators for these in its latest versions only."""
        found: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            page = getattr(self.client, operation)(aws_retry=True, **token)
            found += page[listed]
            if not page.get("NextPageToken"):
                return found
            token = {"NextPageToken": page["NextPageToken"]}

    def before(self) -> Subscription | None:
        """The subscription, if it listens to the monitor."""
        subscription, monitor = self.subscription, self.monitor
        if subscription is None or monitor is None or monitor["MonitorArn"] not in subscription["MonitorArnList"]:
            return None
        return subscription_of(subscription)

    def set_up(self, after: Subscription) -> None:
        monitor = self.monitor["MonitorArn"] if self.monitor else self._create_monitor()
        if self.subscription is None:
            wanted = {**after.as_aws(), "SubscriptionName": self.name, "MonitorArnList": [monitor]}
            self.client.create_anomaly_subscription(aws_retry=True, AnomalySubscription=wanted)
        else:
            monitors = sorted({*self.subscription["MonitorArnList"], monitor})
            self.client.update_anomaly_subscription(
                aws_retry=True,
                SubscriptionArn=self.subscription["SubscriptionArn"],
                MonitorArnList=monitors,
                **after.as_aws(),
            )

    def _create_monitor(self) -> str:
        wanted = {"MonitorName": self.name, "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
        arn: str = self.client.create_anomaly_monitor(aws_retry=True, AnomalyMonitor=wanted)["MonitorArn"]
        return arn

    def monitor_goes(self) -> bool:
        """Whether the monitor is ours by its name, and nobody else's subscription listens to it."""
        if self.monitor is None or self.monitor["MonitorName"] != self.name:
            return False
        others = [one for one in self.subscriptions if one is not self.subscription]
        return not any(self.monitor["MonitorArn"] in one["MonitorArnList"] for one in others)

    def remove(self) -> None:
        """The subscription first: a run that is killed in between finds the monitor by its name."""
        if self.subscription is not None:
            self.client.delete_anomaly_subscription(
                aws_retry=True, SubscriptionArn=self.subscription["SubscriptionArn"]
            )
        if self.monitor is not None and self.monitor_goes():
            self.client.delete_anomaly_monitor(aws_retry=True, MonitorArn=self.monitor["MonitorArn"])


def ensure_present(anomalies: CostAnomalies, after: Subscription, check_mode: bool) -> dict[str, Any]:
    before = anomalies.before()
    if before != after and not check_mode:
        anomalies.set_up(after)
    is_called = anomalies.monitor["MonitorName"] if anomalies.monitor else ""
    will_be_called = is_called or anomalies.name
    return {
        "changed": before != after,
        "monitor": will_be_called,
        "subscription": after.as_result(),
        "declined": anomalies.declined(after.subscribers),
        "diff": {
            "before": {"monitor": is_called, "subscription": before.as_result() if before else {}},
            "after": {"monitor": will_be_called, "subscription": after.as_result()},
        },
    }


def ensure_absent(anomalies: CostAnomalies, check_mode: bool) -> dict[str, Any]:
    there = anomalies.subscription
    monitor = anomalies.monitor["MonitorName"] if anomalies.monitor else ""
    stays = "" if anomalies.monitor_goes() else monitor
    changed = there is not None or stays != monitor
    if changed and not check_mode:
        anomalies.remove()
    before = {"monitor": monitor, "subscription": subscription_of(there).as_result() if there else {}}
    return {
        "changed": changed,
        "monitor": stays,
        "subscription": {},
        "declined": [],
        "diff": {"before": before, "after": {"monitor": stays, "subscription": {}}},
    }


def nothing_there() -> dict[str, Any]:
    """What there is before Cost Explorer was opened, for a subscription that is to be absent."""
    empty: dict[str, Any] = {"monitor": "", "subscription": {}}
    return {"changed": False, **empty, "declined": [], "diff": {"before": empty, "after": empty}}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "frequency": {"type": "str", "choices": ["immediate", "daily", "weekly"], "default": "daily"},
            "emails": {"type": "list", "elements": "str", "default": []},
            "sns_topic": {"type": "str"},
            "threshold": {"type": "str"},
            "threshold_type": {"type": "str", "choices": list(KINDS), "default": "absolute_value"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        required_if=[("state", "present", ["threshold"])],
        supports_check_mode=True,
    )
    name = module.params["name"]
    try:
        after = wanted_subscription(module.params) if module.params["state"] == "present" else None
    except ValueError as error:
        module.fail_json(msg=f"Cost anomaly subscription '{name}': {error}")
    try:
        anomalies = CostAnomalies(module.client("ce"), name)
        if after is None:
            result = ensure_absent(anomalies, module.check_mode)
        else:
            result = ensure_present(anomalies, after, module.check_mode)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        if "not enabled for cost explorer" in str(error).lower():
            if after is None:
                module.exit_json(**nothing_there())
            module.fail_json(msg=COST_EXPLORER_OFF, reason="cost_explorer_off")
        fail_aws(module, error, f"set up the cost anomaly subscription '{name}'")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
