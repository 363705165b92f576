#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudtrail_trails_info
version_added: 0.2.0
short_description: Read the trail that is wanted, or find one that records the same already
description:
  - Reads the trail of a name, with its status and tags. Where there is none, it looks at the other trails that are seen
    from the region, those of other home regions and of the organization too. Of them it tells whether one records all
    management events that are wanted, and what to do. It changes nothing.
  - A second trail's management events cost. The reason says how much.
  - A member account may not be let to read what its organization's trail records. Such a trail, if it reaches all that
    is wanted, is kept for one that covers it, and the reason says what could not be read.
  - A trail of this account is read in its home region. Where the account has that region switched off, it counts as one
    that could not be read.
  - A trail of the wanted name is used as it is found, even if it does not log yet, and no other is looked at. That
    takes one call each of DescribeTrails, GetTrailStatus and ListTags.
  - Otherwise it takes one call of GetTrailStatus for each other trail, and one of GetEventSelectors for each that logs
    and has selectors of its own.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
  - dayone.aws_account.event_selectors
  - dayone.aws_account.which_trail
options:
  replaced:
    description: ARNs of trails that are about to go. They cover nothing, and count among those that AWS allows.
    type: list
    elements: str
    default: []
attributes:
  diff_mode:
    support: none
    details: It only reads.
seealso:
  - module: amazon.aws.cloudtrail_info
  - module: dayone.aws_account.cloudtrail_event_selectors
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Look for a trail, so as not to pay twice
  dayone.aws_account.cloudtrail_trails_info:
    name: management-events
    account_id: "{{ caller.account }}"
    existing: adopt
    region: eu-central-1
  register: trails

- name: Say what is done
  ansible.builtin.debug:
    msg: "{{ trails.reason }}"
"""

RETURN = r"""
decision:
  description:
    - C(use) the trail of the wanted name; C(adopt) the trail that covers it; C(keep) that trail as it is and make none;
      or C(create) the trail.
  type: str
  returned: always
  sample: use
reason:
  description: Why, in sentences for a person. With C(create) it says what a second trail costs, where it is one.
  type: str
  returned: always
  sample: Trail 'management-events' is there.
replaces:
  description: With C(create), the ARN of the trail that the new one is to replace, see I(own_tags); empty for none.
  type: str
  returned: always
  sample: ''
trail:
  description:
    - The trail to use, adopt or keep, as M(amazon.aws.cloudtrail_info) tells of it; empty with C(create).
    - The tags of a trail that is kept are not read.
  type: dict
  returned: always
  contains:
    name:
      description: Its name.
      type: str
      sample: management-events
    trail_arn:
      description: Its ARN.
      type: str
      sample: arn:aws:cloudtrail:eu-central-1:123456789012:trail/management-events
    home_region:
      description: The region that it is changed in.
      type: str
      sample: eu-central-1
    is_logging:
      description: Whether it logs; null where that could not be read.
      type: bool
      sample: true
    tags:
      description: Its tags.
      type: dict
      sample: {}
    latest_delivery_error:
      description: What S3 answered when a log file was last delivered; empty where it arrived.
      type: str
      sample: ''
    latest_digest_delivery_error:
      description: The same of a digest.
      type: str
      sample: ''
    latest_notification_error:
      description: What SNS answered when a log file was last told of; empty where that worked.
      type: str
      sample: ''
delivery_errors:
  description: What does not arrive of the trail to use, adopt or keep, in sentences for a person.
  type: list
  elements: str
  returned: always
  sample: []
others:
  description: The other trails that are seen from the region.
  type: list
  elements: dict
  returned: always
  contains:
    name:
      description: Its name.
      type: str
      sample: all-of-us
    trail_arn:
      description: Its ARN.
      type: str
      sample: arn:aws:cloudtrail:us-east-1:210987654321:trail/all-of-us
    home_region:
      description: The region that it is changed in.
      type: str
      sample: us-east-1
    s3_bucket_name:
      description: The bucket that it writes to.
      type: str
      sample: logs-of-all
    covers:
      description: Whether it records what is wanted. False, too, where none was looked at, for the wanted one is there.
      type: bool
      sample: false
    why_not:
      description: What keeps it from that; empty where nothing does, or where it was not looked at.
      type: str
      sample: it does not log
"""

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._trail_choice import RefusalError
from ansible_collections.dayone.aws_account.plugins.module_utils._trails import OPTIONS, Trails
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={**OPTIONS, "replaced": {"type": "list", "elements": "str", "default": []}},
        supports_check_mode=True,
    )
    try:
        result = Trails(module, module.params["replaced"]).result()
    except RefusalError as refusal:
        module.fail_json(msg=str(refusal))
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"read the trails of region {module.region}")
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
