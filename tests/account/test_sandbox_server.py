"""The server itself: its life, credentials, journal, world and faults."""

from __future__ import annotations

import concurrent.futures
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest
from account.aws_errors import refused
from sandbox import Call, Sandbox

ACCOUNT = "123456789012"
OTHER = "210987654321"
TESTS = Path(__file__).resolve().parents[1]
SHOW_ENDPOINT = "import os; print(os.environ['AWS_ENDPOINT_URL'])"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sandbox", *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(TESTS)}


def answers(endpoint: str) -> bool:
    try:
        Sandbox.at(endpoint).pid()
    except (OSError, HTTPException):  # the second: it goes away in the middle of an answer
        return False
    return True


def goes_away(endpoint: str) -> bool:
    """Whether the server stops answering within some seconds."""
    deadline = time.monotonic() + 10
    while answers(endpoint):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_run_hands_on_environment_and_exit_status_and_stops() -> None:
    code = f"{SHOW_ENDPOINT}; import boto3; print(boto3.client('sts').get_caller_identity()['Arn']); exit(7)"
    done = subprocess.run(
        command("run", "--", sys.executable, "-c", code),
        env={**environment(), "AWS_PROFILE": "nobody", "AWS_SESSION_TOKEN": "stale"},
        capture_output=True,
        text=True,
        check=False,
    )
    endpoint, arn = done.stdout.split()
    assert (done.returncode, arn) == (7, f"arn:aws:iam::{ACCOUNT}:root"), done.stderr
    assert not answers(endpoint)


def test_run_stops_the_server_when_it_is_stopped_itself() -> None:
    code = "import os, time; print(os.environ['AWS_ENDPOINT_URL'], flush=True); time.sleep(60)"
    running = subprocess.Popen(
        command("run", "--", sys.executable, "-c", code), env=environment(), stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    endpoint = running.stdout.readline().strip()
    assert answers(endpoint)
    running.send_signal(signal.SIGTERM)
    assert running.wait(timeout=20) == 128 + signal.SIGTERM
    running.stdout.close()
    assert not answers(endpoint)


def test_nothing_survives_a_killed_parent() -> None:
    code = (
        "import time; from sandbox import Sandbox; s = Sandbox(); s.start(); print(s.endpoint, flush=True);"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], env=environment(), stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    endpoint = parent.stdout.readline().strip()
    assert answers(endpoint)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert goes_away(endpoint)


def test_start_and_stop_by_state_file(tmp_path: Path) -> None:
    state_file = tmp_path / "sandbox.json"
    subprocess.run(command("start", "--state-file", str(state_file)), env=environment(), check=True)
    state = json.loads(state_file.read_text())
    assert state["env"]["AWS_ENDPOINT_URL"] == state["endpoint"]
    assert answers(state["endpoint"])
    for _number in range(2):
        subprocess.run(command("stop", "--state-file", str(state_file)), env=environment(), check=True)
    assert not state_file.exists()
    assert not answers(state["endpoint"])


def test_serve_prints_what_to_export() -> None:
    serving = subprocess.Popen(
        command("serve", "--until-stdin-closes"),
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert serving.stdin is not None
    assert serving.stdout is not None
    first = serving.stdout.readline().strip()
    assert first.startswith("export AWS_ENDPOINT_URL=http://127.0.0.1:")
    serving.stdin.close()
    assert serving.wait(timeout=20) == 0
    serving.stdout.close()


def test_two_servers_side_by_side(account: Sandbox) -> None:
    with Sandbox() as second:
        second.client("iam").create_user(UserName="ada")
        assert second.endpoint != account.endpoint
        assert account.client("iam").list_users()["Users"] == []


def whoami(account: Sandbox, credentials: dict[str, Any] | None = None) -> str:
    arn: str = account.client("sts", credentials=credentials).get_caller_identity()["Arn"]
    return arn


def test_principals(account: Sandbox) -> None:
    iam = account.client("iam")
    iam.create_user(UserName="ada")
    key = iam.create_access_key(UserName="ada")["AccessKey"]
    role = account.role("OrganizationAccountAccessRole", OTHER)
    session = account.client("sts", credentials=key).assume_role(RoleArn=role, RoleSessionName="setup")["Credentials"]
    assert whoami(account) == f"arn:aws:iam::{ACCOUNT}:root"
    assert whoami(account, key) == f"arn:aws:iam::{ACCOUNT}:user/ada"
    assert whoami(account, session) == f"arn:aws:sts::{OTHER}:assumed-role/OrganizationAccountAccessRole/setup"
    account.client("s3", credentials=session).create_bucket(Bucket="theirs")
    account.client("kms", credentials=session).create_key()
    account.client("iam", credentials=session).create_user(UserName="bob")
    assert account.client("s3").list_buckets()["Buckets"] == []
    assert account.client("kms").list_keys()["Keys"] == []
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["ada"]


def test_unknown_and_inactive_keys(account: Sandbox) -> None:
    iam = account.client("iam")
    iam.create_user(UserName="ada")
    key = iam.create_access_key(UserName="ada")["AccessKey"]
    iam.update_access_key(UserName="ada", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    for credentials in (key, {"AccessKeyId": "AKIAUNKNOWN000000000", "SecretAccessKey": "x"}):
        with refused("InvalidClientTokenId", 403):
            account.client("sts", credentials=credentials).get_caller_identity()
        with refused("InvalidClientTokenId", 403):
            account.client("iam", credentials=credentials).list_users()
        with refused("InvalidAccessKeyId", 403):
            account.client("s3", credentials=credentials).list_buckets()
        with refused("UnrecognizedClientException", 400):
            account.client("cloudtrail", credentials=credentials).list_trails()


def test_the_journal_tells_every_call_and_no_parameters(account: Sandbox) -> None:
    iam, s3 = account.client("iam"), account.client("s3")
    iam.create_user(UserName="ada")
    with refused("PasswordPolicyViolation", 400):
        iam.create_login_profile(UserName="ada", Password="very-secret")
    s3.create_bucket(Bucket="logs")
    s3.put_public_access_block(Bucket="logs", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    s3.get_public_access_block(Bucket="logs")
    s3.put_object(Bucket="logs", Key="a/b", Body=b"\xff\x00" * 9000)
    with refused("404", 404):
        s3.head_bucket(Bucket="nothing")
    account.client("cloudwatch").describe_alarms()
    account.client("kms").create_key()
    journal = account.journal()
    root = f"arn:aws:iam::{ACCOUNT}:root"
    assert {(call.account, call.principal) for call in journal} == {(ACCOUNT, root)}
    assert [(call.service, call.action, call.writes, call.error) for call in journal] == [
        ("iam", "CreateUser", True, None),
        ("iam", "CreateLoginProfile", True, "PasswordPolicyViolation"),
        ("s3", "CreateBucket", True, None),
        ("s3", "PutPublicAccessBlock", True, None),
        ("s3", "GetPublicAccessBlock", False, None),
        ("s3", "PutObject", True, None),
        ("s3", "HeadBucket", False, "404"),
        ("cloudwatch", "DescribeAlarms", False, None),
        ("kms", "CreateKey", True, None),
    ]
    assert "very-secret" not in str(journal)
    account.clear_journal()
    assert account.journal() == []
    assert isinstance(journal[0], Call)


def test_calls_at_once_do_not_overtake_each_other(account: Sandbox) -> None:
    clients = [account.client("iam") for _number in range(8)]

    def create(client: Any) -> bool:
        try:
            client.create_user(UserName="ada")
        except client.exceptions.EntityAlreadyExistsException:
            return False
        return True

    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        assert sorted(pool.map(create, clients)) == [False] * 7 + [True]


def test_answers_are_under_way(account: Sandbox) -> None:
    account.world(answer_after_ms=200)
    began = time.monotonic()
    account.client("sts").get_caller_identity()
    # Never less, however busy the machine is.
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize(
    ("service", "action", "method", "arguments"),
    [
        ("iam", "ListUsers", "list_users", {}),
        ("s3", "ListBuckets", "list_buckets", {}),
        ("cloudtrail", "ListTrails", "list_trails", {}),
        ("cloudwatch", "DescribeAlarms", "describe_alarms", {}),
        ("sns", "ListTopics", "list_topics", {}),
        ("billing", "GetBillingPreferences", "get_billing_preferences", {"features": ["BILLING_ALERTS"]}),
        ("organizations", "DescribeOrganization", "describe_organization", {}),
        ("accessanalyzer", "ListAnalyzers", "list_analyzers", {}),
    ],
)
def test_faults_come_in_every_protocol(
    account: Sandbox, service: str, action: str, method: str, arguments: dict[str, Any]
) -> None:
    account.fail(service, action, "ExpiredToken", status=403, message="Too late.", times=2)
    client = account.client(service)
    for _number in range(2):
        with refused("ExpiredToken", 403):
            getattr(client, method)(**arguments)
    assert [call.error for call in account.journal()] == ["ExpiredToken"] * 2
    if service not in ("organizations", "accessanalyzer"):
        getattr(client, method)(**arguments)


def test_faults_last_until_cleared(account: Sandbox) -> None:
    account.fail("*", "*", "AccessDenied")
    with refused("AccessDenied", 403):
        account.client("sts").get_caller_identity()
    account.clear_faults()
    account.client("sts").get_caller_identity()


def test_what_moto_lacks_is_said_at_once(account: Sandbox) -> None:
    with refused("NotImplemented", 501):
        account.client("iam").get_organizations_access_report(JobId="00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"no_such": 1}, "no switch 'no_such'"),
        ({"root_mfa": "yes"}, "'yes' is no value for the switch root_mfa"),
        ({"billing_metric_currency": "yen"}, "'yen' is no value"),
        ({"account": "12"}, "12 digits"),
    ],
)
def test_a_wrong_switch_is_explained(account: Sandbox, wrong: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        account.world(**wrong)


def test_an_unknown_control_path_is_explained(account: Sandbox) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{account.endpoint}/_sandbox/nothing")  # noqa: S310 - always http://127.0.0.1
    with caught.value as answer:
        assert answer.code == 400
        assert "There is no GET /_sandbox/nothing" in json.load(answer)["message"]


def test_a_reset_makes_fresh_accounts(account: Sandbox) -> None:
    account.world(root_mfa=True, alias_taken="taken")
    account.fail("*", "*", "AccessDenied")
    account.reset()
    iam = account.client("iam")
    iam.create_account_alias(AccountAlias="taken")
    assert iam.get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 0
    policy = iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")["Policy"]
    assert policy["PolicyName"] == "AdministratorAccess"
    assert [call.action for call in account.journal()] == ["CreateAccountAlias", "GetAccountSummary", "GetPolicy"]
