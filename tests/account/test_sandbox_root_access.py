"""The stand-in account's centralized root access, as AWS's pages tell it; each rule in both directions."""

from __future__ import annotations

from typing import Any

from account.aws_errors import refused
from account.member_scene import MANAGEMENT, TASKS, Organization
from sandbox import Sandbox

AUDIT, DELETE, RECOVER = "IAMAuditRootUserCredentials", "IAMDeleteRootUserCredentials", "IAMCreateRootUserPassword"
BOTH = ["RootCredentialsManagement", "RootSessions"]
OUTSIDER = "999999999999"


def test_features_need_an_organization_and_trusted_access(account: Sandbox) -> None:
    iam = account.client("iam")
    with refused("OrganizationNotFoundException", 400):
        iam.list_organizations_features()
    with refused("AWSOrganizationsNotInUseException", 400):
        account.client("organizations").enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    organization = Organization(account, features=False)
    for call in (iam.list_organizations_features, iam.enable_organizations_root_sessions):
        with refused("ServiceAccessNotEnabledException", 400):
            call()
    organization.trust()
    assert iam.list_organizations_features()["EnabledFeatures"] == []
    assert iam.enable_organizations_root_sessions()["EnabledFeatures"] == ["RootSessions"]
    enabled = iam.enable_organizations_root_credentials_management()
    assert (enabled["EnabledFeatures"], enabled["OrganizationId"]) == (BOTH, organization.id)
    assert iam.disable_organizations_root_sessions()["EnabledFeatures"] == BOTH[:1]
    assert iam.disable_organizations_root_credentials_management()["EnabledFeatures"] == []


def test_features_need_all_features_of_the_organization(account: Sandbox) -> None:
    account.client("organizations").create_organization(FeatureSet="CONSOLIDATED_BILLING")
    with refused("OrganizationNotInAllFeaturesModeException", 400):
        account.client("iam").list_organizations_features()


def test_a_member_manages_them_only_as_an_administrator_and_enables_nothing(account: Sandbox) -> None:
    organization = Organization(account)
    member = organization.members[0]
    iam, organizations = account.account_client("iam", member), account.account_client("organizations", member)
    with refused("AccountNotManagementOrDelegatedAdministratorException", 400):
        iam.list_organizations_features()
    for call in (organizations.list_accounts, lambda: trust(organizations)):
        with refused("AccessDeniedException", 400):
            call()
    organization.client.register_delegated_administrator(AccountId=member, ServicePrincipal="iam.amazonaws.com")
    assert iam.list_organizations_features()["EnabledFeatures"] == BOTH
    assert {item["Id"] for item in organizations.list_accounts()["Accounts"]} == {MANAGEMENT, *organization.members}
    with refused("CallerIsNotManagementAccountException", 400):
        iam.enable_organizations_root_sessions()


def trust(organizations: Any) -> None:
    organizations.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")


def test_a_session_is_had_on_active_members_and_not_by_root(account: Sandbox) -> None:
    organization = Organization(account)
    member, other = organization.members
    assert organization.session(member).get_user()["User"]["Arn"] == f"arn:aws:iam::{member}:root"
    assert organization.session(f"arn:aws:iam::{member}:root")
    organization.client.close_account(AccountId=other)
    for target in (other, MANAGEMENT, OUTSIDER):
        with refused("AccessDenied", 403):
            organization.session(target)
    with refused("AccessDenied", 403):  # the default credentials are root's
        account.client("sts").assume_root(TargetPrincipal=member, TaskPolicyArn={"arn": TASKS + AUDIT})


def test_a_session_needs_both_features(account: Sandbox) -> None:
    organization = Organization(account, 1)
    (member,) = organization.members
    organization.iam.disable_organizations_root_sessions()
    with refused("AccessDenied", 403):
        organization.session(member)
    organization.iam.enable_organizations_root_sessions()
    organization.client.disable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
    with refused("AccessDenied", 403):
        organization.session(member)


def test_a_session_is_asked_for_as_it_can_be_and_ends(account: Sandbox) -> None:
    organization = Organization(account, 1)
    sts = account.client("sts", credentials=organization.keys)
    wrong: list[dict[str, Any]] = [
        {"DurationSeconds": 901},
        {"TaskPolicyArn": {"arn": "arn:aws:iam::aws:policy/AdministratorAccess"}},
        {"TargetPrincipal": "arn:aws:iam::123456789012:role/some"},
    ]
    for item in wrong:
        given = {"TargetPrincipal": organization.members[0], "TaskPolicyArn": {"arn": TASKS + AUDIT}, **item}
        with refused("ValidationError", 400):
            sts.assume_root(**given)
    iam = organization.session(organization.members[0], DurationSeconds=60)
    account.world(clock_ahead_seconds=61)
    with refused("ExpiredToken", 403):
        iam.get_account_summary()


def test_who_may_have_a_session_is_a_matter_of_policies(account: Sandbox) -> None:
    organization = Organization(account)
    one, other = organization.members
    account.world(enforce_policies=True)
    with refused("AccessDenied", 403):
        organization.session(one)
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoot",
        "Resource": f"arn:aws:iam::{one}:root",
        "Condition": {"StringEquals": {"sts:TaskPolicyArn": TASKS + AUDIT}},
    }
    organization.allow(statement)
    assert organization.session(one)
    for target, task in ((other, AUDIT), (one, DELETE)):
        with refused("AccessDenied", 403):
            organization.session(target, task)


def test_the_audit_sees_each_credential_and_changes_none(account: Sandbox) -> None:
    organization = Organization(account)
    member, bare = organization.members
    organization.give(member, root_key_last_used="2026-11-01T10:00:00+00:00")
    iam = organization.session(member)
    assert summary(iam) == [1, 1, 1, 1]
    assert summary(organization.session(bare)) == [0, 0, 0, 0]
    assert iam.get_login_profile()["LoginProfile"]
    keys = [key["AccessKeyId"] for key in iam.list_access_keys()["AccessKeyMetadata"]]
    assert len(keys) == 2
    assert iam.get_access_key_last_used(AccessKeyId=keys[0])["AccessKeyLastUsed"]["LastUsedDate"].year == 2026
    assert len(iam.list_signing_certificates()["Certificates"]) == 1
    assert len(iam.list_mfa_devices()["MFADevices"]) == 1
    for call in (iam.delete_login_profile, iam.create_login_profile, iam.list_users, iam.get_account_password_policy):
        with refused("AccessDenied", 403):
            call()
    # Those of IAM users are not root's.
    account.account_client("iam", member).create_user(UserName="ada")
    with refused("AccessDenied", 403):
        iam.list_access_keys(UserName="ada")
    assert organization.has(member) == [True, 2, 1, 1]


def summary(iam: Any) -> list[int]:
    kinds = ("Password", "AccessKeys", "SigningCertificates")
    found = iam.get_account_summary()["SummaryMap"]
    return [*(found[f"Account{kind}Present"] for kind in kinds), found["AccountMFAEnabled"]]


def test_the_removal_takes_each_away_and_the_recovery_gives_a_password_back(account: Sandbox) -> None:
    organization = Organization(account, 1)
    (member,) = organization.members
    organization.give(member)
    iam = organization.session(member, DELETE)
    for key in iam.list_access_keys()["AccessKeyMetadata"]:
        iam.delete_access_key(AccessKeyId=key["AccessKeyId"])
    for certificate in iam.list_signing_certificates()["Certificates"]:
        iam.delete_signing_certificate(CertificateId=certificate["CertificateId"])
    iam.delete_login_profile()
    for device in iam.list_mfa_devices()["MFADevices"]:
        iam.deactivate_mfa_device(SerialNumber=device["SerialNumber"])
    assert organization.has(member) == [False, 0, 0, 0]
    for call in (iam.get_login_profile, iam.delete_login_profile):
        with refused("NoSuchEntity", 404):
            call()
    with refused("NoSuchEntity", 404):
        iam.delete_access_key(AccessKeyId=key["AccessKeyId"])
    # Since January 2025 the policy lets nobody delete the device itself.
    for call in (iam.get_account_summary, lambda: iam.delete_virtual_mfa_device(SerialNumber=device["SerialNumber"])):
        with refused("AccessDenied", 403):
            call()
    # A recovery of the password is allowed once.
    iam = organization.session(member, RECOVER)
    iam.create_login_profile()
    assert organization.has(member) == [True, 0, 0, 0]
    with refused("EntityAlreadyExists", 409):
        iam.create_login_profile()
    with refused("AccessDenied", 403):
        iam.delete_login_profile()


def test_a_service_control_policy_stops_sessions_unless_it_excepts_them(account: Sandbox) -> None:
    organization = Organization(account)
    one, other = organization.members
    of_root: dict[str, Any] = {
        "Action": "*",
        "Resource": "*",
        "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}},
    }
    organization.deny(one, of_root)
    organization.deny(other, {**of_root, "Condition": {**of_root["Condition"], "Null": {"aws:AssumedRoot": "true"}}})
    with refused("AccessDenied", 403):
        organization.session(one).get_account_summary()
    assert summary(organization.session(other)) == [0, 0, 0, 0]
