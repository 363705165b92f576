#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: sns_topic_details
version_added: 0.2.0
short_description: Encrypt and tag an SNS topic, and remove single subscriptions and tags of it
description:
  - Does to a topic what M(community.aws.sns_topic) cannot, which knows no encryption, and removes either all
    subscriptions and tags that it is not given, or none; and which tags a topic after it has subscribed to it.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  topic_arn:
    description: The topic's ARN.
    type: str
    required: true
  kms_key_id:
    description:
      - The KMS key that messages are encrypted with; empty for none. Without this option that stays as it is.
      - Name the key as the topic does, or it counts as another one.
    type: str
  unsubscribe:
    description:
      - The ARNs of the subscriptions to remove. Those that are gone count as removed. A subscription that waits for its
        owner has none; AWS drops it after two days.
    type: list
    elements: str
    default: []
  untag:
    description: The keys of the tags to remove, once the subscriptions are.
    type: list
    elements: str
    default: []
  tags:
    description: The tags to add, once others are removed, for a topic has up to 50.
    type: dict
    default: {}
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Encrypt a topic, and take somebody from it
  dayone.aws_account.sns_topic_details:
    topic_arn: arn:aws:sns:us-east-1:123456789012:billing-alarms
    kms_key_id: arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef
    unsubscribe:
      - arn:aws:sns:us-east-1:123456789012:billing-alarms:01234567-89ab-cdef-0123-456789abcdef
    region: us-east-1
"""

RETURN = r"""
kms_key_id:
  description: The key that messages are encrypted with now; empty for none.
  type: str
  returned: success
  sample: ''
"""

from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import all_pages
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule


def read(client: Any, params: dict[str, Any]) -> dict[str, Any]:
    """What there is of what the options are about."""
    arn = params["topic_arn"]
    found: dict[str, Any] = {}
    if params["kms_key_id"] is not None:
        attributes = client.get_topic_attributes(aws_retry=True, TopicArn=arn)["Attributes"]
        found["kms_key_id"] = attributes.get("KmsMasterKeyId", "")
    if params["unsubscribe"]:
        listed = all_pages(client, "list_subscriptions_by_topic", TopicArn=arn)["Subscriptions"]
        there = {item["SubscriptionArn"]: item["Endpoint"] for item in listed}
        found["subscriptions"] = {one: there[one] for one in params["unsubscribe"] if one in there}
    if params["untag"] or params["tags"]:
        tags = boto3_tag_list_to_ansible_dict(client.list_tags_for_resource(aws_retry=True, ResourceArn=arn)["Tags"])
        found["tags"] = {key: tags[key] for key in [*params["untag"], *params["tags"]] if key in tags}
    return found


def wanted(params: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """What there will be of it."""
    all_of_it = {"kms_key_id": params["kms_key_id"], "subscriptions": {}, "tags": params["tags"]}
    return {name: all_of_it[name] for name in before}


def apply(client: Any, arn: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Subscriptions before tags: those may say whose they are."""
    if after.get("kms_key_id") != before.get("kms_key_id"):
        client.set_topic_attributes(
            aws_retry=True, TopicArn=arn, AttributeName="KmsMasterKeyId", AttributeValue=after["kms_key_id"]
        )
    for subscription in before.get("subscriptions", {}):
        client.unsubscribe(aws_retry=True, SubscriptionArn=subscription)
    tags_before, tags_after = before.get("tags", {}), after.get("tags", {})
    if gone := sorted(tags_before.keys() - tags_after.keys()):
        client.untag_resource(aws_retry=True, ResourceArn=arn, TagKeys=gone)
    if new := {key: value for key, value in tags_after.items() if tags_before.get(key) != value}:
        client.tag_resource(aws_retry=True, ResourceArn=arn, Tags=ansible_dict_to_boto3_tag_list(new))


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "topic_arn": {"type": "str", "required": True},
            "kms_key_id": {"type": "str", "no_log": False},
            "unsubscribe": {"type": "list", "elements": "str", "default": []},
            "untag": {"type": "list", "elements": "str", "default": []},
            "tags": {"type": "dict", "default": {}},
        },
        supports_check_mode=True,
    )
    arn = module.params["topic_arn"]
    try:
        client = module.client("sns")
        before = read(client, module.params)
        after = wanted(module.params, before)
        if before != after and not module.check_mode:
            apply(client, arn, before, after)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"set up the topic {arn}")
    module.exit_json(
        changed=before != after,
        kms_key_id=after.get("kms_key_id", ""),
        diff={"before": before, "after": after},
    )


if __name__ == "__main__":
    main()
