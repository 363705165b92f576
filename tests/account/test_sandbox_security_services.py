"""The stand-in's contacts, S3's block for the account, Access Analyzer, Trusted Advisor, and what was charged."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from account.aws_errors import refused
from sandbox import Sandbox

ACCOUNT = "123456789012"
OTHER = "210987654321"
BLOCK = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
PUBLIC = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::logs-of-123/*",
        },
    }
)


class TestContacts:
    @pytest.fixture
    def client(self, account: Sandbox) -> Any:
        return account.client("account")

    def test_details_are_those_of_the_sign_up_until_others_are_put(self, client: Any) -> None:
        details = client.get_contact_information()["ContactInformation"]
        assert details["PhoneNumber"]
        client.put_contact_information(ContactInformation={**details, "FullName": "Bob"})
        assert client.get_contact_information()["ContactInformation"]["FullName"] == "Bob"

    def test_alternate_contacts_are_none_at_first(self, client: Any) -> None:
        with refused("ResourceNotFoundException", 400):
            client.get_alternate_contact(AlternateContactType="SECURITY")
        given = {"EmailAddress": "s@example.com", "Name": "S", "PhoneNumber": "1", "Title": "T"}
        client.put_alternate_contact(AlternateContactType="SECURITY", **given)
        assert (
            client.get_alternate_contact(AlternateContactType="SECURITY")["AlternateContact"].items() >= given.items()
        )

    def test_the_account_has_a_name(self, client: Any) -> None:
        assert client.get_account_information()["AccountName"] == "Example account"

    def test_nobody_names_an_account(self, client: Any) -> None:
        for call in (client.get_account_information, client.get_contact_information):
            with refused("AccessDeniedException", 403):
                call(AccountId=OTHER)


def test_an_account_has_the_regions_that_are_enabled_by_default(account: Sandbox) -> None:
    ec2 = account.client("ec2", "us-east-1")
    regions = {one["RegionName"] for one in ec2.describe_regions()["Regions"]}
    assert len(regions) == 17
    assert {"us-east-1", "ap-northeast-3", "sa-east-1"} <= regions
    assert {"ap-east-1", "us-gov-west-1"} & regions == set()
    everywhere = {one["RegionName"] for one in ec2.describe_regions(AllRegions=True)["Regions"]}
    assert {*regions, "ap-east-1"} <= everywhere


def test_ec2_refuses_in_words_of_its_own(account: Sandbox) -> None:
    account.client("iam").create_user(UserName="nobody")
    key = account.client("iam").create_access_key(UserName="nobody")["AccessKey"]
    account.world(enforce_policies=True)
    client = account.client("ec2", "us-east-1", credentials=key)
    with refused("UnauthorizedOperation", 403):
        client.describe_vpcs()


class TestTheBlockOfPublicAccess:
    @pytest.fixture
    def client(self, account: Sandbox) -> Any:
        return account.client("s3control")

    def test_there_is_none_until_it_is_put(self, client: Any) -> None:
        with refused("NoSuchPublicAccessBlockConfiguration", 404):
            client.get_public_access_block(AccountId=ACCOUNT)
        client.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
        found = client.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"]
        assert found == {**dict.fromkeys(BLOCK, False), "BlockPublicAcls": True}
        client.delete_public_access_block(AccountId=ACCOUNT)
        with refused("NoSuchPublicAccessBlockConfiguration", 404):
            client.get_public_access_block(AccountId=ACCOUNT)

    def test_that_of_another_account_is_nobodys_business(self, client: Any) -> None:
        with refused("AccessDenied", 403):
            client.get_public_access_block(AccountId=OTHER)

    def test_it_holds_for_every_bucket(self, account: Sandbox, client: Any) -> None:
        s3 = account.client("s3")
        s3.create_bucket(Bucket="logs-of-123")
        s3.delete_public_access_block(Bucket="logs-of-123")
        s3.put_bucket_policy(Bucket="logs-of-123", Policy=PUBLIC)
        client.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=BLOCK)
        with refused("AccessDenied", 403):
            s3.put_bucket_policy(Bucket="logs-of-123", Policy=PUBLIC)


def test_analyzers_are_of_a_region(account: Sandbox) -> None:
    here, there = (account.client("accessanalyzer", region) for region in ("us-east-1", "eu-central-1"))
    assert here.list_analyzers()["analyzers"] == []
    here.create_analyzer(analyzerName="a", type="ACCOUNT")
    (found,) = here.list_analyzers()["analyzers"]
    assert (found["name"], found["type"], found["status"]) == ("a", "ACCOUNT", "ACTIVE")
    assert here.list_analyzers(type="ORGANIZATION")["analyzers"] == []
    assert there.list_analyzers()["analyzers"] == []
    with refused("ConflictException", 409):
        here.create_analyzer(analyzerName="a", type="ACCOUNT_UNUSED_ACCESS")
    with refused("ServiceQuotaExceededException", 402):
        here.create_analyzer(analyzerName="b", type="ACCOUNT")


def test_trusted_advisor_answers_accounts_with_paid_support(account: Sandbox) -> None:
    client = account.client("trustedadvisor")
    with refused("AccessDeniedException", 403):
        client.list_recommendations()
    account.world(paid_support=True, trusted_advisor=["Security groups"])
    (found,) = client.list_recommendations(status="error", pillar="security")["recommendationSummaries"]
    assert found["name"] == "Security groups"
    assert client.list_recommendations(status="ok")["recommendationSummaries"] == []


def test_what_the_month_has_come_to_is_measured_where_billing_is(account: Sandbox) -> None:
    now = datetime.now(UTC)

    def points(region: str = "us-east-1", currency: str = "USD") -> list[float]:
        answer = account.client("cloudwatch", region).get_metric_statistics(
            Namespace="AWS/Billing",
            MetricName="EstimatedCharges",
            Dimensions=[{"Name": "Currency", "Value": currency}],
            StartTime=now - timedelta(days=1),
            EndTime=now,
            Period=21600,
            Statistics=["Maximum"],
        )
        return [point["Maximum"] for point in answer["Datapoints"]]

    account.world(billing_metric_currency="USD", estimated_charges=3.5)
    assert points() == []
    billing = account.client("billing")
    (alerts,) = billing.get_billing_preferences(features=["BILLING_ALERTS"])["billingPreferences"]
    billing.update_billing_preferences(
        feature="BILLING_ALERTS", billingPreferencesPerKey=[{"key": alerts["key"], "value": "ENABLED"}]
    )
    assert points() == [3.5]
    assert points("eu-central-1") == points(currency="EUR") == []


def test_roles_and_policies_of_ones_own_are_told_too(account: Sandbox) -> None:
    iam = account.client("iam")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    account.role("helper", ACCOUNT)
    iam.put_role_policy(RoleName="helper", PolicyName="in", PolicyDocument=json.dumps(document))
    arn = iam.create_policy(PolicyName="own", PolicyDocument=json.dumps(document))["Policy"]["Arn"]
    details = iam.get_account_authorization_details(Filter=["Role", "LocalManagedPolicy"])
    (role,), (policy,) = details["RoleDetailList"], details["Policies"]
    assert role["RolePolicyList"] == [{"PolicyName": "in", "PolicyDocument": document}]
    assert [one["PolicyName"] for one in role["AttachedManagedPolicies"]] == ["AdministratorAccess"]
    assert (policy["Arn"], policy["PolicyVersionList"][0]["Document"]) == (arn, document)
    assert details["UserDetailList"] == []


def test_the_credential_report_of_users_who_have_been_there_for_long(account: Sandbox) -> None:
    iam = account.client("iam")
    iam.create_user(UserName="ada")
    iam.create_access_key(UserName="ada")
    iam.generate_credential_report()
    account.world(credentials_age_days=100)
    header, *rows = iam.get_credential_report()["Content"].decode().splitlines()
    ada = next(dict(zip(header.split(","), row.split(","), strict=True)) for row in rows if row.startswith("ada,"))
    age = datetime.now(UTC) - datetime.fromisoformat(ada["access_key_1_last_rotated"])
    assert age > timedelta(days=99)
