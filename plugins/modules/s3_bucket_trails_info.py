#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: s3_bucket_trails_info
version_added: 0.2.0
short_description: Which CloudTrail trails deliver to a bucket
description:
  - Finds the trails of the account that deliver their logs to a bucket, whether they log at the moment or not; those of
    one other region, and those of the organization that the account is in, too.
  - A trail of an account outside the organization that delivers here cannot be seen from this one.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  name:
    description: The bucket.
    type: str
    required: true
attributes:
  diff_mode:
    support: none
    details: It changes nothing.
seealso:
  - module: amazon.aws.cloudtrail_info
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: See who writes there
  dayone.aws_account.s3_bucket_trails_info:
    name: example-trail-logs
  register: writing
"""

RETURN = r"""
trails:
  description: The trails, by their ARN.
  type: list
  elements: dict
  returned: success
  sample:
    - name: management-events
      trail_arn: arn:aws:cloudtrail:eu-central-1:123456789012:trail/management-events
      home_region: eu-central-1
      is_organization_trail: false
      s3_key_prefix: null
summary:
  description: The same for a person; empty without such trails.
  type: str
  returned: success
  sample: management-events (eu-central-1)
"""

from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import all_pages
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule


def home_regions(client: Any) -> set[str]:
    """The regions in which the account's trails are at home: only ListTrails knows those of one other region."""
    return {trail["HomeRegion"] for trail in all_pages(client, "list_trails")["Trails"]}


def delivering(trails: list[dict[str, Any]], bucket: str) -> list[dict[str, Any]]:
    """Of DescribeTrails' answers those that deliver to the bucket, each once."""
    found = {trail["TrailARN"]: trail for trail in trails if trail.get("S3BucketName") == bucket}
    return [
        {
            "name": trail["Name"],
            "trail_arn": arn,
            "home_region": trail["HomeRegion"],
            "is_organization_trail": trail.get("IsOrganizationTrail", False),
            "s3_key_prefix": trail.get("S3KeyPrefix"),
        }
        for arn, trail in sorted(found.items())
    ]


def told(trail: dict[str, Any]) -> str:
    """A trail for a person, who has to find it."""
    if not trail["is_organization_trail"]:
        return f"{trail['name']} ({trail['home_region']})"
    return (
        f"{trail['name']} ({trail['home_region']}, the organization's, of account {trail['trail_arn'].split(':')[4]})"
    )


def read_trails(module: AnsibleAWSModule) -> list[dict[str, Any]]:
    """What DescribeTrails says in each region where a trail is at home, and in the module's own."""
    here = module.client("cloudtrail")
    own = here.meta.region_name
    trails = []
    for region in sorted({own, *home_regions(here)}):
        client = here if region == own else module.client("cloudtrail", region=region)
        trails += client.describe_trails(aws_retry=True, includeShadowTrails=True)["trailList"]
    return trails


def main() -> None:
    module = AnsibleAWSModule(argument_spec={"name": {"type": "str", "required": True}}, supports_check_mode=True)
    bucket = module.params["name"]
    try:
        found = delivering(read_trails(module), bucket)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"see which trails of all regions deliver to bucket '{bucket}'")
    module.exit_json(changed=False, trails=found, summary=", ".join(map(told, found)))


if __name__ == "__main__":
    main()
