# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reading what AWS says of its own bill: alert preferences, and the currencies of the metric EstimatedCharges."""

from __future__ import annotations

from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._patience import all_pages

FEATURE = "BILLING_ALERTS"
BY_HAND_JA = (
    "コンソールの「請求とコスト管理」→「請求設定」→「アラート設定」→「編集」で「CloudWatch 請求アラートを受け取る」を"
    "有効にしてください。"
)
BY_HAND = (
    "switch it on in the console: Billing and Cost Management, 'Billing preferences', 'Alert preferences', 'Edit', "
    "'Receive CloudWatch billing alerts'"
)
TOO_OLD = (
    "This botocore does not know GetBillingPreferences, which 1.43.41 and newer do: update it (pip install --upgrade "
    f"boto3), or {BY_HAND}."
)
NO_PREFERENCE = (
    "AWS lists no billing alert preference for this account. In an organization the management account has it; "
    f"otherwise {BY_HAND}."
)
TOO_OLD_JA = f"この botocore は GetBillingPreferences に対応していません。1.43.41 以降に更新するか、{BY_HAND_JA}"
NO_PREFERENCE_JA = (
    "このアカウントの請求アラート設定を AWS は返しません。組織では管理アカウントにあります。それ以外の場合は、"
    f"{BY_HAND_JA}"
)


def read_preferences(client: Any) -> dict[str, str]:
    """All billing alert preferences, ENABLED or DISABLED by key. GetBillingPreferences has pages, but no paginator."""
    found: dict[str, str] = {}
    token: dict[str, str] = {}
    while True:
        page = client.get_billing_preferences(aws_retry=True, features=[FEATURE], **token)
        found.update({item["key"]: item["value"] for item in page["billingPreferences"]})
        if not page.get("nextToken"):
            return found
        token = {"nextToken": page["nextToken"]}


def read_free_tier(client: Any) -> list[dict[str, Any]]:
    """What is used of the free tier, every page of it: GetFreeTierUsage has a paginator in later botocores only."""
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        page = client.get_free_tier_usage(aws_retry=True, **token)
        found += page["freeTierUsages"]
        if not page.get("nextToken"):
            return found
        token = {"nextToken": page["nextToken"]}


def state_of(subscription: dict[str, Any]) -> str:
    """Whether a listed subscription is confirmed, pending or unsubscribed; only the first is listed with its ARN.

    https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
    """
    return {"PendingConfirmation": "pending", "Deleted": "unsubscribed"}.get(
        subscription["SubscriptionArn"], "confirmed"
    )


def read_currencies(client: Any) -> list[str]:
    """The currencies that EstimatedCharges has been published in, sorted; none before AWS has published any."""
    about = {"Namespace": "AWS/Billing", "MetricName": "EstimatedCharges"}
    metrics = all_pages(client, "list_metrics", **about)["Metrics"]
    return sorted({currency for metric in metrics if (currency := currency_of(metric))})


def currency_of(thing: dict[str, Any]) -> str:
    """The dimension ``Currency`` of a metric or an alarm; '' where it has none."""
    return next((item["Value"] for item in thing.get("Dimensions", []) if item["Name"] == "Currency"), "")
