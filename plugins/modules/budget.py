#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: budget
version_added: 0.1.0
short_description: Manage a cost or usage budget of AWS Budgets and who is told of it
description:
  - Creates, changes or deletes a budget with its notifications, their subscribers, and its tags.
  - The notifications are managed as a whole; those that are not given are removed.
  - What AWS knows of a budget beside these options, as the kinds of cost that count, stays as it is.
  - Budgets are free of charge; AWS charges for budget actions only, which this module does not make.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  name:
    description: The budget's name, unique in the account; up to 100 characters, not C(:) or C(\\).
    type: str
    required: true
  account_id:
    description: The account's id. By default the caller's, which takes a call to find out.
    type: str
    version_added: 0.2.0
  budget_type:
    description: Whether money counts, or how much of something is used.
    type: str
    choices: [cost, usage]
    default: cost
    version_added: 0.2.0
  time_unit:
    description: How often the reckoning begins anew.
    type: str
    choices: [daily, monthly, quarterly, annually]
    default: monthly
    version_added: 0.2.0
  amount:
    description: The limit, a decimal number in quotes. Required when I(state=present).
    type: str
  unit:
    description:
      - What the limit is in. AWS Budgets has costs in C(USD) (in China in C(CNY)), whatever currency the bill is in.
      - For a usage budget the unit of what is used, as C(GB) or C(Hrs).
    type: str
    default: USD
    aliases: [currency]
  cost_filters:
    description:
      - What counts, as lists of values by the name of the filter, for example C(Service) or C(Region). A usage budget
        takes C(UsageType) or C(UsageTypeGroup). By default all of it, and the filters of a budget that is there stay.
    type: dict
    version_added: 0.2.0
  notifications:
    description: When to tell whom; up to 10.
    type: list
    elements: dict
    default: []
    suboptions:
      type:
        description: Whether what has come in counts, or what is forecast, which daily budgets do not have.
        type: str
        choices: [actual, forecasted]
        default: actual
      comparison:
        description: How it compares with the threshold.
        type: str
        choices: [greater_than, less_than, equal_to]
        default: greater_than
        version_added: 0.2.0
      threshold:
        description: What it is compared with, a decimal number in quotes.
        type: str
        required: true
      threshold_type:
        description: Whether I(threshold) is a percentage of the limit or an amount in its unit.
        type: str
        choices: [percentage, absolute_value]
        default: percentage
      emails:
        description: The e-mail addresses that are told, up to ten.
        type: list
        elements: str
        default: []
      sns_topic:
        description: The ARN of a topic of this account that is told; its policy has to let AWS Budgets publish.
        type: str
        version_added: 0.2.0
  tags:
    description: The budget's tags. Without this option they stay as they are, and are not read.
    type: dict
    version_added: 0.2.0
  purge_tags:
    description: Whether tags that are not in I(tags) are removed.
    type: bool
    default: true
    version_added: 0.2.0
  state:
    description: Whether there is the budget.
    type: str
    choices: [present, absent]
    default: present
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

- name: Tell when half of the month's money is spent, and when it will not do
  dayone.aws_account.budget:
    name: month
    amount: "200"
    notifications:
      - threshold: "50"
        emails: [founder@example.com]
      - type: forecasted
        threshold: "100"
        emails: [founder@example.com, finance@example.com]
    tags:
      Purpose: billing

- name: Tell when more than 100 GB are stored
  dayone.aws_account.budget:
    name: storage
    budget_type: usage
    amount: "100"
    unit: GB
    cost_filters:
      UsageTypeGroup: ["S3: Storage - Standard"]
    notifications:
      - threshold: "100"
        sns_topic: arn:aws:sns:us-east-1:123456789012:usage
"""

RETURN = r"""
budget:
  description: The budget as it is now; empty where there is none.
  type: dict
  returned: always
  sample:
    budget_type: COST
    time_unit: MONTHLY
    amount: "1"
    unit: USD
    notifications:
      - type: ACTUAL
        comparison: GREATER_THAN
        threshold: "0.01"
        threshold_type: ABSOLUTE_VALUE
        emails: [founder@example.com]
        sns_topic: null
"""

from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
    compare_aws_tags,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._budgets import (
    Budget,
    Subscriber,
    as_aws,
    calls,
    check_name,
    notification_of,
    read_budget,
    subscribers_as_aws,
    wanted_budget,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule


class Budgets:
    """AWS Budgets of one account, and the budget of a name."""

    def __init__(self, client: Any, account: str, name: str) -> None:
        self.client = client
        self.account = account
        self.name = name
        self.ids = {"AccountId": account, "BudgetName": name}
        self.arn = f"arn:{client.meta.partition}:budgets::{account}:budget/{name}"
        self.answer: dict[str, Any] = {}

    def read(self, wanted: Budget | None) -> Budget | None:
        """The budget, as far as ``wanted`` manages it."""
        try:
            self.answer = self.client.describe_budget(aws_retry=True, **self.ids, **self._with_filters())["Budget"]
        except is_boto3_error_code("NotFoundException"):
            return None
        listed = self.client.describe_notifications_for_budget(aws_retry=True, MaxResults=100, **self.ids)
        notifications = {notification_of(item): self._subscribers(item) for item in listed.get("Notifications", [])}
        tags = self._tags() if wanted is not None and wanted.tags is not None else None
        return read_budget(self.answer, notifications, wanted, tags)

    def _with_filters(self) -> dict[str, bool]:
        """Ask for filters of the newer form too, which an update has to repeat; an older botocore knows of none."""
        known = self.client.meta.service_model.operation_model("DescribeBudget").input_shape.members
        return {"ShowFilterExpression": True} if "ShowFilterExpression" in known else {}

    def _subscribers(self, notification: dict[str, Any]) -> frozenset[Subscriber]:
        key = {name: notification[name] for name in notification if name != "NotificationState"}
        answer = self.client.describe_subscribers_for_notification(
            aws_retry=True, Notification=key, MaxResults=100, **self.ids
        )
        return frozenset(Subscriber(item["SubscriptionType"], item["Address"]) for item in answer["Subscribers"])

    def _tags(self) -> dict[str, str]:
        listed = self.client.list_tags_for_resource(aws_retry=True, ResourceARN=self.arn)
        found: dict[str, str] = boto3_tag_list_to_ansible_dict(listed.get("ResourceTags", []))
        return found

    def create(self, budget: Budget) -> None:
        tags = {"ResourceTags": ansible_dict_to_boto3_tag_list(budget.tags)} if budget.tags else {}
        self.client.create_budget(
            aws_retry=True,
            AccountId=self.account,
            Budget=as_aws(self.name, budget),
            NotificationsWithSubscribers=[
                {"Notification": one.as_aws(), "Subscribers": subscribers_as_aws(subscribers)}
                for one, subscribers in budget.notifications.items()
            ],
            **tags,
        )

    def change(self, before: Budget, after: Budget) -> None:
        for operation, arguments in calls(self.name, before, after, self.answer):
            ids = {"AccountId": self.account} if operation == "update_budget" else self.ids
            getattr(self.client, operation)(aws_retry=True, **ids, **arguments)
        put, removed = compare_aws_tags(before.tags or {}, after.tags or {}, True)
        if put:
            tags = ansible_dict_to_boto3_tag_list(put)
            self.client.tag_resource(aws_retry=True, ResourceARN=self.arn, ResourceTags=tags)
        if removed:
            self.client.untag_resource(aws_retry=True, ResourceARN=self.arn, ResourceTagKeys=removed)

    def delete(self) -> None:
        self.client.delete_budget(aws_retry=True, **self.ids)


def apply(budgets: Budgets, before: Budget | None, after: Budget | None) -> None:
    if after is None:
        budgets.delete()
    elif before is None:
        budgets.create(after)
    else:
        budgets.change(before, after)


def with_tags_kept(after: Budget | None, before: Budget | None, purge: bool) -> Budget | None:
    """``after`` with the tags that are there, where they are not to be removed."""
    if after is None or after.tags is None or before is None or purge:
        return after
    return after._replace(tags={**(before.tags or {}), **after.tags})


ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "account_id": {"type": "str"},
    "budget_type": {"type": "str", "choices": ["cost", "usage"], "default": "cost"},
    "time_unit": {"type": "str", "choices": ["daily", "monthly", "quarterly", "annually"], "default": "monthly"},
    "amount": {"type": "str"},
    "unit": {"type": "str", "default": "USD", "aliases": ["currency"]},
    "cost_filters": {"type": "dict"},
    "notifications": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "type": {"type": "str", "choices": ["actual", "forecasted"], "default": "actual"},
            "comparison": {
                "type": "str",
                "choices": ["greater_than", "less_than", "equal_to"],
                "default": "greater_than",
            },
            "threshold": {"type": "str", "required": True},
            "threshold_type": {"type": "str", "choices": ["percentage", "absolute_value"], "default": "percentage"},
            "emails": {"type": "list", "elements": "str", "default": []},
            "sns_topic": {"type": "str"},
        },
    },
    "tags": {"type": "dict"},
    "purge_tags": {"type": "bool", "default": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=ARGUMENTS, required_if=[("state", "present", ["amount"])], supports_check_mode=True
    )
    name = module.params["name"]
    try:
        check_name(name)
        after = wanted_budget(module.params) if module.params["state"] == "present" else None
    except ValueError as error:
        module.fail_json(msg=f"Budget '{name}': {error}")
    try:
        account = module.params["account_id"] or module.client("sts").get_caller_identity(aws_retry=True)["Account"]
        budgets = Budgets(module.client("budgets"), account, name)
        before = budgets.read(after)
        after = with_tags_kept(after, before, module.params["purge_tags"])
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
