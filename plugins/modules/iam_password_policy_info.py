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
      - A policy to compare with, under the option names of M(amazon.aws.iam_password_policy). What it leaves out stays
        as it is.
      - Where the policy that is there is stricter, a warning says so.
    type: dict
    suboptions:
      min_pw_length:
        description: The fewest characters of a password.
        type: int
      require_symbols:
        description: Whether a password needs a symbol.
        type: bool
      require_numbers:
        description: Whether a password needs a digit.
        type: bool
      require_uppercase:
        description: Whether a password needs an uppercase letter.
        type: bool
      require_lowercase:
        description: Whether a password needs a lowercase letter.
        type: bool
      allow_pw_change:
        description: Whether IAM users may change their own password.
        type: bool
      pw_max_age:
        description: After how many days a password expires; 0 for never.
        type: int
      pw_reuse_prevent:
        description: How many earlier passwords may not be used again; 0 for no such rule.
        type: int
      pw_expire:
        description: Whether an expired password can only be replaced by an administrator.
        type: bool
  weaken:
    description: Whether the result is I(wanted) as it is, although the policy that is there is stricter.
    type: bool
    default: false
attributes:
  diff_mode:
    support: none
    details: It only reads.
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
  description:
    - With I(wanted), the policy to set, with all its options. That is I(wanted), and without I(weaken) what is stricter
      already. What I(wanted) leaves out is as it is, or as AWS has it in a policy that leaves it out.
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

from ansible_collections.dayone.aws_account.plugins.module_utils._console_password import password_policy
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

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
OPTIONS = {option: {"type": type(default).__name__, "no_log": False} for option, (_name, default) in FIELDS.items()}


def as_options(policy: dict[str, Any]) -> dict[str, int | bool]:
    """AWS's password policy under the option names of amazon.aws.iam_password_policy."""
    return {option: policy.get(name, default) for option, (name, default) in FIELDS.items()}


def is_stricter(option: str, there: Any, wanted: Any) -> bool:
    """Whether what is there is stricter; whether users change their own password is no question of that."""
    if option == "allow_pw_change":
        return False
    if option == "pw_max_age":  # 0 days: a password never expires
        return bool(there) and not 0 < wanted <= there
    return bool(there > wanted)


def compared(there: dict[str, Any], wanted: dict[str, Any], weaken: bool) -> dict[str, Any]:
    """What to set, and where what is there is stricter; '{}' stands for no policy."""
    stricter = [
        option for option in FIELDS if there and option in wanted and is_stricter(option, there[option], wanted[option])
    ]
    kept = {} if weaken else {option: there[option] for option in stricter}
    return {"to_set": {**(there or as_options({})), **wanted, **kept}, "stricter": stricter}


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
        argument_spec={"wanted": {"type": "dict", "options": OPTIONS}, "weaken": {"type": "bool", "default": False}},
        supports_check_mode=True,
    )
    weaken = module.params["weaken"]
    wanted = {option: value for option, value in (module.params["wanted"] or {}).items() if value is not None}
    client = module.client("iam")
    try:
        found = password_policy(client)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, "read the account's password policy")
    policy = as_options(found) if found is not None else {}
    result = compared(policy, wanted, weaken) if module.params["wanted"] is not None else {}
    if result.get("stricter"):
        module.warn(stricter_warning(policy, wanted, result["stricter"], weaken))
    module.exit_json(changed=False, password_policy=policy, **result)


if __name__ == "__main__":
    main()
