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
options:
  wanted:
    description:
      - A policy to compare with, under the option names of M(amazon.aws.iam_password_policy).
      - Where the policy that is there is stricter, a warning says so.
    type: dict
  weaken:
    description: Whether the result is I(wanted) as it is, although the policy that is there is stricter.
    type: bool
    default: false
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
to_set:
  description: With I(wanted), the policy to set. That is I(wanted), and without I(weaken) what is stricter already.
  type: dict
  returned: when I(wanted) is given
  sample:
    min_pw_length: 20
stricter:
  description: The options in which the policy that is there is stricter than I(wanted).
  type: list
  elements: str
  returned: when I(wanted) is given
  sample: [min_pw_length]
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


def stricter_options(there: dict[str, Any], wanted: dict[str, Any]) -> list[str]:
    """The options in which what is there is stricter; whether users change their own password is no such one."""
    found = [option for option in ("min_pw_length", "pw_reuse_prevent") if there[option] > wanted[option]]
    found += [option for option in there if option.startswith("require_") and there[option] and not wanted[option]]
    # 0 days: a password never expires.
    if there["pw_max_age"] and not 0 < wanted["pw_max_age"] <= there["pw_max_age"]:
        found.append("pw_max_age")
    if there["pw_expire"] and not wanted["pw_expire"]:
        found.append("pw_expire")
    return found


def compared(there: dict[str, Any], wanted: dict[str, Any], weaken: bool) -> dict[str, Any]:
    """What to set, and where what is there is stricter; '{}' stands for no policy."""
    stricter = stricter_options(there, wanted) if there else []
    kept = {} if weaken else {option: there[option] for option in stricter}
    return {"to_set": {**wanted, **kept}, "stricter": stricter}


def stricter_warning(there: dict[str, Any], wanted: dict[str, Any], stricter: list[str], weaken: bool) -> str:
    values = ", ".join(f"{option} is {there[option]}, and {wanted[option]} was asked for" for option in stricter)
    if weaken:
        return f"The account's password policy becomes weaker: {values}."
    return (
        f"The account's password policy is stricter than what was asked for, and stays so: {values}. To weaken "
        "it, say so with 'weaken' (in the role password_policy: password_policy_weaken)."
    )


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={"wanted": {"type": "dict"}, "weaken": {"type": "bool", "default": False}},
        supports_check_mode=True,
    )
    wanted, weaken = module.params["wanted"], module.params["weaken"]
    client = module.client("iam", retry_decorator=AWSRetry.jittered_backoff())
    try:
        policy = as_options(client.get_account_password_policy(aws_retry=True)["PasswordPolicy"])
    except is_boto3_error_code("NoSuchEntity"):
        policy = {}
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, "read the account's password policy")
    result = compared(policy, wanted, weaken) if wanted else {}
    if result.get("stricter"):
        module.warn(stricter_warning(policy, wanted, result["stricter"], weaken))
    module.exit_json(changed=False, password_policy=policy, **result)


if __name__ == "__main__":
    main()
