"""The sandbox's Organizations, and who may assume which role: what AWS allows, and what it refuses."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from account.aws_errors import refused
from sandbox import Sandbox

ACCOUNT, OTHER = "123456789012", "210987654321"


@pytest.fixture
def organizations(account: Sandbox) -> Any:
    """A client of the management account, and an organization of its own."""
    client = account.client("organizations")
    client.create_organization(FeatureSet="ALL")
    return client


def test_accounts_come_in_pages_of_twenty_with_their_paths(account: Sandbox, organizations: Any) -> None:
    (root,) = organizations.list_roots()["Roots"]
    unit = organizations.create_organizational_unit(ParentId=root["Id"], Name="Workloads")["OrganizationalUnit"]
    members = account.invite_accounts([{"name": "books", "parent": unit["Id"]}, *[{"name": "other"}] * 19])
    first = organizations.list_accounts()
    rest = organizations.list_accounts(NextToken=first["NextToken"])
    assert [len(first["Accounts"]), len(rest["Accounts"])] == [20, 1]
    assert "NextToken" not in rest
    listed = {listed["Id"]: listed for listed in first["Accounts"] + rest["Accounts"]}
    assert {each["State"] for each in listed.values()} == {"ACTIVE"}
    assert not any("Status" in each for each in listed.values())
    organization = organizations.describe_organization()["Organization"]["Id"]
    assert listed[members[0]]["Paths"] == [f"{organization}/{root['Id']}/{unit['Id']}/{members[0]}/"]
    assert listed[members[1]]["Paths"] == [f"{organization}/{root['Id']}/{members[1]}/"]
    (found,) = organizations.list_organizational_units_for_parent(ParentId=root["Id"])["OrganizationalUnits"]
    assert found == {**unit, "Path": f"{organization}/{root['Id']}/{unit['Id']}/"}
    with refused("InvalidInputException", 400):
        organizations.list_accounts(MaxResults=21)


def test_who_may_list_an_organization(account: Sandbox, organizations: Any) -> None:
    (member,) = account.invite_accounts([{"name": "books"}])
    with refused("AWSOrganizationsNotInUseException", 400):
        account.account_client("organizations", OTHER).list_accounts()
    delegate = account.account_client("organizations", member)
    with refused("AccessDeniedException", 400):
        delegate.list_accounts()
    organizations.register_delegated_administrator(AccountId=member, ServicePrincipal="ssm.amazonaws.com")
    assert len(delegate.list_accounts()["Accounts"]) == 2


def test_tags_of_accounts_are_the_management_accounts_in_one_region(account: Sandbox, organizations: Any) -> None:
    (member,) = account.invite_accounts([{"name": "books", "tags": {"stage": "prod"}}])
    (tag,) = organizations.list_tags_for_resource(ResourceId=member)["Tags"]
    assert tag == {"Key": "stage", "Value": "prod"}

    def tagged(client: Any) -> list[dict[str, Any]]:
        found = client.get_resources(ResourceTypeFilters=["organizations:account"])["ResourceTagMappingList"]
        return [{"id": item["ResourceARN"].rsplit("/", 1)[1], "tags": item["Tags"]} for item in found]

    assert tagged(account.client("resourcegroupstaggingapi")) == [{"id": member, "tags": [tag]}]
    assert tagged(account.client("resourcegroupstaggingapi", "eu-west-1")) == []
    assert tagged(account.account_client("resourcegroupstaggingapi", member)) == []


def test_roles_are_assumed_by_whom_they_trust(account: Sandbox) -> None:
    key = account.administrator()
    stranger = account.administrator("345678901234")
    role = account.role("baseline", OTHER, StringEquals={"sts:ExternalId": "s3same"})

    def assume(credentials: dict[str, Any] | None = key, **arguments: Any) -> Any:
        sts = account.client("sts", credentials=credentials)
        return sts.assume_role(**{"RoleArn": role, "RoleSessionName": "me", "ExternalId": "s3same", **arguments})

    session = assume()
    assert session["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{OTHER}:assumed-role/baseline/me"
    for wrong in (
        {"credentials": stranger},
        {"credentials": None},  # the root user
        {"ExternalId": "other"},
        {"RoleArn": f"arn:aws:iam::{OTHER}:role/nobody"},
    ):
        with refused("AccessDenied", 403):
            assume(**wrong)
    with refused("ValidationError", 400):
        assume(DurationSeconds=3601)


def test_a_session_in_a_role_ends(account: Sandbox) -> None:
    role = account.role("outer", OTHER)
    sts = account.client("sts", credentials=account.administrator())
    account.world(session_seconds_gone=3000)
    session = sts.assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
    left = session["Expiration"] - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(minutes=9) < left <= datetime.timedelta(minutes=10)
    assert account.client("sts", credentials=session).get_caller_identity()["Account"] == OTHER
    account.world(session_seconds_gone=3601)
    over = account.client("sts", credentials=sts.assume_role(RoleArn=role, RoleSessionName="me")["Credentials"])
    with refused("ExpiredToken", 403):
        over.get_caller_identity()


def test_a_role_in_a_role_lasts_an_hour(account: Sandbox) -> None:
    outer, inner = account.role("outer", ACCOUNT), account.role("inner", OTHER, trusted=ACCOUNT)
    account.account_client("iam", OTHER).update_role(RoleName="inner", MaxSessionDuration=7200)
    sts = account.client("sts", credentials=account.administrator())
    session = sts.assume_role(RoleArn=outer, RoleSessionName="me")["Credentials"]
    chained = account.client("sts", credentials=session)
    chained.assume_role(RoleArn=inner, RoleSessionName="me", DurationSeconds=3600)
    with refused("ValidationError", 400):
        chained.assume_role(RoleArn=inner, RoleSessionName="me", DurationSeconds=7200)


def test_a_fault_of_one_account(account: Sandbox) -> None:
    account.fail("iam", "ListUsers", "Throttling", status=400, account=OTHER)
    account.client("iam").list_users()
    with refused("Throttling", 400):
        account.account_client("iam", OTHER).list_users()
