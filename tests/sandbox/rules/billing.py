"""Billing preferences, the billing metric they bring about, and free-tier usage."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .pages import page_of
from .registry import Answer, rule

ALERTS = "BILLING_ALERTS"
READ_ONLY_FEATURES = ("RI_SHARING_HISTORY", "CREDIT_SHARING_HISTORY")
METRIC_REGION = "us-east-1"
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
LONGEST_DESCRIPTION = 1024
PAGES = {"token": "nextToken", "size": "maxResults"}
FREE_EVENTS = 100_000.0


@rule("billing", "GetBillingPreferences", "UpdateBillingPreferences")
def let_in_by_root(request: Request, world: World) -> None:
    """IAM User Guide, "Grant access to your billing data": IAM principals see billing only after root has activated it.

    AWS Budgets and the Free Tier API stay open here: what AWS documents of the switch is about billing itself.
    """
    if request.principal.kind != "root" and not world.switches[request.account].iam_billing_access:
        message = f"User: {request.principal.arn} is not authorized to perform: billing:{request.action}"
        raise RefusalError("AccessDeniedException", message, 400)


@rule("billing", "GetBillingPreferences")
def get_preferences(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_billing_GetBillingPreferences.html"""
    (feature,) = request.params["features"]
    wanted = [key for filter_ in request.params.get("filters") or [] for key in filter_["value"]]
    preferences = [
        {"feature": feature, "key": key, "value": value}
        for key, value in (preferences_of(request, world).items() if feature == ALERTS else [])
        if not wanted or key in wanted
    ]
    return page_of(preferences, "billingPreferences", request.params, **PAGES)


@rule("billing", "UpdateBillingPreferences")
def update_preferences(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_billing_UpdateBillingPreferences.html"""
    feature, changes = request.params["feature"], request.params["billingPreferencesPerKey"]
    known = preferences_of(request, world) if feature == ALERTS else {}
    keys = [change["key"] for change in changes]
    if feature in READ_ONLY_FEATURES:
        raise RefusalError("ValidationException", f"{feature} is read-only and cannot be updated.")
    if not keys or len(set(keys)) < len(keys) or not set(keys) <= known.keys():
        raise RefusalError("ValidationException", f"The preference keys are not valid for the feature {feature}.")
    if not all(change["value"] in ("ENABLED", "DISABLED") for change in changes):
        raise RefusalError("ValidationException", "The preference value must be ENABLED or DISABLED.")
    world.memory["billing preferences"].setdefault(request.account, {}).update(
        {change["key"]: change["value"] for change in changes}
    )
    return {}


def preferences_of(request: Request, world: World) -> dict[str, str]:
    """The account's alert preferences: off until somebody switches them on."""
    chosen = world.memory["billing preferences"].get(request.account, {})
    return {key: chosen.get(key, "DISABLED") for key in world.switches[request.account].billing_alert_keys}


@rule("cloudwatch", "ListMetrics")
def list_metrics(request: Request, world: World) -> Answer | None:
    """CloudWatch User Guide, "Create a billing alarm": the metric exists in us-east-1, in the account's currency, once
    billing alerts are on."""
    currency = world.switches[request.account].billing_metric_currency
    enabled = "ENABLED" in preferences_of(request, world).values()
    if request.region != METRIC_REGION or currency is None or not enabled or request.params.get("NextToken"):
        return None
    billing = [
        {
            "Namespace": "AWS/Billing",
            "MetricName": "EstimatedCharges",
            "Dimensions": [*service, {"Name": "Currency", "Value": currency}],
        }
        for service in ([], [{"Name": "ServiceName", "Value": "AmazonS3"}])
    ]
    found = [metric for metric in billing if fits(metric, request.params)]
    if not found:
        return None
    # moto filters by what is given and takes None for anything, which its annotations do not say.
    name: Any = request.params.get("MetricName")
    namespace: Any = request.params.get("Namespace")
    others = cloudwatch_backends[request.account][request.region].get_filtered_metrics(
        name, namespace, request.params.get("Dimensions") or []
    )
    return {"Metrics": found + [_as_dict(metric) for metric in others]}


@rule("cloudwatch", "GetMetricStatistics")
def metric_statistics(request: Request, world: World) -> Answer | None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html

    The metric is cumulative over the month: its maximum is what the month has come to.
    """
    switches = world.switches[request.account]
    if request.params["Namespace"] != "AWS/Billing":
        return None
    wanted = {item["Name"]: item["Value"] for item in request.params.get("Dimensions") or []}
    measured = request.region == METRIC_REGION and "ENABLED" in preferences_of(request, world).values()
    if not measured or wanted != {"Currency": switches.billing_metric_currency}:
        return {"Label": request.params["MetricName"], "Datapoints": []}
    point = {"Timestamp": request.params["StartTime"], "Maximum": switches.estimated_charges, "Unit": "None"}
    return {"Label": request.params["MetricName"], "Datapoints": [point]}


@rule("cloudwatch", "PutMetricAlarm")
def put_alarm(request: Request, _world: World) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""
    if len(request.params.get("AlarmDescription") or "") > LONGEST_DESCRIPTION:
        message = f"The alarm's description has more than {LONGEST_DESCRIPTION} characters."
        raise RefusalError("ValidationError", message, 400)


def fits(metric: dict[str, Any], params: dict[str, Any]) -> bool:
    """Whether the metric passes the call's filters."""
    dimensions = {dimension["Name"]: dimension["Value"] for dimension in metric["Dimensions"]}
    return (
        params.get("Namespace") in (None, metric["Namespace"])
        and params.get("MetricName") in (None, metric["MetricName"])
        and all(
            wanted["Name"] in dimensions and wanted.get("Value") in (None, dimensions[wanted["Name"]])
            for wanted in params.get("Dimensions") or []
        )
    )


def _as_dict(metric: Any) -> dict[str, Any]:
    dimensions = [{"Name": dimension.name, "Value": dimension.value} for dimension in metric.dimensions]
    return {"Namespace": metric.namespace, "MetricName": metric.name, "Dimensions": dimensions}


@rule("freetier", "GetFreeTierUsage")
def free_tier_usage(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_freetier_GetFreeTierUsage.html"""
    used = FREE_EVENTS * world.switches[request.account].free_tier_percent / 100
    usages = [
        {
            "service": "AmazonCloudWatch",
            "operation": "Unknown",
            "usageType": "CW:AlarmMonitorUsage",
            "region": "global",
            "actualUsageAmount": 1.0,
            "forecastedUsageAmount": 2.0,
            "limit": 10.0,
            "unit": "Alarms",
            "description": "10.0 Alarms are always free per month as part of AWS Free Usage Tier",
            "freeTierType": "Always Free",
        },
        {
            "service": "AWSCloudTrail",
            "operation": "None",
            "usageType": "FreeEventsRecorded",
            "region": "global",
            "actualUsageAmount": used,
            "forecastedUsageAmount": 3 * used,
            "limit": FREE_EVENTS,
            "unit": "Events",
            "description": "100,000 events are free per month as part of AWS Free Usage Tier",
            "freeTierType": "Always Free",
        },
    ]
    return page_of(usages, "freeTierUsages", request.params, **PAGES)
