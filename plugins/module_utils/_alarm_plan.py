# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which billing alarms are to be set and which removed, from those there are and the thresholds. No AWS call here.

An alarm is ours where its name is one that we give and its description ends with our mark. Both are set in one call, so
there is no alarm of ours without them, whenever a run is killed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils._amounts import plain

MARK = "Set by dayone.aws_account."
NAMESPACE = "AWS/Billing"
METRIC = "EstimatedCharges"
# CloudWatch gets the metric a few times a day.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/monitor_estimated_charges_with_cloudwatch.html
PERIOD_SECONDS = 21600


class Alarms(NamedTuple):
    """The alarms that are wanted."""

    name: str
    description: str
    currency: str
    thresholds: list[Decimal]
    topic_arn: str

    def name_of(self, threshold: Decimal) -> str:
        return f"{self.name}-{plain(threshold)}-{self.currency}"

    def marked_description(self) -> str:
        return f"{self.description} {MARK}".strip()

    def wanted(self, threshold: Decimal) -> dict[str, Any]:
        """The alarm of a threshold, as DescribeAlarms would tell it."""
        return {
            "AlarmName": self.name_of(threshold),
            "AlarmDescription": self.marked_description(),
            "Namespace": NAMESPACE,
            "MetricName": METRIC,
            "Dimensions": [{"Name": "Currency", "Value": self.currency}],
            "Statistic": "Maximum",
            "Period": PERIOD_SECONDS,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": threshold,
            "TreatMissingData": "notBreaching",
            "AlarmActions": [self.topic_arn],
            "OKActions": [],
            "InsufficientDataActions": [],
        }

    def is_ours(self, alarm: dict[str, Any]) -> bool:
        named = re.fullmatch(rf"{re.escape(self.name)}-[0-9]+(\.[0-9]+)?-[A-Z]{{3}}", alarm["AlarmName"])
        return bool(named) and alarm.get("AlarmDescription", "").endswith(MARK)


def changes(alarms: Alarms, now: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What to set and then what to remove, each with its name, threshold, state and how it was and will be.

    Raises:
        ValueError: somebody else has an alarm of a name that is wanted.
    """
    there = {alarm["AlarmName"]: alarm for alarm in now}
    wanted = {alarms.name_of(threshold): threshold for threshold in alarms.thresholds}
    for name in wanted:
        if name in there and not alarms.is_ours(there[name]):
            raise ValueError(
                f"There is an alarm '{name}' that this role has not set, and it is left as it is. Give another "
                "billing_alarm_name, or delete that alarm."
            )
    to_set = [
        _change(name, threshold, there.get(name), alarms.wanted(threshold))
        for name, threshold in wanted.items()
        if name not in there or _differs(there[name], alarms.wanted(threshold))
    ]
    gone = [alarm for name, alarm in there.items() if name not in wanted and alarms.is_ours(alarm)]
    return to_set + [_change(alarm["AlarmName"], _threshold(alarm), alarm, None) for alarm in gone]


def silent(alarms: Alarms, now: list[dict[str, Any]]) -> list[str]:
    """Our alarms whose actions somebody has switched off, which no setting of the alarm brings back."""
    return [one["AlarmName"] for one in now if alarms.is_ours(one) and not one.get("ActionsEnabled", True)]


def _differs(now: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return any((_threshold(now) if key == "Threshold" else now.get(key)) != value for key, value in wanted.items())


def _threshold(alarm: dict[str, Any]) -> Decimal:
    """As a decimal that reads as the amount was given: AWS keeps a double."""
    return Decimal(str(alarm.get("Threshold") or 0))


def _change(
    name: str, threshold: Decimal, before: dict[str, Any] | None, after: dict[str, Any] | None
) -> dict[str, Any]:
    return {
        "name": name,
        "threshold": plain(threshold),
        "state": "present" if after else "absent",
        "before": _shown(before),
        "after": _shown(after),
    }


def _shown(alarm: dict[str, Any] | None) -> dict[str, Any]:
    """What a difference shows of an alarm."""
    if alarm is None:
        return {}
    return {
        "description": alarm.get("AlarmDescription", ""),
        "threshold": plain(_threshold(alarm)),
        "actions": alarm["AlarmActions"],
    }
