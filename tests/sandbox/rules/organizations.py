"""Organizations: who may list an organization's accounts, in which pages, with their paths and tags."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

from moto.organizations.models import OrganizationsBackend, organizations_backends
from moto.organizations.utils import make_random_account_id

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .pages import page_of
from .registry import Answer, rule
from .trails import organization_of

MOST_PER_PAGE = 20
# Where the Resource Groups Tagging API keeps the tags of what has no region.
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_tagging.html
TAGGING_REGION = "us-east-1"
ACCOUNTS = "organizations:account"


@rule("organizations", "ListAccounts")
def accounts(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html

    Of the account's fields, Status was retired on September 9, 2026; State and Paths are there.
    https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
    """
    backend = backend_for(request)
    listed = [{**account.describe(), "Paths": [f"{path_of(backend, account)}/"]} for account in backend.accounts]
    for account in listed:
        del account["Status"]
    return page(listed, "Accounts", request)


@rule("organizations", "ListOrganizationalUnitsForParent")
def units(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListOrganizationalUnitsForParent.html"""
    backend = backend_for(request)
    parent = backend.validate_parent_id(request.params["ParentId"])
    below = [
        {"Id": unit.id, "Arn": unit.arn, "Name": unit.name, "Path": f"{path_of(backend, unit)}/"}
        for unit in backend.ou
        if unit.parent_id == parent
    ]
    return page(below, "OrganizationalUnits", request)


@rule("organizations", "ListTagsForResource")
def tags(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListTagsForResource.html"""
    return backend_for(request).list_tags_for_resource(ResourceId=request.params["ResourceId"])


@rule("resourcegroupstaggingapi", "GetResources")
def tagged_accounts(request: Request, _world: World) -> Answer | None:
    """https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html

    The accounts of an organization are the management account's resources, and nobody else's.
    """
    if request.params.get("ResourceTypeFilters") != [ACCOUNTS]:
        return None
    organization = organization_of(request.account)
    listed: list[dict[str, Any]] = []
    if request.region == TAGGING_REGION and organization and organization.master_account_id == request.account:
        listed = [
            {"ResourceARN": account.arn, "Tags": [{"Key": key, "Value": value} for key, value in account.tags.items()]}
            for account in organizations_backends[request.account]["aws"].accounts
            if account.tags
        ]
    return page_of(listed, "ResourceTagMappingList", request.params, token="PaginationToken", size="ResourcesPerPage")


@dataclasses.dataclass(frozen=True)
class Invited:
    """An account that was there before it joined."""

    name: str
    id: str = dataclasses.field(default_factory=make_random_account_id)
    parent: str | None = None
    """The id of its organizational unit; None: the root."""
    tags: dict[str, str] = dataclasses.field(default_factory=dict)
    state: str = "ACTIVE"


def join(management_account: str, invited: Invited) -> str:
    """Make it a member; its id."""
    backend = organizations_backends[management_account]["aws"]
    # moto would make a role in each, and with it an IAM of two thousand policies.
    account = copy.copy(backend.accounts[0])
    account.id, account.name, account.email = invited.id, invited.name, f"aws+{invited.id}@example.com"
    account.parent_id = invited.parent or account.parent_id
    account.tags, account.state, account.joined_method = dict(invited.tags), invited.state, "INVITED"
    account.attached_policies = []
    backend.accounts.append(account)
    organizations_backends.master_accounts[invited.id] = (backend.account_id, backend.partition)
    return invited.id


def backend_for(request: Request) -> OrganizationsBackend:
    """The organization of a caller who may list it: its management account, or a delegated administrator."""
    organization = organization_of(request.account)
    if organization is None:
        message = "Your account is not a member of an organization."
        raise RefusalError("AWSOrganizationsNotInUseException", message)
    backend: OrganizationsBackend = organizations_backends[organization.master_account_id]["aws"]
    delegated = [administrator.account.id for administrator in backend.admins]
    if request.account not in [organization.master_account_id, *delegated]:
        raise RefusalError("AccessDeniedException", "You don't have permissions to access this resource.")
    return backend


def path_of(backend: OrganizationsBackend, thing: Any) -> str:
    """Ids from the organization's down to the thing's own."""
    parents = {unit.id: unit for unit in backend.ou}
    ids = [thing.id]
    while thing.parent_id:
        thing = parents[thing.parent_id]
        ids.append(thing.id)
    return "/".join([thing.organization_id, *reversed(ids)])


def page(entries: list[dict[str, Any]], name: str, request: Request) -> Answer:
    """A page of at most twenty."""
    most = request.params.get("MaxResults") or MOST_PER_PAGE
    if most > MOST_PER_PAGE:
        raise RefusalError("InvalidInputException", "You specified a value that is larger than the maximum.")
    return page_of(entries, name, {**request.params, "MaxResults": most}, token="NextToken", size="MaxResults")
