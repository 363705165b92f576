#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: account_posture_info
version_added: 0.1.0
short_description: Read what is safe in an AWS account and what is still open
description:
  - Reads the account and judges each step of its day-one set-up. It changes nothing.
  - What this identity may not read is C(unknown), never C(pass).
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  billing_region:
    description: Where AWS keeps the account's billing.
    type: str
    default: us-east-1
attributes:
  diff_mode:
    support: none
    details: It only reads.
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Read where the account stands
  dayone.aws_account.account_posture_info:
  register: posture

- name: Stop when the root user has no MFA
  ansible.builtin.assert:
    that: (posture.controls | selectattr('id', 'equalto', 'M5') | first).status == 'pass'
"""

RETURN = r"""
account:
  description: The account's id.
  type: str
  returned: always
  sample: "123456789012"
alias:
  description: The account's alias; empty where it has none, or it cannot be read.
  type: str
  returned: always
  sample: example-books
sign_in_url:
  description: Where IAM users sign in, under the alias where there is one.
  type: str
  returned: always
  sample: https://example-books.signin.aws.amazon.com/console
controls:
  description: The steps and how they stand.
  type: list
  elements: dict
  returned: always
  contains:
    id:
      description: The step's id.
      type: str
      sample: M5
    title:
      description: What should hold.
      type: str
      sample: The root user has MFA
    status:
      description: C(pass), C(fail), C(manual) (only a person can do it), or C(unknown).
      type: str
      sample: manual
    evidence:
      description: The values read.
      type: dict
      sample:
        AccountMFAEnabled: 0
    remedy:
      description: What to do; for C(unknown), why.
      type: str
      sample: Sign in as root
"""

from functools import partial
from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import (
    is_boto3_error_code,
    paginated_query_with_retries,
)
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.dayone.aws_account.plugins.module_utils._alarm_plan import NAMESPACE, is_marked
from ansible_collections.dayone.aws_account.plugins.module_utils._billing import (
    currency_of,
    read_currencies,
    read_free_tier,
    state_of,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._console_password import password_policy
from ansible_collections.dayone.aws_account.plugins.module_utils._controls import Readings, Unread, judge
from ansible_collections.dayone.aws_account.plugins.module_utils._event_selectors import selectors_of
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws, said
from ansible_collections.dayone.aws_account.plugins.module_utils._readings import HIDDEN_TRAIL, attempt, preferences
from ansible_collections.dayone.aws_account.plugins.module_utils._recorded_events import recorded
from ansible_collections.dayone.aws_account.plugins.module_utils._sign_in_url import partition_of, sign_in_url

ALMOST_USED_UP = 0.85
# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
DELIVERY_ERRORS = ("LatestDeliveryError", "LatestDigestDeliveryError", "LatestNotificationError")


class Account:
    """The readings of one account."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self._clients: dict[tuple[str, str | None], Any] = {}
        self.iam = self.client("iam")
        self.identity: dict[str, str] = self.client("sts").get_caller_identity()

    def client(self, service: str, region: str | None = None) -> Any:
        """The client, made once: under a profile that assumes a role, each new one asks STS for credentials."""
        if (service, region) not in self._clients:
            options = {"region": region} if region else {}
            retry = AWSRetry.jittered_backoff()
            self._clients[service, region] = self.module.client(service, retry_decorator=retry, **options)
        return self._clients[service, region]

    def billing_client(self, service: str) -> Any:
        return self.client(service, self.module.params["billing_region"])

    def summary(self) -> dict[str, int]:
        answer: dict[str, int] = self.iam.get_account_summary(aws_retry=True)["SummaryMap"]
        return answer

    def aliases(self) -> list[str]:
        answer: list[str] = self.iam.list_account_aliases(aws_retry=True)["AccountAliases"]
        return answer

    def password_policy(self) -> dict[str, Any]:
        return password_policy(self.iam) or {}

    def devices(self) -> dict[str, list[str]]:
        """The names of the virtual MFA devices, by whether they are assigned."""
        found = paginated_query_with_retries(self.iam, "list_virtual_mfa_devices")["VirtualMFADevices"]
        names: dict[str, list[str]] = {"assigned": [], "pending": []}
        for device in found:
            # Of the device that is root's, AWS does not always name the user.
            assigned = device.get("User") or device["SerialNumber"].endswith("/root-account-mfa-device")
            names["assigned" if assigned else "pending"].append(device["SerialNumber"].rsplit("/", 1)[1])
        return names

    def trails(self) -> list[dict[str, Any]]:
        cloudtrail = self.client("cloudtrail")
        return [self._trail(cloudtrail, item) for item in cloudtrail.describe_trails(aws_retry=True)["trailList"]]

    def _trail(self, cloudtrail: Any, trail: dict[str, Any]) -> dict[str, Any]:
        try:
            status = cloudtrail.get_trail_status(aws_retry=True, Name=trail["TrailARN"])
            selectors = cloudtrail.get_event_selectors(aws_retry=True, TrailName=trail["TrailARN"])
        except is_boto3_error_code(HIDDEN_TRAIL) as error:
            return {"name": trail["Name"], "unread": f"Trail '{trail['Name']}' could not be read: {said(str(error))}"}
        return {
            "name": trail["Name"],
            "multi_region": trail["IsMultiRegionTrail"],
            "log_file_validation": trail.get("LogFileValidationEnabled", False),
            "bucket": trail["S3BucketName"],
            "logging": status["IsLogging"],
            "delivery_error": delivery_error(status),
            "management_events": bool(recorded(selectors_of(selectors, {})).kinds),
        }

    def preferences(self) -> dict[str, str]:
        return preferences(self.billing_client("billing"))

    def currencies(self) -> list[str]:
        return read_currencies(self.billing_client("cloudwatch"))

    def alarms(self) -> list[dict[str, Any]]:
        found = paginated_query_with_retries(self.billing_client("cloudwatch"), "describe_alarms")
        billing = [alarm for alarm in found.get("MetricAlarms", []) if alarm.get("Namespace") == NAMESPACE]
        told = {
            action: attempt(partial(self._told, action))
            for action in {arn for alarm in billing for arn in alarm["AlarmActions"]}
        }
        return [
            {
                "name": alarm["AlarmName"],
                "threshold": alarm.get("Threshold"),
                "currency": currency_of(alarm),
                "ours": is_marked(alarm),
                "speaks": alarm.get("ActionsEnabled", True),
                **told_by([told[arn] for arn in alarm["AlarmActions"]]),
            }
            for alarm in billing
        ]

    def _told(self, action: str) -> dict[str, list[str]]:
        """Who an alarm's action tells, by whether they have confirmed."""
        if ":sns:" not in action:
            return {"confirmed": [action], "pending": [], "unsubscribed": []}
        try:
            found = paginated_query_with_retries(
                self.billing_client("sns"), "list_subscriptions_by_topic", TopicArn=action
            )["Subscriptions"]
        except is_boto3_error_code("NotFound"):
            found = []  # the topic is gone
        told: dict[str, list[str]] = {"confirmed": [], "pending": [], "unsubscribed": []}
        for item in found:
            told[state_of(item)].append(item["Endpoint"])
        return told

    def budgets(self) -> list[str]:
        client = self.billing_client("budgets")
        found = paginated_query_with_retries(client, "describe_budgets", AccountId=self.identity["Account"])
        return [budget["BudgetName"] for budget in found.get("Budgets", [])]

    def free_tier(self) -> list[dict[str, Any]]:
        usage = read_free_tier(self.billing_client("freetier"))
        return [
            {"what": f"{item['service']} {item['usageType']}", "percent": round(100 * share)}
            for item in usage
            if item.get("limit") and (share := item["actualUsageAmount"] / item["limit"]) > ALMOST_USED_UP
        ]


def told_by(actions: list[dict[str, list[str]] | Unread]) -> dict[str, list[str]]:
    """Whom an alarm's actions tell, by whether they have confirmed, and why that could not be read of some."""
    read = [one for one in actions if not isinstance(one, Unread)]
    told = {state: [who for one in read for who in one[state]] for state in ("confirmed", "pending", "unsubscribed")}
    return {**told, "unread": [one.reason for one in actions if isinstance(one, Unread)]}


def delivery_error(status: dict[str, Any]) -> str:
    """What CloudTrail was answered when it last delivered; empty where log file, digest and notification arrived."""
    return next((str(status[name]) for name in DELIVERY_ERRORS if status.get(name)), "")


READINGS = (
    "summary",
    "aliases",
    "password_policy",
    "devices",
    "trails",
    "preferences",
    "currencies",
    "alarms",
    "budgets",
    "free_tier",
)


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={"billing_region": {"type": "str", "default": "us-east-1"}}, supports_check_mode=True
    )
    try:
        account = Account(module)
        readings: Readings = {name: attempt(getattr(account, name)) for name in READINGS}
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, "read where the account stands")
    readings["caller"] = account.identity["Arn"]
    aliases = [] if isinstance(readings["aliases"], Unread) else readings["aliases"]
    module.exit_json(
        changed=False,
        account=account.identity["Account"],
        alias=next(iter(aliases), ""),
        sign_in_url=sign_in_url(next(iter(aliases), account.identity["Account"]), partition_of(readings["caller"])),
        controls=judge(readings),
    )


if __name__ == "__main__":
    main()
