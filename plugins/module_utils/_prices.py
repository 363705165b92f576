# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What AWS charges for what this collection can switch on: the one place where the figures are.

They are the figures of us-east-1, before any free tier; regions differ. Those of Insights and data events are of the
article that this collection started from; the others were quoted from AWS's pages in 2026. The date says when a figure
was last compared with such quotations. AWS's page has those of today.
"""

from __future__ import annotations

from typing import NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils._control import Text

CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/"
SNS = "https://aws.amazon.com/sns/pricing/"
CLOUDTRAIL = "https://aws.amazon.com/cloudtrail/pricing/"
COST_EXPLORER = "https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/"
KMS = "https://aws.amazon.com/kms/pricing/"
S3 = "https://aws.amazon.com/s3/pricing/"


class Price(NamedTuple):
    """One figure, and how to say it."""

    what: str
    """What costs, in the plural, to begin a sentence with."""
    figure: str
    """The amount, as AWS writes it."""
    currency: str
    unit: str
    """What the amount is for."""
    date: str
    """When the figure was last compared, as 2026-11-25."""
    source: str
    """AWS's page."""
    what_ja: str
    unit_ja: str

    def amount(self) -> Text:
        return Text(
            f"{'US$' if self.currency == 'USD' else self.currency + ' '}{self.figure}",
            f"{self.figure} {'米ドル' if self.currency == 'USD' else self.currency}",
        )

    def text(self) -> Text:
        """The figure with its unit."""
        amount = self.amount()
        return Text(f"{amount.en} for {self.unit}", f"{self.unit_ja} {amount.ja}")


PRICES: dict[str, Price] = {
    "insights": Price(
        "Insights events of management events",
        "0.35",
        "USD",
        "100,000 events analysed, by each kind of Insights",
        "2026-11-25",
        CLOUDTRAIL,
        "管理イベントの Insights",
        "Insights の種類ごとに、分析した 100,000 イベントあたり",
    ),
    "data_event_insights": Price(
        "Insights events of data events",
        "0.03",
        "USD",
        "100,000 events analysed, by each kind of Insights",
        "2026-11-25",
        CLOUDTRAIL,
        "データイベントの Insights",
        "Insights の種類ごとに、分析した 100,000 イベントあたり",
    ),
    "data_events": Price(
        "Data events",
        "0.10",
        "USD",
        "100,000 events",
        "2026-11-25",
        CLOUDTRAIL,
        "データイベント",
        "100,000 イベントあたり",
    ),
    "network_activity_events": Price(
        "Network activity events",
        "0.10",
        "USD",
        "100,000 events",
        "2026-11-25",
        CLOUDTRAIL,
        "ネットワークアクティビティイベント",
        "100,000 イベントあたり",
    ),
    "second_trail": Price(
        "Further copies of management events, which a second trail makes,",
        "2.00",
        "USD",
        "100,000 events",
        "2026-11-25",
        CLOUDTRAIL,
        "2 つ目以降の証跡による管理イベントの追加コピー",
        "100,000 イベントあたり",
    ),
    "kms_key": Price(
        "Customer managed KMS keys",
        "1.00",
        "USD",
        "each key and month",
        "2026-11-25",
        KMS,
        "カスタマーマネージド KMS キー",
        "1 キー 1 か月あたり",
    ),
    "kms_requests": Price(
        "Requests to KMS",
        "0.03",
        "USD",
        "10,000 requests",
        "2026-11-25",
        KMS,
        "KMS へのリクエスト",
        "10,000 リクエストあたり",
    ),
    "cost_explorer_requests": Price(
        "Requests to the Cost Explorer API",
        "0.01",
        "USD",
        "each",
        "2026-11-25",
        COST_EXPLORER,
        "Cost Explorer API へのリクエスト",
        "1 回あたり",
    ),
    "s3_storage": Price(
        "Log files in S3",
        "0.023",
        "USD",
        "each GB and month",
        "2026-11-25",
        S3,
        "S3 のログファイル",
        "1 GB 1 か月あたり",
    ),
    "alarms": Price(
        "CloudWatch alarms",
        "0.10",
        "USD",
        "each alarm and month",
        "2026-11-25",
        CLOUDWATCH,
        "CloudWatch アラーム",
        "1 アラーム 1 か月あたり",
    ),
    "sns_emails": Price(
        "E-mails of SNS",
        "2.00",
        "USD",
        "100,000 e-mails",
        "2026-11-25",
        SNS,
        "SNS の電子メール",
        "100,000 通あたり",
    ),
    "sns_requests": Price(
        "Messages to SNS topics",
        "0.50",
        "USD",
        "1,000,000 requests",
        "2026-11-25",
        SNS,
        "SNS トピックへのメッセージ",
        "1,000,000 リクエストあたり",
    ),
}


def price_sentence(name: str) -> str:
    """What it costs, as of when, and where AWS says so.

    Raises:
        KeyError: there is no price of that name.
    """
    return price_text(name).en


def price_text(name: str) -> Text:
    """The sentence in both languages.

    Raises:
        KeyError: there is no price of that name.
    """
    price = PRICES[name]
    said = price.text()
    return Text(
        f"{price.what} cost {said.en} (as of {price.date}, {price.source}).",
        f"{price.what_ja}: {said.ja} ({price.date} 現在、{price.source})。",
    )
