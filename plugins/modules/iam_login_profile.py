#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_login_profile
version_added: 0.1.0
short_description: Give an IAM user a console password, kept in a file of yours
description:
  - Creates the login profile that lets an existing IAM user sign in to the console, whenever it is missing.
    M(amazon.aws.iam_user) creates one only together with the user, so a run that is interrupted between the two leaves
    a user who can never sign in.
  - A password that is not given is generated, and is in I(password_file) before AWS is told of it.
  - It is never returned.
  - The password of a login profile that exists is left alone, unless I(update_password) says otherwise.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
  - dayone.aws_account.vault
options:
  user_name:
    description: The IAM user.
    type: str
    required: true
  password:
    description:
      - The password. It must satisfy the account's password policy, or IAM's default one where there is none.
      - Without it, the password in I(password_file) is used, which is generated where that file is missing.
    type: str
  password_file:
    description:
      - Where a generated password is kept, for the owner alone (mode 0600, in directories of mode 0700).
      - Required unless I(password) is given.
    type: path
  password_reset_required:
    description: Whether the user has to choose a password of their own at the first sign-in.
    type: bool
    default: true
  update_password:
    description:
      - Whether a password that is there is replaced. With C(always) it is in each run, by I(password) or by one that is
        generated anew. A password policy that forbids reuse refuses the same I(password) the second time.
    type: str
    choices: [always, on_create]
    default: on_create
  state:
    description: Whether the user can sign in to the console.
    type: str
    choices: [present, absent]
    default: present
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: amazon.aws.iam_user
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Let the administrator sign in
  dayone.aws_account.iam_login_profile:
    user_name: admin
    password_file: "{{ playbook_dir }}/secrets/admin.password"
"""

RETURN = r"""
user_name:
  description: The IAM user.
  type: str
  returned: always
  sample: admin
console_access:
  description: Whether the user can sign in to the console now.
  type: bool
  returned: always
  sample: true
password_file:
  description: Where the generated password lies; empty where it was given.
  type: str
  returned: when I(state=present)
  sample: /home/founder/dayone-output/123456789012/admin.password
"""

from pathlib import Path
from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.dayone.aws_account.plugins.module_utils import _vault
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import (
    broken_rules,
    generate_password,
    read_secret,
    why_locked,
    write_secret,
)

ALWAYS = "always"


def password_policy(client: Any) -> dict[str, Any] | None:
    """The account's password policy; None where IAM's default one holds."""
    try:
        policy: dict[str, Any] = client.get_account_password_policy(aws_retry=True)["PasswordPolicy"]
        return policy
    except is_boto3_error_code("NoSuchEntity"):
        return None


def has_login_profile(client: Any, user_name: str) -> bool:
    """Whether the user can sign in; a user who does not exist yet cannot."""
    try:
        client.get_login_profile(aws_retry=True, UserName=user_name)
    except is_boto3_error_code("NoSuchEntity"):
        return False
    return True


def durable_password(module: Any, policy: dict[str, Any] | None, anew: bool) -> str:
    """The password to set: given, or kept in the file by an earlier run, or generated and put there now."""
    given: str | None = module.params["password"]
    vault = _vault.vault_of(module)
    kept = None if given or anew else read_secret(Path(module.params["password_file"]), vault)
    password = given or kept
    if password is None:
        password = generate_password(int((policy or {}).get("MinimumPasswordLength", 0)))
    broken = broken_rules(password, policy)
    if broken:
        source = f"in '{module.params['password_file']}'" if kept else "given"
        module.fail_json(
            msg=f"The password {source} for user '{module.params['user_name']}' breaks the account's password policy: "
            f"{'; '.join(broken)}. Nothing was changed: choose another one, or leave it out to have one generated."
        )
    if not given and not kept and not module.check_mode:
        write_secret(Path(module.params["password_file"]), password + "\n", vault)
    return password


def set_password(module: Any, client: Any, existing: bool) -> None:
    """Create or update the login profile; in check mode only see to it that AWS would take the password."""
    user_name = module.params["user_name"]
    try:
        password = durable_password(module, password_policy(client), anew=existing)
        if not module.check_mode:
            call = client.update_login_profile if existing else client.create_login_profile
            call(
                aws_retry=True,
                UserName=user_name,
                Password=password,
                PasswordResetRequired=module.params["password_reset_required"],
            )
    except _vault.LockedError:
        locked = why_locked(Path(module.params["password_file"]))
        module.fail_json(msg=f"Could not give user '{user_name}' a console password: {locked}")
    except OSError as error:
        module.fail_json(
            msg=f"Could not keep the password of user '{user_name}' in '{module.params['password_file']}': "
            f"{error.strerror}. No password was set: make that place writable, then run again."
        )
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"give user '{user_name}' a console password")


def delete(module: Any, client: Any) -> None:
    user_name = module.params["user_name"]
    try:
        if not module.check_mode:
            client.delete_login_profile(aws_retry=True, UserName=user_name)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"take the console password of user '{user_name}' away")


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "user_name": {"type": "str", "required": True},
            "password": {"type": "str", "no_log": True},
            "password_file": {"type": "path", "no_log": False},
            "password_reset_required": {"type": "bool", "default": True, "no_log": False},
            "update_password": {
                "type": "str",
                "choices": [ALWAYS, "on_create"],
                "default": "on_create",
                "no_log": False,
            },
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            **_vault.ARGUMENTS,
        },
        required_if=[("state", "present", ("password", "password_file"), True)],
        supports_check_mode=True,
    )
    client = module.client("iam", retry_decorator=AWSRetry.jittered_backoff())
    user_name = module.params["user_name"]
    try:
        before = has_login_profile(client, user_name)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"see whether user '{user_name}' has a console password")
    after = module.params["state"] == "present"
    update = before and after and module.params["update_password"] == ALWAYS
    if update or (after and not before):
        set_password(module, client, existing=before)
    elif before and not after:
        delete(module, client)
    result: dict[str, Any] = {"user_name": user_name, "console_access": after}
    if after:
        result["password_file"] = "" if module.params["password"] else module.params["password_file"]
    module.exit_json(
        changed=update or before != after,
        diff={"before": {"console_access": before}, "after": {"console_access": after}},
        **result,
    )


if __name__ == "__main__":
    main()
