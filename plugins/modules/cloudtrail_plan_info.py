#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudtrail_plan_info
version_added: 0.2.0
short_description: Read a trail and its bucket, and tell what they lack
description:
  - Finds the trail as M(dayone.aws_account.cloudtrail_trails_info) does, reads the bucket that its log files go to, or
    are to go to, and tells of both what they are and what they should be. It changes nothing.
  - Settings that somebody else chose stay in what is wanted, as the encryption of a bucket that was there, statements
    of its policy, tags, and the prefix, key and topic of a trail that is taken over.
  - Beside the trail's calls it takes one of HeadBucket, and where the bucket is there one for each of its seven
    settings. With I(decision=keep) no bucket is read.
  - The bucket of a new trail, unless one is given, is named C(cloudtrail-), the account's id and the region.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
  - dayone.aws_account.event_selectors
  - dayone.aws_account.which_trail
options:
  partition:
    description: The partition of the account, the second part of each of its ARNs.
    type: str
    default: aws
  bucket_prefix:
    description: The prefix of the log files in it.
    type: str
    default: ''
  kms_key:
    description: The ARN of the key that log files are to be encrypted with. A key that is still to be made is left out.
    type: str
  log_file_validation:
    description: Whether digests are wanted, by which it shows that log files were changed.
    type: bool
    default: true
  sns_topic:
    description: The name of the topic that is to be told of log files; empty for none.
    type: str
    default: ''
  tags:
    description:
      - Tags that the trail and the bucket are to have, beside those that they have. A trail or bucket that is made gets
        I(own_tags), too.
    type: dict
    default: {}
  replaces_tag:
    description: The tag of a trail that has the ARN of the trail that it replaces.
    type: str
    default: dayone-replaces
  retention_days:
    description:
      - For how many days log files are kept, 0 for ever.
      - Without it the bucket's rule stays; a bucket that is made gets 400, and one that was there none.
    type: int
  archive_days:
    description: After how many days log files are archived, 0 for never.
    type: int
    default: 0
  archive_storage_class:
    description: The storage class of the archive, as S3 names it, in upper or lower case.
    type: str
    default: glacier
attributes:
  diff_mode:
    support: none
    details: It only reads.
seealso:
  - module: dayone.aws_account.cloudtrail_trails_info
  - module: dayone.aws_account.cloudtrail_destination_info
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Read what the trail lacks
  dayone.aws_account.cloudtrail_plan_info:
    name: management-events
    account_id: "{{ caller.account }}"
    region: eu-central-1
  register: plan

- name: Say what is missing
  ansible.builtin.debug:
    msg: Bucket {{ plan.bucket.name }} has to be set up.
  when: plan.bucket.differs
"""

RETURN = r"""
decision:
  description: What is to be done, see M(dayone.aws_account.cloudtrail_trails_info).
  type: str
  returned: always
  sample: use
reason:
  description: Why, in sentences for a person.
  type: str
  returned: always
  sample: Trail 'management-events' is there.
delivery_errors:
  description: What does not arrive of the trail, in sentences for a person.
  type: list
  elements: str
  returned: always
  sample: []
trail:
  description: The trail to use, adopt or keep, see M(dayone.aws_account.cloudtrail_trails_info).
  type: dict
  returned: always
  sample: {}
others:
  description: The other trails that are seen from the region, see M(dayone.aws_account.cloudtrail_trails_info).
  type: list
  elements: dict
  returned: always
  sample: []
name:
  description: The name that the trail has, or is to have.
  type: str
  returned: always
  sample: management-events
home_region:
  description: The region that the trail is changed in.
  type: str
  returned: always
  sample: eu-central-1
arn:
  description: Its ARN.
  type: str
  returned: always
  sample: arn:aws:cloudtrail:eu-central-1:123456789012:trail/management-events
ours:
  description: Whether it has I(own_tags), or is still to be made.
  type: bool
  returned: always
  sample: true
replaces:
  description: The ARN of the trail that it replaces; empty for none.
  type: str
  returned: always
  sample: ''
trail_is:
  description: Its settings; empty where it is still to be made.
  type: dict
  returned: always
  sample: {}
trail_wanted:
  description: The settings that it is to have, in the same terms.
  type: dict
  returned: always
  contains:
    bucket:
      description: The bucket that log files go to.
      type: str
      sample: cloudtrail-123456789012-eu-central-1
    prefix:
      description: Their prefix there.
      type: str
      sample: ''
    multi_region:
      description: Whether it records all regions.
      type: bool
      sample: true
    kms_key:
      description: The key that they are encrypted with; empty for S3's own.
      type: str
      sample: ''
    log_file_validation:
      description: Whether there are digests.
      type: bool
      sample: true
    topic:
      description: The ARN of the topic that is told of log files; empty for none.
      type: str
      sample: ''
    logging:
      description: Whether it logs.
      type: bool
      sample: true
    tags:
      description: Its tags.
      type: dict
      sample: {dayone-role: cloudtrail}
new_destination:
  description:
    - Whether the trail is to deliver to another bucket than it does, or to encrypt with another key that is given.
  type: bool
  returned: always
  sample: true
bucket:
  description: The bucket.
  type: dict
  returned: always
  contains:
    name:
      description: Its name.
      type: str
      sample: cloudtrail-123456789012-eu-central-1
    of_others:
      description: Whether it is another account's, which a trail that somebody else made delivers to.
      type: bool
      sample: false
    has_bucket_key:
      description: Whether it encrypts with KMS by an S3 Bucket Key.
      type: bool
      sample: false
    is_now:
      description: Its settings; empty for none of this account.
      type: dict
      sample: {}
    wanted:
      description: The settings that it is to have, in the same terms.
      type: dict
      sample:
        encryption: AES256
        object_ownership: BucketOwnerEnforced
        policy: {}
        public_access_blocked: true
        tags: {}
        versioning: true
    differs:
      description: Whether it has to be set up.
      type: bool
      sample: true
key_statements:
  description: The statements that a key's policy needs for the trail, and for the bucket if it has an S3 Bucket Key.
  type: list
  elements: dict
  returned: always
  sample: []
retention:
  description: The lifecycle rule of the log files.
  type: dict
  returned: always
  contains:
    days:
      description: For how long they are kept; 0 for ever.
      type: int
      sample: 400
    rule_id:
      description: The rule's id.
      type: str
      sample: dayone-cloudtrail-logs
    prefix:
      description: What their names begin with.
      type: str
      sample: AWSLogs/123456789012/CloudTrail
    old:
      description: Whether the rule is that of version 0.1.0, for all that lies beside the log files too.
      type: bool
      sample: false
    is_now:
      description: The rule as S3 has it; empty for none.
      type: dict
      sample: {}
    wanted:
      description: The rule as it is to be; empty for none.
      type: dict
      sample: {}
    differs:
      description: Whether it has to be set.
      type: bool
      sample: true
"""

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._log_bucket import read_bucket
from ansible_collections.dayone.aws_account.plugins.module_utils._trail_choice import KEEP, RefusalError
from ansible_collections.dayone.aws_account.plugins.module_utils._trail_plan import Settings, plan, trail_of
from ansible_collections.dayone.aws_account.plugins.module_utils._trails import OPTIONS, Trails
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

OWN_OPTIONS = {
    "partition": {"type": "str", "default": "aws"},
    "bucket_prefix": {"type": "str", "default": ""},
    "kms_key": {"type": "str", "no_log": False},
    "log_file_validation": {"type": "bool", "default": True},
    "sns_topic": {"type": "str", "default": ""},
    "tags": {"type": "dict", "default": {}},
    "replaces_tag": {"type": "str", "default": "dayone-replaces"},
    "retention_days": {"type": "int"},
    "archive_days": {"type": "int", "default": 0},
    "archive_storage_class": {"type": "str", "default": "glacier"},
}


def main() -> None:
    module = AnsibleAWSModule(argument_spec={**OPTIONS, **OWN_OPTIONS}, supports_check_mode=True)
    options = {name: module.params[name] for name in Settings._fields if name != "region"}
    wanted = Settings(region=module.region, **options)
    tried = f"read the trails of region {module.region}"
    try:
        found = Trails(module).result()
        planned, bucket = trail_of(wanted, found), None
        if found["decision"] != KEEP:
            tried = f"read bucket '{planned.bucket}', which log files of trail '{planned.trail.name}' are to go to"
            s3 = module.client("s3", region=planned.trail.region)
            bucket = read_bucket(s3, planned.bucket, planned.trail.account)
    except RefusalError as refusal:
        module.fail_json(msg=str(refusal))
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, tried)
    module.exit_json(changed=False, **plan(wanted, found, planned, bucket))


if __name__ == "__main__":
    main()
