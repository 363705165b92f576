# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an account's administrators lack, and what must not be done to them. No AWS call is made here."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict
from ansible_collections.dayone.aws_account.plugins.module_utils._policy_statements import as_list, statements
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import broken_rules

FULL_RIGHTS = ":iam::aws:policy/AdministratorAccess"


class User(NamedTuple):
    """A user that the account has."""

    path: str = "/"
    tags: dict[str, str] = {}  # noqa: RUF012 - a tuple's default, which nobody changes


class Group(NamedTuple):
    """A group that the account has, with its policies and the names of its members."""

    name: str
    path: str
    managed_policies: dict[str, str]  # by ARN, the names
    inline_policies: dict[str, Any]
    members: set[str]


class RefusalError(Exception):
    """What must not be done, as a sentence."""


def group_of(details: dict[str, Any], name: str) -> Group | None:
    """The group of that name, in whatever case, in GetAccountAuthorizationDetails' answer."""
    found = next((item for item in details["GroupDetailList"] if item["GroupName"].lower() == name.lower()), None)
    if found is None:
        return None
    return Group(
        found["GroupName"],
        found.get("Path", "/"),
        {item["PolicyArn"]: item["PolicyName"] for item in found.get("AttachedManagedPolicies", [])},
        {item["PolicyName"]: item["PolicyDocument"] for item in found.get("GroupPolicyList", [])},
        {user["UserName"] for user in details["UserDetailList"] if found["GroupName"] in user.get("GroupList", [])},
    )


def users_of(details: dict[str, Any]) -> dict[str, User]:
    """Every user, by name."""
    return {
        item["UserName"]: User(item.get("Path", "/"), boto3_tag_list_to_ansible_dict(item.get("Tags", [])))
        for item in details["UserDetailList"]
    }


def spelled(existing: dict[str, User], wanted: list[str]) -> dict[str, str]:
    """The wanted names as the account has them: names that differ in upper and lower case only are one name to IAM.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    by_lower = {name.lower(): name for name in existing}
    return {name: by_lower.get(name.lower(), name) for name in wanted}


def other_paths(params: dict[str, Any], existing: dict[str, User], group: Group | None) -> list[str]:
    """A sentence for each user, and for the group, whose path is another than the one that was asked for."""
    there = [
        (f"User '{user['name']}'", existing[user["name"]].path, user["path"])
        for user in params["users"]
        if user["name"] in existing and user["state"] == "present"
    ]
    there += [(f"The group '{group.name}'", group.path, params["group_path"])] if group else []
    return [
        f"{what} has the path '{path}', and '{wanted}' was asked for. It stays, for another path is another ARN, which "
        "policies may name."
        for what, path, wanted in there
        if wanted and path != wanted
    ]


def remaining(members: set[str], present: list[str], absent: list[str], purge: list[str]) -> set[str]:
    """Who administers the account afterwards."""
    kept = set() if "members" in purge else members
    return (kept | set(present)) - set(absent)


def user_name_of(caller: str) -> str:
    """The name of the user whose ARN it is; empty for a role, the root user and others."""
    return caller.rsplit("/", 1)[-1] if ":user/" in caller else ""


def check_who_goes(
    group_name: str, caller: str, leaving: set[str], left: set[str], signs_in: Callable[[str], bool]
) -> None:
    """Refuse to shut out the caller, or everybody.

    Args:
        group_name: the group of administrators.
        caller: the ARN of whoever runs this.
        leaving: who is removed, or purged from the group.
        left: who is in the group afterwards.
        signs_in: whether one of them has, or gets, something to sign in with. It is asked no longer than needed.
    """
    name = user_name_of(caller)
    if name in leaving:
        raise RefusalError(
            f"This run is '{name}' itself, who would leave the group '{group_name}' or be removed: it would shut "
            "itself out. Run it as another administrator, or list the user as present."
        )
    if leaving and not any(map(signs_in, sorted(left))):
        who = f" with a password or an active access key ({', '.join(sorted(left))}: neither)" if left else ""
        raise RefusalError(
            f"Nobody would be left in the group '{group_name}'{who}: {', '.join(sorted(leaving))} would be the last "
            "administrator to go. List another one first."
        )


def to_detach(group: Group | None, arns: list[str], purge: list[str]) -> list[str]:
    """The group's managed policies that a purge takes from it."""
    return sorted(group.managed_policies.keys() - set(arns)) if group and "policies" in purge else []


def check_rights(
    group: Group | None, detach: list[str], arns: list[str], document_of: Callable[[str], dict[str, Any]]
) -> None:
    """Refuse to take from the administrators what makes them administrators.

    Args:
        group: the group, where it exists.
        detach: the ARNs of policies that it loses.
        arns: the ARNs of those that it keeps or gets.
        document_of: reads a policy of the account's own. It is asked for no more of them than needed.
    """
    if group is None or not detach:
        return
    inline = list(group.inline_policies.values())
    full = next((arn for arn in detach if gives_full_rights(arn, document_of, always=False)), None)
    if arns and full is None:
        return
    kept = any(gives_full_rights(arn, document_of, always=True) for arn in arns)
    if not kept and not any(allows_everything(document, always=True) for document in inline):
        raise RefusalError(
            f"The purge would take {full or ', '.join(detach)} from the group '{group.name}', and might leave the "
            "account without an administrator. List it among the managed policies; or, if other policies together "
            "give full rights too, detach it by hand and run again. Nothing was changed."
        )


def gives_full_rights(arn: str, document_of: Callable[[str], dict[str, Any]], *, always: bool) -> bool:
    """Whether a managed policy allows everything; of AWS's own ones there is one that does."""
    if arn.split(":")[4] == "aws":
        return arn.endswith(FULL_RIGHTS)
    return allows_everything(document_of(arn), always=always)


def allows_everything(document: dict[str, Any] | str, *, always: bool) -> bool:
    """Whether a policy's document allows every action on everything, ``always`` or at least on some condition."""
    found: dict[str, Any] = json.loads(document) if isinstance(document, str) else document
    return any(
        statement["Effect"] == "Allow"
        and not {"*", "*:*"}.isdisjoint(as_list(statement.get("Action", [])))
        and "*" in as_list(statement.get("Resource", []))
        and not (always and statement.get("Condition"))
        for statement in statements(found)
    )


def check_mfa_of_caller(group_name: str, caller: str, members: set[str]) -> None:
    """Refuse to require MFA of a caller, a user whose key is a long-term one, before they can have it."""
    name = user_name_of(caller)
    if name in members:
        raise RefusalError(
            f"This run is '{name}' itself, without MFA, and would require MFA of the group '{group_name}', which "
            f"'{name}' is in or is to be in: it would lock itself out. Run it as another administrator. Or give the "
            "user an MFA device first (while the group does not require MFA yet, by a run of the role iam_admin with "
            "iam_admin_require_mfa: false), then run it with the credentials that 'aws sts get-session-token "
            "--serial-number ARN-OF-THE-DEVICE --token-code CODE' gives. Nothing was changed."
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


def requires_mfa_anew(params: dict[str, Any], group: Group | None, left: set[str]) -> bool:
    """Whether somebody has to have MFA afterwards who did not have to before."""
    there = group.inline_policies.get(params["inline_policy_name"]) if group else None
    wanted = there if params["inline_policy"] is None else params["inline_policy"]
    joining = left - (group.members if group else set())
    return bool(wanted) and (wanted != there or bool(joining))


def differences(
    params: dict[str, Any], existing: dict[str, User], group: Group | None, plan: dict[str, Any]
) -> list[dict[str, Any]]:
    """What is and what should be, wherever they differ."""
    found = []
    for user in params["users"]:
        name = user["name"]
        before: dict[str, Any] = {"tags": existing[name].tags} if name in existing else {}
        if user["given_name"] in plan["remove"]:
            found.append(difference(f"IAM user {name}", before, {}))
        if user["given_name"] in plan["create"] + plan["tag"]:
            path = {"path": user["path"]} if user["path"] and name not in existing else {}
            after = {**path, "tags": {**before.get("tags", {}), **user["tags"]}}
            found.append(difference(f"IAM user {name}", before, after))
    if plan["group_differs"] or plan["detach"] or plan["remove_members"]:
        attached = set(group.managed_policies) if group else set()
        kept = attached - set(plan["detach"])
        before = {"members": sorted(group.members), "managed_policies": sorted(attached)} if group else {}
        after = {"members": plan["members"], "managed_policies": sorted(kept | set(plan["policy_arns"]))}
        found.append(difference(f"IAM group {plan['group_name']}", before, after))
    if plan["inline_policy"]:
        name = params["inline_policy_name"]
        there = group.inline_policies.get(name, {}) if group else {}
        what = f"Policy {name} of IAM group {plan['group_name']}"
        found.append(difference(what, there, params["inline_policy"] or {}))
    return found


def difference(what: str, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {"what": what, "before": before, "after": after}


def inline_policy_change(params: dict[str, Any], group: Group | None) -> str:
    """What has to be done about the policy that is part of the group. An empty one is to go, None stays as it is."""
    there = group.inline_policies.get(params["inline_policy_name"]) if group else None
    if params["inline_policy"] is None:
        return ""
    if params["inline_policy"]:
        return "" if there == params["inline_policy"] else "put"
    return "delete" if there else ""


def lacks_tags(user: dict[str, Any], existing: dict[str, User]) -> bool:
    """Whether it is a user who exists, and not with all of the wanted tags."""
    there = existing.get(user["name"])
    return there is not None and not user["tags"].items() <= there.tags.items()


def device_of(user: dict[str, Any], serial_number: str) -> dict[str, str]:
    """A virtual MFA device of the user, by name and path, as iam_virtual_mfa_device wants it."""
    path, _slash, name = serial_number.partition(":mfa")[2].rpartition("/")
    return {"name": user["given_name"], "user_name": user["name"], "device_name": name, "path": f"{path}/"}
