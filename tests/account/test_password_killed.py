"""A console password that is replaced: wherever the run is killed or refused, the file holds the one that AWS has."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from killed_module import Module
from sandbox import Sandbox

VAULT = [{"vault_id": "default", "secret": "cGFzc3dvcmQ="}]


class Scene:
    """A user with a password, and the module that replaces it."""

    def __init__(self, account: Sandbox, directory: Path) -> None:
        self.iam = account.client("iam")
        self.directory = directory / "out"
        self.file = self.directory / "ada.password"
        self.module = Module("iam_login_profile", self.directory, account.process_env())
        self.iam.create_user(UserName="ada")
        key = self.iam.create_access_key(UserName="ada")["AccessKey"]
        self.as_ada = account.client("iam", credentials=key)

    def run(self, kill_at: int = 0, **arguments: Any) -> dict[str, Any] | None:
        """What the module says; None where it was killed."""
        options = {"user_name": "ada", "password_file": str(self.file), **arguments}
        return self.module.run(options, kill_at=kill_at).result

    def begin(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        self.run(state="absent")
        self.run()

    def assert_kept(self) -> None:
        """The password in the file is the account's, and nothing lies beside it."""
        # What a killed write leaves was never any account's; the next write replaces it.
        left = {path.name for path in self.directory.iterdir()} - {".ada.password.new.partial"}
        assert left == {"ada.password"}
        self.as_ada.change_password(OldPassword=self.file.read_text().strip(), NewPassword="Another-Password-1")


@pytest.fixture
def scene(account: Sandbox, tmp_path: Path) -> Scene:
    return Scene(account, tmp_path)


@pytest.mark.parametrize("reuse_prevention", [0, 24])
def test_killed_anywhere_the_next_ordinary_run_keeps_what_aws_has(scene: Scene, reuse_prevention: int) -> None:
    policy = {"PasswordReusePrevention": reuse_prevention} if reuse_prevention else {}
    steps = 0
    while True:
        scene.iam.update_account_password_policy(MinimumPasswordLength=8, AllowUsersToChangePassword=True)
        scene.begin()
        first = scene.file.read_text()
        scene.iam.update_account_password_policy(MinimumPasswordLength=8, AllowUsersToChangePassword=True, **policy)
        done = scene.run(steps + 1, update_password="always")
        scene.run()
        scene.iam.update_account_password_policy(MinimumPasswordLength=8, AllowUsersToChangePassword=True)
        again = scene.run()
        assert again, "it was killed"
        assert not again["changed"]
        if done:
            assert scene.file.read_text() != first
            break
        scene.assert_kept()
        steps += 1
    # The new file's opening, its rename, the call, and the last rename are among them.
    assert steps >= 8


def test_refused_the_old_one_stays(scene: Scene, account: Sandbox) -> None:
    scene.begin()
    first = scene.file.read_text()
    account.fail("iam", "UpdateLoginProfile", "AccessDenied", times=1)
    refused = scene.run(update_password="always")
    assert refused
    assert "UpdateLoginProfile" in refused["msg"]
    assert scene.file.read_text() == first
    scene.assert_kept()


def test_what_was_broken_off_ends_with_a_given_one_too(scene: Scene) -> None:
    scene.begin()
    left = scene.file.with_name("ada.password.new")
    left.write_text("Left-By-A-Killed-Run-1\n")
    done = scene.run(password="Given-By-Hand-1")
    assert done
    assert done["changed"]
    assert not left.exists()
    scene.as_ada.change_password(OldPassword="Given-By-Hand-1", NewPassword="Another-Password-1")


def test_one_that_a_stricter_policy_refuses_is_made_anew(scene: Scene) -> None:
    scene.begin()
    scene.file.with_name("ada.password.new").write_text("Left-By-A-Killed-Run-1\n")
    scene.iam.update_account_password_policy(MinimumPasswordLength=40, AllowUsersToChangePassword=True)
    done = scene.run()
    assert done
    assert done["changed"]
    assert len(scene.file.read_text().strip()) == 40
    scene.iam.update_account_password_policy(MinimumPasswordLength=8, AllowUsersToChangePassword=True)
    scene.assert_kept()


def test_one_that_cannot_be_read_is_named(scene: Scene) -> None:
    scene.begin()
    scene.run(1_000, update_password="always", vault_secrets=VAULT)
    scene.file.rename(scene.file.with_name("ada.password.new"))
    locked = scene.run()
    assert locked
    assert "ada.password.new' is encrypted with Ansible Vault" in locked["msg"]
