"""The site on the accounts of an organization: each on its own, and none hidden by the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from account.organization_scene import MANAGEMENT, ROLE, Organization, fates, root_of
from conftest import CHECKOUT, Run
from killing_proxy import Killer
from sandbox import Sandbox

Ansible = Callable[..., Run]
SITE = "dayone.aws_account.site"
ARTICLE: dict[str, Any] = yaml.safe_load((CHECKOUT / "playbooks" / "vars" / "article.yml").read_text())
# What every session token of the stand-in account begins with.
TOKEN = "FQoGZXIvYXdzE"
PLANTED = "Planted-{{ account_id }}-{{ account_name }}"


@pytest.fixture
def organization(account: Sandbox, tmp_path: Path) -> Callable[..., Organization]:
    def make(*names: str, **variables: Any) -> Organization:
        made = Organization(account, tmp_path, *names)
        made.configure(hostname="name", exclude_filters={"ids": [MANAGEMENT]})
        made.variables("group_vars/aws_accounts.yml", **{**ARTICLE, "iam_admin_account_alias": "", **variables})
        return made

    return make


def trust(management: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": management}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_one_denies_one_throttles_one_is_killed(
    account: Sandbox, ansible: Ansible, organization: Callable[..., Organization], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    accounts = organization(
        "shop",
        "labs",
        "ops",
        iam_admin_users=[{"name": "ada", "mfa": "none", "access_key": True, "password": PLANTED}],
        dayone_output_dir=f"{out}/{{{{ account_id }}}}",
    )
    ids = accounts.ids
    sts = account.client("sts", credentials=account.administrator(name="me"))
    session = sts.assume_role(RoleArn=f"arn:aws:iam::{ids['labs']}:role/{ROLE}", RoleSessionName="me")
    assert session["Credentials"]["SessionToken"].startswith(TOKEN)
    planted = [f"Planted-{id_}-{name}" for name, id_ in ids.items()]
    shop = account.account_client("iam", ids["shop"])
    shop.update_assume_role_policy(RoleName=ROLE, PolicyDocument=trust("345678901234"))
    account.fail("iam", "CreateUser", "Throttling", status=400, times=1, account=ids["labs"])
    account.clear_journal()
    arguments = ("-i", str(accounts.inventory), "--tags", "password_policy,iam_admin,account_report", "-vvv")

    with Killer(account, after=7, only=ids["ops"]) as killer:
        first = ansible(SITE, *arguments, env={**accounts.env, **killer.env}, check=False)
    assert killer.killed == "CreateAccessKey"
    assert first.rc == 2
    told = fates(first)
    assert {name: fate for name, (fate, _words) in told.items()} == {
        "labs": "done",
        "ops": "failed",
        "shop": "failed",
    }
    assert f"role/{ROLE}': AWS answered AssumeRole with AccessDenied" in told["shop"][1]
    assert "trust policy has to name the identity of this run" in told["shop"][1]
    assert f"{ids['ops']}: Give the administrators access keys: " in told["ops"][1]
    assert "Its process ended without an answer" in told["ops"][1]

    shop.update_assume_role_policy(RoleName=ROLE, PolicyDocument=trust(MANAGEMENT))
    second = ansible(SITE, *arguments, "--forks", "2", env={**accounts.env, "ANSIBLE_STRATEGY": "free"})
    assert {fate for fate, _words in fates(second).values()} == {"done"}
    assert "3 accounts: 3 done\n2 at a time. This machine can do more: --forks 3" in second.output
    assert "at a time" not in first.output
    assert {path.name for path in out.iterdir()} == {*ids.values(), "index.html", "index.json"}
    assert {row["id"] for row in json.loads((out / "index.json").read_text())["accounts"]} == set(ids.values())
    for id_ in ids.values():
        (file,) = (out / id_).glob("*.accessKeys.csv")
        (key,) = account.account_client("iam", id_).list_access_keys(UserName="ada")["AccessKeyMetadata"]
        assert key["AccessKeyId"] in file.read_text()
        own = [call for call in account.journal() if call.account == id_]
        assert {call.principal for call in own} >= {f"arn:aws:sts::{id_}:assumed-role/{ROLE}/dayone"}
        others = set(ids.values()) - {id_}
        assert not any(other in path.read_text() for other in others for path in (out / id_).iterdir())
    of_management = {call.service for call in account.journal() if call.account == MANAGEMENT}
    assert of_management == {"organizations", "resourcegroupstaggingapi", "sts"}
    secret = [TOKEN, *planted, *(line.split(",")[1] for line in all_lines(out, "*.accessKeys.csv")[1::2])]
    for run in (first, second):
        assert not any(word in run.output + str(run.tasks) for word in secret)

    account.clear_journal()
    for page in out.rglob("*.html"):
        page.unlink()
    only = ("--limit", "labs", "-e", "account_report_formats=terminal")
    report = ansible("dayone.aws_account.report", "-i", str(accounts.inventory), *only, env=accounts.env)
    assert list(out.rglob("*.html")) == []
    assert {name: fate for name, (fate, _words) in fates(report).items()} == {"labs": "done"}
    assert {call.account for call in account.journal()} == {MANAGEMENT, ids["labs"]}
    assert not any(call.writes for call in account.journal())


def all_lines(directory: Path, pattern: str) -> list[str]:
    return [line for path in sorted(directory.rglob(pattern)) for line in path.read_text().splitlines()]


def test_errors_may_be_fatal_and_accounts_in_series(
    account: Sandbox, ansible: Ansible, organization: Callable[..., Organization]
) -> None:
    accounts = organization("books", "labs", "shop")
    account.account_client("iam", accounts.ids["books"]).update_assume_role_policy(
        RoleName=ROLE, PolicyDocument=trust("345678901234")
    )
    run = ansible(
        SITE,
        *("-i", str(accounts.inventory), "--tags", "password_policy"),
        extra_vars={"dayone_serial": 2},
        env={**accounts.env, "ANSIBLE_ANY_ERRORS_FATAL": "true"},
        check=False,
    )
    assert run.rc == 2
    assert {name: fate for name, (fate, _words) in fates(run).items()} == {
        "books": "failed",
        "labs": "stopped",
        "shop": "not begun",
    }
    assert not any(call.writes for call in account.journal() if call.principal.endswith("/dayone"))


def test_sessions_that_end_in_the_run_are_renewed(
    account: Sandbox, ansible: Ansible, organization: Callable[..., Organization], tmp_path: Path
) -> None:
    accounts = organization("labs")
    # As in a project of one's own.
    imported = tmp_path / "all.yml"
    imported.write_text(f"- import_playbook: {SITE}\n")
    account.world(session_seconds_gone=3300)
    account.clear_journal()
    run = ansible(
        str(imported),
        *("-i", str(accounts.inventory), "--tags", "password_policy,account_report", "-vvv"),
        env=accounts.env,
    )
    assert {fate for fate, _words in fates(run).values()} == {"done"}
    sessions = [call for call in account.journal() if call.action == "AssumeRole"]
    # On the way in, then for each of the three modules; ansible-core before 2.19 computes defaults once more.
    assert len(sessions) >= 4
    assert TOKEN not in run.output


def test_secrets_of_accounts_may_not_share_a_place(
    account: Sandbox, ansible: Ansible, organization: Callable[..., Organization], tmp_path: Path
) -> None:
    accounts = organization("books", "labs")
    account.clear_journal()
    run = ansible(
        SITE,
        *("-i", str(accounts.inventory), "--limit", "labs"),
        extra_vars={
            "dayone_output_dir": str(tmp_path / "out"),
            "iam_admin_credentials_file": f"{tmp_path}/{{{{ account_id }}}}/credentials",
            "iam_admin_mfa_secrets_manager": {"role_arn": f"arn:aws:iam::{MANAGEMENT}:role/keeper"},
        },
        env=accounts.env,
        check=False,
    )
    told = fates(run)
    assert list(told) == ["labs"]
    assert (
        "dayone_output_dir, iam_admin_mfa_secrets_manager.name_prefix is the same for every account" in told["labs"][1]
    )
    assert {call.account for call in account.journal()} == {MANAGEMENT}
    assert not any(call.writes for call in account.journal())


def test_an_inventory_that_cannot_be_read_is_no_account_at_all(
    account: Sandbox, ansible: Ansible, organization: Callable[..., Organization]
) -> None:
    """Not the account of the credentials, which is what the site works on without an inventory."""
    accounts = organization()
    account.clear_journal()
    run = ansible(SITE, "-i", str(accounts.inventory), extra_vars=ARTICLE, env=root_of("345678901234"))
    assert "is in no organization" in " ".join(run.output.split())
    assert run.stats == {}
    assert {call.action for call in account.journal()} == {"ListAccounts"}
