# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What AWS charges for what this collection can switch on: the one place where the figures are.

They are the figures of us-east-1, before any free tier; regions differ. Those of Insights and data events are of the
article that this collection started from; the others were quoted from AWS's pages in 2026. The date says when a figure
was last compared with such quotations. AWS's page has those of today.
"""

from __future__ import annotations

from typing import NamedTuple

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


PRICES: dict[str, Price] = {
    "insights": Price(
        "Insights events of management events",
        "0.35",
        "USD",
        "100,000 events analysed, by each kind of Insights",
        "2026-11-25",
        CLOUDTRAIL,
    ),
    "data_event_insights": Price(
        "Insights events of data events",
        "0.03",
        "USD",
        "100,000 events analysed, by each kind of Insights",
        "2026-11-25",
        CLOUDTRAIL,
    ),
    "data_events": Price("Data events", "0.10", "USD", "100,000 events", "2026-11-25", CLOUDTRAIL),
    "network_activity_events": Price(
        "Network activity events", "0.10", "USD", "100,000 events", "2026-11-25", CLOUDTRAIL
    ),
    "second_trail": Price(
        "Further copies of management events, which a second trail makes,",
        "2.00",
        "USD",
        "100,000 events",
        "2026-11-25",
        CLOUDTRAIL,
    ),
    "kms_key": Price("Customer managed KMS keys", "1.00", "USD", "each key and month", "2026-11-25", KMS),
    "kms_requests": Price("Requests to KMS", "0.03", "USD", "10,000 requests", "2026-11-25", KMS),
    "cost_explorer_requests": Price(
        "Requests to the Cost Explorer API", "0.01", "USD", "each", "2026-11-25", COST_EXPLORER
    ),
    "s3_storage": Price("Log files in S3", "0.023", "USD", "each GB and month", "2026-11-25", S3),
}


def price_sentence(name: str) -> str:
    """What it costs, as of when, and where AWS says so.

    Raises:
        KeyError: there is no price of that name.
    """
    price = PRICES[name]
    amount = f"{'US$' if price.currency == 'USD' else price.currency + ' '}{price.figure}"
    return f"{price.what} cost {amount} for {price.unit} (as of {price.date}, {price.source})."
