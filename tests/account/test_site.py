"""The site playbook with the article's own values: checked, run, run again; and what stops it before the first call."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import CHECKOUT, Run
from sandbox import Sandbox

Ansible = Callable[..., Run]

SITE = "dayone.aws_account.site"
ARTICLE: dict[str, Any] = yaml.safe_load((CHECKOUT / "playbooks" / "vars" / "article.yml").read_text())


def writing(account: Sandbox) -> list[str]:
    return [call.action for call in account.journal() if call.writes]


def secrets(out: Path) -> list[str]:
    """Every secret that the run left in its files."""
    found = [path.read_text().strip() for path in out.glob("*.password")]
    found += [path.read_text().splitlines()[1].split(",")[1] for path in out.glob("*.csv")]
    return found + [path.read_text().split("secret=")[1].split("&")[0] for path in out.glob("*.mfa")]


def assert_billing_alone_is_in_us_east_1(account: Sandbox, home: str) -> None:
    """Alarms and their topic there, trail, bucket and what else has a region at home."""
    alarms, topics = (
        {
            region: len(account.client(service, region).get_paginator(operation).paginate().build_full_result()[listed])
            for region in (home, "us-east-1")
        }
        for service, operation, listed in (
            ("cloudwatch", "describe_alarms", "MetricAlarms"),
            ("sns", "list_topics", "Topics"),
        )
    )
    assert alarms == {home: 0, "us-east-1": len(ARTICLE["billing_alarm_thresholds"])}
    assert topics == {home: 0, "us-east-1": 1}
    (trail,) = account.client("cloudtrail", home).describe_trails()["trailList"]
    assert trail["HomeRegion"] == home
    bucket = account.client("s3", home).get_bucket_location(Bucket=trail["S3BucketName"])
    assert bucket["LocationConstraint"] == home


@pytest.mark.parametrize(
    ("mfa", "home"), [("phone", "ap-northeast-1"), pytest.param("seed", "eu-central-1", marks=pytest.mark.long)]
)
def test_checked_run_and_run_again(account: Sandbox, ansible: Ansible, tmp_path: Path, mfa: str, home: str) -> None:
    out = tmp_path / "out"
    ansible = partial(ansible, env={"AWS_REGION": home, "AWS_DEFAULT_REGION": home})
    administrator = {**ARTICLE["iam_admin_users"][0], "mfa": mfa}
    variables = {
        **ARTICLE,
        "iam_admin_users": [administrator],
        "cloudtrail_home_region": home,
        "dayone_output_dir": str(out),
    }

    announced = ansible(SITE, "--check", extra_vars=variables)
    assert writing(account) == []
    assert not out.exists()

    first = ansible(SITE, "-vvv", extra_vars=variables)
    assert first.changed == announced.changed
    assert first.changed
    assert len(secrets(out)) == 3
    reports = [out / "report.html", out / "report.json"]
    told = first.output + str(first.tasks) + "".join(file.read_text() for file in reports)
    assert not any(secret in told for secret in secrets(out))
    # The last lines say where to look.
    assert first.task("Summary")["result"]["msg"][-3:] == ["REPORT", *(f"  {file}" for file in reports)]
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}
    assert_billing_alone_is_in_us_east_1(account, home)

    account.clear_journal()
    second = ansible(SITE, extra_vars=variables)
    assert second.changed == []
    assert writing(account) == []
    # Each role reads what it needs once; `make bench ARGS=--calls` lists the calls by task.
    assert len(account.journal()) <= 64
    account.clear_journal()
    assert ansible(SITE, "--check", "--diff", extra_vars=variables).changed == []
    assert writing(account) == []


def test_each_account_of_the_inventory_is_set_up(account: Sandbox, ansible: Ansible, tmp_path: Path) -> None:
    inventory = tmp_path / "inventory.yml"
    inventory.write_text(
        yaml.safe_dump({"aws_accounts": {"hosts": {"books": None}}, "others": {"hosts": {"web": None}}})
    )
    run = ansible(SITE, "-i", str(inventory), "--check", extra_vars=ARTICLE)
    assert list(run.stats) == ["books"]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"billing_alarm_emails": None}, "billing_alarm_emails"),
        ({"billing_alarm_emails": ["nobody"]}, "billing_alarm_emails"),
        ({"billing_alarm_currency": "JP"}, "billing_alarm_currency"),
        ({"cloudtrail_bucket": "No_Bucket"}, "cloudtrail_bucket"),
        ({"iam_admin_account_alias": "-"}, "iam_admin_account_alias"),
        ({"iam_admin_users": [{"access_key": True}]}, "iam_admin_users"),
        ({"password_policy_minimum_length": 200}, "password_policy_minimum_length"),
    ],
)
def test_wrong_input_of_any_role_stops_before_the_first_call(
    account: Sandbox, ansible: Ansible, variables: dict[str, Any], words: str
) -> None:
    given = {name: value for name, value in {**ARTICLE, **variables}.items() if value is not None}
    run = ansible(SITE, extra_vars=given, check=False)
    assert run.rc != 0
    assert words in str(run.tasks[-1]["result"])
    assert account.journal() == []


def test_a_directory_unfit_for_secrets_stops_before_the_first_change(
    account: Sandbox, ansible: Ansible, tmp_path: Path
) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    run = ansible(SITE, extra_vars={**ARTICLE, "dayone_output_dir": str(tmp_path / "link")}, check=False)
    assert run.rc == 2
    assert "is a symbolic link" in run.tasks[-1]["result"]["msg"]
    assert [call.action for call in account.journal()] == ["GetCallerIdentity"]


def test_all_that_is_wrong_with_a_role_is_said_at_once_and_no_code_with_it(account: Sandbox, ansible: Ansible) -> None:
    wrong = {
        "iam_admin_group": "the group",
        "iam_admin_account_alias": "-",
        "iam_admin_mfa_codes": {"ada": ["12345", "234567"], "grace": ["345678", "456789"]},
    }
    run = ansible(SITE, "-vvv", extra_vars={**ARTICLE, **wrong}, check=False)
    said = run.tasks[-1]["result"]["msg"]
    assert all(name in said for name in wrong)
    assert "'ada'" in said
    assert "grace" not in said
    assert not any(code in run.output for code in ("12345", "234567", "345678"))
    assert account.journal() == []
