#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: billing_alarms_info
version_added: 0.2.0
short_description: Read the billing alarms of an account and their topic, and what they lack
description:
  - Reads the currencies of the metric C(EstimatedCharges), the alarms on it, and the SNS topic that they go to;
    compares them with what is wanted; and returns what is to be done. It changes nothing.
  - It fails where what is wanted would tell nobody anything. That is an alarm on another currency than the account's, a
    topic under a KMS key that AWS's services may not use, and an account whose partition has no billing metric.
  - An alarm of a name that is wanted, which somebody else has set, is a failure too, as nothing of others is changed.
    One that watches the same amount and tells this topic alone is taken over, as version 0.1.0 marked none.
  - The metric lives in the region us-east-1, so give that one.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  topic_arn:
    description: The topic's ARN. There need not be one yet.
    type: str
    required: true
  emails:
    description: The e-mail addresses that are to be subscribed, up to 40.
    type: list
    elements: str
    required: true
  kms_key_id:
    description:
      - The customer managed key that the topic is to be encrypted with, by its id, ARN or alias. Empty for none.
        Without this option the encryption stays as it is; the key is looked at all the same.
      - The key's policy has to let CloudWatch, AWS Budgets and Cost Anomaly Detection use it. AWS does not show the
        policy of another account's key; a warning says what it needs.
    type: str
  name:
    description: What each alarm's name begins with; amount and currency follow.
    type: str
    required: true
  description:
    description: The alarms' description, to which a sentence is added by which they are known again.
    type: str
    default: ''
  currency:
    description: The currency of the thresholds.
    type: str
    required: true
  thresholds:
    description: The amounts that alarms are wanted at, decimal numbers in quotes.
    type: list
    elements: str
    required: true
attributes:
  diff_mode:
    support: none
    details: It only reads.
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: See what the alarms at 10 and at 100 dollars lack
  dayone.aws_account.billing_alarms_info:
    topic_arn: arn:aws:sns:us-east-1:123456789012:billing-alarms
    emails: [founder@example.com]
    name: billing-alarm
    currency: USD
    thresholds: ["10", "100"]
    region: us-east-1
  register: billing
"""

RETURN = r"""
currencies:
  description: The currencies that the account's charges are measured in; empty where none were measured yet.
  type: list
  elements: str
  returned: success
  sample: [USD]
alarms:
  description: The alarms to set and those to remove.
  type: list
  elements: dict
  returned: success
  sample:
    - name: billing-alarm-10-USD
      threshold: "10"
      state: present
      before: {}
      after:
        description: The charges have passed this amount. Set by dayone.aws_account.
        threshold: "10"
        actions: ["arn:aws:sns:us-east-1:123456789012:billing-alarms"]
silent:
  description: The alarms whose actions somebody has switched off, and that are not set again.
  type: list
  elements: str
  returned: success
  sample: []
description:
  description: The alarms' description, with the sentence by which they are known again.
  type: str
  returned: success
  sample: The charges have passed this amount. Set by dayone.aws_account.
topic:
  description: What the topic is to be.
  type: dict
  returned: success
  contains:
    differs:
      description: Whether it is to be changed or made.
      type: bool
      sample: true
    before:
      description: What it is, for a difference; empty where there is none.
      type: dict
      sample: {}
    after:
      description: What it will be, for a difference.
      type: dict
      sample:
        emails: [founder@example.com]
    policy:
      description: Its policy, with what others wrote into it.
      type: dict
      sample:
        Version: "2012-10-17"
    tags:
      description:
        - The tags to write before anybody is subscribed, which mark the addresses that the role subscribes; and for a
          topic that is to be made, one that says so.
      type: dict
      sample:
        dayone:email:0123456789abcdef: subscribed by dayone.aws_account
    untag:
      description: The marks that are to go.
      type: list
      elements: str
      sample: []
    subscribe:
      description: The addresses to subscribe.
      type: list
      elements: str
      sample: [founder@example.com]
    unsubscribe:
      description: The ARNs of the subscriptions to remove.
      type: list
      elements: str
      sample: []
    kms_key_id:
      description: The key that it is to be encrypted with; empty for none.
      type: str
      sample: ''
    pending:
      description: The addresses that are wanted, were asked before, and have not confirmed.
      type: list
      elements: str
      sample: [founder@example.com]
    unsubscribed:
      description: The addresses that are wanted and whose owners have unsubscribed, in the last three days.
      type: list
      elements: str
      sample: []
    leaving:
      description: The addresses that are no longer wanted but pending; nobody can remove those, AWS does in two days.
      type: list
      elements: str
      sample: []
"""

import json
from decimal import Decimal
from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import (
    is_boto3_error_code,
)
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict
from ansible_collections.dayone.aws_account.plugins.module_utils._alarm_plan import Alarms, changes, silent
from ansible_collections.dayone.aws_account.plugins.module_utils._amounts import (
    check_addresses,
    check_topic,
    positive,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._billing import read_currencies
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import all_pages
from ansible_collections.dayone.aws_account.plugins.module_utils._topic_key import (
    AWS_MANAGED_ALIAS,
    aws_managed,
    cannot_look,
    check_key,
    check_policy,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._topic_plan import PUBLISHERS, Plan, Topic, plan
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

# A topic has at most 50 tags, and each address takes one.
MOST_EMAILS = 40
PARTITIONS = {
    "aws-cn": (
        "AWS does not say where in China the metric EstimatedCharges is kept, so no alarm is set on it. AWS Budgets "
        "are there: use the module dayone.aws_account.budget with unit CNY."
    ),
    "aws-us-gov": (
        "AWS bills a GovCloud account through the standard account that belongs to it, and has no billing data in "
        "GovCloud. Set the alarms in the standard account."
    ),
}


def wanted_alarms(params: dict[str, Any]) -> Alarms:
    """The alarms that the module's options ask for.

    Raises:
        ValueError: an option's value makes no sense, or the account's partition has no billing metric.
    """
    check_topic(params["topic_arn"])
    partition = params["topic_arn"].split(":")[1]
    if partition != "aws":
        raise ValueError(PARTITIONS.get(partition, f"AWS has no billing metric in the partition {partition}."))
    check_addresses(params["emails"])
    if not 1 <= len(set(params["emails"])) <= MOST_EMAILS:
        raise ValueError(f"emails has {len(set(params['emails']))} addresses; give one to {MOST_EMAILS}.")
    thresholds: list[Decimal] = [positive(text, "thresholds") for text in params["thresholds"]]
    if len(set(thresholds)) < len(thresholds):
        raise ValueError(f"thresholds has an amount twice: {', '.join(params['thresholds'])}.")
    return Alarms(params["name"], params["description"], params["currency"], thresholds, params["topic_arn"])


def check_currency(currency: str, measured: list[str]) -> None:
    """See that charges are measured in the currency, as far as that can be known yet.

    Raises:
        ValueError: they are measured in others.
    """
    if measured and currency not in measured:
        raise ValueError(
            f"AWS measures this account's charges in {', '.join(measured)}: an alarm on {currency} would never fire. "
            f"Set billing_alarm_currency: {measured[0]}, and the amounts accordingly."
        )


class Account:
    """What is read of an account."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def _client(self, service: str) -> Any:
        return self.module.client(service)

    def cloudwatch(self, name: str) -> tuple[list[str], list[dict[str, Any]]]:
        """The currencies of the metric, and the alarms whose names begin with ``name``."""
        client = self._client("cloudwatch")
        alarms = all_pages(client, "describe_alarms", AlarmNamePrefix=f"{name}-")
        return read_currencies(client), alarms.get("MetricAlarms", [])

    def topic(self, arn: str) -> Topic | None:
        client = self._client("sns")
        try:
            attributes = client.get_topic_attributes(aws_retry=True, TopicArn=arn)["Attributes"]
        except is_boto3_error_code("NotFound"):
            return None
        subscriptions = all_pages(client, "list_subscriptions_by_topic", TopicArn=arn)
        tags = client.list_tags_for_resource(aws_retry=True, ResourceArn=arn)["Tags"]
        return Topic(
            policy=json.loads(attributes["Policy"]),
            kms_key_id=attributes.get("KmsMasterKeyId", ""),
            tags=boto3_tag_list_to_ansible_dict(tags),
            subscriptions=subscriptions.get("Subscriptions", []),
        )

    def key(self, key_id: str, account: str) -> dict[str, Any]:
        """A key that messages arrive through, for the topic's account. That of another account is taken with a warning.

        Raises:
            ValueError: they would not.
        """
        if AWS_MANAGED_ALIAS.search(key_id):
            raise ValueError(aws_managed(key_id))
        client = self._client("kms")
        try:
            key: dict[str, Any] = client.describe_key(aws_retry=True, KeyId=key_id)["KeyMetadata"]
        except is_boto3_error_code("NotFoundException"):
            raise ValueError(f"There is no key {key_id} in {self.module.region}, where the topic is.") from None
        check_key(key, self.module.region)
        if key["Arn"].split(":")[4] != account:
            self.module.warn(cannot_look(key["Arn"], PUBLISHERS, account))
            return key
        policy = client.get_key_policy(aws_retry=True, KeyId=key["Arn"], PolicyName="default")["Policy"]
        check_policy(key["Arn"], policy, PUBLISHERS, account)
        return key


def wanted_key(account: Account, arn: str, topic: Topic | None, key_id: str | None) -> str | None:
    """The key that the topic should be encrypted with: as the topic names it, where it is the same.

    Raises:
        ValueError: no message would arrive through it.
    """
    now = topic.kms_key_id if topic else ""
    in_use = now if key_id is None else key_id
    if not in_use:
        return key_id
    key = account.key(in_use, arn.split(":")[4])
    return now if now in (in_use, key["Arn"], key["KeyId"]) else str(key["Arn"])


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "topic_arn": {"type": "str", "required": True},
            "emails": {"type": "list", "elements": "str", "required": True},
            "kms_key_id": {"type": "str", "no_log": False},
            "name": {"type": "str", "required": True},
            "description": {"type": "str", "default": ""},
            "currency": {"type": "str", "required": True},
            "thresholds": {"type": "list", "elements": "str", "required": True},
        },
        supports_check_mode=True,
    )
    try:
        alarms = wanted_alarms(module.params)
        account = Account(module)
        measured, there = account.cloudwatch(alarms.name)
        check_currency(alarms.currency, measured)
        to_do = changes(alarms, there)
        topic = account.topic(alarms.topic_arn)
        key = wanted_key(account, alarms.topic_arn, topic, module.params["kms_key_id"])
        planned: Plan = plan(alarms.topic_arn, topic, module.params["emails"], key)
    except ValueError as error:
        module.fail_json(msg=str(error))
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, "read the billing alarms and their topic")
    module.exit_json(
        changed=False,
        currencies=measured,
        alarms=to_do,
        silent=silent(alarms, there),
        description=alarms.marked_description(),
        topic=planned.as_result(),
    )


if __name__ == "__main__":
    main()
