"""Users and groups: told in pages, and users who still have something are not deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from account.aws_errors import refused
from sandbox import Sandbox

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


@pytest.fixture
def iam(account: Sandbox) -> Any:
    return account.client("iam")


def test_users_and_groups_with_all_that_is_theirs(iam: Any) -> None:
    iam.create_user(UserName="ada", Path="/staff/", Tags=[{"Key": "Team", "Value": "founders"}])
    iam.create_group(GroupName="admins")
    iam.add_user_to_group(GroupName="admins", UserName="ada")
    iam.attach_group_policy(GroupName="admins", PolicyArn=READ_ONLY)
    iam.put_group_policy(GroupName="admins", PolicyName="own", PolicyDocument=json.dumps(DOCUMENT))
    details = iam.get_account_authorization_details(Filter=["User", "Group"])
    (user,), (group,) = details["UserDetailList"], details["GroupDetailList"]
    assert (user["UserName"], user["Path"], user["GroupList"]) == ("ada", "/staff/", ["admins"])
    assert user["Tags"] == [{"Key": "Team", "Value": "founders"}]
    assert group["AttachedManagedPolicies"] == [{"PolicyName": "ReadOnlyAccess", "PolicyArn": READ_ONLY}]
    assert group["GroupPolicyList"] == [{"PolicyName": "own", "PolicyDocument": DOCUMENT}]
    assert iam.get_account_authorization_details(Filter=["Group"])["UserDetailList"] == []


def test_they_come_in_pages(iam: Any) -> None:
    for number in range(101):
        iam.create_user(UserName=f"user-{number}")
    iam.create_group(GroupName="admins")
    first = iam.get_account_authorization_details(Filter=["User", "Group"])
    assert (len(first["UserDetailList"]), first["IsTruncated"]) == (100, True)
    second = iam.get_account_authorization_details(Filter=["User", "Group"], Marker=first["Marker"])
    assert (len(second["UserDetailList"]), len(second["GroupDetailList"]), second["IsTruncated"]) == (1, 1, False)


def test_a_user_who_has_something_is_not_deleted(iam: Any) -> None:
    iam.create_user(UserName="ada")
    git = iam.create_service_specific_credential(UserName="ada", ServiceName="codecommit.amazonaws.com")
    git_id = git["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    (listed,) = iam.list_service_specific_credentials(UserName="ada")["ServiceSpecificCredentials"]
    assert (listed["ServiceSpecificCredentialId"], "ServicePassword" in listed) == (git_id, False)
    iam.create_group(GroupName="admins")
    key = iam.create_access_key(UserName="ada")["AccessKey"]["AccessKeyId"]
    iam.create_login_profile(UserName="ada", Password="Some-Password-1")
    iam.add_user_to_group(GroupName="admins", UserName="ada")
    iam.attach_user_policy(UserName="ada", PolicyArn=READ_ONLY)
    removals: list[tuple[str, dict[str, str]]] = [
        ("delete_access_key", {"AccessKeyId": key}),
        ("delete_login_profile", {}),
        ("delete_service_specific_credential", {"ServiceSpecificCredentialId": git_id}),
        ("remove_user_from_group", {"GroupName": "admins"}),
        ("detach_user_policy", {"PolicyArn": READ_ONLY}),
    ]
    for method, arguments in removals:
        with refused("DeleteConflict", 409):
            iam.delete_user(UserName="ada")
        getattr(iam, method)(UserName="ada", **arguments)
    iam.delete_user(UserName="ada")
    with refused("NoSuchEntity", 404):
        iam.delete_user(UserName="ada")


def test_a_service_has_two_credentials_of_a_user(iam: Any) -> None:
    iam.create_user(UserName="ada")
    for _number in range(2):
        iam.create_service_specific_credential(UserName="ada", ServiceName="codecommit.amazonaws.com")
    with refused("LimitExceeded", 409):
        iam.create_service_specific_credential(UserName="ada", ServiceName="codecommit.amazonaws.com")
    with refused("NoSuchEntity", 404):
        iam.delete_service_specific_credential(UserName="ada", ServiceSpecificCredentialId="ACCA" + "0" * 16)
    with refused("NoSuchEntity", 404):
        iam.list_service_specific_credentials(UserName="nobody")


@pytest.mark.parametrize("kind", ["User", "Group"])
def test_names_and_paths(iam: Any, kind: str) -> None:
    create = getattr(iam, f"create_{kind.lower()}")
    path = "/" + "".join(map(chr, range(0x21, 0x7F))) + "/"
    assert create(**{f"{kind}Name": "Ada+=,.@-_9", "Path": path})[kind]["Path"] == path
    with refused("EntityAlreadyExists", 409):
        create(**{f"{kind}Name": "aDA+=,.@-_9"})
    for wrong in ({f"{kind}Name": "jürgen"}, {f"{kind}Name": "x" * 129}, {f"{kind}Name": "bob", "Path": "/b ü/"}):
        with refused("ValidationError", 400):
            create(**wrong)
