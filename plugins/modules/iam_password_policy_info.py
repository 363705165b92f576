#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_password_policy_info
version_added: 0.1.0
short_description: Read the password policy of an AWS account
description:
  - Reads the account's IAM password policy, under the option names of M(amazon.aws.iam_password_policy), so that
    the two can be compared. That module writes whenever it runs, in check mode too.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: It only reads.
  idempotent:
    support: full
seealso:
  - module: amazon.aws.iam_password_policy
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Read the password policy
  dayone.aws_account.iam_password_policy_info:
  register: policy

- name: Insist on long passwords
  ansible.builtin.assert:
    that: (policy.password_policy.min_pw_length | default(0)) >= 14
"""

RETURN = r"""
password_policy:
  description: The policy; empty where the account has none of its own and IAM's default one holds.
  type: dict
  returned: always
  sample:
    min_pw_length: 14
    require_symbols: true
    require_numbers: true
    require_uppercase: true
    require_lowercase: true
    allow_pw_change: true
    pw_max_age: 0
    pw_reuse_prevent: 24
    pw_expire: false
"""

from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws

# amazon.aws.iam_password_policy's option -> AWS's name for it, and what holds where AWS leaves it out.
FIELDS: dict[str, tuple[str, int | bool]] = {
    "min_pw_length": ("MinimumPasswordLength", 6),
    "require_symbols": ("RequireSymbols", False),
    "require_numbers": ("RequireNumbers", False),
    "require_uppercase": ("RequireUppercaseCharacters", False),
    "require_lowercase": ("RequireLowercaseCharacters", False),
    "allow_pw_change": ("AllowUsersToChangePassword", False),
    "pw_max_age": ("MaxPasswordAge", 0),
    "pw_reuse_prevent": ("PasswordReusePrevention", 0),
    "pw_expire": ("HardExpiry", False),
}


def as_options(policy: dict[str, Any]) -> dict[str, int | bool]:
    """AWS's password policy under the option names of amazon.aws.iam_password_policy."""
    return {option: policy.get(name, default) for option, (name, default) in FIELDS.items()}


def main() -> None:
    module = AnsibleAWSModule(argument_spec={}, supports_check_mode=True)
    client = module.client("iam", retry_decorator=AWSRetry.jittered_backoff())
    try:
        policy = as_options(client.get_account_password_policy(aws_retry=True)["PasswordPolicy"])
    except is_boto3_error_code("NoSuchEntity"):
        policy = {}
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, "read the account's password policy")
    module.exit_json(changed=False, password_policy=policy)


if __name__ == "__main__":
    main()
