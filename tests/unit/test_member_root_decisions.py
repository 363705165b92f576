"""Root users of member accounts: which accounts, what to read, what to take away, and why it failed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils import _member_roots as roots
from ansible_collections.dayone.aws_account.plugins.module_utils._organizations_features import (
    missing_features,
    reason_for,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._root_sessions import RootSessions
from ansible_collections.dayone.aws_account.plugins.modules.iam_organizations_features import Reading, plan
from botocore.exceptions import ClientError

ONE, TWO, THREE = "111111111111", "222222222222", "333333333333"
CREDENTIALS, SESSIONS = "RootCredentialsManagement", "RootSessions"
KEY = {"access_key_id": "AKIA1", "status": "Inactive", "create_date": "2020-01-01T00:00:00+00:00"}
FOUND = roots.Credentials(True, ({**KEY, "last_used_date": None},), ("CERT1",), ("arn:aws:iam::1:mfa/x",))


def denied(operation: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": "AccessDenied", "Message": message}}, operation)


def test_accounts_are_left_out_with_their_reason() -> None:
    listed = [
        roots.Account(TWO, "two"),
        roots.Account(ONE, "one", "SUSPENDED"),
        roots.Account(THREE),
        roots.Account("9"),
    ]
    chosen = roots.choose([*listed, listed[0]], [THREE, "not-there"], "9")
    assert [account.id for account in chosen.accounts] == [TWO]
    assert [(account.id, reason.split()[-1]) for account, reason in chosen.left_out] == [
        (ONE, "SUSPENDED"),
        (THREE, "excluded"),
        ("9", "centrally"),
    ]


@pytest.mark.parametrize(("given", "wrong"), [([ONE], False), ([], False), (["1" * 11], True), (["\uff11" * 12], True)])
def test_ids_have_twelve_digits(given: list[str], wrong: bool) -> None:
    assert (roots.wrong_ids(given) is not None) == wrong


def test_only_what_the_summary_tells_of_is_read() -> None:
    summary = {
        "AccountPasswordPresent": 0,
        "AccountAccessKeysPresent": 1,
        "AccountSigningCertificatesPresent": 0,
        "AccountMFAEnabled": 0,
        "Users": 7,
    }
    assert roots.kinds_present(summary) == ["access_keys"]
    # One that AWS does not tell of has to be looked for.
    del summary["AccountPasswordPresent"]
    assert roots.kinds_present(summary) == ["password", "access_keys"]


def test_mfa_goes_last_and_what_is_left_is_known() -> None:
    steps = roots.removal(FOUND)
    assert [step.call for step in steps] == [
        "delete_access_key",
        "delete_signing_certificate",
        "delete_login_profile",
        "deactivate_mfa_device",
    ]
    assert roots.remaining(FOUND, [step.what for step in steps]) == roots.Credentials()
    assert roots.remaining(FOUND, [step.what for step in steps[:3]]).told() == {
        "password": False,
        "access_keys": [],
        "signing_certificates": [],
        "mfa_devices": ["arn:aws:iam::1:mfa/x"],
    }
    assert roots.removal(roots.Credentials()) == []
    assert not roots.Credentials().any()


def test_credentials_in_a_line() -> None:
    assert roots.described(FOUND) == (
        "access key AKIA1 (inactive, never used), signing certificate CERT1, password, MFA device arn:aws:iam::1:mfa/x"
    )
    assert roots.described(roots.Credentials()) == "none"


def test_reasons_say_what_to_do() -> None:
    account = roots.Account(ONE)
    by_policy = denied("GetAccountSummary", "with an explicit deny in a service control policy")
    assert "aws:AssumedRoot" in roots.reason(by_policy, account, "audit")
    no_session = roots.reason(denied("AssumeRoot"), account, "audit")
    assert f"may not do sts:AssumeRoot on arn:aws:iam::{ONE}:root" in no_session
    assert "lacks that permission" not in no_session
    assert "lacks that permission" in roots.reason(denied("DeleteAccessKey"), account, "audit")


@pytest.mark.parametrize("suffix", ["", "Exception"])
def test_features_missing_or_refused_are_explained(suffix: str) -> None:
    error = ClientError({"Error": {"Code": f"OrganizationNotFound{suffix}", "Message": "no"}}, "any")
    assert "in no organization" in (reason_for(error) or "")
    assert reason_for(denied("any")) is None
    assert missing_features([SESSIONS, CREDENTIALS]) is None
    assert f"{CREDENTIALS} missing" in (missing_features([SESSIONS]) or "")


def test_features_that_have_to_change() -> None:
    both = [SESSIONS, CREDENTIALS]
    assert plan(Reading(frozenset({SESSIONS})), both, "present") == [CREDENTIALS]
    assert plan(Reading(frozenset({SESSIONS})), both, "absent") == [SESSIONS]
    assert plan(Reading(frozenset(both)), both, "present") == []
    assert plan(Reading(frozenset(), trusted=False), both, "absent") == []


def test_sessions_come_from_the_region_whatever_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """STS's global endpoint does not know AssumeRoot."""
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "legacy")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    params: dict[str, Any] = {"region": "us-east-1", "parallel": 3, "access_key": "AKIA", "secret_key": "-"}
    sessions = RootSessions(SimpleNamespace(params=params))
    assert sessions.client("sts").meta.endpoint_url == "https://sts.us-east-1.amazonaws.com"
