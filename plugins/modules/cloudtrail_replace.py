#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudtrail_replace
version_added: 0.2.0
short_description: Delete a CloudTrail trail once its replacement delivers
description:
  - Deletes a trail of this account that another one has replaced, under a new name or in another home region. The log
    files of the old trail stay where they are.
  - The old trail goes only when the new one logs, its first log file has arrived and CloudTrail reports no error in
    delivering, and only when it has the tags of O(only_tagged). It is never stopped before it is deleted.
  - CloudTrail delivers the first log file some minutes after a trail was started. Until then the old trail stays, with
    a warning, and a later run deletes it.
  - Takes the tag O(mark) off the new trail afterwards, so that an interrupted run can be carried on.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  name:
    description: The new trail, by its name or ARN; in the region of the call.
    type: str
    required: true
  replaced:
    description: The ARN of the old trail, whatever its home region.
    type: str
    required: true
  only_tagged:
    description: Tags that the old trail must have. With other tags it is left, with a warning.
    type: dict
    required: true
  mark:
    description: The tag of the new trail that says which one it replaces; taken off when the old one is gone.
    type: str
    required: true
attributes:
  check_mode:
    support: full
    details: Of a new trail that does not exist yet no log file has arrived, so that the old one is told to stay.
  diff_mode:
    support: none
seealso:
  - module: amazon.aws.cloudtrail
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Delete the trail of the old name
  dayone.aws_account.cloudtrail_replace:
    name: management-events
    replaced: arn:aws:cloudtrail:ap-northeast-1:123456789012:trail/first-trail
    only_tagged:
      made-by: us
    mark: replaces
"""

RETURN = r"""
deleted:
  description: Whether the old trail was deleted.
  type: bool
  returned: always
  sample: true
reason:
  description: Why the old trail was left, for a person; empty when it is gone.
  type: str
  returned: always
  sample: ""
"""

from typing import Any, NamedTuple

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTags.html
NOT_THERE = ["TrailNotFoundException", "ResourceNotFoundException"]


class Standing(NamedTuple):
    """How the new trail (None: it is still to come) and the old one (its tags; None: it is gone) stand."""

    status: dict[str, Any] | None
    old_tags: dict[str, str] | None


def why_left(standing: Standing, name: str, replaced: str, only_tagged: dict[str, str]) -> str:
    """Why the old trail has to stay; empty if it may go, or has gone."""
    if standing.old_tags is None:
        return ""
    if not only_tagged.items() <= standing.old_tags.items():
        return f"Trail '{replaced}' stays: its tags do not say that it may be deleted."
    status = standing.status
    if status is not None and not status["IsLogging"]:
        return f"Trail '{replaced}' stays until trail '{name}' logs."
    if status is not None and status.get("LatestDeliveryError"):
        return (
            f"Trail '{replaced}' stays: CloudTrail cannot deliver the log files of trail '{name}' "
            f"({status['LatestDeliveryError']})."
        )
    # No error counts for nothing before anything was delivered.
    if status is None or not status.get("LatestDeliveryTime"):
        return (
            f"Trail '{replaced}' stays for now: no log file of trail '{name}' has arrived yet. That takes some "
            "minutes. Run again later: the run that finds one there deletes the old trail."
        )
    return ""


def read(module: AnsibleAWSModule, client: Any, old_client: Any) -> Standing:
    name, replaced = module.params["name"], module.params["replaced"]
    status = None
    try:
        status = client.get_trail_status(aws_retry=True, Name=name)
    except is_boto3_error_code("TrailNotFoundException"):
        if not module.check_mode:
            raise
    try:
        (listed,) = old_client.list_tags(aws_retry=True, ResourceIdList=[replaced])["ResourceTagList"]
    except is_boto3_error_code(NOT_THERE):
        return Standing(status, None)
    return Standing(status, boto3_tag_list_to_ansible_dict(listed.get("TagsList", [])))


def remove_mark(client: Any, name: str, mark: str) -> None:
    arn = client.get_trail(aws_retry=True, Name=name)["Trail"]["TrailARN"]
    client.remove_tags(aws_retry=True, ResourceId=arn, TagsList=[{"Key": mark}])


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "replaced": {"type": "str", "required": True},
            "only_tagged": {"type": "dict", "required": True},
            "mark": {"type": "str", "required": True},
        },
        supports_check_mode=True,
    )
    name, replaced = module.params["name"], module.params["replaced"]
    if replaced.count(":") != 5:
        module.fail_json(msg=f"replaced is '{replaced}'; give the ARN of the old trail.")
    client = module.client("cloudtrail")
    old_client = module.client("cloudtrail", region=replaced.split(":")[3])
    try:
        standing = read(module, client, old_client)
        reason = why_left(standing, name, replaced, module.params["only_tagged"])
        may_go = standing.old_tags is not None and not reason
        if may_go and not module.check_mode:
            old_client.delete_trail(aws_retry=True, Name=replaced)
        if not reason and not module.check_mode:
            remove_mark(client, name, module.params["mark"])
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"delete trail '{replaced}', which trail '{name}' replaces")
    if reason:
        module.warn(reason)
    module.exit_json(changed=not reason, deleted=may_go, reason=reason)


if __name__ == "__main__":
    main()
