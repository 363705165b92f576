"""Every command of the README and of the pages in docs/ is run, in order, by somebody who starts with nothing.

An empty directory and an empty home, the collection installed as users install it, the stand-in account for AWS. The
output that a page shows is what comes.
"""

from __future__ import annotations

import dataclasses
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import documented
import pyotp
import pytest
import yaml
from account import member_scene, organization_scene
from account.trail_scene import make_bucket, make_trail
from conftest import CHECKOUT, run_cold
from deprecations import deprecations
from sandbox import Sandbox
from terminal import Terminal

REGION = "ap-northeast-1"
ARTICLE = CHECKOUT / "playbooks" / "vars" / "article.yml"
# What the pages are about that speak of the checkout itself.
IN_THE_CHECKOUT = ("README.md", "docs/start.md", "docs/first-run.md")
SECONDS = 600
# The page that `make test` follows: short, and it shows output.
SHORT = "docs/existing-trail.md"
BIN = Path(sys.executable).parent


@dataclasses.dataclass
class Reader:
    """Somebody who follows a page."""

    account: Sandbox
    directory: Path
    env: dict[str, str]
    output: str = ""

    def run(self, command: str, status: int = 0) -> None:
        """Type a command, and answer what it asks where the page says that somebody sits there."""
        answers = ANSWERS.get(command)
        arguments = ["bash", "-o", "pipefail", "-c", self.with_codes(command)]
        if answers:
            ended, said = self.at_terminal(arguments, answers)
        else:
            done = run_cold(arguments, self.directory, self.env, SECONDS)
            ended, said = done.returncode, done.stdout
        assert ended == status, f"{command}\n{said}"
        assert deprecations(said) == []
        self.output += said

    def at_terminal(self, arguments: list[str], answers: list[tuple[str, str]]) -> tuple[int, str]:
        """Wait for each question, and answer it."""
        terminal = Terminal(arguments, self.env, self.directory)
        for question, answer in answers:
            terminal.read_until(question)
            terminal.type(self.organization() if answer == ORGANIZATION else answer)
        status = terminal.finish()
        return status, re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", terminal.seen)

    def with_codes(self, text: str) -> str:
        """The codes that the pages have for examples, as the phone shows them now."""
        if '"123456"' not in text:
            return text
        (seed,) = self.directory.glob("**/admin.mfa")
        totp, now = pyotp.TOTP(pyotp.parse_uri(seed.read_text().strip()).secret), int(time.time())
        return text.replace('"123456"', f'"{totp.at(now - 30)}"').replace('"654321"', f'"{totp.at(now)}"')

    def organization(self) -> str:
        """The organization's id."""
        described = self.account.client("organizations").describe_organization()
        return str(described["Organization"]["Id"])

    def write(self, name: str, text: str, *, into: bool) -> None:
        """Write a file as the page has it, or put its keys into the one that is there."""
        file = self.directory / name
        if into and file.exists():
            text = yaml.safe_dump({**yaml.safe_load(file.read_text()), **yaml.safe_load(text)})
        file.write_text(text)


# Stands for the organization's id.
ORGANIZATION = "o-…"
# Commands that somebody types at a terminal: what is waited for, and the answer.
ANSWERS = {
    "make site ACCOUNT=aws VARS=my.yml": [
        ("Type yes", "yes"),
        ("press Enter to see the QR code", ""),
        ("First code", ""),
    ],
    "ansible-playbook dayone.aws_account.delete_trail_logs -e cloudtrail_bucket=example-trail-logs": [
        ("to go on:", "example-trail-logs")
    ],
    "ansible-playbook dayone.aws_account.secure_member_roots -e member_roots_remove=true": [
        ("to go on:", ORGANIZATION),
    ],
}


def first_run(reader: Reader) -> None:
    """The account is set up already."""
    reader.run("ansible-playbook dayone.aws_account.site -e @my.yml --tags cloudtrail,password_policy,iam_admin")


def old_trail(reader: Reader) -> None:
    """A trail that somebody made by hand."""
    make_bucket(reader.account)
    make_trail(reader.account, "old-trail")


def logs(reader: Reader) -> None:
    """A bucket with the logs of most of a year, to which no trail delivers any more: what the page shows of it."""
    s3 = make_bucket(reader.account, "example-trail-logs", region="eu-central-1")
    s3.put_bucket_versioning(Bucket="example-trail-logs", VersioningConfiguration={"Status": "Enabled"})
    files = [
        {"key": f"AWSLogs/123456789012/CloudTrail/{number:05}.json.gz", "size": 29_000} for number in range(48_211)
    ]
    files[0] |= {"last_modified": "2026-01-01T00:05:00+00:00", "versions": 3}
    for file in files[1:]:
        file["last_modified"] = "2026-11-24T23:58:00+00:00"
    gone = [
        {
            "key": f"AWSLogs/123456789012/CloudTrail/gone-{number}.json.gz",
            "delete_marker": True,
            "last_modified": "2026-11-24T23:58:00+00:00",
        }
        for number in range(2)
    ]
    reader.account.put_objects("example-trail-logs", [*files, *gone])


def organization(reader: Reader) -> None:
    """An organization, and somebody who may list it and go into its accounts."""
    made = organization_scene.Organization(reader.account, reader.directory.parent, "books", "shop")
    unit = made.unit("Workloads")
    for member in made.ids.values():
        made.client.move_account(AccountId=member, SourceParentId=made.root, DestinationParentId=unit)
    # An alias is one account's, as the page about many accounts says.
    reader.write("my.yml", 'iam_admin_account_alias: "example-{{ account_id }}"', into=True)
    reader.env |= made.env


def members(reader: Reader) -> None:
    """An organization whose member accounts have root users with credentials, and an auditor."""
    made = member_scene.Organization(reader.account)
    made.give(made.members[0])
    reader.env |= made.env


SCENES: dict[str, Callable[[Reader], None]] = {
    "README.md": organization,
    "docs/colleague.md": first_run,
    "docs/delete-trail-logs.md": logs,
    "docs/existing-trail.md": old_trail,
    "docs/many-accounts.md": organization,
    "docs/member-roots.md": members,
    "docs/mfa.md": first_run,
    "docs/sse-kms.md": first_run,
}


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory of collections with this one in it, built and installed as users do."""
    scratch = tmp_path_factory.mktemp("installed")
    env = {**os.environ, "HOME": str(scratch), "ANSIBLE_COLLECTIONS_PATH": str(scratch)}
    galaxy = [str(BIN / "ansible-galaxy"), "collection"]
    install = [*galaxy, "install", "--offline", "--no-deps", "-p", str(scratch)]
    subprocess.run([*galaxy, "build", "--output-path", str(scratch)], cwd=CHECKOUT, env=env, check=True)
    (archive,) = scratch.glob("*.tar.gz")
    subprocess.run([*install, str(archive)], env=env, check=True)
    return scratch


@pytest.fixture
def reader(account: Sandbox, tmp_path: Path, installed: Path) -> Reader:
    """Somebody in an empty directory with an empty home; only the variables file of their first run is there."""
    home, directory = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    directory.mkdir()
    # Where another ansible-core than that of .venv finds amazon.aws, see tests/conftest.py.
    elsewhere = filter(None, [os.environ.get("DAYONE_COLLECTIONS")])
    action_plugins = installed / "ansible_collections" / "dayone" / "aws_account" / "extensions" / "in_process"
    env = account.process_env(
        HOME=str(home),
        PATH=os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]),
        ANSIBLE_COLLECTIONS_PATH=os.pathsep.join([str(installed), *elsewhere]),
        ANSIBLE_ACTION_PLUGINS=str(action_plugins),
        ANSIBLE_CALLBACK_RESULT_FORMAT="yaml",
        ANSIBLE_NOCOLOR="true",
        AWS_REGION=REGION,
        AWS_DEFAULT_REGION=REGION,
        PWD=str(directory),
        TERM="xterm",
    )
    shutil.copy(ARTICLE, directory / "my.yml")
    (directory / ".venv").symlink_to(BIN.parent)
    (directory / "vault-secret").write_text("a secret\n")
    return Reader(account, directory, env)


def clone(reader: Reader) -> None:
    """A checkout of the collection in place of the empty directory, with what `make install` would install in it."""
    shutil.rmtree(reader.directory)
    files = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True, check=True).stdout
    for name in files.splitlines():
        to = reader.directory / name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, to)
    venv = reader.directory / ".venv"
    venv.mkdir()
    for part in BIN.parent.iterdir():
        (venv / part.name).symlink_to(part)
    # tools/install.py knows by this file that nothing is left to do.
    (venv / "installed").unlink()
    program = "import install; print(install.fingerprint(), end='')"
    fingerprint = subprocess.run(
        [sys.executable, "-c", program], cwd=reader.directory / "tools", stdout=subprocess.PIPE, check=True
    )
    (venv / "installed").write_bytes(fingerprint.stdout)
    for name in ("ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_ACTION_PLUGINS"):
        del reader.env[name]


def follow(reader: Reader, page: str) -> None:
    """Do what the page says, from its top to its end."""
    for block in documented.blocks(page):
        if block.file:
            name, into = block.file
            reader.write(name, block.text, into=into)
        elif block.language == "sh":
            for command in filter(lambda each: documented.why_not(each) is None, block.commands):
                reader.run(command, documented.STATUS.get((page, command), 0))
        elif block.language == "text" and not is_left_out(block):
            lines = list(documented.missing(block.text, reader.output))
            assert not lines, f"{page} shows {lines}, and there was:\n{reader.output}"


def is_left_out(block: documented.Block) -> bool:
    return any(page == block.page and block.text.startswith(words) for page, words in documented.NOT_SHOWN)


def pages() -> list[Any]:
    """One of them in `make test`, all of them in `make torture`."""
    return [page if page == SHORT else pytest.param(page, marks=pytest.mark.long) for page in documented.pages()]


@pytest.mark.parametrize("page", pages())
def test_every_command_is_run_in_order(reader: Reader, page: str) -> None:
    if page in IN_THE_CHECKOUT:
        clone(reader)
    if page in SCENES:
        SCENES[page](reader)
    follow(reader, page)
