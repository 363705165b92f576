"""Going into an account: which it is, by a role and without; and the session that is renewed in time."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from account.module_runs import Result, runner
from account.organization_scene import credentials
from ansible.errors import AnsibleError
from ansible_collections.dayone.aws_account.plugins.lookup.session_credentials import LookupModule
from sandbox import Sandbox

ACCOUNT, OTHER = "123456789012", "210987654321"
Run = Callable[..., Result]


@pytest.fixture
def run(account: Sandbox, tmp_path: Path) -> Run:
    """The module, with the keys of an administrator."""
    key = account.administrator()
    keys = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
    return runner(account, tmp_path / "out", "account_session", region="eu-central-1", **keys)


def test_without_a_role_it_is_the_account_that_was_meant(account: Sandbox, run: Run) -> None:
    account.clear_journal()
    done = run(account_id=ACCOUNT)
    assert (done["account"], done["arn"]) == (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/administrator")
    assert done["session"] == {}
    assert len(account.journal()) == 1
    failed = run(account_id=OTHER, fails=True)
    assert f"account {OTHER} is meant" in failed["msg"]


def test_a_directory_that_is_not_fit_for_secrets_ends_the_run(account: Sandbox, run: Run, tmp_path: Path) -> None:
    made = tmp_path / "dayone-output" / ACCOUNT
    made.mkdir(parents=True)
    (tmp_path / "link").symlink_to(made)
    given = {"account_id": ACCOUNT, "output_dir": str(made)}
    assert run(**given)["account"] == ACCOUNT
    assert run(account_id=ACCOUNT, output_dir=str(tmp_path / "none"))["account"] == ACCOUNT
    assert "is a symbolic link" in run(account_id=ACCOUNT, output_dir=str(tmp_path / "link"), fails=True)["msg"]
    (made / "account").write_text(f"{OTHER}\n")
    assert f"belongs to another account than {ACCOUNT}" in run(**given, fails=True)["msg"]
    (made / "account").write_text(f"{ACCOUNT}\n")
    made.chmod(0o770)
    failed = run(**given, fails=True)
    assert "can be written to by others (mode 0770)" in failed["msg"]
    assert failed["msg"].endswith("then run again. Nothing was changed.")
    account.role("baseline", OTHER)
    assert "by others" in run(role=f"arn:aws:iam::{OTHER}:role/baseline", output_dir=str(made), fails=True)["msg"]


def test_a_role_with_all_that_it_asks_for(account: Sandbox, run: Run) -> None:
    role = account.role("baseline", OTHER, StringEquals={"sts:ExternalId": "4711"})
    account.account_client("iam", OTHER).update_role(RoleName="baseline", MaxSessionDuration=7200)
    account.clear_journal()
    wanted = {"account_id": OTHER, "external_id": "4711", "duration": 7200, "session_name": "day-one"}
    for name in ("baseline", role):
        done = run(role=name, **wanted, check=True)
        assert (done["account"], done["changed"]) == (OTHER, False)
        assert done["arn"] == f"arn:aws:sts::{OTHER}:assumed-role/baseline/day-one"
    assert [call.action for call in account.journal()] == ["AssumeRole", "AssumeRole"]
    ends = datetime.datetime.fromisoformat(done["session"]["expiration"])
    assert ends - datetime.datetime.now(datetime.UTC) > datetime.timedelta(seconds=7000)

    account.clear_journal()
    for wrong, words in (
        ({"external_id": "42"}, "trust policy has to name the identity"),
        ({"duration": 7201}, "exceeds the MaxSessionDuration"),
    ):
        assert words in run(role="baseline", **{**wanted, **wrong}, fails=True)["msg"]
    account.clear_journal()
    assert "15 minutes" in run(role="baseline", **{**wanted, "duration": 60}, fails=True)["msg"]
    assert account.journal() == []


def test_a_session_is_renewed_from_the_environment(account: Sandbox, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    account.role("baseline", OTHER, StringEquals={"sts:ExternalId": "4711"})
    first = run(account_id=OTHER, role="baseline", external_id="4711")
    own = {**account.env, **credentials(account.administrator(name="another"))}
    for name, value in own.items():
        monkeypatch.setenv(name, value)

    def look_up(result: dict[str, Any]) -> dict[str, str]:
        (found,) = LookupModule().run([result])
        return found

    account.clear_journal()
    kept = look_up(first)
    keys = {name: first["session"][name] for name in ("access_key", "secret_key", "session_token")}
    # Beside them no AWS_PROFILE of the environment is to be taken.
    assert kept == {**keys, "profile": ""}
    assert look_up({"account": ACCOUNT, "session": {}}) == {}
    assert account.journal() == []

    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=5)
    ending = {**first, "session": {**first["session"], "expiration": soon.isoformat()}}
    renewed = look_up(ending)
    assert renewed["session_token"] != kept["session_token"]
    (call,) = account.journal()
    assert (call.action, call.principal) == ("AssumeRole", f"arn:aws:iam::{ACCOUNT}:user/another")
    session = {"AccessKeyId": renewed["access_key"], "SecretAccessKey": renewed["secret_key"]}
    who = account.client("sts", credentials={**session, "SessionToken": renewed["session_token"]})
    assert who.get_caller_identity()["Account"] == OTHER

    account.account_client("iam", OTHER).detach_role_policy(
        RoleName="baseline", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    account.account_client("iam", OTHER).delete_role(RoleName="baseline")
    with pytest.raises(AnsibleError, match="Could not renew the session in the role 'arn:aws:iam::210987654321"):
        look_up(ending)
