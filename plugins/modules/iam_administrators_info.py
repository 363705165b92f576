#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_administrators_info
version_added: 0.2.0
short_description: Read how an account's administrators stand, and what they lack
description:
  - Reads a group of IAM users with its policies and members, compares it with what is wanted, and says what would have
    to be done. It changes nothing.
  - All users and groups are read at once, however many they are. Beside that it takes one call for each user who is to
    have a console password, and one for each who is to have an access key; with I(seed_secrets), one for each who is to
    be absent and is.
  - Refuses what must not be done, before anything is. That is removing the caller, or the last administrator who has a
    password or an active access key; purging the only policy that gives full rights; a password that the account's
    policy would not take; a managed policy that does not exist; I(inline_policy), which is taken to require MFA, where
    the caller is to be a member and has a long-term access key; an I(output_dir) of another account.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  group:
    description: The name of the group of administrators. One that exists in another case is that group.
    type: str
    required: true
  group_path:
    description: The path that the group is to have. A group that has another one keeps it, with a warning.
    type: str
  managed_policies:
    description: The group's managed policies, AWS's own and the account's, each by its name or its ARN.
    type: list
    elements: str
    default: []
  inline_policy:
    description:
      - A policy that is to be part of the group. With an empty one, that of I(inline_policy_name) is to go. Left out,
        that one stays as it is.
    type: dict
  inline_policy_name:
    description: The name of that policy.
    type: str
    default: dayone-require-mfa
  purge:
    description:
      - What the group has and is not listed here, and is to leave it. C(members) are users, C(policies) are managed
        policies.
    type: list
    elements: str
    choices: [members, policies]
    default: []
  users:
    description: The administrators.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: The user's name. A user who exists in another case is that user.
        type: str
        required: true
      state:
        description: Whether there is such a user.
        type: str
        choices: [present, absent]
        default: present
      path:
        description: The path that the user is to have. A user who has another one keeps it, with a warning.
        type: str
      tags:
        description: Tags that the user is to have.
        type: dict
        default: {}
      console_access:
        description: Whether the user is to have a console password.
        type: bool
        default: true
      password:
        description: The password, which is compared with the account's password policy and nothing else.
        type: str
      update_password:
        description: Whether the password of a user who has one is to be replaced.
        type: str
        choices: [always, on_create]
        default: on_create
      password_file:
        description: The file of the user's password, see M(dayone.aws_account.iam_login_profile).
        type: path
      access_key:
        description: Whether the user is to have an access key.
        type: bool
        default: false
      rotate_access_key:
        description: Whether the access key is to be replaced.
        type: bool
        default: false
      access_key_file:
        description: The file of the user's access key, see M(dayone.aws_account.iam_access_key_file).
        type: path
      seed_file:
        description: The file of the seed of the user's device, see M(dayone.aws_account.iam_virtual_mfa_device).
        type: path
      credentials_profile:
        description: The profile of I(credentials_file) that is to hold the access key.
        type: str
  credentials_file:
    description: The shared credentials file for I(users[].credentials_profile).
    type: path
  output_dir:
    description:
      - The directory of the users' files. One that is noted as another account's is refused, see
        M(dayone.aws_account.output_dir).
    type: path
  account:
    description: The account's id, which I(output_dir) has to be noted as.
    type: str
  seed_secrets:
    description: Where AWS Secrets Manager keeps seeds. Left out, it keeps none.
    type: dict
    suboptions:
      name_prefix:
        description: What the user's name, as it was given, is added to, for the name of the user's secret.
        type: str
        required: true
      region:
        description: The secrets' region, by default that of the task.
        type: str
      role_arn:
        description: A role to assume, in another account that keeps the secrets.
        type: str
attributes:
  diff_mode:
    support: none
    details: It only reads.
seealso:
  - module: amazon.aws.iam_group
  - module: amazon.aws.iam_user
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Read what the administrators lack
  dayone.aws_account.iam_administrators_info:
    group: Administrators
    managed_policies: [AdministratorAccess]
    users:
      - name: alice
      - name: bob
        state: absent
  register: administrators
"""

RETURN = r"""
differs:
  description: Whether anything would have to be done.
  type: bool
  returned: always
  sample: true
group_name:
  description: The group's name as the account has it, or as it was given where there is none.
  type: str
  returned: always
  sample: Administrators
create_group:
  description: Whether the group is to be created.
  type: bool
  returned: always
  sample: false
user_names:
  description:
    - The names of the users as the account has them, by the names that were given. All other lists of users here, but
      for C(members), have the names that were given.
  type: dict
  returned: always
  sample:
    alice: Alice
    bob: bob
policy_arns:
  description: The ARNs of I(managed_policies).
  type: list
  elements: str
  returned: always
  sample: ["arn:aws:iam::aws:policy/AdministratorAccess"]
detach:
  description: The ARNs of the group's policies that I(purge) takes from it.
  type: list
  elements: str
  returned: always
  sample: []
remove:
  description: The users to remove.
  type: list
  elements: str
  returned: always
  sample: [bob]
remove_devices:
  description:
    - Their virtual MFA devices, each with C(name), the user's that was given, C(user_name), C(device_name) and C(path).
    - Who has none is there with the device of their name, whose seed may be kept all the same. So is a user who is gone
      already and whose seed is there.
  type: list
  elements: dict
  returned: always
  sample:
    - name: bob
      user_name: bob
      device_name: bob
      path: /
remove_files:
  description:
    - Files with secrets of the users who are to be absent, which may be gone already. Seeds and QR codes are not among
      them, for they go with the devices.
  type: list
  elements: str
  returned: always
  sample: [/home/founder/dayone-output/123456789012/bob.password]
remove_profiles:
  description:
    - Profiles of I(credentials_file) with keys of the users who are to be absent, each with C(name), the user's that
      was given, C(profile) and C(access_key_id).
  type: list
  elements: dict
  returned: always
  sample: []
remove_members:
  description: Who is in the group, stays a user, and is to leave the group by I(purge).
  type: list
  elements: str
  returned: always
  sample: [carol]
note_missing:
  description: Whether I(output_dir) is not noted as the account's yet.
  type: bool
  returned: always
  sample: false
note_account:
  description: Whether it has to be, because secrets are in it, or will be by what is returned here.
  type: bool
  returned: always
  sample: false
create:
  description: The users to create.
  type: list
  elements: str
  returned: always
  sample: [alice]
tag:
  description: The users who exist, and lack tags.
  type: list
  elements: str
  returned: always
  sample: []
members:
  description: Who is to be in the group.
  type: list
  elements: str
  returned: always
  sample: [Alice]
set_password:
  description: The users who are to get a console password.
  type: list
  elements: str
  returned: always
  sample: [alice]
make_access_key:
  description: The users whose access key has to be made, replaced, or written down.
  type: list
  elements: str
  returned: always
  sample: []
inline_policy:
  description: C(put), C(delete), or empty where that policy is as wanted.
  type: str
  returned: always
  sample: ""
group_differs:
  description: Whether the group has to be created, or lacks members or managed policies.
  type: bool
  returned: always
  sample: true
differences:
  description: What differs, each with C(what), C(before) and C(after).
  type: list
  elements: dict
  returned: always
  sample:
    - what: IAM user alice
      before: {}
      after:
        tags: {}
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import (
    is_boto3_error_code,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._access_key import (
    marker_of,
    profile_in,
    read_access_key,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._administrators import (
    Group,
    RefusalError,
    User,
    check_mfa_of_caller,
    check_passwords,
    check_rights,
    check_who_goes,
    device_of,
    differences,
    group_of,
    inline_policy_change,
    lacks_tags,
    other_paths,
    remaining,
    requires_mfa_anew,
    spelled,
    to_detach,
    users_of,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._console_password import (
    has_password,
    new_of,
    password_policy,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws, said
from ansible_collections.dayone.aws_account.plugins.module_utils._managed_policy import document_of
from ansible_collections.dayone.aws_account.plugins.module_utils._output_dir import check_whose, holds_secrets
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import all_pages
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import partial_of
from ansible_collections.dayone.aws_account.plugins.module_utils._seed_keeper import existing_secrets
from ansible_collections.dayone.aws_account.plugins.module_utils._vault import LockedError
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

ALWAYS = "always"
AN_ARN = "arn:aws:iam::aws:policy/AdministratorAccess"
POLICY_ARN = re.compile(r"arn:[\w-]+:iam::(aws|\d{12}):policy/\S+", re.ASCII)


class Administrators:
    """The readings and what follows from them."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.params: dict[str, Any] = module.params
        self.client = module.client("iam")
        self._policies: dict[str, list[dict[str, Any]]] = {}
        self._keys: dict[str, list[dict[str, Any]]] = {}

    def plan(self) -> dict[str, Any]:
        params = self.params
        note_missing = params["output_dir"] is not None and check_whose(Path(params["output_dir"]), params["account"])
        details = all_pages(self.client, "get_account_authorization_details", Filter=["User", "Group"])
        existing, group = users_of(details), group_of(details, params["group"])
        self.adopt(existing)
        group_name = group.name if group else params["group"]
        present = [user for user in params["users"] if user["state"] == "present"]
        absent = [user for user in params["users"] if user["state"] == "absent"]
        remove = [user for user in absent if user["name"] in existing]
        gone = [user for user in absent if user["name"] not in existing]
        names = [user["name"] for user in present]
        members = group.members if group else set()
        left = remaining(members, names, [user["name"] for user in absent], params["purge"])
        removed = {user["name"] for user in remove}
        leaving = removed | (members - left)
        if leaving:
            check_who_goes(group_name, self.caller(), leaving, left, lambda name: self.signs_in(name, existing))
        if requires_mfa_anew(params, group, left) and not self.has_session():
            check_mfa_of_caller(group_name, self.caller(), left)
        arns = self.policy_arns(group)
        detach = to_detach(group, arns, params["purge"])
        check_rights(group, detach, arns, lambda arn: document_of(self.client, arn))
        passwords = [user for user in present if user["console_access"] and self.needs_password(user, existing)]
        if any(user["password"] for user in passwords):
            check_passwords(passwords, password_policy(self.client))
        keys = [user for user in present if user["access_key"] and self.needs_key(user, existing)]
        for sentence in other_paths(params, existing, group):
            self.module.warn(sentence)
        plan = {
            "group_name": group_name,
            "create_group": group is None,
            "policy_arns": arns,
            "detach": detach,
            "user_names": {user["given_name"]: user["name"] for user in params["users"]},
            "remove": given_names(remove),
            "remove_devices": self.devices(remove) + self.devices_of_gone(gone),
            "remove_files": [str(file) for file in self.files_to_go(absent)],
            "remove_profiles": self.profiles_to_go(remove, gone),
            "remove_members": sorted(members - left - removed),
            "create": given_names(user for user in present if user["name"] not in existing),
            "tag": given_names(user for user in present if lacks_tags(user, existing)),
            "set_password": given_names(passwords),
            "make_access_key": given_names(keys),
            "inline_policy": inline_policy_change(params, group),
            "members": sorted(left),
            "group_differs": group is None
            or not set(names) <= group.members
            or not set(arns) <= group.managed_policies.keys(),
            "note_missing": note_missing,
            "note_account": note_missing
            and (bool(keys) or any(not user["password"] for user in passwords) or holds_secrets(self.output_dir)),
        }
        found = differences(params, existing, group, plan)
        return {**plan, "differences": found, "differs": bool(found or plan["set_password"] or plan["make_access_key"])}

    @property
    def output_dir(self) -> Path:
        return Path(self.params["output_dir"])

    def signs_in(self, user_name: str, existing: dict[str, User]) -> bool:
        """Whether a member of the group gets something to sign in with by this run, or has it."""
        listed = next((user for user in self.params["users"] if user["name"] == user_name), None)
        if listed and listed["console_access"]:
            return True
        if user_name not in existing:
            return bool(listed and listed["access_key"])
        keys = self.keys_of(user_name)
        gets_key = listed and listed["access_key"] and (not keys or listed["rotate_access_key"])
        return bool(gets_key) or any(key["Status"] == "Active" for key in keys) or has_password(self.client, user_name)

    def keys_of(self, user_name: str) -> list[dict[str, Any]]:
        """The access keys of a user; several questions are answered by one reading."""
        if user_name not in self._keys:
            answer = self.client.list_access_keys(aws_retry=True, UserName=user_name)
            self._keys[user_name] = answer["AccessKeyMetadata"]
        return self._keys[user_name]

    def adopt(self, existing: dict[str, User]) -> None:
        """Give the users the names that the account has for them, and tags as AWS has them."""
        names = spelled(existing, [user["name"] for user in self.params["users"]])
        for user in self.params["users"]:
            user["given_name"], user["name"] = user["name"], names[user["name"]]
            user["tags"] = {key: str(value) for key, value in user["tags"].items()}

    def caller(self) -> str:
        """The ARN of whoever runs this."""
        return str(self.module.client("sts").get_caller_identity(aws_retry=True)["Arn"])

    def has_session(self) -> bool:
        """Whether the credentials are temporary. A user's who may call IAM with them then have MFA.

        https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
        """
        credentials = self.client._request_signer._credentials  # botocore offers no other way to the ones in use
        return bool(credentials.token)

    def needs_password(self, user: dict[str, Any], existing: dict[str, User]) -> bool:
        """Whether a password has to be set, or an interrupted update finished; who does not exist yet has none."""
        if user["name"] not in existing or user["update_password"] == ALWAYS:
            return True
        if user["password_file"] and new_of(Path(user["password_file"])).exists():
            return True
        return not has_password(self.client, user["name"])

    def needs_key(self, user: dict[str, Any], existing: dict[str, User]) -> bool:
        """Whether a key has to be made or replaced, an interrupted run finished, or a profile written."""
        file = Path(user["access_key_file"])
        if user["name"] not in existing or user["rotate_access_key"] or marker_of(file).exists():
            return True
        profile = user["credentials_profile"]
        if profile and profile_in(Path(self.params["credentials_file"]), profile) is None:
            return True
        keys = self.keys_of(user["name"])
        if keys and not file.exists():
            self.module.warn(
                f"User '{user['name']}' has the access key {keys[0]['AccessKeyId']}, but there is no file '{file}' "
                "with its secret. If nobody has it, ask for another one with rotate_access_key."
            )
        return not keys

    def devices(self, users: list[dict[str, Any]]) -> list[dict[str, str]]:
        """The users' virtual MFA devices, and those of their names that an interrupted run left assigned to nobody.

        Who has none is among them by the name that theirs would have: its seed may have been left.
        """
        if not users:
            return []
        unassigned = all_pages(self.client, "list_virtual_mfa_devices", AssignmentStatus="Unassigned")[
            "VirtualMFADevices"
        ]
        found = []
        for user in users:
            own = all_pages(self.client, "list_mfa_devices", UserName=user["name"])["MFADevices"]
            left = [item for item in unassigned if item["SerialNumber"].rsplit("/", 1)[1] == user["name"]]
            numbers = sorted(item["SerialNumber"] for item in own + left if ":mfa/" in item["SerialNumber"])
            found += [device_of(user, number) for number in numbers or [f":mfa/{user['name']}"]]
        return found

    def devices_of_gone(self, users: list[dict[str, Any]]) -> list[dict[str, str]]:
        """The devices of users who are gone, by the names that they would have, where there is a seed or QR code."""
        secret_of = {user["given_name"]: self.seed_secret_of(user) for user in users if self.params["seed_secrets"]}
        kept = self.kept_secrets(list(secret_of.values()))
        return [
            device_of(user, f":mfa/{user['name']}")
            for user in users
            if secret_of.get(user["given_name"]) in kept or any(file.exists() for file in seeds_of(user))
        ]

    def seed_secret_of(self, user: dict[str, Any]) -> str:
        return f"{self.params['seed_secrets']['name_prefix']}{user['given_name']}"

    def kept_secrets(self, names: list[str]) -> list[str]:
        """Which of the secrets there are. A run that may not know that has other things to do all the same."""
        try:
            return existing_secrets(self.module, self.params["seed_secrets"], names)
        except is_boto3_error_code(["AccessDenied", "AccessDeniedException"]) as error:
            self.module.warn(f"It is not known whether secrets of users who are gone are left: {said(str(error))}")
            return []

    def files_to_go(self, absent: list[dict[str, Any]]) -> list[Path]:
        files = [file for user in absent for file in files_of(user)]
        if any(user["credentials_profile"] for user in absent) and self.params["credentials_file"]:
            files.append(partial_of(Path(self.params["credentials_file"]).resolve()))
        return [file for file in files if file.exists()]

    def profiles_to_go(self, remove: list[dict[str, Any]], gone: list[dict[str, Any]]) -> list[dict[str, str]]:
        """The profiles of users who are to be absent. One whose key may be somebody else's is named and stays."""
        found = []
        for user in [*remove, *gone]:
            profile, file = user["credentials_profile"], self.params["credentials_file"]
            key_id = profile_in(Path(file), profile) if profile and file else None
            if not key_id:
                continue
            if self.is_key_of(key_id, user, is_gone=user in gone):
                found.append({"name": user["given_name"], "profile": profile, "access_key_id": key_id})
            else:
                self.module.warn(
                    f"The profile '{profile}' of '{file}' stays: nothing says that its access key {key_id} is one of "
                    f"user '{user['given_name']}'. If it is, remove the profile by hand."
                )
        return found

    def is_key_of(self, key_id: str, user: dict[str, Any], *, is_gone: bool) -> bool:
        """Whether the key in a profile is the user's: by AWS, by the file of the key, or by where the profile is."""
        if not is_gone and key_id in [key["AccessKeyId"] for key in self.keys_of(user["name"])]:
            return True
        if self.is_own_profile(user["credentials_profile"]):
            return True
        try:
            in_file = read_access_key(Path(user["access_key_file"])) if user["access_key_file"] else None
        except LockedError:
            return False
        return in_file is not None and in_file.access_key_id == key_id

    def is_own_profile(self, profile: str) -> bool:
        """Whether it is in the directory for secrets, where nobody else writes, and no other user's to be."""
        others = {user["credentials_profile"] for user in self.params["users"] if user["state"] == "present"}
        here = self.params["output_dir"] and Path(self.params["credentials_file"]).parent == self.output_dir
        return bool(here) and profile not in others

    def policy_arns(self, group: Group | None) -> list[str]:
        """The wanted policies' ARNs; what the group has already needs no looking up."""
        attached = {name: arn for arn, name in group.managed_policies.items()} if group else {}
        attached |= {arn: arn for arn in attached.values()}
        return [attached.get(policy) or self.find_policy(policy) for policy in self.params["managed_policies"]]

    def find_policy(self, policy: str) -> str:
        """The ARN of a policy that is given by that or by its name.

        Raises:
            RefusalError: there is none, or more than one.
        """
        if policy.startswith("arn:"):
            return self.arn_of_one(policy)
        found = self.list_policies("Local", policy) + self.of_aws(policy)
        if len(found) > 1:
            raise RefusalError(
                f"'{policy}' is a managed policy of AWS and one of this account: give the ARN of the one you mean. "
                "Nothing was changed."
            )
        if not found:
            raise RefusalError(
                f"There is no managed policy named '{policy}', neither AWS's nor this account's. Nothing was changed."
            )
        return found[0]

    def arn_of_one(self, arn: str) -> str:
        if not POLICY_ARN.fullmatch(arn):
            raise RefusalError(
                f"There is no managed policy '{arn}': that is no ARN of one, as {AN_ARN}. Nothing was changed."
            )
        try:
            self.client.get_policy(aws_retry=True, PolicyArn=arn)
        except is_boto3_error_code(["NoSuchEntity", "ValidationError", "InvalidInput"]) as error:
            raise RefusalError(
                f"There is no managed policy '{arn}': {said(str(error)).rstrip('.')}. Nothing was changed."
            ) from None
        return arn

    def of_aws(self, name: str) -> list[str]:
        """AWS's policy of that name. Most have no path, and one call finds them; a listing has more than a thousand."""
        arn = f"arn:{self.client.meta.partition}:iam::aws:policy/{name}"
        try:
            self.client.get_policy(aws_retry=True, PolicyArn=arn)
        except is_boto3_error_code(["NoSuchEntity", "ValidationError", "InvalidInput"]):
            return self.list_policies("AWS", name)
        return [arn]

    def list_policies(self, scope: str, name: str) -> list[str]:
        """The ARNs of policies of that name."""
        if scope not in self._policies:
            found = all_pages(self.client, "list_policies", Scope=scope, MaxItems=1000)
            self._policies[scope] = found["Policies"]
        return [policy["Arn"] for policy in self._policies[scope] if policy["PolicyName"] == name]


def files_of(user: dict[str, Any]) -> Iterator[Path]:
    """Where secrets of the user may lie. Seeds and QR codes go with the devices, but for broken-off writes of them."""
    password, key = (user[option] and Path(user[option]) for option in ("password_file", "access_key_file"))
    whole = [password, new_of(password)] if password else []
    whole += [key, marker_of(key)] if key else []
    yield from whole
    yield from map(partial_of, whole + seeds_of(user))


def seeds_of(user: dict[str, Any]) -> list[Path]:
    """Where seeds and QR codes of the user's device may lie."""
    seed = user["seed_file"] and Path(user["seed_file"])
    return [seed.with_name(seed.name + end) for end in ("", ".new", ".png", ".new.png")] if seed else []


def given_names(users: Iterable[dict[str, Any]]) -> list[str]:
    return [user["given_name"] for user in users]


USER_OPTIONS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "path": {"type": "str"},
    "tags": {"type": "dict", "default": {}},
    "console_access": {"type": "bool", "default": True},
    "password": {"type": "str", "no_log": True},
    "update_password": {"type": "str", "choices": [ALWAYS, "on_create"], "default": "on_create", "no_log": False},
    "password_file": {"type": "path", "no_log": False},
    "access_key": {"type": "bool", "default": False, "no_log": False},
    "rotate_access_key": {"type": "bool", "default": False, "no_log": False},
    "access_key_file": {"type": "path", "no_log": False},
    "seed_file": {"type": "path", "no_log": False},
    "credentials_profile": {"type": "str"},
}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "group": {"type": "str", "required": True},
            "group_path": {"type": "str"},
            "managed_policies": {"type": "list", "elements": "str", "default": []},
            "inline_policy": {"type": "dict"},
            "inline_policy_name": {"type": "str", "default": "dayone-require-mfa"},
            "purge": {"type": "list", "elements": "str", "choices": ["members", "policies"], "default": []},
            "users": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": USER_OPTIONS,
                "required_if": [("access_key", True, ["access_key_file"])],
            },
            "credentials_file": {"type": "path"},
            "output_dir": {"type": "path"},
            "account": {"type": "str"},
            "seed_secrets": {
                "type": "dict",
                "no_log": False,
                "options": {
                    "name_prefix": {"type": "str", "required": True},
                    "region": {"type": "str"},
                    "role_arn": {"type": "str"},
                },
            },
        },
        required_together=[("output_dir", "account")],
        supports_check_mode=True,
    )
    try:
        plan = Administrators(module).plan()
    except RefusalError as refusal:
        module.fail_json(msg=str(refusal))
    except ValueError as error:  # the credentials file, another account's directory
        module.fail_json(msg=f"{error}. Nothing was changed.")
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"read the administrators of the group '{module.params['group']}'")
    module.exit_json(changed=False, **plan)


if __name__ == "__main__":
    main()
