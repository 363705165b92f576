"""CloudTrail: the event history, in which the management events of 90 days can be looked up."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from ..errors import RefusalError
from ..recorded import Recorded, event_of, user_name
from ..request import Request
from ..world import World
from .registry import Answer, rule

KEPT_SECONDS = 90 * 24 * 3600
# A client counts 90 days back by its own clock, some seconds before it asks.
TOLERANCE_SECONDS = 5 * 60
MOST_RESULTS = 50
LONGEST_VALUE = 2000
KEYS = frozenset(
    {"AccessKeyId", "EventId", "EventName", "EventSource", "ReadOnly", "ResourceName", "ResourceType", "Username"}
)
REQUESTS_A_SECOND = 2


@rule("cloudtrail", "LookupEvents")
def lookup_events(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html

    Newest first; of the region asked alone. That a time range may begin 90 days ago at the earliest is the strictest
    reading of "the time range is outside the range of possible values".
    """
    throttle(request, world)
    params = request.params
    wanted = attribute_of(params)
    start, end = time_range(params, world.now())
    size = params.get("MaxResults") or MOST_RESULTS
    if not 1 <= size <= MOST_RESULTS:
        raise RefusalError("InvalidMaxResultsException", f"MaxResults is from 1 to {MOST_RESULTS}.")
    if params.get("EventCategory") not in (None, "insight"):
        raise RefusalError("InvalidEventCategoryException", "The only event category is insight.")
    before = position_of(params, len(world.recorded))
    seen = world.now() - world.switches[request.account].event_delay_seconds
    found = [
        (number, event)
        for number, recorded in reversed(list(enumerate(world.recorded[:before])))
        if (recorded.call.account, recorded.region) == (request.account, request.region)
        and start <= recorded.at <= min(end, seen)
        and (event := event_of(recorded))
        and has(recorded, event, wanted)
        and params.get("EventCategory") is None
    ]
    answer: Answer = {"Events": [event for _number, event in found[:size]]}
    if len(found) > size:
        answer["NextToken"] = f"{found[size - 1][0]}-{digest(params)}"
    return answer


def throttle(request: Request, world: World) -> None:
    """With the switch, two requests a second in each region, as the API's reference says."""
    if not world.switches[request.account].throttle_lookups:
        return
    asked = world.memory["lookups"].setdefault((request.account, request.region), [])
    now = world.now()
    asked[:] = [at for at in asked if now - at < 1]
    if len(asked) >= REQUESTS_A_SECOND:
        raise RefusalError("ThrottlingException", "Rate exceeded")
    asked.append(now)


def attribute_of(params: dict[str, Any]) -> tuple[str, str] | None:
    """The one attribute that events are looked up by."""
    attributes = params.get("LookupAttributes") or []
    if not attributes:
        return None
    if len(attributes) > 1:
        raise RefusalError("InvalidLookupAttributesException", "You can only specify one lookup attribute.")
    key, value = attributes[0].get("AttributeKey"), attributes[0].get("AttributeValue") or ""
    length = len(value) + sum(value.count(letter) for letter in "_ ,\n")
    if key not in KEYS or not 1 <= length <= LONGEST_VALUE:
        raise RefusalError("InvalidLookupAttributesException", f"The lookup attribute {key} is not valid.")
    if key == "ReadOnly" and value not in ("true", "false"):
        raise RefusalError("InvalidLookupAttributesException", "ReadOnly is true or false.")
    return key, value


def time_range(params: dict[str, Any], now: float) -> tuple[float, float]:
    """From when to when, in seconds since 1970."""
    oldest = now - KEPT_SECONDS
    start, end = (seconds_of(params.get(name), other) for name, other in (("StartTime", oldest), ("EndTime", now)))
    if start > end or start < oldest - TOLERANCE_SECONDS:
        raise RefusalError("InvalidTimeRangeException", "The time range is not valid.")
    return max(start, oldest), end


def seconds_of(value: Any, otherwise: float) -> float:
    return value.timestamp() if isinstance(value, datetime) else otherwise if value is None else float(value)


def position_of(params: dict[str, Any], end: int) -> int:
    """Where the page before ended. A token is for the same parameters as the call that it came from."""
    token = params.get("NextToken")
    if token is None:
        return end
    number, _dash, of = token.partition("-")
    if not number.isdigit() or of != digest(params):
        raise RefusalError("InvalidNextTokenException", "The token is not valid, or was for other parameters.")
    return int(number)


def digest(params: dict[str, Any]) -> str:
    same = {name: value for name, value in params.items() if name != "NextToken"}
    return hashlib.sha256(json.dumps(same, sort_keys=True, default=str).encode()).hexdigest()


def has(recorded: Recorded, event: dict[str, Any], wanted: tuple[str, str] | None) -> bool:
    """Whether the event has the attribute's value."""
    if wanted is None:
        return True
    key, value = wanted
    if key == "Username":
        return user_name(recorded.call.principal) == value
    if key in ("ResourceName", "ResourceType"):
        return any(resource[key] == value for resource in event["Resources"])
    return bool(event[key] == value)
