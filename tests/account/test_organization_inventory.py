"""The inventory plugin `organization`: accounts as hosts, in few calls; and who may not list them is told why."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from account.organization_scene import MANAGEMENT, Organization, root_of
from conftest import ansible_env
from sandbox import Sandbox

Inventory = Callable[..., tuple[dict[str, Any], str]]
NAMES = {"shop": "222222222222", "labs": "333333333333", "twin": "444444444444"}


@pytest.fixture
def organization(account: Sandbox, tmp_path: Path) -> Organization:
    """Members in units and with tags, two of one name, one closed, and one named as a template."""
    made = Organization(account, tmp_path)
    workloads = made.unit("Workloads")
    production = made.unit("Pro duction", workloads)
    account.invite_accounts(
        [
            {"name": "shop", "id": NAMES["shop"], "parent": production, "tags": {"stage": "prod", "team": "web"}},
            {"name": "{{ 7 * 7 }}", "id": NAMES["labs"], "parent": workloads, "tags": {"stage": "{{ 7 * 7 }}"}},
            {"name": "shop", "id": NAMES["twin"]},
            {"name": "closed", "state": "CLOSED"},
        ]
    )
    account.clear_journal()
    return made


@pytest.fixture
def listed(account: Sandbox, tmp_path: Path) -> Inventory:
    """What ansible-inventory lists, and what it says beside that."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "ansible.cfg").touch()

    def run(inventory: Path, *arguments: str, env: dict[str, str] | None = None) -> tuple[dict[str, Any], str]:
        done = subprocess.run(
            [sys.executable, "-m", "ansible.cli.inventory", "-i", str(inventory), "--list", *arguments],
            env={**account.process_env(), **ansible_env(home), **(env or {})},
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout), done.stderr

    return run


def calls(account: Sandbox) -> Counter[str]:
    return Counter(call.action for call in account.journal())


def plain(value: Any) -> Any:
    """A value without the mark that no template in it is to be computed."""
    if isinstance(value, dict):
        return (
            value["__ansible_unsafe"] if "__ansible_unsafe" in value else {key: plain(of) for key, of in value.items()}
        )
    return [plain(item) for item in value] if isinstance(value, list) else value


def test_accounts_groups_and_variables(account: Sandbox, organization: Organization, listed: Inventory) -> None:
    found, _said = listed(
        organization.configure(
            hostname="name",
            role="baseline/admin",
            role_external_id="4711",
            role_duration=7200,
            strict=True,
            compose={"shouted": "account_name | upper"},
            groups={"with_team": "'team' in account_tags"},
            keyed_groups=[{"key": "account_tags.team | default('nobody')", "prefix": "of"}],
        )
    )
    variables = {host: plain(values) for host, values in found["_meta"]["hostvars"].items()}
    twin, shop, labs = f"shop-{NAMES['twin']}", f"shop-{NAMES['shop']}", "{{ 7 * 7 }}"
    assert set(variables) == {"master", shop, twin, labs}
    about = variables[shop]
    assert about["account_joined"].startswith("20")
    assert len(about["account_ou_ids"]) == 2
    assert {name: value for name, value in about.items() if name not in ("account_joined", "account_ou_ids")} == {
        "account_id": NAMES["shop"],
        "account_name": "shop",
        "account_email": f"aws+{NAMES['shop']}@example.com",
        "account_arn": about["account_arn"],
        "account_is_management": False,
        "account_ou_path": "Workloads/Pro duction",
        "account_tags": {"stage": "prod", "team": "web"},
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "dayone_assume_role": "baseline/admin",
        "dayone_assume_role_external_id": "4711",
        "dayone_assume_role_duration": 7200,
        "shouted": "SHOP",
    }
    assert variables["master"]["dayone_assume_role"] == ""
    assert variables[labs]["account_name"] == "{{ 7 * 7 }}"
    # A name is anybody's: computed, it would be 49.
    assert "__ansible_unsafe" in found["_meta"]["hostvars"][labs]["account_name"]
    groups = {name: set(group.get("hosts", []) + group.get("children", [])) for name, group in found.items()}
    assert groups["aws_accounts"] == set(variables)
    assert groups["ou_root"] == {"master", twin}
    assert groups["ou_workloads"] == {labs, "ou_workloads_pro_duction"}
    assert groups["ou_workloads_pro_duction"] == {shop}
    assert groups["tag_stage_prod"] == groups["tag_team_web"] == groups["with_team"] == groups["of_web"] == {shop}
    assert groups["of_nobody"] == {"master", twin, labs}
    assert calls(account) == {
        "ListAccounts": 1,
        "ListOrganizationalUnitsForParent": 2,
        "GetCallerIdentity": 1,
        "GetResources": 1,
    }


def test_a_thousand_accounts_take_a_call_for_each_twenty(
    account: Sandbox, organization: Organization, listed: Inventory
) -> None:
    units = [organization.unit(f"unit {number}") for number in range(15)]
    account.invite_accounts(
        [{"name": "a", "parent": units[number % 15], "tags": {"number": str(number % 10)}} for number in range(995)]
    )
    account.clear_journal()
    found, _said = listed(organization.configure())
    # With the four of before; the closed one takes a place in a page and is no host.
    assert len(found["_meta"]["hostvars"]) == 999
    assert calls(account) == {
        "ListAccounts": 50,
        "ListOrganizationalUnitsForParent": 2,
        "GetCallerIdentity": 1,
        "GetResources": 10,
    }


def test_filters_work_on_what_the_cache_keeps(
    account: Sandbox, organization: Organization, listed: Inventory, tmp_path: Path
) -> None:
    cached = {
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(tmp_path / "cache"),
        "cache_timeout": 3600,
    }

    def hosts(**filters: Any) -> set[str]:
        return set(listed(organization.configure(**filters, **cached))[0]["_meta"]["hostvars"])

    assert hosts(filters={"organizational_units": ["Workloads"]}) == {NAMES["shop"], NAMES["labs"]}
    account.clear_journal()
    assert hosts(filters={"tags": {"stage": ["prod", "test"]}}, exclude_filters={"ids": [int(NAMES["labs"])]}) == {
        NAMES["shop"]
    }
    assert account.journal() == []


def test_a_delegated_administrator_reads_tags_one_by_one(
    account: Sandbox, organization: Organization, listed: Inventory
) -> None:
    delegate = NAMES["labs"]
    organization.client.register_delegated_administrator(AccountId=delegate, ServicePrincipal="ssm.amazonaws.com")
    account.clear_journal()
    found, _said = listed(organization.configure(), env=root_of(delegate))
    assert "tag_team_web" in found
    assert calls(account)["ListTagsForResource"] == 4


@pytest.mark.parametrize(
    ("options", "who", "words"),
    [
        ({}, NAMES["shop"], "credentials of the organization's management account, or of a delegated"),
        ({"strict": True, "compose": {"x": "nothing.at.all"}}, MANAGEMENT, "Could not set x for host"),
        ({"filters": {"unit": ["Workloads"]}}, MANAGEMENT, "filters: unit. Supported parameters include: ids"),
    ],
    ids=["a member", "strict", "an unknown filter"],
)
def test_what_cannot_be_listed_is_explained(
    organization: Organization, listed: Inventory, options: dict[str, Any], who: str, words: str
) -> None:
    found, said = listed(organization.configure(**options), env=root_of(who))
    assert words in " ".join(said.split())
    assert "hosts" not in found.get("aws_accounts", {}) or options.get("strict")
