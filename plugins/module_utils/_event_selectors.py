# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a trail is to record: made from a module's options, in a form that can be compared, and put into words.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

READ_WRITE_TYPES = {"all": "All", "read": "ReadOnly", "write": "WriteOnly"}
EXCLUDABLE_SOURCES = ("kms.amazonaws.com", "rdsdata.amazonaws.com")
INSIGHTS = ("ApiCallRateInsight", "ApiErrorRateInsight")
# How AWS spells "all of them" for a kind of resource; {partition} is aws, aws-cn or aws-us-gov.
# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DataResource.html
ALL_OF = {
    "AWS::S3::Object": "arn:{partition}:s3",
    "AWS::Lambda::Function": "arn:{partition}:lambda",
    "AWS::DynamoDB::Table": "arn:{partition}:dynamodb",
}
# The options' names of AWS's operators.
OPERATORS = {
    "equals": "Equals",
    "starts_with": "StartsWith",
    "ends_with": "EndsWith",
    "not_equals": "NotEquals",
    "not_starts_with": "NotStartsWith",
    "not_ends_with": "NotEndsWith",
}
# The option advanced_event_selectors, as the documentation fragment event_selectors has it.
ADVANCED_OPTION: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "options": {
        "name": {"type": "str"},
        "field_selectors": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "field": {"type": "str", "required": True},
                **{operator: {"type": "list", "elements": "str"} for operator in OPERATORS},
            },
        },
    },
}
# What a new trail records.
# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_EventSelector.html
UNASKED: dict[str, Any] = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "ExcludeManagementEventSources": [],
    "DataResources": [],
}

Selector = dict[str, Any]
Insights = dict[str, list[str]]
"""Kinds of Insights, each with the categories of events, Management and Data, that it looks at."""


class Selectors(NamedTuple):
    """What a trail records. It has classic or advanced event selectors; the others are empty."""

    classic: list[Selector]
    advanced: list[Selector]
    insights: Insights


def new_trail() -> Selectors:
    return Selectors([normalised(UNASKED)], [], {})


def normalised(selector: Mapping[str, Any]) -> Selector:
    """The classic selector with what AWS leaves out filled in and every list in one order."""
    filled = {**UNASKED, **selector}
    resources = [{"Type": item["Type"], "Values": sorted(item.get("Values", []))} for item in filled["DataResources"]]
    return {
        **filled,
        "ExcludeManagementEventSources": sorted(filled["ExcludeManagementEventSources"]),
        "DataResources": sorted(resources, key=lambda item: str(item["Type"])),
    }


def normalised_advanced(selector: Mapping[str, Any]) -> Selector:
    """The advanced selector without what says nothing, and every list in one order."""
    fields = [
        {"Field": item["Field"], **{name: sorted(item[name]) for name in OPERATORS.values() if item.get(name)}}
        for item in selector["FieldSelectors"]
    ]
    named = {"Name": selector["Name"]} if selector.get("Name") else {}
    first = "eventCategory"  # what the rest is about
    return {**named, "FieldSelectors": sorted(fields, key=lambda item: (item["Field"] != first, str(item["Field"])))}


def in_order(items: list[Selector]) -> list[Selector]:
    return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))


def wanted_selectors(params: Mapping[str, Any], partition: str) -> Selectors:
    """What the trail should record, from the module's options; those that were not given are None."""
    insights: Insights = {}
    for category, option in (("Data", "data_event_insights"), ("Management", "insights")):
        for kind in params.get(option) or []:
            insights[kind] = sorted({*insights.get(kind, []), category})
    if params.get("advanced_event_selectors"):
        return Selectors([], in_order([_advanced(item) for item in params["advanced_event_selectors"]]), insights)
    return Selectors([_classic(params, partition)], [], insights)


def _classic(params: Mapping[str, Any], partition: str) -> Selector:
    included = params.get("include_management_events")
    return normalised(
        {
            "ReadWriteType": READ_WRITE_TYPES[params.get("read_write_type") or "all"],
            "IncludeManagementEvents": True if included is None else included,
            "ExcludeManagementEventSources": params.get("exclude_management_event_sources") or [],
            "DataResources": _data_resources(params.get("data_events") or [], partition),
        }
    )


def _data_resources(data_events: list[dict[str, Any]], partition: str) -> list[dict[str, Any]]:
    """One entry for each kind of resource; all of a kind makes single ones of it superfluous."""
    values: dict[str, set[str]] = {}
    for item in data_events:
        kind, every = item["type"], ALL_OF[item["type"]].format(partition=partition)
        found = values.setdefault(kind, set())
        found |= {_resource_arn(arn, kind) for arn in item.get("arns") or []} or {every}
        if every in found:
            values[kind] = {every}
    return [{"Type": kind, "Values": sorted(arns)} for kind, arns in values.items()]


def _resource_arn(arn: str, kind: str) -> str:
    """A bucket's ARN gets the slash that makes AWS record its objects."""
    is_bucket = kind == "AWS::S3::Object" and arn.count(":") == 5 and "/" not in arn
    return f"{arn}/" if is_bucket else arn


def _advanced(item: Mapping[str, Any]) -> Selector:
    fields = [
        {"Field": field["field"], **{theirs: field[ours] for ours, theirs in OPERATORS.items() if field.get(ours)}}
        for field in item["field_selectors"]
    ]
    return normalised_advanced({"Name": item.get("name"), "FieldSelectors": fields})


def selectors_of(answer: Mapping[str, Any], insights: Insights) -> Selectors:
    """What the trail records, from the answer to GetEventSelectors."""
    return Selectors(
        in_order([normalised(selector) for selector in answer.get("EventSelectors") or []]),
        in_order([normalised_advanced(selector) for selector in answer.get("AdvancedEventSelectors") or []]),
        insights,
    )


def insights_of(answer: Mapping[str, Any]) -> Insights:
    """The Insights, from the answer to GetInsightSelectors. Without categories they look at management events."""
    return {
        selector["InsightType"]: sorted(selector.get("EventCategories") or ["Management"])
        for selector in answer.get("InsightSelectors") or []
    }


def in_words(selectors: Selectors) -> str:
    """The event selectors for a person, each with all of its filters."""
    texts = [_classic_in_words(item) for item in selectors.classic]
    return "; ".join(texts + [_advanced_in_words(item) for item in selectors.advanced])


def _classic_in_words(selector: Selector) -> str:
    events = {"All": "events", "ReadOnly": "read events", "WriteOnly": "write events"}[selector["ReadWriteType"]]
    parts = []
    if selector["IncludeManagementEvents"]:
        left_out = selector["ExcludeManagementEventSources"]
        parts.append(f"management {events}" + (f" without those of {', '.join(left_out)}" if left_out else ""))
    parts += [f"data {events} of {item['Type']} {', '.join(item['Values'])}" for item in selector["DataResources"]]
    return ", ".join(parts) or "nothing"


def _advanced_in_words(selector: Selector) -> str:
    conditions = [
        f"{field['Field']} {_spaced(operator)} {' or '.join(values)}"
        for field in selector["FieldSelectors"]
        for operator, values in field.items()
        if operator != "Field"
    ]
    name = selector.get("Name")
    return (f"'{name}': " if name else "") + ", ".join(conditions)


def _spaced(operator: str) -> str:
    return next(ours for ours, theirs in OPERATORS.items() if theirs == operator).replace("_", " ")
