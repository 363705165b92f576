#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_access_key_file
version_added: 0.1.0
short_description: Create an IAM user's access key straight into a file
description:
  - Creates an access key for an IAM user who has none, and writes it to a file in the format in which the console
    offers it for download. AWS shows the secret only once, at creation.
  - M(amazon.aws.iam_access_key) hands the secret back as a return value, from where it has to be carried through
    variables and other modules' arguments. Here it exists in the file and nowhere else, from the moment that AWS
    answered.
  - A user who has a key keeps it, unless I(rotate) says otherwise. Where the file does not hold that key's secret, a
    warning names the key.
  - A run that was interrupted is carried on with. While a key is being made, a hidden file beside I(path) says which
    keys there were before, and when. So the next run knows the key whose secret is lost, names it, and replaces it,
    provided that it was made within minutes of that time and nobody has used it. Any other key is named and left.
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
  path:
    description:
      - The file for the key, for the owner alone (mode 0600, in directories of mode 0700). One for each user of each
        account, for a key that is made takes the place of what is there; M(dayone.aws_account.output_dir) notes whose
        it is.
    type: path
    required: true
  rotate:
    description:
      - Whether another key takes the place of the one that is there. The new one is made and written first, then the
        old one is deactivated, then deleted.
      - It is done in each run that asks for it.
    type: bool
    default: false
  credentials_profile:
    description:
      - A profile of I(credentials_file) that the key goes to as well. A profile of that name with another key is not
        touched, and stops the run before anything is done.
      - A credentials file is never encrypted, for the tools that read it; with I(encrypt=always) a profile is refused.
    type: str
  credentials_file:
    description: A shared credentials file, as C(~/.aws/credentials). What else is in it stays as it is.
    type: path
seealso:
  - module: amazon.aws.iam_access_key
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Give the administrator an access key
  dayone.aws_account.iam_access_key_file:
    user_name: admin
    path: "{{ playbook_dir }}/secrets/admin.accessKeys.csv"

- name: Replace the key, and keep the profile that holds it in step
  dayone.aws_account.iam_access_key_file:
    user_name: admin
    path: "{{ playbook_dir }}/secrets/admin.accessKeys.csv"
    rotate: true
    credentials_file: ~/.aws/credentials
    credentials_profile: example-admin
"""

RETURN = r"""
access_key_id:
  description: The user's access key; empty in check mode for one that does not exist yet.
  type: str
  returned: always
  sample: AKIAIOSFODNN7EXAMPLE
replaced:
  description: The keys that were deleted, those that had lost their secret among them.
  type: list
  elements: str
  returned: always
  sample: []
path:
  description: The file of the key.
  type: str
  returned: always
  sample: /home/founder/dayone-output/123456789012/admin.accessKeys.csv
secret_kept:
  description: Whether that file holds the secret of this key.
  type: bool
  returned: always
  sample: true
"""

import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

try:
    import botocore.config
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.dayone.aws_account.plugins.module_utils import _vault
from ansible_collections.dayone.aws_account.plugins.module_utils._access_key import (
    AccessKey,
    marker_of,
    profile_in,
    read_access_key,
    to_csv,
    write_profile,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import (
    prove_writable,
    read_secret,
    remove_secret,
    take_turns,
    why_locked,
    write_secret,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
KEYS_PER_USER = 2
SERVER_ERROR = 500
# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html: a call that was not let in has done nothing.
THROTTLED = ("Throttling", "ThrottlingException")
# How far a lost key's creation, by AWS's clock, can be from its note, by this machine's: AWS refuses calls of clocks
# that are more than five minutes off, and an answer is waited for no longer than two.
LOST_WITHIN_SECONDS = 600


class Interrupted(NamedTuple):
    """What a run noted before it made a key: the keys that there were, whether they were to go, and when it was."""

    before: list[str]
    rotate: bool
    at: float = 0.0  # seconds since 1970; a note without it is of no time, and no key was lost then


class Plan(NamedTuple):
    """What to do, in this order: delete keys without a secret, make a key, retire the ones it replaces."""

    lost: list[str]
    make: bool
    retire: list[str]
    kept: str  # the key whose secret is in the file, or the oldest one; '' for none
    secret_kept: bool


def unknown(key_ids: Iterable[str], before: list[str], in_file: str) -> list[str]:
    """The keys that were not there ``before`` and whose secret is not in the file, written before the note goes."""
    return [key_id for key_id in key_ids if key_id not in before and key_id != in_file]


def decide(created: dict[str, float], in_file: str, rotate: bool, interrupted: Interrupted | None) -> Plan:
    """What to do about the user's keys, given the one in the file and what a run left undone.

    ``created`` has the keys' times of creation in seconds since 1970, the oldest key first.
    """
    if not interrupted:
        return _planned(list(created), [], in_file, rotate, list(created))
    before = interrupted.before
    # Who made a key by hand, hours later, has its secret: only one of that time is the run's own.
    lost = [
        key_id
        for key_id in unknown(created, before, in_file)
        if abs(created[key_id] - interrupted.at) <= LOST_WITHIN_SECONDS
    ]
    left = [key_id for key_id in created if key_id not in lost]
    old = [key_id for key_id in left if key_id in before]
    if in_file in left and in_file not in before:  # made already
        return Plan(lost, False, old if rotate or interrupted.rotate else [], in_file, True)
    if rotate:
        return _planned(left, lost, in_file, True, left)
    return _planned(left, lost, in_file, interrupted.rotate and bool(old), old)


def _planned(left: list[str], lost: list[str], in_file: str, rotate: bool, old: list[str]) -> Plan:
    """Make a key where none is ``left`` or the ``old`` ones are to go; else keep the one that is there."""
    if rotate or not left:
        return Plan(lost, True, old, "", False)
    return Plan(lost, False, [], in_file if in_file in left else left[0], in_file in left)


class ThrottledRetry(AWSRetry):
    """Tries again what AWS has not let in, and nothing else."""

    @staticmethod
    def found(response_code: str, catch_extra_error_codes: list[str] | None = None) -> bool:
        return response_code in THROTTLED


class Keys:
    """A user's access keys, the file of one of them, and the calls that change them."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.user_name: str = module.params["user_name"]
        self.path = Path(module.params["path"])
        self.marker = marker_of(self.path)
        self.vault = _vault.vault_of(module)
        self.client = module.client("iam")

    def created(self) -> dict[str, float]:
        """The user's access keys, the oldest first, each with its time of creation; none where there is no user."""
        try:
            keys = self.client.list_access_keys(aws_retry=True, UserName=self.user_name)["AccessKeyMetadata"]
        except is_boto3_error_code("NoSuchEntity"):
            return {}
        found = {key["AccessKeyId"]: key["CreateDate"].timestamp() for key in keys}
        return dict(sorted(found.items(), key=lambda item: item[1]))

    def interrupted(self) -> Interrupted | None:
        noted = read_secret(self.marker)
        return Interrupted(**json.loads(noted)) if noted else None

    def make(self, before: list[str], retire: list[str]) -> AccessKey:
        prove_writable(self.path)
        write_secret(self.marker, json.dumps(Interrupted(before, bool(retire), time.time())._asdict()))
        # Asked once: after a lost answer, a second call would make a second key, and the first one stay unknown.
        once = self.module.client("iam", config=botocore.config.Config(retries={"total_max_attempts": 1}))
        create = ThrottledRetry.jittered_backoff()(once.create_access_key)
        try:
            answer = create(UserName=self.user_name)["AccessKey"]
        except botocore.exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < SERVER_ERROR:
                self.forget(before)  # AWS has refused: no key is under way
            raise
        key = AccessKey(answer["AccessKeyId"], answer["SecretAccessKey"])
        write_secret(self.path, to_csv(key), self.vault)
        return key

    def forget(self, before: list[str]) -> None:
        """Take the note away, unless a key is there that it would be needed for: the next run deals with that one."""
        in_file = read_access_key(self.path, self.vault)
        if not unknown(self.created(), before, in_file.access_key_id if in_file else ""):
            remove_secret(self.marker)

    def retire(self, key_id: str) -> None:
        self.client.update_access_key(aws_retry=True, UserName=self.user_name, AccessKeyId=key_id, Status="Inactive")
        self.client.delete_access_key(aws_retry=True, UserName=self.user_name, AccessKeyId=key_id)

    def was_used(self, key_id: str) -> bool:
        used = self.client.get_access_key_last_used(aws_retry=True, AccessKeyId=key_id)["AccessKeyLastUsed"]
        return bool(used.get("LastUsedDate"))

    def own_key(self) -> str:
        """The access key that this run calls AWS with."""
        credentials = self.client._request_signer._credentials  # botocore offers no other way to the ones in use
        return str(credentials.access_key)


def refuse(keys: Keys, plan: Plan, key_ids: list[str], params: dict[str, Any]) -> str:
    """Why the plan cannot be carried out, as a sentence; '' where it can."""
    used = [key_id for key_id in plan.lost if keys.was_used(key_id)]
    if used:
        return (
            f"User '{keys.user_name}' has the access key {used[0]}, whose secret an interrupted run seems to have "
            f"lost, but somebody uses it. If it is yours, remove the file '{keys.marker}' and run again."
        )
    if plan.make and len(key_ids) - len(plan.lost) >= KEYS_PER_USER:
        return (
            f"User '{keys.user_name}' has two access keys, {' and '.join(key_ids)}, and AWS allows no third one to "
            "take their place. Delete the one that nobody uses in the IAM console, then run again."
        )
    if keys.own_key() in plan.retire:
        return (
            f"This run calls AWS with the access key {keys.own_key()} of user '{keys.user_name}', which it was asked "
            "to replace: it would cut itself off. Run it with other credentials of an administrator."
        )
    profile = params["credentials_profile"]
    if profile:
        there = profile_in(Path(params["credentials_file"]), profile)
        in_file = read_access_key(keys.path, keys.vault)
        if there not in (None, *key_ids, in_file and in_file.access_key_id):
            return (
                f"The profile '{profile}' of '{params['credentials_file']}' has another access key already, and is "
                f"left alone. Choose another profile for user '{keys.user_name}'."
            )
    return ""


def carry_out(keys: Keys, plan: Plan, key_ids: list[str], in_file: AccessKey | None) -> AccessKey | None:
    """Do it; returns the key whose secret is in the file. Killed at any point, the next run carries on from there."""
    for key_id in plan.lost:
        keys.retire(key_id)
    before = [key_id for key_id in key_ids if key_id not in plan.lost]
    held = keys.make(before, plan.retire) if plan.make else (in_file if plan.secret_kept else None)
    if held and lacks_key(keys.module.params, held):
        write_profile(Path(keys.module.params["credentials_file"]), keys.module.params["credentials_profile"], held)
    for key_id in plan.retire:
        keys.retire(key_id)
    if keys.marker.exists():
        keys.forget(before)
    return held


def lacks_key(params: dict[str, Any], key: AccessKey) -> bool:
    """Whether the profile, if one is wanted, has another key than this one, or none."""
    profile = params["credentials_profile"]
    return bool(profile) and profile_in(Path(params["credentials_file"]), profile) != key.access_key_id


def ensure_key(module: Any) -> dict[str, Any]:
    """Bring about what is asked; returns what the module returns."""
    params, keys = module.params, Keys(module)
    if not module.check_mode:
        take_turns(keys.path)
    created, in_file = keys.created(), read_access_key(keys.path, keys.vault)
    key_ids = list(created)
    plan = decide(created, in_file.access_key_id if in_file else "", params["rotate"], keys.interrupted())
    why_not = refuse(keys, plan, key_ids, params)
    if why_not:
        module.fail_json(msg=why_not)
    if plan.kept and not plan.secret_kept:
        module.warn(
            f"User '{keys.user_name}' has the access key {plan.kept}, whose secret is not in '{keys.path}'. If nobody "
            "has it, ask for another one with 'rotate' (in the role iam_admin: rotate_access_key)."
        )
    for key_id in plan.lost:
        module.warn(
            f"An interrupted run lost the secret of {key_id}, a key of user '{keys.user_name}': it is replaced."
        )
    profile_to_write = plan.secret_kept and in_file is not None and lacks_key(params, in_file)
    held = (in_file if plan.secret_kept else None) if module.check_mode else carry_out(keys, plan, key_ids, in_file)
    gone = plan.lost + plan.retire
    after = [key_id for key_id in key_ids if key_id not in gone]
    if plan.make:
        after.append(held.access_key_id if held else "a new one")
    return {
        "changed": bool(plan.make or gone or profile_to_write),
        "access_key_id": held.access_key_id if held else plan.kept,
        "secret_kept": held is not None,
        "replaced": gone,
        "path": params["path"],
        "diff": {"before": {"access_keys": key_ids}, "after": {"access_keys": after}},
    }


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "user_name": {"type": "str", "required": True},
            "path": {"type": "path", "required": True},
            "rotate": {"type": "bool", "default": False},
            "credentials_file": {"type": "path"},
            "credentials_profile": {"type": "str"},
            **_vault.ARGUMENTS,
        },
        required_by={"credentials_profile": "credentials_file"},
        supports_check_mode=True,
    )
    if module.params["encrypt"] == "always" and module.params["credentials_profile"]:
        module.fail_json(
            msg="encrypt is 'always', and a credentials file is plain, for the tools that read it: leave "
            "credentials_profile out, or give encrypt 'auto'. Nothing was changed."
        )
    try:
        result = ensure_key(module)
    except _vault.LockedError:
        path = Path(module.params["path"])
        user_name = module.params["user_name"]
        module.fail_json(msg=f"Could not see which access key of user '{user_name}' is kept: {why_locked(path)}")
    except OSError as error:
        module.fail_json(
            msg=f"Could not write the access key of user '{module.params['user_name']}' to '{error.filename}': "
            f"{error.strerror}. Make that place writable, then run again."
        )
    except ValueError as error:
        module.fail_json(msg=f"{error}. Nothing was changed.")
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"give user '{module.params['user_name']}' an access key")
    module.exit_json(**result)


if __name__ == "__main__":
    main()
