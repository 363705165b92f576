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
      - Where a generated password is kept, for the owner alone (mode 0600, in directories of mode 0700). One for each
        user of each account, for a password that is there is used; M(dayone.aws_account.output_dir) notes whose it is.
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
      - A password that takes another one's place waits in a file with C(.new) added to the name until AWS has it. The
        next run, of whatever I(update_password), finishes an update that was broken off.
    type: str
    choices: [always, on_create]
    default: on_create
  state:
    description: Whether the user can sign in to the console.
    type: str
    choices: [present, absent]
    default: present
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
from ansible_collections.dayone.aws_account.plugins.module_utils import _vault
from ansible_collections.dayone.aws_account.plugins.module_utils._console_password import (
    has_password,
    new_of,
    password_policy,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import (
    broken_rules,
    generate_password,
    move_secret,
    read_secret,
    remove_secret,
    take_turns,
    why_locked,
    write_secret,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

ALWAYS = "always"
SERVER_ERROR = 500


def place_of(params: dict[str, Any], existing: bool) -> Path:
    """The file for a password that is not given: beside that of the one it replaces, which may turn out to stay."""
    file = Path(params["password_file"])
    return new_of(file) if existing or broken_off(params) else file


def broken_off(params: dict[str, Any]) -> bool:
    """Whether an interrupted run has left an update, done in AWS or not."""
    return bool(params["password_file"]) and new_of(Path(params["password_file"])).exists()


def durable_password(module: Any, policy: dict[str, Any] | None, place: Path, anew: bool = False) -> str:
    """The password to set: kept in the file ``place`` by an earlier run, or generated and put there now."""
    vault = _vault.vault_of(module)
    kept = None if anew else read_secret(place, vault)
    if kept is not None and place == Path(module.params["password_file"]):
        check_password(module, kept, policy, f"in '{place}'")
    # One that waits since before the policy became stricter is of no use to anybody.
    if kept is not None and not broken_rules(kept, policy):
        return kept
    password = generate_password(int((policy or {}).get("MinimumPasswordLength", 0)))
    if not module.check_mode:
        write_secret(place, password + "\n", vault)
    return password


def check_password(module: Any, password: str, policy: dict[str, Any] | None, source: str) -> None:
    """End the module where AWS would not take the password."""
    broken = broken_rules(password, policy)
    if broken:
        module.fail_json(
            msg=f"The password {source} for user '{module.params['user_name']}' breaks the account's password policy: "
            f"{'; '.join(broken)}. Nothing was changed: choose another one, or leave it out to have one generated."
        )


def call_aws(module: Any, client: Any, password: str, existing: bool) -> None:
    call = client.update_login_profile if existing else client.create_login_profile
    call(
        aws_retry=True,
        UserName=module.params["user_name"],
        Password=password,
        PasswordResetRequired=module.params["password_reset_required"],
    )


def set_given(module: Any, client: Any, existing: bool) -> None:
    """Set the password that is given; it ends an update that was broken off, too."""
    password = module.params["password"]
    check_password(module, password, password_policy(client), "given")
    if not module.check_mode:
        call_aws(module, client, password, existing)
        if broken_off(module.params):
            remove_secret(new_of(Path(module.params["password_file"])))


def set_kept(module: Any, client: Any, place: Path, existing: bool) -> None:
    """Set the password that is kept in ``place`` beforehand."""
    left = place.exists()
    policy = password_policy(client)
    password = durable_password(module, policy, place)
    if module.check_mode:
        return
    try:
        try:
            call_aws(module, client, password, existing)
        except is_boto3_error_code("PasswordPolicyViolation"):
            if not existing:
                raise
            # It breaks no rule but that against reuse: AWS has it already, from a call whose answer nobody heard.
            call_aws(module, client, durable_password(module, policy, place, anew=True), existing)
    except botocore.exceptions.ClientError as error:
        if existing and not left and error.response["ResponseMetadata"]["HTTPStatusCode"] < SERVER_ERROR:
            remove_secret(place)  # AWS has refused: the password in the file is still the one
        raise
    keep(module, place)


def keep(module: Any, place: Path) -> None:
    """Let the password in ``place``, which AWS has now, be the one that is kept."""
    file = Path(module.params["password_file"])
    if place == file:
        return
    try:
        move_secret(place, file)
    except OSError as error:
        module.fail_json(
            msg=f"User '{module.params['user_name']}' has another console password, which lies in '{place}', and could "
            f"not be moved to '{file}': {error.strerror}. Make that place writable, then run again."
        )


def set_password(module: Any, client: Any, existing: bool) -> None:
    """Create or update the login profile; in check mode only see to it that AWS would take the password."""
    user_name = module.params["user_name"]
    place = None if module.params["password"] else place_of(module.params, existing)
    try:
        if place is None:
            set_given(module, client, existing)
        else:
            set_kept(module, client, place, existing)
    except _vault.LockedError:
        module.fail_json(msg=f"Could not give user '{user_name}' a console password: {why_locked(place or Path())}")
    except OSError as error:
        module.fail_json(
            msg=f"Could not keep the password of user '{user_name}' in '{place}': "
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
    client = module.client("iam")
    user_name = module.params["user_name"]
    try:
        if module.params["password_file"] and module.params["state"] == "present" and not module.check_mode:
            take_turns(Path(module.params["password_file"]))
        before = has_password(client, user_name)
    except OSError as error:
        module.fail_json(
            msg=f"Could not keep the password of user '{user_name}' in '{module.params['password_file']}': "
            f"{error.strerror}. No password was set: make that place writable, then run again."
        )
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"see whether user '{user_name}' has a console password")
    after = module.params["state"] == "present"
    update = before and after and (module.params["update_password"] == ALWAYS or broken_off(module.params))
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
