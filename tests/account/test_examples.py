"""Every example of a plugin, and every play that a README or a page shows, is run by somebody at a terminal."""

from __future__ import annotations

import dataclasses
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import documented
import pytest
import yaml
from account.example_scene import ACCOUNT, FIRST, LAST, MEMBERS, OTHER, PAGES, PLUGINS, Around, Scene, Task
from account.test_organization_inventory import plain
from conftest import CHECKOUT, ansible_env
from deprecations import deprecations
from sandbox import Sandbox
from terminal import Terminal

# Kinds of plugins that have examples of tasks.
KINDS = ("modules", "filter", "lookup")
BLOCKS = ("block", "rescue", "always")
ROLES = ("ansible.builtin.include_role", "ansible.builtin.import_role")


@dataclasses.dataclass(frozen=True)
class Example:
    """An example, or a play that a page shows."""

    name: str
    play: dict[str, Any]
    tasks: list[str]
    """Names of the tasks that it shows."""
    roles: list[str]
    """Roles that it names, without the collection."""
    around: Around


def plugins(*kinds: str) -> list[Path]:
    """The files of plugins that people use."""
    return [file for kind in kinds for file in sorted((CHECKOUT / "plugins" / kind).glob("[!_]*.py"))]


def examples_of(file: Path) -> str:
    """A plugin's EXAMPLES."""
    module = importlib.import_module(f"ansible_collections.dayone.aws_account.plugins.{file.parent.name}.{file.stem}")
    return str(module.EXAMPLES)


def example(file: Path, replaced: dict[str, str]) -> Example:
    """A plugin's examples as a play."""
    text, around = examples_of(file), PLUGINS.get(file.stem, Around())
    for written, value in replaced.items():
        text = text.replace(written, value)
    tasks = yaml.safe_load(text)
    play = {
        "name": file.stem,
        "hosts": "localhost",
        "gather_facts": False,
        "vars": dict(around.vars),
        "tasks": [*around.before, *around.wrap(tasks)],
    }
    return Example(file.stem, play, *shown(tasks), around)


def shown(tasks: list[Task]) -> tuple[list[str], list[str]]:
    """Names of the tasks, those in blocks with them, and of the roles that they bring in."""
    names, roles = [], []
    for task in flat(tasks):
        if role := next((task[action] for action in ROLES if action in task), None):
            roles.append(str(role["name"]).rpartition(".")[2])
        else:
            names.append(str(task["name"]))
    return names, roles


def flat(tasks: list[Task]) -> Iterator[Task]:
    for task in tasks:
        inner = [one for part in BLOCKS for one in task.get(part, [])]
        yield from flat(inner) if inner else [task]


def plays_of_pages() -> Iterator[Example]:
    """The plays that READMEs and pages show, but those that are files there: the page's commands run these."""
    readmes = [*CHECKOUT.glob("README*.md"), *CHECKOUT.glob("roles/*/README.md"), *CHECKOUT.glob("docs/*.md")]
    for page in sorted(str(file.relative_to(CHECKOUT)) for file in readmes):
        for block in documented.blocks(page):
            content = yaml.safe_load(block.text) if block.language == "yaml" and not block.file else None
            for play in content if isinstance(content, list) else []:
                if "hosts" in play:
                    around = PAGES.get(page, Around())
                    names, roles = shown(play.get("tasks", []))
                    roles += [str(role["role"]).rpartition(".")[2] for role in play.get("roles", [])]
                    changed = {**play, "vars": {**play.get("vars", {}), **around.vars}, "name": page}
                    yield Example(page, changed, names, roles, around)


def listed(scene: Scene, options: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The variables of each account that an inventory has."""
    source = scene.directory / "my.organization.yml"
    source.write_text(yaml.safe_dump(options))
    done = subprocess.run(
        [sys.executable, "-m", "ansible.cli.inventory", "-i", str(source), "--list"],
        env=environment(scene),
        capture_output=True,
        text=True,
        check=True,
    )
    assert deprecations(done.stderr) == []
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)["_meta"]["hostvars"]
    return {host: {name: plain(value) for name, value in variables.items()} for host, variables in found.items()}


@pytest.fixture
def scene(account: Sandbox, tmp_path: Path) -> Scene:
    """A reader's account and directory."""
    made = Scene(account, tmp_path)
    account.clear_journal()
    return made


def environment(scene: Scene) -> dict[str, str]:
    """That of somebody whose credentials are in their home."""
    (scene.directory / "ansible.cfg").touch()
    env = scene.account.process_env(
        **ansible_env(scene.directory),
        HOME=str(scene.directory / "home"),
        AWS_SHARED_CREDENTIALS_FILE=str(scene.credentials_file),
        ANSIBLE_VAULT_PASSWORD_FILE=str(scene.directory / "vault-password"),
        PWD=str(scene.directory),
        RECORD_FILE=str(scene.directory / "record"),
        TERM="xterm",
    )
    return {name: value for name, value in env.items() if name not in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}


def run(scene: Scene, examples: list[Example], *arguments: str) -> list[dict[str, Any]]:
    """Run them in one go, answering what is asked; the results of their tasks."""
    (scene.directory / "play.yml").write_text(yaml.safe_dump([one.play for one in examples], sort_keys=False))
    command = [sys.executable, "-m", "ansible.cli.playbook", *arguments, "play.yml"]
    terminal = Terminal(command, environment(scene), scene.directory)
    for question, answer in (asked for one in examples for asked in one.around.answers):
        terminal.read_until(question)
        terminal.type(answer if isinstance(answer, str) else answer(scene))
    assert terminal.finish() == 0, terminal.seen
    record = scene.directory / "record"
    lines = [json.loads(line) for line in record.read_text().splitlines()]
    record.unlink()
    return [line for line in lines if "stats" not in line]


def not_run(examples: list[Example], results: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The tasks and roles that did not end as they should, by example."""
    found = []
    for one in examples:
        own = [line for line in results if line["play"] == one.name]
        ended = {(line["name"], line["status"]) for line in own}
        missing = [name for name in one.tasks if (name, "failed" if name in one.around.fails else "ok") not in ended]
        missing += [
            f"role {role}" for role in one.roles if not any((line["role"] or "").endswith(role) for line in own)
        ]
        found += [(one.name, name) for name in missing]
    return found


def test_every_example_of_a_plugin(scene: Scene) -> None:
    files = sorted(plugins(*KINDS), key=lambda file: (file.stem not in FIRST, file.stem in LAST))
    examples = [example(file, scene.replaced) for file in files]
    assert [one.name for one in examples if not one.tasks] == []
    assert len(examples) > 45
    results = []
    for arguments in sorted({one.around.arguments for one in examples}):
        results += run(scene, [one for one in examples if one.around.arguments == arguments], *arguments)
    assert not_run(examples, results) == []
    assert [name for name in PLUGINS if name not in {one.name for one in examples}] == []


def test_every_play_of_a_page(scene: Scene) -> None:
    examples = list(plays_of_pages())
    roles = {role for one in examples for role in one.roles}
    assert roles == {folder.name for folder in (CHECKOUT / "roles").iterdir()}
    inventory = scene.directory / "inventory"
    inventory.write_text(f"[aws_accounts]\none account_id={OTHER} home_region=eu-central-1\n")
    assert not_run(examples, run(scene, examples, "-i", str(inventory))) == []
    assert [page for page in PAGES if page not in {one.name for one in examples}] == []


def test_every_example_of_an_inventory(scene: Scene) -> None:
    (file,) = plugins("inventory")
    found = [listed(scene, options) for options in yaml.safe_load_all(examples_of(file))]
    by_name, some, composed = found
    assert by_name.keys() >= {*MEMBERS, "shop"}
    assert {host["account_name"] for host in some.values()} == {"accounting"}
    assert {host["account_id"] for host in composed.values()} >= {ACCOUNT, *MEMBERS.values()}
