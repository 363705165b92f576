"""Faults injected into the stand-in account, as boto3 meets them."""

from __future__ import annotations

import http.client
import json
import urllib.request
from collections.abc import Callable
from typing import Any

import boto3
import botocore.config
import botocore.exceptions
import botocore.parsers
import pytest
from sandbox import Sandbox
from sandbox.client import DEFAULT_ACCOUNT, root_keys

OTHER = "210987654321"


def users(account: Sandbox) -> list[str]:
    return [user["UserName"] for user in account.client("iam").list_users()["Users"]]


def answer_to(call: Callable[[], Any]) -> tuple[str, int]:
    """Code and status of the error that a call is answered with."""
    with pytest.raises(botocore.exceptions.ClientError) as error:
        call()
    return error.value.response["Error"]["Code"], error.value.response["ResponseMetadata"]["HTTPStatusCode"]


def outcomes(account: Sandbox, names: str, deed: Callable[[str], Any] | None = None) -> str:
    """Of a call for each letter: `.` where it went well, `x` where it was refused."""
    iam = account.client("iam")

    def attempt(name: str) -> str:
        try:
            (deed or (lambda name: iam.create_user(UserName=name)))(name)
        except botocore.exceptions.ClientError:
            return "x"
        return "."

    return "".join(attempt(name) for name in names)


class TestWhichCalls:
    """By number, by rate, by what they are and whose."""

    def test_the_nth(self, account: Sandbox) -> None:
        account.client("iam").create_user(UserName="before")
        account.fail("iam", "CreateUser", "Throttling", nth=3)
        assert outcomes(account, "abcdef") == "..x..."

    def test_every_nth_and_the_first_of_these(self, account: Sandbox) -> None:
        account.fail("iam", "*", "Throttling", every=3)
        assert outcomes(account, "abcdefg") == "..x..x."
        account.clear_faults()
        account.fail("iam", "*", "Throttling", every=2, times=2)
        assert outcomes(account, "hijklmnopq") == ".x.x......"

    def test_reading_or_writing(self, account: Sandbox) -> None:
        account.fail("*", "*", "Throttling", calls="writing")
        assert users(account) == []
        assert outcomes(account, "a") == "x"
        account.clear_faults()
        account.fail("*", "*", "Throttling", calls="reading")
        assert outcomes(account, "a") == "."
        assert answer_to(account.client("iam").list_users) == ("Throttling", 400)

    def test_of_one_account(self, account: Sandbox) -> None:
        account.fail("iam", "*", "Throttling", nth=1, account=OTHER)
        assert outcomes(account, "ab") == ".."
        assert answer_to(account.account_client("iam", OTHER).list_users) == ("Throttling", 400)

    def test_each_counts_for_itself_what_it_is_for_and_what_it_hit(self, account: Sandbox) -> None:
        account.fail("iam", "CreateUser", "SlowDown", every=2)
        account.fail("iam", "CreateUser", "Throttling", every=4)
        account.fail("s3", "*", "Throttling")
        assert outcomes(account, "abcde") == ".x.x."
        assert [(fault["seen"], fault["hits"]) for fault in account.faults()] == [(5, 2), (5, 1), (0, 0)]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("Throttling", 400),
        ("TooManyRequestsException", 429),
        ("SlowDown", 503),
        ("InternalFailure", 500),
        ("ServiceUnavailable", 503),
        ("AccessDenied", 403),
    ],
)
def test_errors_have_the_status_that_they_have_in_aws(account: Sandbox, code: str, status: int) -> None:
    account.fail("*", "*", code, times=3)
    for service, call in (("iam", "list_users"), ("s3", "list_buckets"), ("cloudtrail", "list_trails")):
        assert answer_to(getattr(account.client(service), call)) == (code, status)


def test_throttled_in_the_code_of_the_service(account: Sandbox) -> None:
    account.fail("*", "*", kind="throttled", times=3)
    assert answer_to(account.client("iam").list_users) == ("Throttling", 400)
    assert answer_to(account.client("s3").list_buckets) == ("SlowDown", 503)
    assert answer_to(account.client("cloudtrail").list_trails) == ("ThrottlingException", 400)


class TestConnections:
    """Broken, slow, damaged: whether AWS did what was asked is another question."""

    @pytest.mark.parametrize(("kind", "made"), [("reset-before", []), ("reset-after", ["ada"])])
    def test_reset(self, account: Sandbox, kind: str, made: list[str]) -> None:
        account.fail("iam", "CreateUser", kind=kind, nth=1)
        with pytest.raises(botocore.exceptions.ConnectionClosedError) as error:
            account.client("iam").create_user(UserName="ada")
        assert "ConnectionResetError" in repr(error.value.kwargs["error"])
        assert users(account) == made
        # What was not done is no successful write.
        assert [call.error for call in account.journal() if call.writes] == ([None] if made else ["ConnectionReset"])

    def test_a_client_that_tries_again_meets_what_it_has_done(self, account: Sandbox) -> None:
        account.fail("iam", "CreateUser", kind="reset-after", nth=1)
        iam = retrying(account, retries={"total_max_attempts": 2})
        assert answer_to(lambda: iam.create_user(UserName="ada")) == ("EntityAlreadyExists", 409)

    def test_slow(self, account: Sandbox) -> None:
        account.fail("iam", "CreateUser", kind="slow", seconds=3, nth=1)
        iam = retrying(account, retries={"total_max_attempts": 1}, read_timeout=0.2)
        with pytest.raises(botocore.exceptions.ReadTimeoutError):
            iam.create_user(UserName="ada")
        # Others are served meanwhile.
        assert users(account) == ["ada"]

    @pytest.mark.parametrize("kind", ["truncated", "garbled"])
    def test_damaged_xml(self, account: Sandbox, kind: str) -> None:
        account.fail("iam", "*", kind=kind, nth=1)
        with pytest.raises(botocore.parsers.ResponseParserError):
            users(account)
        assert users(account) == []

    @pytest.mark.parametrize("kind", ["truncated", "garbled"])
    def test_damaged_xml_of_s3_is_an_error_of_aws_for_botocore(self, account: Sandbox, kind: str) -> None:
        account.fail("s3", "*", kind=kind, nth=1)
        s3 = account.client("s3")
        assert answer_to(s3.list_buckets) == ("500", 500)
        assert s3.list_buckets()["Buckets"] == []

    def test_damaged_json(self, account: Sandbox) -> None:
        """Where it is cut off, it is an answer without fields for botocore."""
        account.fail("cloudtrail", "*", kind="truncated", nth=1)
        assert "Trails" not in account.client("cloudtrail").list_trails()
        account.fail("cloudtrail", "*", kind="garbled", nth=1)
        with pytest.raises(UnicodeDecodeError):
            account.client("cloudtrail").list_trails()
        assert account.client("cloudtrail").list_trails()["Trails"] == []

    def test_truncated_is_less_than_was_announced(self, account: Sandbox) -> None:
        account.fail("iam", "*", kind="truncated", nth=1)
        request = account.client("iam").generate_presigned_url("list_users")
        with pytest.raises(http.client.IncompleteRead), urllib.request.urlopen(request) as answer:  # noqa: S310
            answer.read()


class TestFromThenOn:
    """Credentials run out, and permissions are withdrawn, in mid-run."""

    def test_the_token_has_expired(self, account: Sandbox) -> None:
        account.fail("*", "*", kind="expired", nth=2)
        assert users(account) == []
        assert answer_to(account.client("iam").list_users) == ("ExpiredToken", 403)
        assert answer_to(account.client("s3").list_buckets) == ("ExpiredToken", 400)
        assert answer_to(account.client("cloudtrail").list_trails) == ("ExpiredTokenException", 400)
        account.clear_faults()
        assert users(account) == []

    def test_a_permission_is_withdrawn(self, account: Sandbox) -> None:
        account.fail("*", "*", kind="withdrawn", nth=2)
        assert outcomes(account, "abc") == ".xx"
        assert users(account) == ["a"]
        with pytest.raises(botocore.exceptions.ClientError, match="not authorized to perform: iam:CreateUser"):
            account.client("iam").create_user(UserName="d")

    @pytest.mark.parametrize(
        ("service", "call", "code", "status"),
        [
            ("sns", "list_topics", "AuthorizationError", 403),
            ("s3", "list_buckets", "AccessDenied", 403),
            ("budgets", "describe_budgets", "AccessDeniedException", 400),
        ],
    )
    def test_in_the_code_of_the_service(
        self, account: Sandbox, service: str, call: str, code: str, status: int
    ) -> None:
        account.fail(service, "*", kind="withdrawn")
        arguments = {"AccountId": "123456789012"} if service == "budgets" else {}
        assert answer_to(lambda: getattr(account.client(service), call)(**arguments)) == (code, status)


class TestEventualConsistency:
    """Reads that do not see the last write yet."""

    def test_for_some_reads(self, account: Sandbox) -> None:
        iam = account.client("iam")
        iam.create_user(UserName="ada")
        account.fail("iam", "*", kind="stale", reads=2)
        iam.create_user(UserName="bob")
        assert answer_to(lambda: iam.get_user(UserName="bob")) == ("NoSuchEntity", 404)
        # Another account, and another service, have no part in it.
        assert account.account_client("iam", OTHER).list_users()["Users"] == []
        assert account.client("s3").list_buckets()["Buckets"] == []
        # Writes see it.
        assert answer_to(lambda: iam.create_user(UserName="bob")) == ("EntityAlreadyExists", 409)
        account.clear_faults()
        assert users(account) == ["ada", "bob"]

    def test_the_last_write_is_what_is_not_seen(self, account: Sandbox) -> None:
        account.fail("iam", "CreateUser", kind="stale", reads=1)
        outcomes(account, "ab")
        assert [users(account), users(account)] == [["a"], ["a", "b"]]

    def test_what_is_deleted_is_still_there(self, account: Sandbox) -> None:
        iam = account.client("iam")
        iam.create_user(UserName="ada")
        account.fail("iam", "DeleteUser", kind="stale", reads=1)
        iam.delete_user(UserName="ada")
        assert [users(account), users(account)] == [["ada"], []]

    def test_for_some_time(self, account: Sandbox) -> None:
        account.fail("iam", "*", kind="stale", seconds=1000)
        outcomes(account, "a")
        assert [users(account), users(account)] == [[], []]
        account.clear_faults()
        account.fail("iam", "*", kind="stale", seconds=0)
        outcomes(account, "b")
        assert users(account) == ["a", "b"]

    def test_of_the_layers_own_rules_and_of_trails(self, account: Sandbox) -> None:
        cloudtrail, s3 = account.client("cloudtrail"), account.client("s3")
        s3.create_bucket(Bucket="some-logs")
        statement = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*"}
        both = {**statement, "Resource": ["arn:aws:s3:::some-logs", "arn:aws:s3:::some-logs/*"]}
        s3.put_bucket_policy(Bucket="some-logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [both]}))
        account.fail("cloudtrail", "CreateTrail", kind="stale", reads=1)
        cloudtrail.create_trail(Name="all-of-it", S3BucketName="some-logs")
        assert [cloudtrail.list_trails()["Trails"], len(cloudtrail.list_trails()["Trails"])] == [[], 1]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "broken"}, "There is no fault 'broken'; there is error, throttled"),
        ({}, "needs the code"),
        ({"kind": "slow"}, "needs seconds"),
        ({"kind": "slow", "seconds": -1}, "seconds are a number"),
        ({"kind": "stale"}, "either reads or seconds"),
        ({"kind": "stale", "reads": 1, "seconds": 1}, "either reads or seconds"),
        ({"kind": "stale", "reads": 1, "calls": "reading"}, "is of what is written"),
        ({"kind": "garbled", "code": "Throttling"}, "has no code"),
        ({"kind": "truncated", "reads": 1}, "has no reads; that is for stale"),
        ({"kind": "expired", "times": 1}, "it takes no times"),
        ({"code": "Throttling", "nth": 1, "every": 2}, "not both"),
        ({"code": "Throttling", "nth": 0}, "nth counts from 1; 0"),
        ({"code": "Throttling", "calls": "some"}, "all, reading, writing, not 'some'"),
        ({"code": "Throttling", "status": 200}, "400 to 599, not 200"),
    ],
)
def test_what_cannot_be_meant_is_refused(account: Sandbox, fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        account.fail("iam", "*", **fields)
    assert account.faults() == []


def retrying(account: Sandbox, **options: Any) -> Any:
    """A client of IAM with a configuration of its own."""
    config = botocore.config.Config(proxies={}, **options)
    keys = root_keys(DEFAULT_ACCOUNT)
    return boto3.client(
        "iam",
        region_name="us-east-1",
        endpoint_url=account.endpoint,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        config=config,
    )
