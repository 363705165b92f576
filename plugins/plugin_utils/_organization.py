# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The accounts of an organization: read in few calls, as plain values that a cache can keep; filtered and named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict

Account = dict[str, Any]
# Where the Resource Groups Tagging API keeps the tags of accounts, by partition.
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_tagging.html
TAGGING_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}


class UnreadableError(Exception):
    """AWS's answer lacks what an account is placed by."""


def read_accounts(organizations: Any, tags_of: Callable[[list[Account]], dict[str, dict[str, str]]]) -> list[Account]:
    """Every active account.

    Args:
        organizations: a client whose calls take aws_retry.
        tags_of: the tags of the accounts that have some, by account id.

    A call for each twenty accounts, and one for each organizational unit that has others below it.
    """
    active = [account for account in pages(organizations.list_accounts, "Accounts") if account["State"] == "ACTIVE"]
    units = {account["Id"]: units_of(account) for account in active}
    names = unit_names(organizations, units.values())
    tags = tags_of(active)
    return [
        {
            "account_id": account["Id"],
            "account_name": account["Name"],
            "account_email": account["Email"],
            "account_arn": account["Arn"],
            "account_joined": account["JoinedTimestamp"].isoformat(),
            "account_is_management": management_account_of(account) == account["Id"],
            "account_ou_ids": units[account["Id"]][1:],
            "account_ou_path": "/".join(names[unit] for unit in units[account["Id"]][1:]),
            "account_tags": tags.get(account["Id"], {}),
        }
        for account in active
    ]


def pages(call: Callable[..., Any], listed: str, token: str = "NextToken", **arguments: Any) -> list[dict[str, Any]]:  # noqa: S107 - no password
    """All that a listing call lists. Page by page, so that a throttled page alone is asked for again."""
    found: list[dict[str, Any]] = []
    more: dict[str, Any] = {}
    while True:
        answer = call(aws_retry=True, **arguments, **more)
        found += answer[listed]
        if not answer.get(token):
            return found
        more = {token: answer[token]}


def units_of(account: Mapping[str, Any]) -> list[str]:
    """The ids of the root and of the organizational units above the account, outermost first.

    AWS writes o-organization/r-root/ou-one/ou-two/account/.
    """
    path = next(iter(account.get("Paths", [])), None)
    if path is None:
        raise UnreadableError(
            f"AWS did not say where in the organization account {account['Id']} is (Paths of ListAccounts); perhaps "
            "boto3 and botocore on this machine are too old to read it: bring them up to date"
        )
    return [part for part in str(path).split("/") if part.startswith(("r-", "ou-"))]


def unit_names(organizations: Any, paths: Iterable[list[str]]) -> dict[str, str]:
    """The names of the organizational units on these paths."""
    parents = dict.fromkeys(parent for path in paths for parent, _child in pairwise(path))
    call = organizations.list_organizational_units_for_parent
    return {
        unit["Id"]: unit["Name"] for parent in parents for unit in pages(call, "OrganizationalUnits", ParentId=parent)
    }


def management_account_of(account: Mapping[str, Any]) -> str:
    """arn:aws:organizations::MANAGEMENT:account/o-organization/ACCOUNT"""
    return str(account["Arn"]).split(":")[4]


def partition_of(account: Mapping[str, Any]) -> str:
    return str(account["Arn"]).split(":")[1]


def all_tags(tagging: Any) -> dict[str, dict[str, str]]:
    """The tags of all accounts, a hundred in a call. Only the management account gets them so."""
    arguments = {"ResourceTypeFilters": ["organizations:account"], "ResourcesPerPage": 100}
    found = pages(tagging.get_resources, "ResourceTagMappingList", "PaginationToken", **arguments)
    return {item["ResourceARN"].rsplit("/", 1)[1]: boto3_tag_list_to_ansible_dict(item["Tags"]) for item in found}


def each_ones_tags(organizations: Any, accounts: list[Account]) -> dict[str, dict[str, str]]:
    """The same, in a call for each account, as a delegated administrator may."""
    call = organizations.list_tags_for_resource
    return {
        account["Id"]: boto3_tag_list_to_ansible_dict(pages(call, "Tags", ResourceId=account["Id"]))
        for account in accounts
    }


def matches(account: Account, wanted: Mapping[str, Any]) -> bool:
    """Whether an account fits a filter: each kind of condition in it, by one of the values given for it.

    Args:
        account: as of ``read_accounts``.
        wanted: perhaps ``ids``, ``organizational_units`` (ids, or paths of names; what is below is in it), ``tags``
            (a value or several for each key).
    """
    ids, units, tags = wanted.get("ids"), wanted.get("organizational_units"), wanted.get("tags") or {}
    return (
        (ids is None or account["account_id"] in [str(one) for one in ids])
        and (units is None or any(is_in_unit(account, str(unit)) for unit in units))
        and all(account["account_tags"].get(key) in as_texts(values) for key, values in tags.items())
    )


def is_in_unit(account: Account, unit: str) -> bool:
    path = unit.strip("/")
    return unit in account["account_ou_ids"] or f"{account['account_ou_path']}/".startswith(f"{path}/")


def as_texts(values: Any) -> list[str]:
    return [str(value) for value in (values if isinstance(values, list) else [values])]


def host_names(accounts: list[Account], by: str) -> list[str]:
    """A name for each account, by its ``account_id`` or its ``name``; a name that several have gets the id with it."""
    if by == "account_id":
        return [account["account_id"] for account in accounts]
    names = [account["account_name"] for account in accounts]
    taken = Counter(names) + Counter(account["account_id"] for account in accounts)
    return [
        name if taken[name] == 1 else f"{name}-{account['account_id']}"
        for name, account in zip(names, accounts, strict=True)
    ]
