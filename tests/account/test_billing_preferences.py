"""The module billing_preferences: by the keys that AWS lists, and what it says where it cannot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from account.module_runs import Run, runner, writing
from account.older_botocore import without_the_operations
from ansible_collections.dayone.aws_account.plugins.modules.billing_preferences import refusal
from killed_module import Module
from sandbox import Sandbox


@pytest.fixture
def preferences(account: Sandbox, tmp_path: Path) -> Run:
    return runner(account, tmp_path, "billing_preferences", region="us-east-1")


def values(account: Sandbox) -> dict[str, str]:
    listed = account.client("billing").get_billing_preferences(features=["BILLING_ALERTS"])["billingPreferences"]
    return {item["key"]: item["value"] for item in listed}


def test_they_are_switched_by_the_keys_that_aws_lists(account: Sandbox, preferences: Run) -> None:
    account.world(billing_alert_keys=["one", "two"])
    assert preferences(check=True)["preferences"] == {"one": "ENABLED", "two": "ENABLED"}
    assert writing(account) == []
    named = preferences(keys=["two"])
    assert named["diff"]["before"] == {"one": "DISABLED", "two": "DISABLED"}
    assert values(account) == {"one": "DISABLED", "two": "ENABLED"}
    assert preferences()["changed"]
    account.clear_journal()
    assert not preferences()["changed"]
    assert not preferences(keys=["one"], check=True)["changed"]
    assert writing(account) == []
    assert preferences(state="disabled")["changed"]
    assert set(values(account).values()) == {"DISABLED"}


def test_a_key_that_aws_does_not_list_is_named(account: Sandbox, preferences: Run) -> None:
    assert "no/such/key" in preferences(keys=["no/such/key"], fails=True)["msg"]
    assert writing(account) == []


def test_an_account_without_the_preference(account: Sandbox, preferences: Run) -> None:
    account.world(billing_alert_keys=[])
    failed = preferences(fails=True)
    assert failed["reason"] == "no_preference"
    assert "management account" in failed["msg"]


@pytest.mark.parametrize(
    ("switches", "reason", "words"),
    [
        ({"iam_billing_access": False}, "billing_access_off", "IAM user and role access to Billing information"),
        ({"iam_billing_access": True, "enforce_policies": True}, "access_denied", "lacks that permission"),
    ],
)
def test_root_s_switch_is_told_from_a_missing_permission(
    account: Sandbox, tmp_path: Path, switches: dict[str, Any], reason: str, words: str
) -> None:
    iam = account.client("iam")
    iam.create_user(UserName="operator")
    key = iam.create_access_key(UserName="operator")["AccessKey"]
    user = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    account.world(**switches)
    module = Module("billing_preferences", tmp_path, account.process_env(**user))
    failed = module.run({"region": "us-east-1"}).result
    assert failed is not None
    assert failed["reason"] == reason
    assert words in failed["msg"]


def test_an_explicit_deny_is_a_policy_s() -> None:
    said = "User: x is not authorized to perform: billing:GetBillingPreferences with an explicit deny in a policy"
    assert refusal(said, "enabled")[0] == "access_denied"


def test_an_older_botocore_is_told_from_aws(account: Sandbox, tmp_path: Path) -> None:
    environment = account.process_env(AWS_DATA_PATH=without_the_operations(tmp_path))
    failed = Module("billing_preferences", tmp_path, environment).run({"region": "us-east-1"}).result
    assert failed is not None
    assert failed["reason"] == "botocore_too_old"
    assert "1.43.41" in failed["msg"]
    assert account.journal() == []
