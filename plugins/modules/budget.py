#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: budget
version_added: 0.1.0
short_description: Manage a monthly cost budget of AWS Budgets and who is told of it
description:
  - Creates, changes or deletes a monthly cost budget with its notifications and their subscribers.
  - The notifications are managed as a whole; those that are not given are removed.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  name:
    description: The budget's name, unique in the account.
    type: str
    required: true
  amount:
    description: The limit for a month, a decimal number in quotes. Required when I(state=present).
    type: str
  currency:
    description: The limit's currency. AWS Budgets reckons in US dollars in most accounts.
    type: str
    default: USD
  notifications:
    description: When to tell whom.
    type: list
    elements: dict
    default: []
    suboptions:
      type:
        description: Whether charges that have come in count, or those that are forecast for the month.
        type: str
        choices: [actual, forecasted]
        default: actual
      threshold:
        description: What has to be passed, a decimal number in quotes.
        type: str
        required: true
      threshold_type:
        description: Whether I(threshold) is a percentage of the limit or an amount of money.
        type: str
        choices: [percentage, absolute_value]
        default: percentage
      emails:
        description: The e-mail addresses that are told, one to ten.
        type: list
        elements: str
        required: true
  state:
    description: Whether there is the budget.
    type: str
    choices: [present, absent]
    default: present
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Tell of the first cent
  dayone.aws_account.budget:
    name: zero-spend
    amount: "1"
    notifications:
      - threshold: "0.01"
        threshold_type: absolute_value
        emails: [founder@example.com]
"""

RETURN = r"""
budget:
  description: The budget as it is now; empty where there is none.
  type: dict
  returned: always
  sample:
    amount: "1"
    currency: USD
    notifications:
      - type: ACTUAL
        threshold: "0.01"
        threshold_type: ABSOLUTE_VALUE
        emails: [founder@example.com]
"""

from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws


class Notification(NamedTuple):
    """When charges pass what. A budget has at most one notification of each."""

    kind: str
    threshold: Decimal
    threshold_type: str

    def as_aws(self) -> dict[str, Any]:
        return {
            "NotificationType": self.kind,
            "ComparisonOperator": "GREATER_THAN",
            "Threshold": float(self.threshold),
            "ThresholdType": self.threshold_type,
        }


class Budget(NamedTuple):
    """A monthly cost budget: its limit, and the e-mail addresses of each notification."""

    amount: Decimal
    currency: str
    notifications: dict[Notification, frozenset[str]]

    def as_result(self) -> dict[str, Any]:
        return {
            "amount": plain(self.amount),
            "currency": self.currency,
            "notifications": [
                {
                    "type": notification.kind,
                    "threshold": plain(notification.threshold),
                    "threshold_type": notification.threshold_type,
                    "emails": sorted(emails),
                }
                for notification, emails in sorted(self.notifications.items())
            ],
        }

    def as_aws(self, name: str) -> dict[str, Any]:
        return {
            "BudgetName": name,
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": plain(self.amount), "Unit": self.currency},
        }


def plain(amount: Decimal) -> str:
    """The amount without trailing zeros, an exponent or a float's rounding: 1000 stays 1000, 0.10 is 0.1."""
    return f"{amount.normalize():f}"


def positive(text: str, option: str) -> Decimal:
    """The amount that ``text`` says.

    Raises:
        ValueError: it is no amount greater than 0.
    """
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or amount <= 0:
        raise ValueError(f"{option} is '{text}'; give a decimal number greater than 0, in quotes.")
    return amount


def wanted_budget(params: dict[str, Any]) -> Budget:
    """The budget that the module's options ask for.

    Raises:
        ValueError: an option's value makes no sense.
    """
    notifications = {
        Notification(
            item["type"].upper(), positive(item["threshold"], "threshold"), item["threshold_type"].upper()
        ): frozenset(item["emails"])
        for item in params["notifications"]
    }
    if any(not 1 <= len(emails) <= 10 for emails in notifications.values()):
        raise ValueError("emails takes one to ten addresses in each notification.")
    return Budget(positive(params["amount"], "amount"), params["currency"], notifications)


class Budgets:
    """AWS Budgets of one account."""

    def __init__(self, client: Any, account: str, name: str) -> None:
        self.client = client
        self.ids = {"AccountId": account, "BudgetName": name}
        self.account = account
        self.name = name

    def read(self) -> Budget | None:
        try:
            budget = self.client.describe_budget(aws_retry=True, **self.ids)["Budget"]
        except is_boto3_error_code("NotFoundException"):
            return None
        limit = budget["BudgetLimit"]
        listed = self.client.describe_notifications_for_budget(aws_retry=True, MaxResults=100, **self.ids)
        notifications = {
            Notification(
                item["NotificationType"], Decimal(str(item["Threshold"])), item.get("ThresholdType", "PERCENTAGE")
            ): self._emails(item)
            for item in listed.get("Notifications", [])
        }
        return Budget(Decimal(limit["Amount"]), limit["Unit"], notifications)

    def _emails(self, notification: dict[str, Any]) -> frozenset[str]:
        key = {name: notification[name] for name in notification if name != "NotificationState"}
        answer = self.client.describe_subscribers_for_notification(aws_retry=True, Notification=key, **self.ids)
        return frozenset(item["Address"] for item in answer["Subscribers"] if item["SubscriptionType"] == "EMAIL")

    def create(self, budget: Budget) -> None:
        self.client.create_budget(
            aws_retry=True,
            AccountId=self.account,
            Budget=budget.as_aws(self.name),
            NotificationsWithSubscribers=[
                {"Notification": notification.as_aws(), "Subscribers": _subscribers(emails)}
                for notification, emails in budget.notifications.items()
            ],
        )

    def change(self, before: Budget, after: Budget) -> None:
        if (before.amount, before.currency) != (after.amount, after.currency):
            self.client.update_budget(aws_retry=True, AccountId=self.account, NewBudget=after.as_aws(self.name))
        for notification in before.notifications.keys() - after.notifications.keys():
            self.client.delete_notification(aws_retry=True, Notification=notification.as_aws(), **self.ids)
        for notification, emails in after.notifications.items():
            if notification in before.notifications:
                self._change_subscribers(notification, before.notifications[notification], emails)
            else:
                self.client.create_notification(
                    aws_retry=True, Notification=notification.as_aws(), Subscribers=_subscribers(emails), **self.ids
                )

    def _change_subscribers(self, notification: Notification, before: frozenset[str], after: frozenset[str]) -> None:
        """Add before removing: AWS does not let the last subscriber go."""
        for verb, emails in (("create", after - before), ("delete", before - after)):
            call = getattr(self.client, f"{verb}_subscriber")
            for subscriber in _subscribers(emails):
                call(aws_retry=True, Notification=notification.as_aws(), Subscriber=subscriber, **self.ids)

    def delete(self) -> None:
        self.client.delete_budget(aws_retry=True, **self.ids)


def _subscribers(emails: frozenset[str]) -> list[dict[str, str]]:
    return [{"SubscriptionType": "EMAIL", "Address": email} for email in sorted(emails)]


def apply(budgets: Budgets, before: Budget | None, after: Budget | None) -> None:
    if after is None:
        budgets.delete()
    elif before is None:
        budgets.create(after)
    else:
        budgets.change(before, after)


ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "amount": {"type": "str"},
    "currency": {"type": "str", "default": "USD"},
    "notifications": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "type": {"type": "str", "choices": ["actual", "forecasted"], "default": "actual"},
            "threshold": {"type": "str", "required": True},
            "threshold_type": {"type": "str", "choices": ["percentage", "absolute_value"], "default": "percentage"},
            "emails": {"type": "list", "elements": "str", "required": True},
        },
    },
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=ARGUMENTS, required_if=[("state", "present", ["amount"])], supports_check_mode=True
    )
    name = module.params["name"]
    try:
        after = wanted_budget(module.params) if module.params["state"] == "present" else None
    except ValueError as error:
        module.fail_json(msg=f"Budget '{name}': {error}")
    try:
        account = module.client("sts").get_caller_identity()["Account"]
        budgets = Budgets(module.client("budgets", retry_decorator=AWSRetry.jittered_backoff()), account, name)
        before = budgets.read()
        if before != after and not module.check_mode:
            apply(budgets, before, after)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"set up the budget '{name}'")
    result = after.as_result() if after else {}
    module.exit_json(
        changed=before != after,
        budget=result,
        diff={"before": before.as_result() if before else {}, "after": result},
    )


if __name__ == "__main__":
    main()
