"""See that what the READMEs say of roles, variables, modules, playbooks and make targets is what the code has."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parents[1]
# What a reader of each language has; the English one finds modules and plugins on a page of their own.
READMES = {
    "README.md": (CHECKOUT / "README.md", CHECKOUT / "docs" / "modules.md"),
    "README.ja.md": (CHECKOUT / "README.ja.md",),
}
ROW = re.compile(r"^\| *\[?`([^`]+)`\]?[^|]*\|(.*)\|$", re.MULTILINE)


def main() -> int:
    """Print what does not agree."""
    found = [*check_roles(), *check_readmes()]
    for line in found:
        print(line)
    return 1 if found else 0


def check_roles() -> Iterator[str]:
    """Each role's specification against its defaults and its README."""
    for role in roles():
        options = load(role / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"]
        yield from check_defaults(role, options)
        yield from check_table(role, options)


def check_defaults(role: Path, options: dict[str, Any]) -> Iterator[str]:
    """What argument_specs.yml states as a default is what defaults/main.yml sets."""
    file = role / "defaults" / "main.yml"
    defaults = (load(file) if file.exists() else None) or {}
    for name in sorted(defaults.keys() | {name for name, option in options.items() if "default" in option}):
        stated = options.get(name, {}).get("default", "nothing")
        if name not in defaults:
            yield f"{role.name}: {name} has a default in argument_specs.yml and none in defaults/main.yml"
        # A template is computed only when the role runs; its meaning is for the README.
        elif "{{" not in str(defaults[name]) and defaults[name] != stated:
            yield f"{role.name}: {name} is {defaults[name]!r} in defaults/main.yml and {stated!r} in argument_specs.yml"


def check_table(role: Path, options: dict[str, Any]) -> Iterator[str]:
    """The README's tables have a row for each variable and each of its keys, and nothing else."""
    readme = (role / "README.md").read_text() if (role / "README.md").exists() else ""
    rows = {name: cells.split("|") for name, cells in ROW.findall(readme) if len(cells.split("|")) == 3}
    wanted = dict(flatten(options))
    for name in sorted(wanted.keys() ^ rows.keys()):
        yield f"{role.name}: `{name}` is {'not in' if name in wanted else 'only in'} the tables of README.md"
    for name in wanted.keys() & rows.keys():
        kind, default = (cell.strip() for cell in rows[name][:2])
        option = wanted[name]
        if kind != kind_of(option):
            yield f"{role.name}: README.md has the type of `{name}` as {kind}, and it is {kind_of(option)}"
        if (default == "required") != option.get("required", False):
            yield f"{role.name}: README.md and argument_specs.yml do not agree on whether `{name}` is required"
        if default.startswith("`") and "default" in option and yaml.safe_load(default.strip("`")) != option["default"]:
            yield f"{role.name}: README.md has {default} as the default of `{name}`, and it is {option['default']!r}"


def flatten(options: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each option and the keys below it."""
    for name, option in options.items():
        yield name, option
        yield from flatten(option.get("options", {}))


def kind_of(option: dict[str, Any]) -> str:
    """An option's type as the tables write it."""
    if "choices" in option:
        choices = ", ".join(f"`{choice}`" for choice in option["choices"])
        return f"list of {choices}" if option["type"] == "list" else choices
    return f"list of {option['elements']}" if option["type"] == "list" else str(option["type"])


def check_readmes() -> Iterator[str]:
    """The collection's READMEs name what there is, and nothing else."""
    required = {
        name
        for role in roles()
        for name, option in load(role / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"].items()
        if option.get("required")
    }
    there = {
        **{role.name: "role" for role in roles()},
        **{
            plugin.stem: kind.removesuffix("s")
            for kind in ("inventory", "lookup", "modules")
            for plugin in (CHECKOUT / "plugins" / kind).glob("*.py")
        },
        **{f"dayone.aws_account.{playbook.stem}": "playbook" for playbook in (CHECKOUT / "playbooks").glob("*.yml")},
        **dict.fromkeys(required, "required variable"),
    }
    targets = set(re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))
    for reader, files in READMES.items():
        text = "\n".join(file.read_text() for file in files)
        named = {name for name, _ in ROW.findall(text)}
        for name in sorted(there.keys() - named):
            yield f"{reader}: no table has the {there[name]} `{name}`"
        for name in sorted(named - there.keys()):
            yield f"{reader}: a table has `{name}`, which does not exist"
        for name in sorted(set(re.findall(r"^make ([a-z]+)", text, re.MULTILINE)) - targets - checks()):
            yield f"{reader}: there is no `make {name}`"


def checks() -> set[str]:
    """The targets that the Makefile keeps in a variable."""
    (line,) = re.findall(r"^CHECKS := (.*)$", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
    return set(line.split())


def roles() -> list[Path]:
    """The directories of the roles."""
    return sorted(path for path in (CHECKOUT / "roles").iterdir() if path.is_dir())


def load(file: Path) -> Any:
    """A YAML file's content."""
    return yaml.safe_load(file.read_text())


if __name__ == "__main__":
    sys.exit(main())
