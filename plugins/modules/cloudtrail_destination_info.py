#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudtrail_destination_info
version_added: 0.2.0
short_description: Find out whether a bucket and a key can take a trail's log files
description:
  - Looks at the bucket and the key that a trail is to deliver to, and fails with all that stands in the way, before
    anything is made. It changes nothing.
  - Of a bucket, that is one of somebody else, or in another region than the trail's home region, or with a policy that
    denies CloudTrail or this identity what is needed, or is public, or with an ACL that grants something to others.
    One of which S3 refuses to tell its policy or ACL is named too. A bucket that is not there yet can be made, and
    CloudTrail can be let into one that does not know it.
  - Of a key, that is one that is not there, disabled, of another kind or region, or whose policy does not let
    CloudTrail use it. The error has the statements to add.
  - A bucket takes one call each of HeadBucket, GetBucketPolicy, GetBucketPolicyStatus where it has a policy, and
    GetBucketAcl, and one of ListBuckets where S3 refuses the first. A key takes one call each of DescribeKey and
    GetKeyPolicy, and with a bucket that is there one of GetBucketEncryption.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  trail_name:
    description: The name of the trail. The region is its home region.
    type: str
    required: true
  account_id:
    description: The id of the account, which the bucket has to belong to.
    type: str
    required: true
  bucket:
    description: The bucket's name.
    type: str
  bucket_prefix:
    description: The prefix of the log files in it.
    type: str
    default: ''
  in_use:
    description:
      - Whether the trail delivers to the bucket already. It may be in another region than the trail's then.
    type: bool
    default: false
  kms_key:
    description: The key, by its ARN, its id or its alias.
    type: str
  caller_arn:
    description:
      - The ARN of the identity that is to set the bucket up, as M(amazon.aws.aws_caller_info) tells it. With it, the
        bucket's policy is judged for that, too.
    type: str
attributes:
  diff_mode:
    support: none
    details: It only reads.
seealso:
  - module: dayone.aws_account.cloudtrail_trails_info
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Make sure that log files can go there
  dayone.aws_account.cloudtrail_destination_info:
    trail_name: management-events
    account_id: "{{ caller.account }}"
    caller_arn: "{{ caller.arn }}"
    bucket: example-logs
    kms_key: arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
    region: eu-central-1
"""

RETURN = r"""
bucket_exists:
  description: Whether the bucket is there.
  type: bool
  returned: always
  sample: true
bucket_lets_in:
  description: Whether its policy lets CloudTrail in as it is.
  type: bool
  returned: always
  sample: false
kms_key_arn:
  description: The key's ARN; empty without I(kms_key).
  type: str
  returned: always
  sample: arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
problems:
  description: What stands in the way, in sentences for a person.
  type: list
  elements: str
  returned: when it fails for them
  sample: ["Bucket 'example-logs' belongs to somebody else."]
missing_key_statements:
  description: The statements that the key's policy lacks.
  type: list
  elements: dict
  returned: when it fails for I(problems)
  sample: []
"""

from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._log_bucket import (
    DENIALS,
    encryption_rule,
    head_bucket,
    is_own,
    setting,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._trail_destination import (
    Findings,
    Trail,
    judge_bucket,
    judge_key,
    open_to_others,
    usable_key,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule


class Bucket:
    """The bucket, as S3 shows it to this account."""

    def __init__(self, client: Any, name: str, trail: Trail, *, in_use: bool) -> None:
        self._client = client
        self._name = name
        self._trail = trail
        self._in_use = in_use
        self.exists = False

    def findings(self, prefix: str, caller_arn: str | None) -> Findings:
        """What stands in the way of log files there."""
        try:
            answer = head_bucket(self._client, self._name, self._trail.account)
        except is_boto3_error_code(DENIALS):
            return Findings([self._refused()])
        if answer is None:
            return Findings()
        self.exists = True
        region = answer["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region", self._trail.region)
        if region != self._trail.region and not self._in_use:
            where = f"is in region {region}, and the trail's home region is {self._trail.region}"
            return Findings(
                [f"Bucket '{self._name}' {where}: choose a bucket there, or leave it out to have one made."]
            )
        try:
            return self._settings(prefix, caller_arn)
        except is_boto3_error_code(DENIALS) as error:
            return Findings([self._denied(error.operation_name)])

    def _settings(self, prefix: str, caller_arn: str | None) -> Findings:
        """What its policy and ACL say."""
        client, none_set = self._client, "NoSuchBucketPolicy"
        policy = setting(client.get_bucket_policy, self._name, none_set).get("Policy")
        status = setting(client.get_bucket_policy_status, self._name, none_set) if policy else {}
        acl = self._client.get_bucket_acl(aws_retry=True, Bucket=self._name)
        found = judge_bucket(self._name, prefix, policy, self._trail, caller_arn)
        others = open_to_others(self._name, public=status.get("PolicyStatus", {}).get("IsPublic", False), acl=acl)
        return found._replace(problems=[*found.problems, *others])

    def _refused(self) -> str:
        """S3 answers alike to who lacks a permission and to who is not the owner; the list of own buckets tells."""
        own = is_own(self._client, self._name)
        if own is None:
            return (
                f"S3 refuses bucket '{self._name}': it belongs to somebody else, or this identity may not do "
                "s3:ListBucket on it. Use an administrator of the account, or choose another name."
            )
        if own:
            return self._denied("HeadBucket")
        return (
            f"Bucket '{self._name}' belongs to somebody else: the names of buckets are unique in all of AWS. "
            "Choose another name."
        )

    def _denied(self, call: str) -> str:
        return (
            f"Bucket '{self._name}' is this account's, and S3 refuses {call} to this identity: the bucket's policy or "
            "the identity's own permissions do not let it in. Use one that they let in, or choose another bucket."
        )

    def has_bucket_key(self) -> bool:
        """Whether S3 encrypts its objects with KMS by a Bucket Key."""
        return bool(encryption_rule(self._client, self._name).get("BucketKeyEnabled"))


def key_findings(client: Any, name: str, trail: Trail, *, decrypts: bool) -> tuple[str, Findings]:
    """The key's ARN, and what stands in the way of encrypting with it."""
    if name.startswith("arn:") and name.split(":")[3] != trail.region:
        region = name.split(":")[3]
        problem = (
            f"Key {name} is in region {region}, and it has to be in the bucket's, {trail.region}: choose another one."
        )
        return name, Findings([problem], [])
    try:
        key = client.describe_key(aws_retry=True, KeyId=name)["KeyMetadata"]
    except is_boto3_error_code(["NotFoundException", "InvalidArnException"]):
        return name, Findings([f"There is no key '{name}' in region {trail.region}: correct it, or leave it out."])
    arn: str = key["Arn"]
    problems = usable_key(key, trail)
    if problems:
        return arn, Findings(problems)
    if arn.split(":")[4] != trail.account:
        return arn, Findings(doubts=[f"Key {arn} is another account's, whose policy only that account can read."])
    policy = client.get_key_policy(aws_retry=True, KeyId=arn, PolicyName="default")["Policy"]
    return arn, judge_key(arn, policy, trail, decrypts=decrypts)


def look(module: Any) -> dict[str, Any]:
    """What the module returns; it ends the run where something stands in the way."""
    params = module.params
    s3 = module.client("s3")
    trail = Trail(params["trail_name"], module.region, params["account_id"], s3.meta.partition)
    of_bucket, of_key, arn, bucket = Findings(), Findings(), "", None
    if params["bucket"]:
        bucket = Bucket(s3, params["bucket"], trail, in_use=params["in_use"])
        of_bucket = bucket.findings(params["bucket_prefix"], params["caller_arn"])
    if params["kms_key"]:
        decrypts = bucket is not None and bucket.exists and not of_bucket.problems and bucket.has_bucket_key()
        kms = module.client("kms")
        arn, of_key = key_findings(kms, params["kms_key"], trail, decrypts=decrypts)
    problems = [*of_bucket.problems, *of_key.problems]
    if problems:
        module.fail_json(
            msg=f"Trail '{trail.name}' cannot deliver there. {' '.join(problems)} Nothing was changed.",
            problems=problems,
            missing_key_statements=list(of_key.missing),
        )
    for doubt in (*of_bucket.doubts, *of_key.doubts):
        module.warn(doubt)
    return {
        "bucket_exists": bucket is not None and bucket.exists,
        "bucket_lets_in": of_bucket.allowed,
        "kms_key_arn": arn,
    }


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "trail_name": {"type": "str", "required": True},
            "account_id": {"type": "str", "required": True},
            "bucket": {"type": "str"},
            "bucket_prefix": {"type": "str", "default": ""},
            "in_use": {"type": "bool", "default": False},
            "kms_key": {"type": "str", "no_log": False},
            "caller_arn": {"type": "str"},
        },
        required_one_of=[("bucket", "kms_key")],
        supports_check_mode=True,
    )
    try:
        result = look(module)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        things = [module.params[name] for name in ("bucket", "kms_key") if module.params[name]]
        fail_aws(module, error, f"look at {' and '.join(things)}, where log files are to go")
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
