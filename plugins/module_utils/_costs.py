# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What costs of that which is switched on in an account. The figures are in ``_prices``. No AWS call is made here."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._control import Readings, Text, Unread
from ansible_collections.dayone.aws_account.plugins.module_utils._prices import PRICES

# https://aws.amazon.com/cloudwatch/pricing/: ten alarms are free, whatever the account's age.
FREE_ALARMS = 10
# https://aws.amazon.com/aws-cost-management/aws-budgets/pricing/: budgets without actions are free.
FREE = Text("free", "無料")


def costs(readings: Readings) -> list[dict[str, str]]:
    """Each thing that is on and has a price; what could not be read is left out."""
    return [*_of_trails(_known(readings, "trails"), readings), *_of_billing(readings)]


def _known(readings: Readings, name: str) -> list[Any]:
    found = readings[name]
    return [] if isinstance(found, Unread) else list(found)


def _of_trails(trails: list[dict[str, Any]], readings: Readings) -> Iterator[dict[str, str]]:
    """What this account pays: trails of an organization are paid by who made them."""
    ours = [trail for trail in trails if trail["own"] and not trail.get("unread") and trail["logging"]]
    if not ours:
        return
    yield _priced("s3_storage", "cloudtrail_bucket")
    if sum(trail["management_events"] for trail in ours) > 1:
        yield _priced("second_trail", "cloudtrail_existing")
    if any(trail["data_events"] for trail in ours):
        yield _priced("data_events", "cloudtrail_data_events")
    if any(trail["insights"] for trail in ours):
        yield _priced("insights", "cloudtrail_insights")
    keys = {trail["kms_key"] for trail in ours if trail["kms_key"]}
    if keys:
        yield _priced("kms_key", "cloudtrail_encryption", _monthly("kms_key", len(keys)))
        yield _priced("kms_requests", "cloudtrail_encryption")
    if any(trail["sns_topic"] for trail in ours):
        yield _priced("sns_requests", "cloudtrail_sns_topic")


def _of_billing(readings: Readings) -> Iterator[dict[str, str]]:
    alarms, budgets = _known(readings, "alarms"), _known(readings, "budgets")
    if alarms:
        paid = max(0, len(alarms) - FREE_ALARMS)
        yield _priced("alarms", "billing_alarm_thresholds", _monthly("alarms", paid))
    if any("@" in address for alarm in alarms for address in alarm["confirmed"]):
        yield _priced("sns_emails", "billing_alarm_emails")
    if budgets:
        yield _row(Text("Budgets", "予算 (AWS Budgets)"), FREE, "", "billing_alarm_free_tier_emails")


def _priced(name: str, variable: str, estimate: str = "") -> dict[str, str]:
    price = PRICES[name]
    return _row(Text(price.what.rstrip(","), price.what_ja), price.text(), estimate, variable)


def _monthly(name: str, count: int) -> str:
    """What so many come to in a month."""
    price = PRICES[name]
    return f"{price.currency} {Decimal(price.figure) * count:.2f}"


def _row(what: Text, price: Text, estimate: str, variable: str) -> dict[str, str]:
    return {
        "what": what.en,
        "what_ja": what.ja,
        "price": price.en,
        "price_ja": price.ja,
        "estimate": estimate,
        "switched_on_by": variable,
    }
