#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudtrail_event_selectors
version_added: 0.1.0
short_description: Choose which events a CloudTrail trail records
description:
  - Sets the classic event selector and the Insights selectors of an existing trail, as a whole.
  - A trail with advanced event selectors gets the classic one in their place; a warning says what is lost.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  name:
    description: The trail, by its name (in its home region) or its ARN.
    type: str
    required: true
  read_write_type:
    description: Which management and data events are recorded, those that only read, those that write, or all.
    type: str
    choices: [all, read, write]
    default: all
  include_management_events:
    description: Whether management events are recorded.
    type: bool
    default: true
  exclude_management_event_sources:
    description:
      - Services whose management events are left out. AWS takes C(kms.amazonaws.com) and C(rdsdata.amazonaws.com).
    type: list
    elements: str
    choices: [kms.amazonaws.com, rdsdata.amazonaws.com]
    default: []
  data_events:
    description: Data events that are recorded as well. Each costs, whichever trail it is.
    type: list
    elements: dict
    default: []
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
    description: The kinds of Insights events that are recorded. Each costs.
    type: list
    elements: str
    choices: [ApiCallRateInsight, ApiErrorRateInsight]
    default: []
attributes:
  check_mode:
    support: full
    details: A trail that does not exist yet is taken for a new one, which records all management events.
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: amazon.aws.cloudtrail
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
"""

RETURN = r"""
event_selectors:
  description: The trail's classic event selector, as it is now.
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
insights:
  description: The kinds of Insights events, as they are now.
  type: list
  elements: str
  returned: always
  sample: [ApiCallRateInsight]
"""

from typing import Any, NamedTuple

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict
from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws

READ_WRITE_TYPES = {"all": "All", "read": "ReadOnly", "write": "WriteOnly"}
# How AWS spells "all of them" for a kind of resource; {partition} is aws, aws-cn or aws-us-gov.
# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DataResource.html
ALL_OF = {
    "AWS::S3::Object": "arn:{partition}:s3",
    "AWS::Lambda::Function": "arn:{partition}:lambda",
    "AWS::DynamoDB::Table": "arn:{partition}:dynamodb",
}
NEW_TRAIL: dict[str, Any] = {
    "ReadWriteType": "All",
    "IncludeManagementEvents": True,
    "ExcludeManagementEventSources": [],
    "DataResources": [],
}


class Selectors(NamedTuple):
    """What a trail records: its classic selectors (None: it has advanced ones) and its kinds of Insights."""

    classic: list[dict[str, Any]] | None
    insights: list[str]


def normalised(selector: dict[str, Any]) -> dict[str, Any]:
    """The selector with what AWS leaves out filled in and every list in one order, so that two can be compared."""
    filled = {**NEW_TRAIL, **selector}
    resources = [{"Type": item["Type"], "Values": sorted(item.get("Values", []))} for item in filled["DataResources"]]
    return {
        **filled,
        "ExcludeManagementEventSources": sorted(filled["ExcludeManagementEventSources"]),
        "DataResources": sorted(resources, key=lambda item: str(item["Type"])),
    }


def wanted_selectors(params: dict[str, Any], partition: str) -> Selectors:
    """What the trail should record, from the module's options."""
    resources = [
        {
            "Type": item["type"],
            "Values": [_resource_arn(arn, item["type"]) for arn in item["arns"]]
            or [ALL_OF[item["type"]].format(partition=partition)],
        }
        for item in params["data_events"]
    ]
    selector = normalised(
        {
            "ReadWriteType": READ_WRITE_TYPES[params["read_write_type"]],
            "IncludeManagementEvents": params["include_management_events"],
            "ExcludeManagementEventSources": params["exclude_management_event_sources"],
            "DataResources": resources,
        }
    )
    return Selectors([selector], sorted(params["insights"]))


def _resource_arn(arn: str, kind: str) -> str:
    """A bucket's ARN gets the slash that makes AWS record its objects."""
    is_bucket = kind == "AWS::S3::Object" and arn.count(":") == 5 and "/" not in arn
    return f"{arn}/" if is_bucket else arn


def read_selectors(client: Any, name: str) -> Selectors | None:
    """What the trail records; None where there is no such trail."""
    try:
        answer = client.get_event_selectors(aws_retry=True, TrailName=name)
    except is_boto3_error_code("TrailNotFoundException"):
        return None
    classic = None if answer.get("AdvancedEventSelectors") else answer.get("EventSelectors", [])
    return Selectors(
        None if classic is None else [normalised(selector) for selector in classic], read_insights(client, name)
    )


def read_insights(client: Any, name: str) -> list[str]:
    try:
        answer = client.get_insight_selectors(aws_retry=True, TrailName=name)
    except is_boto3_error_code("InsightNotEnabledException"):
        return []
    return sorted(selector["InsightType"] for selector in answer.get("InsightSelectors", []))


def put_differences(client: Any, name: str, now: Selectors, wanted: Selectors) -> None:
    """Write what differs. Insights need management events: they go off before these do, and on after."""
    if now.insights != wanted.insights and not wanted.insights:
        _put_insights(client, name, wanted.insights)
    if now.classic != wanted.classic:
        client.put_event_selectors(aws_retry=True, TrailName=name, EventSelectors=wanted.classic)
    if now.insights != wanted.insights and wanted.insights:
        _put_insights(client, name, wanted.insights)


def _put_insights(client: Any, name: str, insights: list[str]) -> None:
    client.put_insight_selectors(
        aws_retry=True, TrailName=name, InsightSelectors=[{"InsightType": kind} for kind in insights]
    )


def as_diff(selectors: Selectors) -> dict[str, Any]:
    classic = "advanced event selectors" if selectors.classic is None else selectors.classic
    return {"event_selectors": classic, "insights": selectors.insights}


ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "read_write_type": {"type": "str", "choices": list(READ_WRITE_TYPES), "default": "all"},
    "include_management_events": {"type": "bool", "default": True},
    "exclude_management_event_sources": {
        "type": "list",
        "elements": "str",
        "choices": ["kms.amazonaws.com", "rdsdata.amazonaws.com"],
        "default": [],
    },
    "data_events": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {
            "type": {"type": "str", "required": True, "choices": list(ALL_OF)},
            "arns": {"type": "list", "elements": "str", "default": []},
        },
    },
    "insights": {
        "type": "list",
        "elements": "str",
        "choices": ["ApiCallRateInsight", "ApiErrorRateInsight"],
        "default": [],
    },
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    name = module.params["name"]
    client = module.client("cloudtrail", retry_decorator=AWSRetry.jittered_backoff())
    wanted = wanted_selectors(module.params, client.meta.partition)
    try:
        now = read_selectors(client, name)
        if now is None and not module.check_mode:
            module.fail_json(msg=f"There is no trail '{name}' in region {module.region}: create it first.")
        now = now or Selectors([NEW_TRAIL], [])
        if now.classic is None:
            module.warn(
                f"The advanced event selectors of trail '{name}' give way to classic ones; their filters are lost."
            )
        if not module.check_mode:
            put_differences(client, name, now, wanted)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"choose the events that trail '{name}' records")
    module.exit_json(
        changed=now != wanted,
        event_selectors=[camel_dict_to_snake_dict(selector) for selector in wanted.classic or []],
        insights=wanted.insights,
        diff={"before": as_diff(now), "after": as_diff(wanted)},
    )


if __name__ == "__main__":
    main()
