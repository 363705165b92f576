"""CloudTrail's event and Insights selectors: what AWS refuses of them, and how it keeps them."""

from __future__ import annotations

import re
from typing import Any

from moto.cloudtrail.models import Trail

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .registry import Answer, rule
from .trails import trail_to_change, trail_to_read

# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventSelectors.html: what a trail logs unasked.
DEFAULT_SELECTOR = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "DataResources": [],
    "ExcludeManagementEventSources": [],
}
DATA_RESOURCES = {"AWS::S3::Object": "s3", "AWS::Lambda::Function": "lambda", "AWS::DynamoDB::Table": "dynamodb"}
EXCLUDABLE = {"kms.amazonaws.com", "rdsdata.amazonaws.com"}
# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html: by category, the fields
# that a trail's selectors may have, and those that they must have.
FIELDS = {
    "Management": {"eventCategory", "eventSource", "readOnly"},
    "Data": {
        "eventCategory",
        "eventName",
        "eventSource",
        "eventType",
        "readOnly",
        "resources.ARN",
        "resources.type",
        "sessionCredentialFromConsole",
        "userIdentity.arn",
    },
    "NetworkActivity": {
        "errorCode",
        "eventCategory",
        "eventName",
        "eventSource",
        "userIdentity.arn",
        "vpcEndpointId",
    },
}
REQUIRED = {"Management": set[str](), "Data": {"resources.type"}, "NetworkActivity": {"eventSource"}}
ONLY_EQUALS = {"eventCategory", "readOnly", "resources.type"}


@rule("cloudtrail", "PutEventSelectors")
def put_event_selectors(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html"""
    trail = trail_to_change(request, request.params["TrailName"])
    basic, advanced = request.params.get("EventSelectors"), request.params.get("AdvancedEventSelectors")
    if bool(basic) == bool(advanced):
        raise invalid("You can apply either event selectors or advanced event selectors to a trail, and one of them.")
    selectors = [{**DEFAULT_SELECTOR, **selector} for selector in basic or []]
    check_selectors(selectors)
    check_advanced(advanced or [])
    check_insights(trail.insight_selectors, selectors, advanced or [], "InvalidEventSelectorsException")
    # One kind replaces the other.
    trail.event_selectors = selectors
    trail.advanced_event_selectors = advanced or []
    return event_selectors_of(trail)


def invalid(message: str) -> RefusalError:
    return RefusalError("InvalidEventSelectorsException", message)


def check_selectors(selectors: list[dict[str, Any]]) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html"""
    if len(selectors) > 5:
        raise invalid("A trail can have up to 5 event selectors.")
    single = 0
    for selector in selectors:
        if set(selector["ExcludeManagementEventSources"]) - EXCLUDABLE:
            raise invalid("Value for ExcludeManagementEventSources is invalid.")
        for resource in selector["DataResources"]:
            service = DATA_RESOURCES.get(resource["Type"])
            if service is None:
                raise invalid(f"Value {resource['Type']} for DataResources.Type is invalid.")
            for value in resource.get("Values", []):
                # A '*' is refused, as in https://github.com/aws-samples/aws-security-reference-architecture-examples/issues/335
                if not re.fullmatch(rf"arn:aws[a-z-]*:{service}(:[^*]*)?", value):
                    raise invalid(f"Value {value} for DataResources.Values is invalid.")
                single += value.count(":") > 2
    if single > 250:
        raise invalid("A trail is limited to 250 data resources.")


def check_advanced(selectors: list[dict[str, Any]]) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html"""
    values = 0
    for selector in selectors:
        fields = {
            item["Field"]: {key: given for key, given in item.items() if key != "Field"}
            for item in selector["FieldSelectors"]
        }
        values += sum(len(given) for operators in fields.values() for given in operators.values())
        if not all(fields.values()):
            raise invalid("A field selector has no operator.")
        category = "".join(fields.get("eventCategory", {}).get("Equals", []))
        if category not in FIELDS:
            raise invalid("eventCategory is required and must be Equals to one of the valid values.")
        if fields.keys() - FIELDS[category] or REQUIRED[category] - fields.keys():
            raise invalid(f"The fields are not those of {category} events.")
        if any(fields[name].keys() - {"Equals"} for name in ONLY_EQUALS & fields.keys()):
            raise invalid("A field can only use the Equals operator.")
        if len(fields.get("resources.type", {}).get("Equals", [""])) != 1:
            raise invalid("resources.type takes one value.")
        if set(fields.get("readOnly", {}).get("Equals", [])) - {"true", "false"}:
            raise invalid("readOnly takes true or false.")
    if values > 500:
        raise invalid("A maximum of 500 total values for all conditions in all advanced event selectors is allowed.")


def check_insights(
    insights: list[dict[str, Any]], selectors: list[dict[str, Any]], advanced: list[dict[str, Any]], code: str
) -> None:
    """Insights need the events that they look at.

    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html says so and not what
    AWS answers; this is its answer for event data stores, the strictest that is written down:
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateEventDataStore.html
    """
    logged = logged_events(selectors, advanced)
    for selector in insights:
        for category in selector["EventCategories"]:
            needed = {"Data"} if category == "Data" else {"read", "write"}
            if category == "Management" and selector["InsightType"] == "ApiCallRateInsight":
                needed = {"write"}
            if not needed & logged:
                raise RefusalError(code, f"The trail does not log the events for {selector['InsightType']}.")


def logged_events(selectors: list[dict[str, Any]], advanced: list[dict[str, Any]]) -> set[str]:
    """Of read and write management events and Data, those of which a trail logs any."""
    both = {"All": {"read", "write"}, "ReadOnly": {"read"}, "WriteOnly": {"write"}}
    logged: set[str] = set()
    for selector in selectors or ([] if advanced else [DEFAULT_SELECTOR]):
        logged |= both[str(selector["ReadWriteType"])] if selector["IncludeManagementEvents"] else set()
        logged |= {"Data"} if selector["DataResources"] else set()
    for selector in advanced:
        equals = {item["Field"]: item.get("Equals", []) for item in selector["FieldSelectors"]}
        if equals["eventCategory"] == ["Management"]:
            read_only = equals.get("readOnly", ["true", "false"])
            logged |= {"read" if value == "true" else "write" for value in read_only}
        logged |= {"Data"} & set(equals["eventCategory"])
    return logged


@rule("cloudtrail", "GetEventSelectors")
def get_event_selectors(request: Request, _world: World) -> Answer:
    """A trail whose selectors were never set has one that logs all management events."""
    return event_selectors_of(trail_to_read(request, request.params["TrailName"]))


def event_selectors_of(trail: Trail) -> Answer:
    """The trail's selectors, of the one kind it has."""
    if trail.advanced_event_selectors:
        return {"TrailARN": trail.arn, "AdvancedEventSelectors": trail.advanced_event_selectors}
    return {"TrailARN": trail.arn, "EventSelectors": trail.event_selectors or [DEFAULT_SELECTOR]}


@rule("cloudtrail", "PutInsightSelectors")
def put_insight_selectors(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html: none is off."""
    trail = trail_to_change(request, request.params["TrailName"])
    selectors: list[dict[str, Any]] = [
        {**selector, "EventCategories": selector.get("EventCategories") or ["Management"]}
        for selector in request.params["InsightSelectors"]
    ]
    code = "InvalidInsightSelectorsException"
    check_insights(selectors, trail.event_selectors, trail.advanced_event_selectors, code)
    trail.insight_selectors = selectors
    return {"TrailARN": trail.arn, "InsightSelectors": trail.insight_selectors}


@rule("cloudtrail", "GetInsightSelectors")
def get_insight_selectors(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetInsightSelectors.html"""
    trail = trail_to_read(request, request.params["TrailName"])
    if not trail.insight_selectors:
        message = f"Trail {trail.trail_name} does not have Insights enabled. Edit the trail settings to enable Insights"
        raise RefusalError("InsightNotEnabledException", message)
    return {"TrailARN": trail.arn, "InsightSelectors": trail.insight_selectors}
