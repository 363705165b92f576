# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What AWS refuses of event and Insights selectors, as sentences for a person, to be said before the call.

Names of fields are left to AWS, which adds to them: its own refusal names them.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from __future__ import annotations

import re

from ansible_collections.dayone.aws_account.plugins.module_utils._event_selectors import (
    ALL_OF,
    Selector,
    Selectors,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._recorded_events import possible_insights

MOST_DATA_RESOURCES = 250
MOST_VALUES = 500
MOST_CHARACTERS_OF_NAME = 1000
MOST_CHARACTERS_OF_VALUE = 2048
CATEGORIES = ("Management", "Data", "NetworkActivity")
ONLY_EQUALS = ("eventCategory", "readOnly", "resources.type")
# What a selector of the category must have besides, with Equals.
REQUIRED = {"Data": "resources.type", "NetworkActivity": "eventSource"}
NEEDED = {
    ("ApiCallRateInsight", "Management"): "write management events",
    ("ApiErrorRateInsight", "Management"): "read or write management events",
}


def broken_rules(selectors: Selectors) -> list[str]:
    """What AWS would refuse of these, or take and not do as meant."""
    broken = [rule for item in selectors.classic for rule in _of_classic(item)]
    for number, item in enumerate(selectors.advanced, 1):
        title = f"Advanced event selector '{item['Name']}'" if item.get("Name") else f"Advanced event selector {number}"
        broken += [f"{title} {rule}" for rule in _of_advanced(item)]
    values = sum(len(given) for item in selectors.advanced for given in _values(item))
    if values > MOST_VALUES:
        broken.append(f"The advanced event selectors have {values} values in all; AWS takes {MOST_VALUES} for a trail.")
    return broken + _of_insights(selectors)


def _of_classic(selector: Selector) -> list[str]:
    broken = []
    if not selector["IncludeManagementEvents"] and not selector["DataResources"]:
        broken.append("With include_management_events false and no data_events the trail would record nothing.")
    single = 0
    for resource in selector["DataResources"]:
        kind = resource["Type"]
        every = re.compile(ALL_OF[kind].format(partition="aws[a-z-]*"))
        for value in resource["Values"]:
            single += not every.fullmatch(value)
            if not re.fullmatch(every.pattern + "(:.*)?", value):
                broken.append(f"'{value}' is no ARN of the kind {kind}.")
            elif "*" in value:
                broken.append(
                    f"'{value}' has a '*', which classic event selectors cannot have: give a prefix, or none for all."
                )
    if single > MOST_DATA_RESOURCES:
        broken.append(
            f"data_events has {single} ARNs; AWS takes {MOST_DATA_RESOURCES} for a trail. "
            "Leave arns out to record all resources of a kind, or use advanced_event_selectors."
        )
    return broken


def _of_advanced(selector: Selector) -> list[str]:
    fields = {field["Field"]: field for field in selector["FieldSelectors"]}
    broken = [f"has no operator for {name}." for name, field in fields.items() if len(field) == 1]
    if len(selector.get("Name", "")) > MOST_CHARACTERS_OF_NAME:
        broken.append(f"has a name of more than {MOST_CHARACTERS_OF_NAME} characters.")
    if any(len(value) > MOST_CHARACTERS_OF_VALUE for given in _values(selector) for value in given):
        broken.append(f"has a value of more than {MOST_CHARACTERS_OF_VALUE} characters.")
    broken += [
        f"may use no other operator than equals for {name}."
        for name in ONLY_EQUALS
        if fields.get(name, {}).keys() - {"Field", "Equals"}
    ]
    category = fields.get("eventCategory", {}).get("Equals", [])
    if len(category) != 1 or category[0] not in CATEGORIES:
        return [*broken, f"must have the field eventCategory, which equals one of {', '.join(CATEGORIES)}."]
    needed = REQUIRED.get(category[0])
    if needed and len(fields.get(needed, {}).get("Equals", [])) != 1:
        broken.append(f"must have the field {needed}, which equals one value, for events of category {category[0]}.")
    if set(fields.get("readOnly", {}).get("Equals", [])) - {"true", "false"}:
        broken.append("may have 'true' or 'false' for readOnly.")
    return broken


def _values(selector: Selector) -> list[list[str]]:
    return [values for field in selector["FieldSelectors"] for name, values in field.items() if name != "Field"]


def _of_insights(selectors: Selectors) -> list[str]:
    possible = possible_insights(selectors.insights, selectors)
    return [
        f"{kind} has nothing to look at: the trail does not record {NEEDED.get((kind, category), 'data events')}."
        for kind, categories in sorted(selectors.insights.items())
        for category in categories
        if category not in possible.get(kind, [])
    ]


def wildcards(selectors: Selectors) -> list[str]:
    """AWS takes a '*' in an advanced event selector and looks for the character itself."""
    return [
        f"'{value}' in an advanced event selector means the character '*' and nothing else: there are no wildcards. "
        "Use starts_with or ends_with."
        for item in selectors.advanced
        for values in _values(item)
        for value in values
        if value.endswith("*") or value.startswith("*")
    ]
