#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudtrail_event_selectors
version_added: 0.1.0
short_description: Choose which events a CloudTrail trail records
description:
  - Sets the event selectors of an existing trail, classic or advanced ones, and its Insights selectors, all as a whole.
  - It reads first, and changes only what differs; the order of lists does not count.
  - A trail has classic or advanced event selectors. A warning names the events and Insights that go with a change, and
    the filters where one kind of selectors gives way to the other.
  - AWS's limits are checked before the first call. These are 250 single data resources and 500 values of advanced event
    selectors for a trail, see U(https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html).
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
  - dayone.aws_account.event_selectors
options:
  name:
    description: The trail, by its name (in its home region) or its ARN.
    type: str
    required: true
  read_write_type:
    description:
      - Which management and data events are recorded, those that only read, those that write, or all.
      - C(all) unless given. Not together with I(advanced_event_selectors).
    type: str
    choices: [all, read, write]
  include_management_events:
    description:
      - Whether management events are recorded.
      - C(true) unless given. Not together with I(advanced_event_selectors).
    type: bool
  exclude_management_event_sources:
    description:
      - Services whose management events are left out. AWS takes C(kms.amazonaws.com) and C(rdsdata.amazonaws.com).
      - None unless given. Not together with I(advanced_event_selectors).
    type: list
    elements: str
    choices: [kms.amazonaws.com, rdsdata.amazonaws.com]
  data_events:
    description:
      - Data events that are recorded as well. Each costs, whichever trail it is.
      - None unless given. Not together with I(advanced_event_selectors), which has other kinds of resources too.
    type: list
    elements: dict
    suboptions:
      type:
        description: The kind of resource.
        type: str
        required: true
        choices: ['AWS::S3::Object', 'AWS::Lambda::Function', 'AWS::DynamoDB::Table']
      arns:
        description:
          - ARNs of the resources; of S3, buckets or prefixes of objects in them, as C(arn:aws:s3:::bucket/prefix).
          - Without any, all resources of that kind in the account.
        type: list
        elements: str
        default: []
  insights:
    description:
      - The kinds of Insights that look at management events. Each costs.
      - C(ApiCallRateInsight) needs write management events, C(ApiErrorRateInsight) any.
    type: list
    elements: str
    choices: [ApiCallRateInsight, ApiErrorRateInsight]
    default: []
  data_event_insights:
    description:
      - The kinds of Insights that look at the data events of the trail. Each costs.
      - Needs a botocore that knows C(EventCategories) of PutInsightSelectors, as those of 2026 do.
    type: list
    elements: str
    choices: [ApiCallRateInsight, ApiErrorRateInsight]
    default: []
attributes:
  check_mode:
    support: full
    details: A trail that does not exist yet is taken for a new one, which records all management events.
seealso:
  - module: amazon.aws.cloudtrail
  - module: dayone.aws_account.cloudtrail_trails_info
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Record what is done with the objects of all buckets, too
  dayone.aws_account.cloudtrail_event_selectors:
    name: management-events
    data_events:
      - type: AWS::S3::Object

- name: Leave KMS out, and look for unusual activity
  dayone.aws_account.cloudtrail_event_selectors:
    name: management-events
    exclude_management_event_sources: [kms.amazonaws.com]
    insights: [ApiCallRateInsight, ApiErrorRateInsight]

- name: Record management events, and deletions in all buckets but one
  dayone.aws_account.cloudtrail_event_selectors:
    name: management-events
    advanced_event_selectors:
      - name: All management events
        field_selectors:
          - field: eventCategory
            equals: [Management]
      - name: Deleted objects
        field_selectors:
          - field: eventCategory
            equals: [Data]
          - field: resources.type
            equals: ['AWS::S3::Object']
          - field: eventName
            starts_with: [Delete]
          - field: resources.ARN
            not_starts_with: ['arn:aws:s3:::example-logs/']
"""

RETURN = r"""
event_selectors:
  description: The trail's classic event selector, as it is now; none where it has advanced ones.
  type: list
  elements: dict
  returned: always
  sample:
    - read_write_type: All
      include_management_events: true
      exclude_management_event_sources: []
      data_resources:
        - type: AWS::S3::Object
          values: ["arn:aws:s3"]
advanced_event_selectors:
  description: The trail's advanced event selectors, as they are now; none where it has a classic one.
  type: list
  elements: dict
  returned: always
  sample:
    - name: All management events
      field_selectors:
        - field: eventCategory
          equals: [Management]
insights:
  description: The kinds of Insights that look at management events, as they are now.
  type: list
  elements: str
  returned: always
  sample: [ApiCallRateInsight]
data_event_insights:
  description: The kinds of Insights that look at data events, as they are now.
  type: list
  elements: str
  returned: always
  sample: []
"""

from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict
from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils._event_selector_rules import broken_rules, wildcards
from ansible_collections.dayone.aws_account.plugins.module_utils._event_selectors import (
    ADVANCED_OPTION,
    ALL_OF,
    EXCLUDABLE_SOURCES,
    INSIGHTS,
    READ_WRITE_TYPES,
    Insights,
    Selectors,
    insights_of,
    new_trail,
    selectors_of,
    wanted_selectors,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._lost_events import lost
from ansible_collections.dayone.aws_account.plugins.module_utils._recorded_events import possible_insights
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

CLASSIC_OPTIONS = (
    "read_write_type",
    "include_management_events",
    "exclude_management_event_sources",
    "data_events",
)


class Trail:
    """The selectors of one trail, read and written."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def knows_categories(self) -> bool:
        """Whether this botocore can say which events Insights look at; AWS takes management events unless told."""
        shape = self._client.meta.service_model.shape_for("InsightSelector")
        return "EventCategories" in shape.members

    def read(self) -> Selectors | None:
        """What the trail records; None where there is no such trail."""
        try:
            answer = self._client.get_event_selectors(aws_retry=True, TrailName=self._name)
        except is_boto3_error_code("TrailNotFoundException"):
            return None
        return selectors_of(answer, self._read_insights())

    def _read_insights(self) -> Insights:
        try:
            return insights_of(self._client.get_insight_selectors(aws_retry=True, TrailName=self._name))
        except is_boto3_error_code("InsightNotEnabledException"):
            return {}

    def change(self, now: Selectors, wanted: Selectors) -> None:
        """Write what differs. Insights go off before the events that they look at do, and on after these are."""
        between = possible_insights(now.insights, wanted)
        if between != now.insights:
            self._put_insights(between)
        if (now.classic, now.advanced) != (wanted.classic, wanted.advanced):
            kind = (
                {"AdvancedEventSelectors": wanted.advanced} if wanted.advanced else {"EventSelectors": wanted.classic}
            )
            self._client.put_event_selectors(aws_retry=True, TrailName=self._name, **kind)
        if between != wanted.insights:
            self._put_insights(wanted.insights)

    def _put_insights(self, insights: Insights) -> None:
        categories = self.knows_categories()
        self._client.put_insight_selectors(
            aws_retry=True,
            TrailName=self._name,
            InsightSelectors=[
                {"InsightType": kind, **({"EventCategories": looked_at} if categories else {})}
                for kind, looked_at in sorted(insights.items())
            ],
        )


def as_result(selectors: Selectors) -> dict[str, Any]:
    return {
        "event_selectors": [camel_dict_to_snake_dict(selector) for selector in selectors.classic],
        "advanced_event_selectors": [camel_dict_to_snake_dict(selector) for selector in selectors.advanced],
        "insights": sorted(kind for kind, looked_at in selectors.insights.items() if "Management" in looked_at),
        "data_event_insights": sorted(kind for kind, looked_at in selectors.insights.items() if "Data" in looked_at),
    }


LIST_OF_STRINGS: dict[str, Any] = {"type": "list", "elements": "str"}
INSIGHTS_OPTION: dict[str, Any] = {**LIST_OF_STRINGS, "choices": list(INSIGHTS), "default": []}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "read_write_type": {"type": "str", "choices": list(READ_WRITE_TYPES)},
    "include_management_events": {"type": "bool"},
    "exclude_management_event_sources": {**LIST_OF_STRINGS, "choices": list(EXCLUDABLE_SOURCES)},
    "data_events": {
        "type": "list",
        "elements": "dict",
        "options": {
            "type": {"type": "str", "required": True, "choices": list(ALL_OF)},
            "arns": {**LIST_OF_STRINGS, "default": []},
        },
    },
    "advanced_event_selectors": ADVANCED_OPTION,
    "insights": INSIGHTS_OPTION,
    "data_event_insights": INSIGHTS_OPTION,
}


def check(module: Any, trail: Trail, wanted: Selectors) -> None:
    """Stop before the first call where AWS would refuse these."""
    broken = broken_rules(wanted)
    if module.params["data_event_insights"] and not trail.knows_categories():
        broken.append("This botocore does not know Insights of data events: those of 2026 do.")
    if broken:
        module.fail_json(msg=f"The events of trail '{module.params['name']}' cannot be so. {' '.join(broken)}")
    for text in wildcards(wanted):
        module.warn(text)


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=ARGUMENTS,
        mutually_exclusive=[(option, "advanced_event_selectors") for option in CLASSIC_OPTIONS],
        supports_check_mode=True,
    )
    name = module.params["name"]
    client = module.client("cloudtrail")
    trail = Trail(client, name)
    wanted = wanted_selectors(module.params, client.meta.partition)
    check(module, trail, wanted)
    try:
        now = trail.read()
        if now is None and not module.check_mode:
            module.fail_json(msg=f"There is no trail '{name}' in region {module.region}: create it first.")
        now = now or new_trail()
        for gone in lost(now, wanted):
            module.warn(f"Trail '{name}': {gone}.")
        if not module.check_mode:
            trail.change(now, wanted)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"choose the events that trail '{name}' records")
    after = as_result(wanted)
    module.exit_json(changed=now != wanted, **after, diff={"before": as_result(now), "after": after})


if __name__ == "__main__":
    main()
