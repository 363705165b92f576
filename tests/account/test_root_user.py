"""The role root_user against the stand-in account: it detects, guides, looks again, and never changes anything."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import CHECKOUT, COLLECTIONS, Run
from sandbox import Sandbox
from terminal import Terminal

Ansible = Callable[..., Run]
READ = "See what only the root user can do"


def play(**variables: Any) -> list[dict[str, Any]]:
    roles = ["dayone.aws_account.root_user"]
    return [{"hosts": "localhost", "gather_facts": False, "roles": roles, "vars": variables}]


@pytest.fixture
def admin(account: Sandbox) -> dict[str, str]:
    """The environment of an administrator."""
    iam = account.client("iam")
    iam.create_user(UserName="admin")
    key = iam.create_access_key(UserName="admin")["AccessKey"]
    account.clear_journal()
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def test_open_steps_are_told_with_reason_clicks_and_address(
    account: Sandbox, ansible: Ansible, admin: dict[str, str]
) -> None:
    account.world(root_access_keys=True, root_last_used="2026-11-01T10:00:00+00:00")
    run = ansible(play(), env=admin)
    found = run.task(READ)["result"]
    assert [step["id"] for step in found["steps"]] == ["M5", "R4", "R6"]
    assert all(step["why"] and step["clicks"] and step["seen"] for step in found["steps"])
    assert found["used_by_this_run"] is False
    assert found["last_used"] == "2026-11-01T10:00:00+00:00"
    text = "\n".join(found["text"])
    assert "Step 1 of 3: The root user has MFA (M5)" in text
    assert "https://console.aws.amazon.com/iam/home#/security_credentials" in text
    assert "tick 'Activate IAM Access'" in text
    assert "AWS makes a new one every four hours at most" in text
    assert "delete the access key" not in text
    assert run.changed == []
    assert [call for call in account.journal() if call.writes] == []


def test_nothing_is_left_when_all_is_done(account: Sandbox, ansible: Ansible, admin: dict[str, str]) -> None:
    account.world(root_mfa=True, iam_billing_access=True)
    for mode in ("report", "fail", "wait"):
        found = ansible(play(root_user_manual_steps=mode), env=admin).task(READ)["result"]
        assert found["steps"] == []
        assert found["last_used"] == ""
        assert "never, as far as AWS remembers" in found["text"][0]
    account.clear_journal()
    ansible(play(), env=admin)
    # One reading of each, and none of a report that is there already.
    assert sorted(call.action for call in account.journal()) == [
        "GetAccountSummary",
        "GetBillingPreferences",
        "GetCallerIdentity",
        "GetCredentialReport",
    ]


def test_a_pipeline_fails_while_something_is_open(account: Sandbox, ansible: Ansible, admin: dict[str, str]) -> None:
    account.world(iam_billing_access=True)
    run = ansible(play(root_user_manual_steps="fail"), env=admin, check=False)
    assert run.rc != 0
    assert "Still open, for the root user alone: The root user has MFA." in run.tasks[-1]["result"]["msg"]
    assert "choose 'Assign MFA device'" in run.output


def test_a_run_of_roots_own_is_warned_of_and_told_how_to_end(account: Sandbox, ansible: Ansible) -> None:
    account.world(root_mfa=True, root_access_keys=True)
    found = ansible(play()).task(READ)["result"]
    assert "This run uses the root user's credentials" in found["warnings"][0]
    assert [(step["id"], step["status"]) for step in found["steps"]] == [("R4", "unknown"), ("R6", "manual")]
    assert "delete the access key" in "\n".join(found["text"])
    account.world(root_access_keys=False)
    # What root's own run cannot see is no reason to fail.
    run = ansible(play(root_user_manual_steps="fail"))
    assert "temporary and end by themselves" in "\n".join(run.task(READ)["result"]["text"])


def test_what_may_not_be_read_is_unknown(account: Sandbox, ansible: Ansible, admin: dict[str, str]) -> None:
    account.world(enforce_policies=True)
    found = ansible(play(), env=admin).task(READ)["result"]
    assert {step["status"] for step in found["steps"] if step["id"] != "R4"} == {"unknown"}
    assert "is not known: It could not be read" in "\n".join(found["text"])


def test_a_report_that_does_not_come_is_said(account: Sandbox, ansible: Ansible, admin: dict[str, str]) -> None:
    account.fail("iam", "GetCredentialReport", "ReportInProgress", status=404)
    task = {"name": "read", "dayone.aws_account.root_user_info": {"report_timeout": 0}}
    found = ansible([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}], env=admin).task("read")["result"]
    assert "still making the credential report" in "\n".join(found["text"])


def waiting_at_terminal(account: Sandbox, tmp_path: Path, env: dict[str, str]) -> Terminal:
    (tmp_path / "play.yml").write_text(yaml.safe_dump(play(root_user_manual_steps="wait")))
    (tmp_path / "ansible.cfg").touch()
    environment = account.process_env(
        **env,
        ANSIBLE_HOME=str(tmp_path / "home"),
        ANSIBLE_CONFIG=str(tmp_path / "ansible.cfg"),
        ANSIBLE_COLLECTIONS_PATH=COLLECTIONS,
        ANSIBLE_PYTHON_INTERPRETER=sys.executable,
        TERM="xterm",
    )
    return Terminal([sys.executable, "-m", "ansible.cli.playbook", "play.yml"], environment, tmp_path)


def test_in_a_job_of_awx_nobody_is_waited_for(account: Sandbox, admin: dict[str, str], tmp_path: Path) -> None:
    terminal = waiting_at_terminal(account, tmp_path, {**admin, "JOB_ID": "7"})
    assert terminal.finish() == 0, terminal.seen
    assert "Press Enter" not in terminal.seen


def test_a_person_is_led_through_and_each_step_looked_at(
    account: Sandbox, admin: dict[str, str], tmp_path: Path
) -> None:
    terminal = waiting_at_terminal(account, tmp_path, admin)
    terminal.read_until("Step 1 of 2: The root user has MFA")
    terminal.read_until("Press Enter when it is done")
    terminal.type("")
    terminal.read_until("AWS does not show it yet")
    terminal.read_until("Press Enter when it is done")
    account.world(root_mfa=True)
    terminal.type("")
    terminal.read_until("Done: The root user has MFA (1 of 2)")
    terminal.read_until("Step 2 of 2: IAM users can see billing")
    terminal.read_until("Press Enter when it is done")
    terminal.type("later")
    assert terminal.finish() == 0, terminal.seen
    assert "Step 1 of 1: IAM users can see billing" in terminal.seen


def test_the_site_fails_after_its_report(account: Sandbox, ansible: Ansible, tmp_path: Path) -> None:
    article = yaml.safe_load((CHECKOUT / "playbooks" / "vars" / "article.yml").read_text())
    variables = {**article, "root_user_manual_steps": "fail", "dayone_output_dir": str(tmp_path / "out")}
    run = ansible("dayone.aws_account.site", extra_vars=variables, check=False)
    assert run.rc != 0
    names = [task["name"].rsplit(" : ", maxsplit=1)[-1] for task in run.tasks]
    assert names[-3:-1] == ["Summary", "Insist on what only the root user can do"]


def test_the_site_reads_once_for_root_and_report_unless_a_person_is_led_through(
    account: Sandbox, ansible: Ansible, tmp_path: Path
) -> None:
    article = yaml.safe_load((CHECKOUT / "playbooks" / "vars" / "article.yml").read_text())
    said = {}
    for mode in ("report", "wait"):
        variables = {**article, "root_user_manual_steps": mode, "dayone_output_dir": str(tmp_path / "out")}
        account.clear_journal()
        run = ansible("dayone.aws_account.site", "--tags", "root_user,account_report", extra_vars=variables)
        said[mode] = run.task("Say what only the root user can do")["result"]["msg"]
        summaries = [call.action for call in account.journal()].count("GetAccountSummary")
        # Led through, or not for want of a terminal: the report tells what holds afterwards.
        assert (mode, summaries) in (("report", 1), ("wait", 2))
    steps = [[line for line in lines if not line.startswith("Last use")] for lines in said.values()]
    assert steps[0] == steps[1]
    assert steps[0][0].startswith("Step 1 of ")
