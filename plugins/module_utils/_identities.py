# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who may do what in an account, in short: made of GetAccountAuthorizationDetails' answer. No AWS call is made here.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._policy_statements import as_list, statements

KINDS = ("User", "Group", "Role", "LocalManagedPolicy")
SUPPORT = ":iam::aws:policy/AWSSupportAccess"
CLOUDSHELL = ":iam::aws:policy/AWSCloudShellFullAccess"
# Of IAM Identity Center's roles.
# https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
IDENTITY_CENTER = "/aws-reserved/sso.amazonaws.com/"


def identities(details: dict[str, Any]) -> dict[str, Any]:
    """The account's users and groups, and what stands out among policies.

    Returns:
        ``users``: names. ``groups``: by name, members and policies. ``direct``: by user, the policies that come through
        no group. ``full``: policies of the account's own that allow everything, and who has them. ``support``,
        ``cloudshell``: who has AWS's policy of that name. ``federated``: roles of IAM Identity Center.
    """
    users, groups, roles = (details.get(f"{kind}DetailList", []) for kind in ("User", "Group", "Role"))
    own = {policy["Arn"]: policy for policy in details.get("Policies", [])}
    return {
        "users": [user["UserName"] for user in users],
        "groups": {
            group["GroupName"]: {
                "members": [user["UserName"] for user in users if group["GroupName"] in user.get("GroupList", [])],
                "policies": _names(group, "Group"),
            }
            for group in groups
        },
        "direct": {user["UserName"]: _names(user, "User") for user in users if _names(user, "User")},
        "full": sorted({*_full_managed(own, users, groups, roles), *_full_inline(users, groups, roles)}),
        "support": _holders(SUPPORT, users, groups, roles),
        "cloudshell": _holders(CLOUDSHELL, users, groups, roles),
        "federated": [role["RoleName"] for role in roles if IDENTITY_CENTER in role["Arn"]],
    }


def allows_everything(document: dict[str, Any]) -> bool:
    """Whether a statement allows all actions on all resources, under no condition."""
    return any(
        statement["Effect"] == "Allow"
        and {"*", "*:*"} & set(as_list(statement.get("Action", [])))
        and "*" in as_list(statement.get("Resource", []))
        and not statement.get("Condition")
        for statement in statements(document)
    )


def _names(who: dict[str, Any], kind: str) -> list[str]:
    attached = [policy["PolicyName"] for policy in who.get("AttachedManagedPolicies", [])]
    return attached + [policy["PolicyName"] for policy in who.get(f"{kind}PolicyList", [])]


def _each(*kinds: tuple[str, list[dict[str, Any]]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for kind, holders in kinds:
        for holder in holders:
            yield kind, f"{kind.lower()} {holder[f'{kind}Name']}", holder


def _everybody(
    users: list[dict[str, Any]], groups: list[dict[str, Any]], roles: list[dict[str, Any]]
) -> Iterator[tuple[str, str, dict[str, Any]]]:
    return _each(("User", users), ("Group", groups), ("Role", roles))


def _holders(suffix: str, *lists: list[dict[str, Any]]) -> list[str]:
    return [
        named
        for _kind, named, holder in _everybody(*lists)
        if any(policy["PolicyArn"].endswith(suffix) for policy in holder.get("AttachedManagedPolicies", []))
    ]


def _full_managed(own: dict[str, dict[str, Any]], *lists: list[dict[str, Any]]) -> Iterator[str]:
    full = {arn for arn, policy in own.items() if allows_everything(_default_document(policy))}
    for _kind, named, holder in _everybody(*lists):
        for policy in holder.get("AttachedManagedPolicies", []):
            if policy["PolicyArn"] in full:
                yield f"{policy['PolicyName']} ({named})"


def _full_inline(*lists: list[dict[str, Any]]) -> Iterator[str]:
    for kind, named, holder in _everybody(*lists):
        for policy in holder.get(f"{kind}PolicyList", []):
            if allows_everything(policy["PolicyDocument"]):
                yield f"{policy['PolicyName']} ({named})"


def _default_document(policy: dict[str, Any]) -> dict[str, Any]:
    versions = policy.get("PolicyVersionList", [])
    found: dict[str, Any] = next((one["Document"] for one in versions if one["IsDefaultVersion"]), {})
    return found
