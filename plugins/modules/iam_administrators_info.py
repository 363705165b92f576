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
    have a console password, and one for each who is to have an access key.
  - Refuses what must not be done, before anything is. That is removing the caller, or the last administrator; a
    password that the account's policy would not take; a managed policy that does not exist; I(inline_policy), which is
    taken to require MFA, where the caller is to be a member and has a long-term access key.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  group:
    description: The name of the group of administrators.
    type: str
    required: true
  managed_policies:
    description: The group's managed policies, AWS's own and the account's, each by its name or its ARN.
    type: list
    elements: str
    default: []
  inline_policy:
    description: A policy that is to be part of the group. Without it, no such policy is wanted.
    type: dict
  inline_policy_name:
    description: The name of that policy.
    type: str
    default: dayone-require-mfa
  purge:
    description:
      - What the group has and is not listed here, and is to leave it. C(members) are users, C(policies) are managed
        policies and the policy of I(inline_policy_name).
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
        description: The user's name.
        type: str
        required: true
      state:
        description: Whether there is such a user.
        type: str
        choices: [present, absent]
        default: present
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
      credentials_profile:
        description: The profile of I(credentials_file) that is to hold the access key.
        type: str
  credentials_file:
    description: The shared credentials file for I(users[].credentials_profile).
    type: path
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: It only reads.
  idempotent:
    support: full
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
  description: Their virtual MFA devices, each with C(user_name), C(device_name) and C(path).
  type: list
  elements: dict
  returned: always
  sample:
    - user_name: bob
      device_name: bob
      path: /
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
  description: Whether the group, its members or its managed policies have to change.
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

from pathlib import Path
from typing import Any, NamedTuple

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import (
    is_boto3_error_code,
    paginated_query_with_retries,
)
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict
from ansible_collections.dayone.aws_account.plugins.module_utils._access_key import marker_of, profile_in
from ansible_collections.dayone.aws_account.plugins.module_utils._console_password import new_of
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import broken_rules

ALWAYS = "always"


class Group(NamedTuple):
    """A group with its policies and the names of its members."""

    managed_policies: dict[str, str]  # by ARN, the names
    inline_policies: dict[str, Any]
    members: set[str]


FULL_RIGHTS = ":iam::aws:policy/AdministratorAccess"


class RefusalError(Exception):
    """What must not be done, as a sentence."""


def group_of(details: dict[str, Any], name: str) -> Group | None:
    """The group of that name in GetAccountAuthorizationDetails' answer."""
    found = next((item for item in details["GroupDetailList"] if item["GroupName"] == name), None)
    if found is None:
        return None
    return Group(
        {item["PolicyArn"]: item["PolicyName"] for item in found.get("AttachedManagedPolicies", [])},
        {item["PolicyName"]: item["PolicyDocument"] for item in found.get("GroupPolicyList", [])},
        {user["UserName"] for user in details["UserDetailList"] if name in user.get("GroupList", [])},
    )


def tags_of(details: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The tags of every user, by name."""
    return {
        user["UserName"]: boto3_tag_list_to_ansible_dict(user.get("Tags", [])) for user in details["UserDetailList"]
    }


def same_name(existing: set[str], wanted: list[str]) -> None:
    """Refuse names that IAM takes for those of users whose case is another.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    by_lower = {name.lower(): name for name in existing}
    for name in wanted:
        there = by_lower.get(name.lower(), name)
        if there != name:
            raise RefusalError(
                f"The account has a user '{there}', which to IAM is the name '{name}' too: write it as it is there."
            )


def remaining(members: set[str], present: list[str], absent: list[str], purge: list[str]) -> set[str]:
    """Who administers the account afterwards."""
    kept = set() if "members" in purge else members
    return (kept | set(present)) - set(absent)


def check_who_goes(group_name: str, caller: str, leaving: set[str], left: set[str]) -> None:
    """Refuse to shut out the caller, or everybody."""
    name = caller.rsplit("/", 1)[-1] if ":user/" in caller else ""
    if name in leaving:
        raise RefusalError(
            f"This run is '{name}' itself, who would leave the group '{group_name}' or be removed: it would shut "
            "itself out. Run it as another administrator, or list the user as present."
        )
    if leaving and not left:
        raise RefusalError(
            f"Nobody would be left in the group '{group_name}': {', '.join(sorted(leaving))} would be the last "
            "administrator to go. List another one first."
        )


def to_detach(group: Group | None, arns: list[str], purge: list[str]) -> list[str]:
    """The group's managed policies that a purge takes from it."""
    return sorted(group.managed_policies.keys() - set(arns)) if group and "policies" in purge else []


def check_rights(group_name: str, detach: list[str], arns: list[str]) -> None:
    """Refuse to take from the administrators what makes them administrators."""
    full = next((arn for arn in detach if arn.endswith(FULL_RIGHTS)), None)
    if full or (detach and not arns):
        raise RefusalError(
            f"The purge would take {full or ', '.join(detach)} from the group '{group_name}', and might leave the "
            "account without an administrator. List it among the managed policies; or, if other policies give full "
            "rights too, detach it by hand and run again."
        )


def check_mfa_of_caller(group_name: str, caller: str, members: set[str]) -> None:
    """Refuse to require MFA of a caller, a user whose key is a long-term one, before they can have it."""
    name = caller.rsplit("/", 1)[-1] if ":user/" in caller else ""
    if name in members:
        raise RefusalError(
            f"This run is '{name}' itself, without MFA, and would require MFA of the group '{group_name}', which "
            f"'{name}' is in or is to be in: it would lock itself out. Run it without that (in the role iam_admin: "
            "iam_admin_require_mfa: false) until the user has an MFA device, then with the credentials that 'aws sts "
            "get-session-token --serial-number ARN-OF-THE-DEVICE --token-code CODE' gives. Or run it as another "
            "administrator. Nothing was changed."
        )


def check_passwords(users: list[dict[str, Any]], policy: dict[str, Any] | None) -> None:
    """Refuse given passwords that the account's policy would not take, by the rules that they break."""
    sentences = []
    for user in users:
        broken = broken_rules(user["password"], policy) if user["password"] else []
        if broken:
            sentences.append(
                f"The password given for user '{user['name']}' breaks the account's password policy: "
                f"{'; '.join(broken)}."
            )
    if sentences:
        raise RefusalError(" ".join([*sentences, "Nothing was changed: choose another one, or leave it out."]))


def differences(
    params: dict[str, Any], tags: dict[str, dict[str, str]], group: Group | None, plan: dict[str, Any]
) -> list[dict[str, Any]]:
    """What is and what should be, wherever they differ."""
    wanted_tags = {user["name"]: user["tags"] for user in params["users"]}
    found = [difference(f"IAM user {name}", {"tags": tags[name]}, {}) for name in plan["remove"]]
    found += [
        difference(
            f"IAM user {name}",
            {"tags": tags[name]} if name in tags else {},
            {"tags": {**tags.get(name, {}), **wanted_tags[name]}},
        )
        for name in plan["create"] + plan["tag"]
    ]
    if plan["group_differs"] or plan["detach"]:
        attached = set(group.managed_policies) if group else set()
        kept = attached - set(plan["detach"])
        before = {"members": sorted(group.members), "managed_policies": sorted(attached)} if group else {}
        after = {"members": plan["members"], "managed_policies": sorted(kept | set(plan["policy_arns"]))}
        found.append(difference(f"IAM group {params['group']}", before, after))
    if plan["inline_policy"]:
        name = params["inline_policy_name"]
        there = group.inline_policies.get(name, {}) if group else {}
        found.append(difference(f"Policy {name} of IAM group {params['group']}", there, params["inline_policy"] or {}))
    return found


def difference(what: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {"what": what, "before": before, "after": after}


def inline_policy_change(params: dict[str, Any], group: Group | None) -> str:
    """What has to be done about the policy that is part of the group."""
    there = group.inline_policies.get(params["inline_policy_name"]) if group else None
    if params["inline_policy"]:
        return "" if there == params["inline_policy"] else "put"
    return "delete" if there and "policies" in params["purge"] else ""


def device_of(user_name: str, serial_number: str) -> dict[str, str]:
    """A virtual MFA device of the user, by name and path, as iam_virtual_mfa_device wants it."""
    path, _slash, name = serial_number.partition(":mfa")[2].rpartition("/")
    return {"user_name": user_name, "device_name": name, "path": f"{path}/"}


class Administrators:
    """The readings and what follows from them."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.params: dict[str, Any] = module.params
        self.client = module.client("iam", retry_decorator=AWSRetry.jittered_backoff())
        self._policies: dict[str, list[dict[str, Any]]] = {}

    def plan(self) -> dict[str, Any]:
        params = self.params
        details = paginated_query_with_retries(
            self.client, "get_account_authorization_details", Filter=["User", "Group"]
        )
        tags, group = tags_of(details), group_of(details, params["group"])
        same_name(set(tags), [user["name"] for user in params["users"]])
        for user in params["users"]:
            user["tags"] = {key: str(value) for key, value in user["tags"].items()}
        present = [user for user in params["users"] if user["state"] == "present"]
        names = [user["name"] for user in present]
        absent = [user["name"] for user in params["users"] if user["state"] == "absent"]
        members = group.members if group else set()
        left = remaining(members, names, absent, params["purge"])
        remove = [name for name in absent if name in tags]
        leaving = set(remove) | (members - left)
        if leaving:
            check_who_goes(params["group"], self.caller(), leaving, left)
        requires_mfa_anew = inline_policy_change(params, group) == "put" or (params["inline_policy"] and left - members)
        if requires_mfa_anew and not self.has_session():
            check_mfa_of_caller(params["group"], self.caller(), left)
        arns = self.policy_arns(group)
        detach = to_detach(group, arns, params["purge"])
        check_rights(params["group"], detach, arns)
        passwords = [user for user in present if user["console_access"] and self.needs_password(user, tags)]
        if any(user["password"] for user in passwords):
            check_passwords(passwords, self.password_policy())
        plan = {
            "policy_arns": arns,
            "detach": detach,
            "remove": remove,
            "remove_devices": self.devices(remove),
            "create": [name for name in names if name not in tags],
            "tag": [
                user["name"]
                for user in present
                if not user["tags"].items() <= tags.get(user["name"], user["tags"]).items()
            ],
            "set_password": [user["name"] for user in passwords],
            "make_access_key": [user["name"] for user in present if user["access_key"] and self.needs_key(user, tags)],
            "inline_policy": inline_policy_change(params, group),
            "members": sorted(left),
            "group_differs": group is None
            or members - set(remove) != left
            or not set(arns) <= group.managed_policies.keys(),
        }
        found = differences(params, tags, group, plan)
        return {**plan, "differences": found, "differs": bool(found or plan["set_password"] or plan["make_access_key"])}

    def caller(self) -> str:
        """The ARN of whoever runs this."""
        return str(self.module.client("sts").get_caller_identity()["Arn"])

    def has_session(self) -> bool:
        """Whether the credentials are temporary. A user's who may call IAM with them then have MFA.

        https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
        """
        credentials = self.client._request_signer._credentials  # botocore offers no other way to the ones in use
        return bool(credentials.token)

    def needs_password(self, user: dict[str, Any], existing: dict[str, Any]) -> bool:
        """Whether a password has to be set, or an interrupted update finished; who does not exist yet has none."""
        if user["name"] not in existing or user["update_password"] == ALWAYS:
            return True
        if user["password_file"] and new_of(Path(user["password_file"])).exists():
            return True
        try:
            self.client.get_login_profile(aws_retry=True, UserName=user["name"])
        except is_boto3_error_code("NoSuchEntity"):
            return True
        return False

    def needs_key(self, user: dict[str, Any], existing: dict[str, Any]) -> bool:
        """Whether a key has to be made or replaced, an interrupted run finished, or a profile written."""
        file = Path(user["access_key_file"])
        if user["name"] not in existing or user["rotate_access_key"] or marker_of(file).exists():
            return True
        profile = user["credentials_profile"]
        if profile and profile_in(Path(self.params["credentials_file"]), profile) is None:
            return True
        keys = self.client.list_access_keys(aws_retry=True, UserName=user["name"])["AccessKeyMetadata"]
        if keys and not file.exists():
            self.module.warn(
                f"User '{user['name']}' has the access key {keys[0]['AccessKeyId']}, but there is no file '{file}' "
                "with its secret. If nobody has it, ask for another one with rotate_access_key."
            )
        return not keys

    def password_policy(self) -> dict[str, Any] | None:
        try:
            policy: dict[str, Any] = self.client.get_account_password_policy(aws_retry=True)["PasswordPolicy"]
        except is_boto3_error_code("NoSuchEntity"):
            return None
        return policy

    def devices(self, user_names: list[str]) -> list[dict[str, str]]:
        """The users' virtual MFA devices, and those of their names that an interrupted run left assigned to nobody."""
        if not user_names:
            return []
        unassigned = paginated_query_with_retries(
            self.client, "list_virtual_mfa_devices", AssignmentStatus="Unassigned"
        )["VirtualMFADevices"]
        owned = [(device["SerialNumber"].rsplit("/", 1)[1], device["SerialNumber"]) for device in unassigned]
        owned = [(name, serial_number) for name, serial_number in owned if name in user_names]
        for user_name in user_names:
            found = paginated_query_with_retries(self.client, "list_mfa_devices", UserName=user_name)["MFADevices"]
            owned += [(user_name, device["SerialNumber"]) for device in found]
        return [device_of(user_name, number) for user_name, number in sorted(owned) if ":mfa/" in number]

    def policy_arns(self, group: Group | None) -> list[str]:
        """The wanted policies' ARNs; names are looked up only for those that the group lacks."""
        attached = {name: arn for arn, name in group.managed_policies.items()} if group else {}
        return [
            policy if policy.startswith("arn:") else attached.get(policy) or self.find_policy(policy)
            for policy in self.params["managed_policies"]
        ]

    def find_policy(self, name: str) -> str:
        found = [arn for scope in ("Local", "AWS") for arn in self.list_policies(scope, name)]
        if len(found) > 1:
            raise RefusalError(
                f"'{name}' is a managed policy of AWS and one of this account: give the ARN of the one you mean."
            )
        if not found:
            raise RefusalError(f"There is no managed policy named '{name}', neither AWS's nor this account's.")
        return found[0]

    def list_policies(self, scope: str, name: str) -> list[str]:
        """The ARNs of policies of that name; AWS's own are more than a thousand, at a thousand a page."""
        if scope not in self._policies:
            found = paginated_query_with_retries(self.client, "list_policies", Scope=scope, MaxItems=1000)
            self._policies[scope] = found["Policies"]
        return [policy["Arn"] for policy in self._policies[scope] if policy["PolicyName"] == name]


USER_OPTIONS: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "tags": {"type": "dict", "default": {}},
    "console_access": {"type": "bool", "default": True},
    "password": {"type": "str", "no_log": True},
    "update_password": {"type": "str", "choices": [ALWAYS, "on_create"], "default": "on_create", "no_log": False},
    "password_file": {"type": "path", "no_log": False},
    "access_key": {"type": "bool", "default": False, "no_log": False},
    "rotate_access_key": {"type": "bool", "default": False, "no_log": False},
    "access_key_file": {"type": "path", "no_log": False},
    "credentials_profile": {"type": "str"},
}


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "group": {"type": "str", "required": True},
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
        },
        supports_check_mode=True,
    )
    try:
        plan = Administrators(module).plan()
    except RefusalError as refusal:
        module.fail_json(msg=str(refusal))
    except ValueError as error:  # the credentials file
        module.fail_json(msg=f"{error}. Nothing was changed.")
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"read the administrators of the group '{module.params['group']}'")
    module.exit_json(changed=False, **plan)


if __name__ == "__main__":
    main()
