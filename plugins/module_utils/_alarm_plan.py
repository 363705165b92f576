# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which billing alarms are to be set and which removed, from those there are and the thresholds. No AWS call here.

An alarm is ours where its name is one that we give and its description ends with our mark. Both are set in one call, so
there is no alarm of ours without them, whenever a run is killed. Version 0.1.0 set no mark: an alarm of a wanted amount
that does what ours does, and tells our topic alone, is taken over.
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
        return bool(named) and is_marked(alarm)

    def differs(self, alarm: dict[str, Any], threshold: Decimal) -> bool:
        """Whether an alarm is otherwise than that of the threshold should be, but for how its name is spelled."""
        wanted = {key: value for key, value in self.wanted(threshold).items() if key != "AlarmName"}
        return any((_threshold(alarm) if key == "Threshold" else alarm.get(key)) != wanted[key] for key in wanted)

    def may_be_set(self, alarm: dict[str, Any], threshold: Decimal) -> bool:
        """Whether the alarm is ours, or does what ours of this threshold does and nothing else."""
        wanted = self.wanted(threshold)
        same = ("Namespace", "MetricName", "Dimensions", "AlarmActions", "OKActions", "InsufficientDataActions")
        return self.is_ours(alarm) or (
            _threshold(alarm) == threshold and all(alarm.get(key, []) == wanted[key] for key in same)
        )

    def placed(self, threshold: Decimal, there: dict[str, dict[str, Any]]) -> str:
        """The name under which an alarm of this threshold is kept: version 0.1.0 wrote 0.50 as it was given.

        Raises:
            ValueError: somebody else has an alarm of the name.
        """
        name = self.name_of(threshold)
        if name not in there:
            spelled = re.compile(rf"{re.escape(self.name)}-([0-9]+(?:\.[0-9]+)?)-{self.currency}")
            same = [found[0] for one in there if (found := spelled.fullmatch(one)) and Decimal(found[1]) == threshold]
            return next((one for one in same if self.may_be_set(there[one], threshold)), name)
        if not self.may_be_set(there[name], threshold):
            raise ValueError(
                f"There is an alarm '{name}' that this role has not set, and it is left as it is. Give another "
                "billing_alarm_name, or delete that alarm."
            )
        return name


def is_marked(alarm: dict[str, Any]) -> bool:
    return bool(alarm.get("AlarmDescription", "").endswith(MARK))


def changes(alarms: Alarms, now: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What to set and then what to remove, each with its name, threshold, state and how it was and will be.

    Raises:
        ValueError: somebody else has an alarm of a name that is wanted.
    """
    there, wanted = _by_name(now), _placed(alarms, now)
    to_set = [
        _change(name, threshold, there.get(name), alarms.wanted(threshold))
        for name, threshold in wanted.items()
        if name not in there or alarms.differs(there[name], threshold)
    ]
    gone = [alarm for name, alarm in there.items() if name not in wanted and alarms.is_ours(alarm)]
    return to_set + [_change(alarm["AlarmName"], _threshold(alarm), alarm, None) for alarm in gone]


def silent(alarms: Alarms, now: list[dict[str, Any]]) -> list[str]:
    """The wanted alarms whose actions somebody has switched off, and that stay so.

    One that is set again speaks again: PutMetricAlarm enables the actions unless it is told otherwise.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    there = _by_name(now)
    return [
        name
        for name, threshold in _placed(alarms, now).items()
        if name in there and not alarms.differs(there[name], threshold) and not there[name].get("ActionsEnabled", True)
    ]


def _by_name(now: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {alarm["AlarmName"]: alarm for alarm in now}


def _placed(alarms: Alarms, now: list[dict[str, Any]]) -> dict[str, Decimal]:
    """The thresholds by the names of their alarms."""
    there = _by_name(now)
    return {alarms.placed(threshold, there): threshold for threshold in alarms.thresholds}


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
