# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which events selectors record: whether they cover a wish, what Insights can look at.

An event is recorded if any selector of the trail takes it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils._event_selectors import (
    Insights,
    Selector,
    Selectors,
)

KINDS = {"All": ("read", "write"), "ReadOnly": ("read",), "WriteOnly": ("write",)}
S3_OBJECT = "AWS::S3::Object"
# Two spellings of one thing.
# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DataResource.html
EVERY_BUCKET = {"s3", "s3:::"}
READ_ONLY = {"true": ("read",), "false": ("write",)}


class Recorded(NamedTuple):
    """The management events, read and write ones apart, and whether there are data events."""

    left_out: dict[str, frozenset[str]]
    """Kinds that are recorded for all services but these."""
    kinds: frozenset[str]
    """Kinds of which some are recorded: those above, and those that a filter narrows."""
    data: bool


def recorded(selectors: Selectors) -> Recorded:
    """What these selectors record."""
    parts = [_classic(item) for item in selectors.classic] + [_advanced(item) for item in selectors.advanced]
    left_out: dict[str, frozenset[str]] = {}
    for part in parts:
        for kind, sources in part.left_out.items():
            left_out[kind] = left_out[kind] & sources if kind in left_out else sources
    return Recorded(left_out, frozenset().union(*(part.kinds for part in parts)), any(part.data for part in parts))


def _classic(selector: Selector) -> Recorded:
    kinds = KINDS[selector["ReadWriteType"]] if selector["IncludeManagementEvents"] else ()
    sources = frozenset(selector["ExcludeManagementEventSources"])
    return Recorded(dict.fromkeys(kinds, sources), frozenset(kinds), bool(selector["DataResources"]))


def _advanced(selector: Selector) -> Recorded:
    fields = {field["Field"]: _conditions(field) for field in selector["FieldSelectors"]}
    category = fields.pop("eventCategory", {}).get("Equals")
    if category != ["Management"]:
        return Recorded({}, frozenset(), category == ["Data"])
    read_only = fields.pop("readOnly", {}).get("Equals") or ["true", "false"]
    kinds = frozenset(kind for value in read_only for kind in READ_ONLY.get(value, ()))
    sources = fields.pop("eventSource", {})
    narrowed = bool(fields) or bool(sources.keys() - {"NotEquals"})
    left_out = frozenset(sources.get("NotEquals", []))
    return Recorded({} if narrowed else dict.fromkeys(kinds, left_out), kinds, False)


def _conditions(field: dict[str, Any]) -> dict[str, Any]:
    return {operator: values for operator, values in field.items() if operator != "Field"}


def objects_recorded(selectors: Selectors) -> frozenset[str]:
    """Of which kind the data events of all objects in all buckets of S3 are recorded."""
    found: set[str] = set()
    for item in selectors.classic:
        if any(one["Type"] == S3_OBJECT and EVERY_BUCKET & _ends(one["Values"]) for one in item["DataResources"]):
            found |= set(KINDS[item["ReadWriteType"]])
    for item in selectors.advanced:
        fields = {field["Field"]: _conditions(field) for field in item["FieldSelectors"]}
        read_only = fields.pop("readOnly", {}).get("Equals") or ["true", "false"]
        if fields == {"eventCategory": {"Equals": ["Data"]}, "resources.type": {"Equals": [S3_OBJECT]}}:
            found |= {kind for value in read_only for kind in READ_ONLY.get(value, ())}
    return frozenset(found)


def _ends(arns: list[str]) -> set[str]:
    """The ARNs from the service on."""
    return {arn.split(":", 2)[-1] for arn in arns}


def covers(has: Recorded, wish: Recorded) -> bool:
    """Whether all management events that are wished for are recorded already."""
    return all(
        kind in has.left_out and has.left_out[kind] <= wish.left_out.get(kind, frozenset()) for kind in wish.kinds
    )


def possible_insights(insights: Insights, selectors: Selectors) -> Insights:
    """The Insights that have events to look at. The rate of calls to the management API is that of write events.

    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutInsightSelectors.html
    """
    has = recorded(selectors)

    def possible(kind: str, category: str) -> bool:
        if category == "Data":
            return has.data
        return "write" in has.kinds if kind == "ApiCallRateInsight" else bool(has.kinds)

    kept = {kind: [name for name in categories if possible(kind, name)] for kind, categories in insights.items()}
    return {kind: categories for kind, categories in kept.items() if categories}
