"""An organization with accounts in it, and an inventory of them: what the tests of many accounts start from."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from conftest import Run
from sandbox import Sandbox
from sandbox.client import DEFAULT_ACCOUNT, root_keys

MANAGEMENT = DEFAULT_ACCOUNT
ROLE = "OrganizationAccountAccessRole"
Ansible = Callable[..., Run]


class Organization:
    """Its members, by name, each with the role that Organizations makes; and an administrator who may assume it."""

    def __init__(self, account: Sandbox, directory: Path, *names: str) -> None:
        self.account = account
        self.client = account.client("organizations")
        self.client.create_organization(FeatureSet="ALL")
        (root,) = self.client.list_roots()["Roots"]
        self.root = str(root["Id"])
        self.ids = {name: self._create(name) for name in names}
        self.inventory = directory / "inventory"
        self.inventory.mkdir()
        self.env = credentials(account.administrator())

    def _create(self, name: str) -> str:
        created = self.client.create_account(AccountName=name, Email=f"{name}@example.com")
        return str(created["CreateAccountStatus"]["AccountId"])

    def unit(self, name: str, parent: str | None = None) -> str:
        """A new organizational unit's id."""
        made = self.client.create_organizational_unit(ParentId=parent or self.root, Name=name)
        return str(made["OrganizationalUnit"]["Id"])

    def configure(self, **options: Any) -> Path:
        """The inventory's directory, with these options of the plugin."""
        written = {"plugin": "dayone.aws_account.organization", **options}
        (self.inventory / "test.organization.yml").write_text(yaml.safe_dump(written))
        return self.inventory

    def variables(self, file: str, **variables: Any) -> None:
        """Variables beside the inventory, as group_vars/aws_accounts.yml."""
        path = self.inventory / file
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(variables))


def credentials(key: dict[str, Any]) -> dict[str, str]:
    """The environment of whoever has this access key."""
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def root_of(account: str) -> dict[str, str]:
    """The environment of an account's root user."""
    return credentials(root_keys(account))


def fates(run: Run) -> dict[str, tuple[str, str]]:
    """What the summary says of each account: what became of it, and the rest of its line."""
    _before, _banner, summary = run.output.partition("\nACCOUNTS ***")
    # Up to the line that counts them.
    of_accounts = itertools.takewhile(lambda line: not line[:1].isdigit(), summary.splitlines()[1:])
    lines = [line.split("  ", 1) for line in of_accounts if line.strip()]
    told = {}
    for fate, rest in lines:
        host, _gap, words = rest.strip().partition(" ")
        told[host.rstrip(":")] = (fate, words.strip())
    return told
