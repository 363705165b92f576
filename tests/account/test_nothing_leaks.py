"""No secret shows anywhere but in the files it belongs in: at -vvvv, undisturbed and on every failure path."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from sandbox import Sandbox
from site_scene import INTERFERENCE
from torture import TORTURE, sample
from witness import Processes, files_below, leaks

pytestmark = pytest.mark.torture
Ansible = Callable[..., Run]
Figures = Callable[[str, int], None]

GIVEN = "Planted-Password-2026-Xq7"
OTHER = "Something-Else-2026-Xk9w"
# What hands a secret out or takes one, and who else is asked with one.
CALLS = ["CreateAccessKey", "CreateLoginProfile", "CreateVirtualMFADevice", "CreateSecret", "EnableMFADevice"]
CALLS += ["AssumeRole", "PutSecretValue", "ListAccessKeys", "GetSessionToken"]
WAYS = ["truncated", "garbled", "reset-after", "withdrawn", "expired"]
FAULTS = [(call, way) for call in CALLS for way in WAYS]
SHORT = [("CreateAccessKey", "truncated")]


def play(out: Path) -> list[dict[str, Any]]:
    """Users with every kind of secret, by the role; what it registers, shown as a fact of the play."""
    seed = {"name": "cyd", "mfa": "seed", "access_key": True}
    users = [
        {"name": "ada", "mfa": "none", "password": GIVEN, "update_password": "always"},
        {"name": "bob", "mfa": "seed", "access_key": True, "credentials_profile": "bob"},
    ]
    variables = {"dayone_output_dir": str(out), "iam_admin_users": users}
    kept = {"iam_admin_users": [seed], "iam_admin_mfa_keeper": "secretsmanager", "dayone_output_dir": str(out)}
    role = {"name": "dayone.aws_account.iam_admin"}
    return [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "tasks": [
                {"ansible.builtin.include_role": role, "vars": variables},
                {"ansible.builtin.include_role": role, "vars": kept},
            ],
        }
    ]


class Scene:
    """Runs with temporary credentials, whose files, processes and words are all kept."""

    def __init__(self, account: Sandbox, ansible: Ansible, directory: Path) -> None:
        self.account, self._ansible, self._directory = account, ansible, directory
        self.out = directory / "out"
        self.graveyard, self.temporary = directory / "graveyard", directory / "tmp"
        for made in (self.graveyard, self.temporary):
            made.mkdir()

    def run(self, **fault: Any) -> tuple[Run, list[str]]:
        """A run, perhaps with a fault, and where a secret showed."""
        administrator = self.account.administrator()
        role = self.account.role("runner", "123456789012")
        sts = self.account.client("sts", credentials=administrator)
        session = sts.assume_role(RoleArn=role, RoleSessionName="run")["Credentials"]
        if fault:
            self.account.fail("*", **fault)
        log = self._directory / "ansible.log"
        own = {
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
        }
        env = {
            **own,
            "ANSIBLE_LOG_PATH": str(log),
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": str(INTERFERENCE),
            "DAYONE_GRAVEYARD": str(self.graveyard),
        }
        with Processes() as seen:
            run = self._ansible(play(self.out), "-vvvv", env=env, check=False)
        secrets = [*self.account.secrets(), GIVEN, session["SecretAccessKey"]]
        # The run's own credentials are in its environment, where whoever started it put them.
        environments = b"\n".join(seen.environments)
        for value in own.values():
            environments = environments.replace(value.encode(), b"")
        # The play and the variables' file hold what is given; the directory for secrets is what they are for.
        home = {name: text for name, text in files_below(self._directory / "ansible").items() if "play-" not in name}
        # What lies beside secrets while they are written is for the owner alone, and of no other directory.
        buried = {name: text for name, text in files_below(self.graveyard).items() if ".partial" not in name}
        places = {
            **home,
            **buried,
            **files_below(self.temporary),
            "the log": log.read_bytes(),
            "the list of processes": b"\n".join(seen.command_lines),
            "the processes' environments": environments,
        }
        return run, leaks(secrets, run, places)


@pytest.fixture
def scene(account: Sandbox, ansible: Ansible, tmp_path: Path) -> Scene:
    return Scene(account, ansible, tmp_path)


def test_the_search_finds_what_it_looks_for(scene: Scene) -> None:
    run = Run(0, f"a {GIVEN} b", [], {})
    assert len(leaks([GIVEN, OTHER], run, {"there": OTHER.encode()})) == 2
    assert leaks([GIVEN], Run(0, "", [], {}), {"cut off": GIVEN[:14].encode()})
    for number in range(3):
        hidden = base64.b64encode(b"x" * number + OTHER.encode() + b"yy")
        assert leaks([OTHER], Run(0, "", [], {}), {"there": hidden}), number


def test_undisturbed(scene: Scene, figures: Figures) -> None:
    run, found = scene.run()
    assert run.rc == 0, run.output[-3000:]
    assert found == []
    known = scene.account.secrets()
    assert len(known) > 8
    assert {path.stat().st_mode & 0o777 for path in scene.out.iterdir()} == {0o600}
    assert scene.out.stat().st_mode & 0o777 == 0o700
    figures("secrets looked for", len(known))


@pytest.mark.parametrize(("call", "way"), sample(FAULTS) if TORTURE else SHORT)
def test_on_failure_paths(scene: Scene, call: str, way: str, figures: Figures) -> None:
    _run, found = scene.run(action=call, kind=way)
    assert found == []
    figures("failure paths without a leak", 1)
