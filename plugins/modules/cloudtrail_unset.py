#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudtrail_unset
version_added: 0.2.0
short_description: Take settings off a CloudTrail trail
description:
  - Takes the prefix of its log files or its topic off a trail, which M(amazon.aws.cloudtrail) can set but not take
    away.
  - The trail logs on. Log files under the prefix, and the topic, stay as they are.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  name:
    description: The trail, by its name or ARN; in its home region.
    type: str
    required: true
  settings:
    description: What the trail is not to have any more.
    type: list
    elements: str
    choices: [s3_key_prefix, sns_topic_name]
    required: true
seealso:
  - module: amazon.aws.cloudtrail
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Tell nobody of log files any more
  dayone.aws_account.cloudtrail_unset:
    name: management-events
    settings: [sns_topic_name]
"""

RETURN = r"""
trail:
  description: The trail, as it is now.
  type: dict
  returned: always
  sample:
    name: management-events
    s3_bucket_name: example-logs
    trail_arn: arn:aws:cloudtrail:ap-northeast-1:123456789012:trail/management-events
"""

from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

# By the option's name, AWS's; an empty text takes it off.
# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html
SETTINGS = {"s3_key_prefix": "S3KeyPrefix", "sns_topic_name": "SnsTopicName"}
# What goes with a setting.
ALSO = {"SnsTopicName": ("SnsTopicARN",)}


def without(trail: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """The trail as it is to be."""
    gone = {part for name in names for part in (name, *ALSO.get(name, ()))}
    return {name: value for name, value in trail.items() if name not in gone}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "settings": {"type": "list", "elements": "str", "choices": list(SETTINGS), "required": True},
        },
        supports_check_mode=True,
    )
    name, settings = module.params["name"], [SETTINGS[setting] for setting in module.params["settings"]]
    client = module.client("cloudtrail")
    try:
        trail = client.get_trail(aws_retry=True, Name=name)["Trail"]
        wanted = without(trail, settings)
        if trail != wanted and not module.check_mode:
            client.update_trail(aws_retry=True, Name=name, **dict.fromkeys(settings, ""))
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"take {', '.join(module.params['settings'])} off trail '{name}'")
    module.exit_json(
        changed=trail != wanted,
        trail=camel_dict_to_snake_dict(wanted),
        diff={"before": camel_dict_to_snake_dict(trail), "after": camel_dict_to_snake_dict(wanted)},
    )


if __name__ == "__main__":
    main()
