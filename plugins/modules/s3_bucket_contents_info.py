#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: s3_bucket_contents_info
version_added: 0.2.0
short_description: What is in an S3 bucket, every version of it
description:
  - Counts objects, versions and delete markers, their size and dates, and tells CloudTrail's logs from anything else.
  - Tells what stands in the way of deleting them, which is object lock and MFA delete.
  - Reads the list of all versions, a call for each 1,000; its memory does not grow with their number.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
  - dayone.aws_account.bucket
options:
  bypass_governance_retention:
    description: Whether retention in governance mode counts as no obstacle, since it is to be passed by.
    type: bool
    default: false
attributes:
  diff_mode:
    support: none
    details: It changes nothing.
seealso:
  - module: dayone.aws_account.s3_bucket_contents
  - module: dayone.aws_account.s3_bucket_trails_info
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: See how much is in the bucket
  dayone.aws_account.s3_bucket_contents_info:
    name: example-trail-logs
  register: contents

- name: Tell
  ansible.builtin.debug:
    msg: "{{ contents.summary }}"
"""

RETURN = r"""
exists:
  description: Whether there is such a bucket. Without one nothing else is returned.
  type: bool
  returned: success
bucket_owner:
  description: The account that owns the bucket.
  type: str
  returned: when the bucket exists
  sample: "123456789012"
bucket_region:
  description: The region that the bucket is in.
  type: str
  returned: when the bucket exists
  sample: eu-central-1
objects:
  description: Number of objects that are there to be read, without versions that others have replaced.
  type: int
  returned: when the bucket exists
versions:
  description: Number of all versions, those that others have replaced or a delete marker hides among them.
  type: int
  returned: when the bucket exists
delete_markers:
  description: Number of delete markers.
  type: int
  returned: when the bucket exists
uploads:
  description: Number of multipart uploads that were begun and neither completed nor aborted.
  type: int
  returned: when the bucket exists
size:
  description: Bytes of all versions.
  type: int
  returned: when the bucket exists
first:
  description: When the oldest version was written; null in an empty bucket.
  type: str
  returned: when the bucket exists
  sample: "2026-01-01T00:05:12+00:00"
last:
  description: When the newest version was written; null in an empty bucket.
  type: str
  returned: when the bucket exists
  sample: "2026-11-25T00:05:12+00:00"
log_accounts:
  description: The accounts whose CloudTrail logs are in the bucket.
  type: list
  elements: str
  returned: when the bucket exists
  sample: ["123456789012"]
others:
  description:
    - Number of versions and delete markers that are not CloudTrail's logs, by their keys.
    - C([PREFIX/]AWSLogs/[ORGANIZATION/]ACCOUNT/CloudTrail/) and the folders beside it, as C(CloudTrail-Digest/), are.
  type: int
  returned: when the bucket exists
other_examples:
  description: Keys of up to five of them, with control characters escaped.
  type: list
  elements: str
  returned: when the bucket exists
mfa_delete:
  description: Whether versions can be deleted only by the root user with a code of its MFA device.
  type: bool
  returned: when the bucket exists
object_lock:
  description: Whether object lock is on. With it, each version may have a retention date and a legal hold of its own.
  type: bool
  returned: when the bucket exists
protection:
  description:
    - What keeps the newest version from being deleted now, C(GOVERNANCE) or C(COMPLIANCE) retention, or C(LEGAL_HOLD);
      null where nothing does. Older versions may be protected all the same.
  type: str
  returned: when the bucket exists
protected_until:
  description: When the newest version's retention ends, in the future; else null.
  type: str
  returned: when the bucket exists
  sample: "2027-11-25T00:05:12+00:00"
obstacle:
  description: Why AWS would not let the bucket be emptied, and what to do about it; empty where nothing is known.
  type: str
  returned: when the bucket exists
  sample: >-
    Object lock protects the newest version in bucket 'example-trail-logs'. It is kept until 2027-11-25 00:05 UTC. In
    compliance mode nobody can delete it earlier, not even the root user: run again after that time.
summary:
  description: The figures as a sentence.
  type: str
  returned: when the bucket exists
  sample: >-
    Bucket 'example-trail-logs' in eu-central-1: 1,200 objects, 1,300 versions and 2 delete markers; 40.2 MiB; written
    from 2026-01-01 00:05 to 2026-11-25 00:05 UTC; logs of account 123456789012.
"""

from datetime import datetime
from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils._bucket_contents import (
    BUCKET_ARGUMENTS,
    Bucket,
    Tally,
    fail_reading,
    open_bucket,
    summary,
    upload_pages,
    version_pages,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._refused_versions import (
    Protection,
    obstacle,
    read_protection,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule


def has_object_lock(bucket: Bucket) -> bool:
    try:
        answer = bucket.client.get_object_lock_configuration(**bucket.named)
    except is_boto3_error_code("ObjectLockConfigurationNotFoundError"):
        return False
    return bool(answer["ObjectLockConfiguration"].get("ObjectLockEnabled") == "Enabled")


def read_contents(bucket: Bucket, bypass: bool) -> dict[str, Any]:
    """All that the module returns of a bucket."""
    name = bucket.named["Bucket"]
    mfa_delete = bucket.client.get_bucket_versioning(**bucket.named).get("MFADelete") == "Enabled"
    object_lock = has_object_lock(bucket)
    tally = Tally()
    for page in version_pages(bucket, "IsLatest", "LastModified", "Size"):
        tally.add(page)
    uploads = sum(len(page) for page in upload_pages(bucket))
    protection = read_protection(bucket, *tally.newest) if object_lock and tally.newest else Protection()
    return {
        "bucket_owner": bucket.named["ExpectedBucketOwner"],
        "bucket_region": bucket.region,
        "objects": tally.objects,
        "versions": tally.versions,
        "delete_markers": tally.delete_markers,
        "uploads": uploads,
        "size": tally.size,
        "first": as_text(tally.first),
        "last": as_text(tally.last),
        "log_accounts": sorted(tally.accounts),
        "others": tally.others,
        "other_examples": tally.other_examples,
        "mfa_delete": mfa_delete,
        "object_lock": object_lock,
        "protection": protection.kind,
        "protected_until": as_text(protection.until),
        "obstacle": obstacle(name, mfa_delete, protection, bypass),
        "summary": summary(name, bucket.region, tally, uploads),
    }


def as_text(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


ARGUMENTS = {**BUCKET_ARGUMENTS, "bypass_governance_retention": {"type": "bool", "default": False}}


def main() -> None:
    module = AnsibleAWSModule(argument_spec=ARGUMENTS, supports_check_mode=True)
    bucket = open_bucket(module)
    try:
        contents = bucket and read_contents(bucket, module.params["bypass_governance_retention"])
    except is_boto3_error_code("NoSuchBucket"):
        contents = None  # somebody has deleted it meanwhile
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_reading(module, error)
    module.exit_json(changed=False, exists=contents is not None, **(contents or {}))


if __name__ == "__main__":
    main()
