"""What changed since the last report, and who did it, in an account that others change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from account.changes_scene import EVENTS, Watched, ago, by_id, control, kept, posture
from account.trail_scene import ACCOUNT, REGION, make_bucket, make_trail
from conftest import CHECKOUT, Run
from sandbox import Sandbox

Ansible = Callable[..., Run]
SINCE_ALIAS = (
    posture(control("R5", "pass", {"aliases": ["shop"]})),
    posture(control("R5", "pass", {"aliases": ["books"]})),
)


@pytest.fixture
def watched(account: Sandbox, tmp_path: Path) -> Watched:
    return Watched(account, tmp_path)


def lookups(account: Sandbox) -> list[tuple[str, str | None]]:
    """Where CloudTrail was asked for events, and its errors."""
    return [(call.region, call.error) for call in account.journal() if call.action == "LookupEvents"]


def alarm(account: Sandbox, threshold: float, credentials: Any = None) -> None:
    account.client("cloudwatch", credentials=credentials).put_metric_alarm(
        AlarmName="charges",
        Namespace="AWS/Billing",
        MetricName="EstimatedCharges",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        Threshold=threshold,
    )


def test_somebody_else_changes_all_sorts_of_things_and_is_named(account: Sandbox, watched: Watched) -> None:
    mallory = account.administrator(name="mallory")
    make_bucket(account)
    make_bucket(account, "elsewhere")
    make_trail(account, "main")
    make_trail(account, "second")
    alarm(account, 10)
    root = account.client("iam")
    root.create_account_alias(AccountAlias="books")
    root.update_account_password_policy(MinimumPasswordLength=14)
    before = watched.posture()

    iam = account.client("iam", credentials=mallory)
    iam.create_account_alias(AccountAlias="shop")
    iam.update_account_password_policy(MinimumPasswordLength=6)
    iam.create_user(UserName="eve")
    iam.create_virtual_mfa_device(VirtualMFADeviceName="eve")
    alarm(account, 1000, mallory)
    trails = account.client("cloudtrail", REGION, mallory)
    trails.delete_trail(Name="second")
    trails.update_trail(Name="main", S3BucketName="elsewhere")
    # In the console nobody but root gives root MFA; that others enable a device of theirs is no matter of it.
    account.world(root_mfa=1)

    found = by_id(watched.changes(watched.posture(), before))
    mallorys = "arn:aws:iam::123456789012:user/mallory"
    for name, event in (
        ("B3", "PutMetricAlarm"),
        ("M1", "CreateVirtualMFADevice"),
        ("R2", "CreateUser"),
        ("R3", "UpdateAccountPasswordPolicy"),
        ("R5", "CreateAccountAlias"),
    ):
        # Root did the like before, and the newest comes first.
        newest = found[name][0]["by"][0]
        assert (newest["who"], newest["event"]) == (mallorys, event)
    assert (found["R3"][0]["was"], found["R3"][0]["is"]) == ("pass", "fail")
    assert (found["R5"][0]["was"], found["R5"][0]["is"]) == ("aliases: books", "aliases: shop")
    of_trails = {change["was"]: change for change in found["T1"]}
    gone, moved = of_trails["trails: second"], of_trails["trails / main / bucket: logs-of-123"]
    assert (gone["is"], moved["is"]) == ("", "trails / main / bucket: elsewhere")
    assert (gone["by"][0]["event"], gone["by"][0]["who"]) == ("DeleteTrail", mallorys)
    # Root made it, too, within the same minute.
    assert moved["by"][0]["event"] == "UpdateTrail"
    assert moved["by"][0]["who"] == mallorys
    assert found["M5"][0]["by"] == []
    assert "no event of EnableMFADevice" in found["M5"][0]["by_unknown"]


def test_who_made_an_administrator_and_who_only_made_others(account: Sandbox, watched: Watched) -> None:
    mallory, iam = account.administrator(name="mallory"), account.client("iam")
    for group in ("Administrators", "Readers"):
        iam.create_group(GroupName=group)
    for user in ("ada", "eve"):
        iam.create_user(UserName=user)
    iam.add_user_to_group(GroupName="Readers", UserName="ada")
    account.client("iam", credentials=mallory).add_user_to_group(GroupName="Administrators", UserName="eve")
    before, now = (
        posture(control("R2", "pass", {"groups": {"Administrators": {"members": members}}}))
        for members in (["ada"], ["ada", "eve"])
    )
    (change,) = watched.changes(now, before)["changes"]
    assert (change["was"], change["is"]) == ("", "groups / Administrators / members: eve")
    assert [by["who"].rpartition("/")[2] for by in change["by"]] == ["mallory"]


def test_nothing_changed_and_nothing_is_asked(account: Sandbox, watched: Watched) -> None:
    same = posture(control("R5", "pass", {"aliases": ["books"]}, since=ago(3600)), control("T1", "fail"))
    account.clear_journal()
    result = watched.changes(same, same)
    assert (result["changes"], result["not_compared"], result["changed"]) == ([], "", False)
    assert result["since"] == {"R5": same["controls"][0]["since"], "T1": result["last"]}
    assert account.journal() == []


def test_root_a_role_and_a_refused_attempt(account: Sandbox, watched: Watched) -> None:
    ada = account.administrator(name="ada")
    role = account.role("Books", ACCOUNT)
    session = account.client("sts", credentials=ada).assume_role(RoleArn=role, RoleSessionName="ada-at-work")
    account.client("iam").create_account_alias(AccountAlias="books")
    account.client("iam", credentials=session["Credentials"]).create_account_alias(AccountAlias="shop")
    account.world(alias_taken="shop")
    account.fail("iam", "CreateAccountAlias", "AccessDenied", times=1)
    with pytest.raises(account.client("iam").exceptions.ClientError):
        account.client("iam", credentials=ada).create_account_alias(AccountAlias="shop")
    (change,) = watched.changes(*SINCE_ALIAS)["changes"]
    assert [by["who"] for by in change["by"]] == [session["AssumedRoleUser"]["Arn"], "root"]
    assert change["by_unknown"] == ""


def test_events_are_looked_for_where_they_are_recorded(account: Sandbox, watched: Watched) -> None:
    now = posture(control("R5", "fail"), control("T1", "fail"), control("T2", "fail", changed_by=[]))
    watched.changes(now, posture(*(control(name, "pass") for name in ("R5", "T1", "T2"))))
    assert [region for region, _error in lookups(account)] == ["us-east-1"] * 2 + [REGION] * 4


def test_it_may_not_be_looked_up(account: Sandbox, watched: Watched) -> None:
    account.fail("cloudtrail", "LookupEvents", "AccessDeniedException", status=400)
    (change,) = watched.changes(*SINCE_ALIAS)["changes"]
    assert change["by"] == []
    assert change["by_unknown"].startswith("It could not be looked up: AWS answered LookupEvents with AccessDenied")
    # It is not asked again.
    assert lookups(account) == [("us-east-1", "AccessDeniedException")]


def test_cloudtrail_limits_the_rate(account: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    account.fail("cloudtrail", "LookupEvents", "ThrottlingException", status=400)
    (change,) = Watched(account, tmp_path).changes(*SINCE_ALIAS)["changes"]
    assert change["by_unknown"].startswith(
        "It could not be looked up: AWS answered LookupEvents with ThrottlingException"
    )


def test_it_keeps_to_the_rate(account: Sandbox, watched: Watched) -> None:
    account.world(throttle_lookups=True)
    watched.changes(posture(control("T1", "fail")), posture(control("T1", "pass")))
    assert lookups(account) == [(REGION, None)] * len(EVENTS["T1"])


def test_an_event_that_cannot_be_seen_yet(account: Sandbox, watched: Watched) -> None:
    account.world(event_delay_seconds=900)
    account.client("iam").create_account_alias(AccountAlias="shop")
    (change,) = watched.changes(*SINCE_ALIAS)["changes"]
    assert change["by"] == []
    assert "up to 15 minutes" in change["by_unknown"]
    account.world(event_delay_seconds=0)
    (change,) = watched.changes(*SINCE_ALIAS)["changes"]
    assert [by["event"] for by in change["by"]] == ["CreateAccountAlias"]


def test_a_report_of_long_ago_and_one_of_the_future(account: Sandbox, watched: Watched) -> None:
    (change,) = watched.changes(*SINCE_ALIAS, made=ago(100 * 24 * 3600))["changes"]
    assert "for 90 days" in change["by_unknown"]
    account.clear_journal()
    (change,) = watched.changes(*SINCE_ALIAS, made=ago(-3600))["changes"]
    assert "dated in the future" in change["by_unknown"]
    assert account.journal() == []


def test_a_last_report_that_is_broken_or_anothers(account: Sandbox, watched: Watched, tmp_path: Path) -> None:
    now = SINCE_ALIAS[0]
    broken = tmp_path / "broken.json"
    files = {"none.json": "", "broken.json": "'utf-8' codec can't decode", ".": "Is a directory"}
    broken.write_bytes(b"\xff\xfe")
    for name, words in files.items():
        result = watched.changes(now, tmp_path / name)
        assert (result["changes"], result["last"]) == ([], "")
        assert result["since"].keys() == {"R5"}
        assert (words in result["not_compared"]) if words else result["not_compared"] == ""
    result = watched.changes(now, kept(tmp_path, SINCE_ALIAS[1], account={"id": "210987654321"}))
    assert result["changes"] == []
    assert "is of account 210987654321" in result["not_compared"]
    assert account.journal() == []


def play(**variables: Any) -> list[dict[str, Any]]:
    role = {"ansible.builtin.include_role": {"name": "dayone.aws_account.account_report"}}
    return [{"hosts": "localhost", "gather_facts": False, "tasks": [role], "vars": variables}]


def test_a_pipeline_fails_after_the_report_in_check_mode_too(
    account: Sandbox, ansible: Ansible, tmp_path: Path
) -> None:
    kept(tmp_path / "out", posture(control("R5", "pass", {"aliases": ["books"]}, title="Gone \x1b[31mred")))
    variables = {
        "dayone_output_dir": str(tmp_path / "out"),
        "account_report_fail_on": ["fail"],
        "account_report_accept": "R1, SSB.11",
    }
    run = ansible(play(**variables), "--check", check=False)
    assert run.rc == 2
    said = run.tasks[-1]["result"]["msg"]
    assert "R5 The account has an alias (fail); " in said
    assert "M5" not in said
    assert "R1 " not in said
    assert "SSB.11" not in said
    assert "R2 " in said
    assert "take its status out of account_report_fail_on" in said
    lines = str(run.task("Summary")["result"]["msg"])
    assert "CHANGED SINCE 20" in lines
    assert "pass -> fail" in lines
    assert run.rc == 2


def test_the_site_insists_last_of_all() -> None:
    (play_of_site,) = yaml.safe_load((CHECKOUT / "playbooks" / "site.yml").read_text())
    last = play_of_site["tasks"][-1]["block"][-1]["block"][-1]
    assert last["ansible.builtin.import_role"] == {"name": "dayone.aws_account.account_report", "tasks_from": "insist"}


def test_a_status_that_there_is_not_is_refused_before_any_call(account: Sandbox, ansible: Ansible) -> None:
    run = ansible("dayone.aws_account.report", extra_vars={"account_report_fail_on": ["pass"]}, check=False)
    assert run.rc == 2
    assert "account_report_fail_on" in str(run.tasks[-1]["result"])
    assert account.journal() == []
