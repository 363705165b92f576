"""Alias, account summary and credential report."""

from __future__ import annotations

import csv
import io
import time
from typing import Any

import pytest
from account.aws_errors import refused
from sandbox import Sandbox


@pytest.fixture
def iam(account: Sandbox) -> Any:
    return account.client("iam")


@pytest.mark.parametrize("alias", ["abc", "a" * 63, "my-company-1", "1abc", "1234567890123"])
def test_an_alias(iam: Any, alias: str) -> None:
    iam.create_account_alias(AccountAlias=alias)
    assert iam.list_account_aliases()["AccountAliases"] == [alias]


@pytest.mark.parametrize("alias", ["-abc", "abc-", "a--b", "Abc", "a_bc", "123456789012", "é" * 4])
def test_a_wrong_alias(iam: Any, alias: str) -> None:
    with refused("ValidationError", 400):
        iam.create_account_alias(AccountAlias=alias)


def test_an_alias_belongs_to_one_account(account: Sandbox, iam: Any) -> None:
    other = account.account_client("iam", "210987654321")
    other.create_account_alias(AccountAlias="theirs")
    account.world(alias_taken="elsewhere")
    for taken in ("theirs", "elsewhere"):
        with refused("EntityAlreadyExists", 409):
            iam.create_account_alias(AccountAlias=taken)
    other.delete_account_alias(AccountAlias="theirs")
    iam.create_account_alias(AccountAlias="theirs")


def test_only_ones_own_alias_is_deleted(iam: Any) -> None:
    iam.create_account_alias(AccountAlias="mine")
    with refused("NoSuchEntity", 404):
        iam.delete_account_alias(AccountAlias="other")
    iam.delete_account_alias(AccountAlias="mine")
    assert iam.list_account_aliases()["AccountAliases"] == []


def test_the_summary_tells_the_world_and_counts(account: Sandbox, iam: Any) -> None:
    before = iam.get_account_summary()["SummaryMap"]
    names = ("AccountMFAEnabled", "AccountAccessKeysPresent", "Users", "Groups", "MFADevices")
    assert [before[name] for name in names] == [0, 0, 0, 0, 0]
    account.world(root_mfa=True, root_access_keys=True)
    iam.create_user(UserName="ada")
    iam.create_group(GroupName="administrators")
    iam.create_virtual_mfa_device(VirtualMFADeviceName="ada")
    after = iam.get_account_summary()["SummaryMap"]
    assert [after[name] for name in names] == [1, 1, 1, 1, 1]
    other = account.account_client("iam", "210987654321").get_account_summary()["SummaryMap"]
    assert [other[name] for name in names] == [0, 0, 0, 0, 0]


def report(iam: Any) -> list[dict[str, str]]:
    while iam.generate_credential_report()["State"] != "COMPLETE":
        time.sleep(0.01)
    content = iam.get_credential_report()["Content"].decode()
    return list(csv.DictReader(io.StringIO(content)))


def test_the_credential_report_begins_with_root(account: Sandbox, iam: Any) -> None:
    with refused("ReportNotPresent", 410):
        iam.get_credential_report()
    iam.create_user(UserName="ada")
    key = iam.create_access_key(UserName="ada")["AccessKey"]
    account.client("iam", credentials=key).list_users()
    root, ada = report(iam)
    assert (root["user"], root["mfa_active"], root["access_key_1_active"]) == ("<root_account>", "false", "false")
    assert root["arn"] == "arn:aws:iam::123456789012:root"
    assert (ada["user"], ada["access_key_1_active"]) == ("ada", "true")
    account.world(root_mfa=True, root_access_keys=True, root_last_used="2026-11-01T10:00:00+00:00")
    root = report(iam)[0]
    assert (root["mfa_active"], root["access_key_1_active"]) == ("true", "true")
    assert root["password_last_used"] == "2026-11-01T10:00:00+00:00"
