"""Secrets Manager in the stand-in account: versions and their labels, secrets marked for deletion; AWS's own clock."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from account.aws_errors import refused
from botocore.exceptions import ClientError
from sandbox import Sandbox


@pytest.fixture
def secrets(account: Sandbox) -> Any:
    """A client, and a secret `x` with the value `one`."""
    client = account.client("secretsmanager")
    client.create_secret(Name="x", SecretString="one")
    return client


def test_a_label_that_was_moved_is_on_one_version(secrets: Any) -> None:
    old = secrets.get_secret_value(SecretId="x")["VersionId"]
    new = secrets.put_secret_value(SecretId="x", SecretString="two", VersionStages=["AWSPENDING"])["VersionId"]
    move = {"SecretId": "x", "VersionStage": "AWSCURRENT", "MoveToVersionId": new, "RemoveFromVersionId": old}
    secrets.update_secret_version_stage(**move)
    secrets.put_secret_value(SecretId="x", SecretString="three", VersionStages=["AWSCURRENT"])
    assert secrets.get_secret_value(SecretId="x", VersionStage="AWSCURRENT")["SecretString"] == "three"


def test_without_a_label_the_current_version_is_given(secrets: Any) -> None:
    old = secrets.get_secret_value(SecretId="x")["VersionId"]
    new = secrets.put_secret_value(SecretId="x", SecretString="two", VersionStages=["AWSPENDING"])["VersionId"]
    assert secrets.get_secret_value(SecretId="x")["SecretString"] == "one"
    move = {"SecretId": "x", "VersionStage": "AWSCURRENT", "MoveToVersionId": new}
    with refused("InvalidParameterException", 400):
        secrets.update_secret_version_stage(**move)
    with refused("InvalidParameterException", 400):
        secrets.update_secret_version_stage(**{**move, "RemoveFromVersionId": "0" * 36})
    secrets.update_secret_version_stage(**move, RemoveFromVersionId=old)
    assert secrets.get_secret_value(SecretId="x")["SecretString"] == "two"


def test_a_secret_marked_for_deletion_is_not_used_until_restored(secrets: Any) -> None:
    secrets.delete_secret(SecretId="x", RecoveryWindowInDays=7)
    with refused("InvalidRequestException", 400):
        secrets.get_secret_value(SecretId="x")
    with refused("InvalidRequestException", 400):
        secrets.put_secret_value(SecretId="x", SecretString="two")
    with refused("InvalidRequestException", 400):
        secrets.create_secret(Name="x", SecretString="two")
    secrets.restore_secret(SecretId="x")
    secrets.put_secret_value(SecretId="x", SecretString="two")
    assert secrets.get_secret_value(SecretId="x")["SecretString"] == "two"


@pytest.mark.parametrize(("ahead", "words"), [(310, "Signature expired"), (-310, "Signature not yet current")])
def test_signatures_of_another_time_are_refused(account: Sandbox, ahead: int, words: str) -> None:
    account.world(clock_ahead_seconds=ahead)
    with pytest.raises(ClientError, match=words) as caught:
        account.client("iam").list_users()
    assert caught.value.response["Error"]["Code"] == "SignatureDoesNotMatch"
    account.client("s3").list_buckets()
    account.world(clock_ahead_seconds=3 * ahead)
    with refused("RequestTimeTooSkewed", 403):
        account.client("s3").list_buckets()


def test_the_date_header_is_of_awss_clock(account: Sandbox) -> None:
    def date() -> float:
        headers = account.client("iam").list_users()["ResponseMetadata"]["HTTPHeaders"]
        return parsedate_to_datetime(headers["date"]).timestamp()

    before = date()
    account.world(clock_ahead_seconds=240)
    assert date() - before >= 240
