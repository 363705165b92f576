#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: s3_object_lock
version_added: 0.2.0
short_description: Lock what is put into an S3 bucket that exists
description:
  - Switches Object Lock on for a bucket and sets the retention that new objects get, or takes that retention away.
  - M(amazon.aws.s3_bucket) can do so for a bucket that it creates alone, and cannot take the retention away.
  - Once on, Object Lock stays on, and the bucket keeps versions. An object that has its retention keeps it.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  name:
    description: The bucket's name. It has to keep versions.
    type: str
    required: true
  mode:
    description:
      - V(governance) lets those with C(s3:BypassGovernanceRetention) delete an object before its time.
      - V(compliance) lets nobody, the root user and AWS included; there is no way back for objects that have it.
      - V(none) gives new objects no retention.
    type: str
    choices: [none, governance, compliance]
    required: true
  days:
    description: How many days a new object is locked, 1 to 36500. Needed unless O(mode=none).
    type: int
attributes:
  check_mode:
    support: full
    details: A bucket that does not exist yet is taken for one without Object Lock.
seealso:
  - module: amazon.aws.s3_bucket
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Keep log files from being deleted for a year
  dayone.aws_account.s3_object_lock:
    name: example-logs
    mode: governance
    days: 365
"""

RETURN = r"""
object_lock:
  description: Whether Object Lock is on, and the retention of new objects; mode C(none) and 0 days for none.
  type: dict
  returned: always
  sample:
    enabled: true
    mode: governance
    days: 365
"""

from typing import Any, NamedTuple

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

DAYS_OF_A_YEAR = 365
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html: at most 100 years.
MOST_DAYS = 36500


class Lock(NamedTuple):
    """Whether Object Lock is on, and what new objects get."""

    enabled: bool
    mode: str
    days: int


UNLOCKED = Lock(False, "none", 0)


def wanted_lock(now: Lock, mode: str, days: int) -> Lock:
    """A bucket without Object Lock that is to lock nothing stays so."""
    return Lock(now.enabled, "none", 0) if mode == "none" else Lock(True, mode, days)


def read_lock(client: Any, name: str, *, may_be_missing: bool) -> Lock:
    try:
        answer = client.get_object_lock_configuration(aws_retry=True, Bucket=name)["ObjectLockConfiguration"]
    except is_boto3_error_code("ObjectLockConfigurationNotFoundError"):
        return UNLOCKED
    except is_boto3_error_code("NoSuchBucket"):
        if may_be_missing:
            return UNLOCKED
        raise
    retention = answer.get("Rule", {}).get("DefaultRetention", {})
    days = retention.get("Days") or retention.get("Years", 0) * DAYS_OF_A_YEAR
    return Lock(answer.get("ObjectLockEnabled") == "Enabled", retention.get("Mode", "none").lower(), days)


def put_lock(client: Any, name: str, lock: Lock) -> None:
    configuration: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
    if lock.mode != "none":
        configuration["Rule"] = {"DefaultRetention": {"Mode": lock.mode.upper(), "Days": lock.days}}
    client.put_object_lock_configuration(aws_retry=True, Bucket=name, ObjectLockConfiguration=configuration)


ARGUMENTS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "mode": {"type": "str", "required": True, "choices": ["none", "governance", "compliance"]},
    "days": {"type": "int"},
}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec=ARGUMENTS,
        required_if=[("mode", "governance", ["days"]), ("mode", "compliance", ["days"])],
        supports_check_mode=True,
    )
    name, mode, days = module.params["name"], module.params["mode"], module.params["days"]
    if mode != "none" and not 1 <= days <= MOST_DAYS:
        module.fail_json(msg=f"days is {days}; an object is locked for 1 to {MOST_DAYS} days.")
    client = module.client("s3")
    try:
        now = read_lock(client, name, may_be_missing=module.check_mode)
        wanted = wanted_lock(now, mode, days)
        if now != wanted and not module.check_mode:
            put_lock(client, name, wanted)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"set how the objects of bucket '{name}' are locked")
    module.exit_json(
        changed=now != wanted,
        object_lock=wanted._asdict(),
        diff={"before": now._asdict(), "after": wanted._asdict()},
    )


if __name__ == "__main__":
    main()
