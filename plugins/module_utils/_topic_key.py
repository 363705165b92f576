# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a topic under a KMS key gets the messages of AWS's services: no AWS call is made here.

A topic under the AWS managed key takes a message of CloudWatch and loses it, for that key's policy lets no service in.
https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
"""

from __future__ import annotations

import fnmatch
import json
import re
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._statements import statements

ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")
AWS_MANAGED_ALIAS = re.compile(r"(^|:)alias/aws/")
# What an account's own services send, so that a condition on it lets them in.
ACCOUNT_KEYS = ("aws:sourceaccount", "aws:sourceowner")
ARN_KEYS = ("aws:sourcearn",)


def check_key(key: dict[str, Any], region: str) -> None:
    """See that a topic can be encrypted with the key of DescribeKey's ``KeyMetadata``.

    Raises:
        ValueError: it cannot, or nothing would arrive.
    """
    arn = key["Arn"]
    if key.get("KeyManager") == "AWS":
        raise ValueError(f"{aws_managed(arn)}")
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


def check_policy(arn: str, policy: dict[str, Any], services: tuple[str, ...]) -> None:
    """See that the key's policy lets these services encrypt and decrypt for the key's account.

    Raises:
        ValueError: it does not; with the statement to add.
    """
    account = arn.split(":")[4]
    shut_out = [one for one in services if not all(allows(policy, one, action, account) for action in ACTIONS)]
    if shut_out:
        raise ValueError(
            f"The policy of the key {arn} does not let {', '.join(shut_out)} use it, so their messages would never "
            f"arrive. Add this statement to it: {json.dumps(statement(services, account))}"
        )


def statement(services: tuple[str, ...], account: str) -> dict[str, Any]:
    """The statement that lets the services in."""
    return {
        "Sid": "BillingMessages",
        "Effect": "Allow",
        "Principal": {"Service": list(services)},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }


def allows(policy: dict[str, Any], service: str, action: str, account: str) -> bool:
    """Whether a statement allows the service this, for its own account, and none denies it."""
    effects = {one["Effect"] for one in statements(policy) if _is_about(one, service, action, account)}
    return effects == {"Allow"}


def _is_about(one: dict[str, Any], service: str, action: str, account: str) -> bool:
    """Conditions of other kinds than those of the source are taken to hold for an Allow, and not to for a Deny."""
    principal = one.get("Principal", {})
    services = ["*"] if principal == "*" else _list(principal.get("Service", [])) + _list(principal.get("AWS", []))
    if "*" not in services and service not in services:
        return False
    if not any(fnmatch.fnmatchcase(action.lower(), pattern.lower()) for pattern in _list(one.get("Action", []))):
        return False
    conditions = one.get("Condition", {})
    if one["Effect"] == "Deny" and conditions:
        return False
    return all(
        _holds(operator, key.lower(), _list(values), account)
        for operator, keys in conditions.items()
        for key, values in keys.items()
    )


def _holds(operator: str, key: str, values: list[str], account: str) -> bool:
    if "Not" in operator:
        return True
    if key in ACCOUNT_KEYS:
        return any(fnmatch.fnmatchcase(account, value) for value in values)
    if key in ARN_KEYS:
        return any(
            fnmatch.fnmatchcase(account, value.split(":")[4] if value.count(":") > 4 else value) for value in values
        )
    # A principal's or a caller's own condition keys, which services do not send.
    return not key.startswith(("aws:principal", "kms:calleraccount", "kms:viaservice"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
