"""Every module that roles and playbooks call on AWS gets the session of the account that it is meant for."""

from __future__ import annotations

import itertools
import re
from typing import Any

import yaml
from conftest import CHECKOUT

RUNTIME: dict[str, Any] = yaml.safe_load((CHECKOUT / "meta" / "runtime.yml").read_text())
NAME = re.compile(r"^ +((?:amazon|community|dayone)\.\w+\.\w+):", re.MULTILINE)


def calls_aws(module: str) -> bool:
    namespace, _collection, name = module.split(".")
    source = CHECKOUT / "plugins" / "modules" / f"{name}.py"
    return namespace != "dayone" or "amazon.aws.common.modules" in source.read_text()


def test_the_group_of_the_roles_has_what_they_call_and_nothing_else() -> None:
    files = [file for folder in ("roles", "playbooks") for file in (CHECKOUT / folder).rglob("*.yml")]
    called = set(itertools.chain.from_iterable(NAME.findall(file.read_text()) for file in files))
    group = [name if "." in name else f"dayone.aws_account.{name}" for name in RUNTIME["action_groups"]["roles"]]
    assert sorted(group) == sorted(module for module in called if calls_aws(module))
