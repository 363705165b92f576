# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a topic under a KMS key gets the messages of AWS's services: no AWS call is made here.

A topic under the AWS managed key takes a message of CloudWatch and loses it, for that key's policy lets no service in.
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
"""

from __future__ import annotations

import json
import re
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._policy_allows import ALLOWED, UNSURE, Ask, judge

ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")
AWS_MANAGED_ALIAS = re.compile(r"(^|:)alias/aws/")


def check_key(key: dict[str, Any], region: str) -> None:
    """See that a topic can be encrypted with the key of DescribeKey's ``KeyMetadata``.

    Raises:
        ValueError: it cannot, or nothing would arrive.
    """
    arn = key["Arn"]
    if key.get("KeyManager") == "AWS":
        raise ValueError(aws_managed(arn))
    if arn.split(":")[3] != region:
        raise ValueError(f"The key {arn} is in another region than the topic, which is in {region}. Give one there.")
    if key.get("KeyState") != "Enabled":
        raise ValueError(f"The key {arn} is {key.get('KeyState')}: enable it, or give another.")
    if key.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT":
        raise ValueError(f"The key {arn} is {key['KeySpec']}; SNS takes a symmetric encryption key.")


def aws_managed(name: str) -> str:
    """Why the AWS managed key will not do."""
    return (
        f"The key {name} is managed by AWS, and its policy lets no service use it: the messages of alarms, budgets and "
        "cost anomalies would never arrive. Give a customer managed key, or none."
    )


def check_policy(arn: str, policy: str, services: tuple[str, ...], account: str) -> None:
    """See that the key's policy lets these services encrypt and decrypt for the topic's account.

    Raises:
        ValueError: it does not; with the statement to add.
    """
    shut_out = [one for one in services if not all(_lets(policy, one, action, arn, account) for action in ACTIONS)]
    if shut_out:
        raise ValueError(
            f"The policy of the key {arn} does not let {', '.join(shut_out)} use it, so their messages would never "
            f"arrive. Add this statement to it: {json.dumps(statement(services, account))}"
        )


def cannot_look(arn: str, services: tuple[str, ...], account: str) -> str:
    """What to see to at a key of another account, whose policy AWS shows to that account alone.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
    """
    needed = json.dumps(statement(services, account))
    return (
        f"The key {arn} is of another account, so its policy cannot be looked at from here. Unless it has this "
        f"statement, the messages of alarms, budgets and cost anomalies never arrive: {needed}"
    )


def _lets(policy: str, service: str, action: str, arn: str, account: str) -> bool:
    """Whether the policy lets the service in, or may: a condition on what is not known yet is given the benefit."""
    ask = Ask(service, action, arn, {"aws:SourceAccount": account}, frozenset({"kms:calleraccount", "kms:viaservice"}))
    return judge(policy, ask).verdict in (ALLOWED, UNSURE)


def statement(services: tuple[str, ...], account: str) -> dict[str, Any]:
    """The statement that lets the services in, for the topic's account."""
    return {
        "Sid": "BillingMessages",
        "Effect": "Allow",
        "Principal": {"Service": list(services)},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }
