"""One directory for several accounts, and what is left of users who are gone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from account.module_runs import Result, runner, writing
from conftest import Run
from killed_module import Module
from sandbox import Sandbox
from sandbox.client import DEFAULT_ACCOUNT, root_keys

OTHER = "210987654321"
KEY = "Access key ID,Secret access key\n{},secret\n"
PROFILE = "[bob]\naws_access_key_id = {}\naws_secret_access_key = secret\n"


def modes(directory: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in directory.iterdir()}


def test_killed_anywhere_the_next_run_notes_the_account(account: Sandbox, tmp_path: Path) -> None:
    out = tmp_path / "lasting" / "out"
    module = Module("output_dir", tmp_path / "lasting", account.process_env())
    arguments = {"path": str(out), "account": DEFAULT_ACCOUNT}
    checked = module.run({**arguments, "_ansible_check_mode": True}).result or {}
    assert checked["changed"]
    assert not out.exists()
    steps = module.run(arguments).steps
    assert len(steps) > 3
    for number in range(1, len(steps) + 1):
        shutil.rmtree(tmp_path / "lasting")
        assert module.run(arguments, kill_at=number).killed
        assert not (module.run(arguments).result or {}).get("failed")
        assert (out / "account").read_text() == f"{DEFAULT_ACCOUNT}\n"
        assert (modes(out), out.stat().st_mode & 0o777) == ({"account": 0o600}, 0o700)
    assert not (module.run(arguments).result or {})["changed"]
    refused = module.run({**arguments, "account": OTHER}).result or {}
    assert f"belongs to another account than {OTHER}" in refused["msg"]
    assert account.journal() == []


def test_the_other_accounts_users_are_not_touched(
    account: Sandbox, ansible: Callable[..., Run], tmp_path: Path
) -> None:
    """A user of the same name in each of two accounts, and one directory."""
    users = [{"name": "bob", "mfa": "seed", "access_key": True}, {"name": "eve", "mfa": "none"}]
    include = {"ansible.builtin.include_role": {"name": "dayone.aws_account.iam_admin"}}
    variables = {"dayone_output_dir": str(tmp_path / "out"), "iam_admin_users": users}
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [include], "vars": variables}
    ansible([play])
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert before["account"] == f"{DEFAULT_ACCOUNT}\n".encode()
    account.client("iam", credentials=root_keys(OTHER)).create_user(UserName="bob")
    account.clear_journal()
    keys = root_keys(OTHER)
    env = {"AWS_ACCESS_KEY_ID": keys["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"]}
    gone = {**variables, "iam_admin_users": [{"name": "bob", "state": "absent"}, users[1]]}
    for given in (variables, gone):
        run = ansible([{**play, "vars": given}], env=env, check=False)
        assert f"belongs to another account than {OTHER}: the file 'account' in it says {DEFAULT_ACCOUNT}" in run.output
    assert writing(account) == []
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


class Scene:
    """An account with administrators, a directory for their files, and the reading of both."""

    def __init__(self, account: Sandbox, tmp_path: Path) -> None:
        self.account, self.out = account, tmp_path / "out"
        self.iam = account.client("iam")
        self.iam.create_group(GroupName="Administrators")
        self.add("ada")
        self.iam.create_login_profile(UserName="ada", Password="Some-Password-1")
        self.out.mkdir(mode=0o700)
        (self.out / "account").write_text(f"{DEFAULT_ACCOUNT}\n")
        self.run = runner(account, self.out, "iam_administrators_info", group="Administrators")

    def add(self, name: str) -> None:
        """A user in the group."""
        self.iam.create_user(UserName=name)
        self.iam.add_user_to_group(GroupName="Administrators", UserName=name)

    def key(self, name: str) -> str:
        return str(self.iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"])

    def bob(self, **more: Any) -> dict[str, Any]:
        files = {"password_file": "bob.password", "access_key_file": "bob.accessKeys.csv", "seed_file": "bob.mfa"}
        return {"name": "bob", **{name: str(self.out / file) for name, file in files.items()}, **more}

    def read(self, *users: dict[str, Any], **options: Any) -> Result:
        return self.run(
            users=list(users),
            **{
                "output_dir": str(self.out),
                "account": DEFAULT_ACCOUNT,
                "credentials_file": str(self.out / "credentials"),
                **options,
            },
        )


@pytest.fixture
def scene(account: Sandbox, tmp_path: Path) -> Scene:
    return Scene(account, tmp_path)


def test_when_a_note_is_to_be_written(scene: Scene) -> None:
    def note(*users: dict[str, Any]) -> tuple[bool, bool]:
        found = scene.read(*users)
        return found["note_missing"], found["note_account"]

    assert note(scene.bob()) == (False, False)
    (scene.out / "account").unlink()
    quiet = {"console_access": False}
    assert note(scene.bob(**quiet)) == (True, False)
    assert note(scene.bob(password="Given-By-Hand-2026")) == (True, False)
    assert note(scene.bob()) == (True, True)
    assert note(scene.bob(**quiet, access_key=True)) == (True, True)
    # Secrets of an earlier version are there.
    (scene.out / "ada.mfa").touch()
    assert note(scene.bob(**quiet)) == (True, True)


@pytest.mark.parametrize("end", ["", ".new", ".png", ".new.png"])
def test_a_seed_of_a_user_who_is_gone_goes_by_the_name_of_the_device(scene: Scene, end: str) -> None:
    gone = scene.bob(state="absent")
    assert scene.read(gone)["remove_devices"] == []
    (scene.out / f"bob.mfa{end}").touch()
    device = {"name": "bob", "user_name": "bob", "device_name": "bob", "path": "/"}
    assert scene.read(gone)["remove_devices"] == [device]


class TestSecretsOfUsersWhoAreGone:
    def read(self, scene: Scene, *users: dict[str, Any]) -> Result:
        scene.account.clear_journal()
        return scene.read(*users, seed_secrets={"name_prefix": "seeds/", "region": "eu-west-1"})

    def test_each_is_asked_for_once(self, scene: Scene) -> None:
        keeper = scene.account.client("secretsmanager", "eu-west-1")
        keeper.create_secret(Name="seeds/bob", SecretString="x")
        keeper.create_secret(Name="seeds/ada", SecretString="x")
        users = [scene.bob(state="absent"), {"name": "eve", "state": "absent"}, {"name": "ada"}]
        assert [item["name"] for item in self.read(scene, *users)["remove_devices"]] == ["bob"]
        calls = [call.action for call in scene.account.journal()]
        assert calls.count("DescribeSecret") == 2
        # One that is marked for deletion is on its way.
        keeper.delete_secret(SecretId="seeds/bob")
        assert self.read(scene, *users)["remove_devices"] == []

    def test_who_may_not_know_is_told_and_goes_on(self, scene: Scene) -> None:
        scene.account.fail("secretsmanager", "DescribeSecret", "AccessDeniedException", status=400)
        found = self.read(scene, scene.bob(state="absent"))
        assert found["remove_devices"] == []
        assert "It is not known whether secrets of users who are gone are left" in str(found["warnings"])


class TestProfiles:
    """Whose a profile of the name that is given for a user is."""

    @pytest.fixture
    def credentials(self, tmp_path: Path) -> Path:
        """A credentials file of somebody's own."""
        return tmp_path / "home" / "credentials"

    def read(self, scene: Scene, file: Path, key_id: str, *more: dict[str, Any]) -> Result:
        file.parent.mkdir(exist_ok=True)
        file.write_text(PROFILE.format(key_id))
        gone = scene.bob(state="absent", credentials_profile="bob")
        return scene.read(gone, *more, credentials_file=str(file))

    def test_by_aws(self, scene: Scene, credentials: Path) -> None:
        scene.add("bob")
        key_id = scene.key("bob")
        found = self.read(scene, credentials, key_id)["remove_profiles"]
        assert found == [{"name": "bob", "profile": "bob", "access_key_id": key_id}]
        other = self.read(scene, credentials, "AKIAOTHER")
        assert other["remove_profiles"] == []
        assert "nothing says that its access key AKIAOTHER is one of user 'bob'" in str(other["warnings"])

    def test_by_the_file_of_the_key(self, scene: Scene, credentials: Path) -> None:
        assert self.read(scene, credentials, "AKIABOB")["remove_profiles"] == []
        (scene.out / "bob.accessKeys.csv").write_text("$ANSIBLE_VAULT;1.1;AES256\n00\n")
        assert self.read(scene, credentials, "AKIABOB")["remove_profiles"] == []
        (scene.out / "bob.accessKeys.csv").write_text(KEY.format("AKIABOB"))
        assert len(self.read(scene, credentials, "AKIABOB")["remove_profiles"]) == 1
        assert self.read(scene, credentials, "AKIAOTHER")["remove_profiles"] == []

    def test_by_the_place(self, scene: Scene) -> None:
        own = scene.out / "credentials"
        (scene.out / ".credentials.partial").touch()
        found = self.read(scene, own, "AKIABOB")
        assert (len(found["remove_profiles"]), found["remove_files"]) == (1, [str(scene.out / ".credentials.partial")])
        # Somebody else's by now.
        ada = {"name": "ada", "credentials_profile": "bob"}
        assert self.read(scene, own, "AKIABOB", ada)["remove_profiles"] == []


def test_a_profile_goes_wherever_its_removal_is_killed(account: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "out" / "credentials"
    file.parent.mkdir()
    module = Module("credentials_profile_removal", file.parent, account.process_env())
    arguments = {"path": str(file), "profile": "bob", "access_key_id": "AKIABOB"}
    for others in ("", "[ada]\nregion = x\n"):
        file.write_text(PROFILE.format("AKIABOB") + others)
        checked = module.run({**arguments, "_ansible_check_mode": True}).result or {}
        assert (checked["changed"], checked["diff"]["before"]) == (True, {"access_key_id": "AKIABOB"})
        steps = module.run(arguments).steps
        for number in range(1, len(steps) + 1):
            file.write_text(PROFILE.format("AKIABOB") + others)
            assert module.run(arguments, kill_at=number).killed
            assert not (module.run(arguments).result or {}).get("failed")
            assert (file.read_text() if file.exists() else "") == others
        assert not (module.run(arguments).result or {})["changed"]
    file.write_text(PROFILE.format("AKIAOTHER"))
    assert not (module.run(arguments).result or {})["changed"]
    assert "AKIAOTHER" in file.read_text()
    file.write_text("hidden")
    refused = module.run(arguments).result or {}
    assert "is not a credentials file" in refused["msg"]
    assert "hidden" not in json.dumps(refused)


def test_the_last_administrator_is_who_can_sign_in(scene: Scene) -> None:
    scene.add("idle")
    key_id = scene.key("idle")
    scene.iam.update_access_key(UserName="idle", AccessKeyId=key_id, Status="Inactive")
    nobody = {"name": "ada", "state": "absent"}, {"name": "robot", "console_access": False}
    said = scene.run(users=list(nobody), fails=True)["msg"]
    assert "with a password or an active access key (idle, robot: neither): ada would be the last" in said
    # A key that is there, and inactive, is not made anew.
    idle = {"name": "idle", "console_access": False, "access_key": True, "access_key_file": "idle.csv"}
    assert "would be the last" in scene.run(users=[nobody[0], idle], fails=True)["msg"]
    # Any of these will do.
    assert scene.run(users=[nobody[0], {**idle, "rotate_access_key": True}])["remove"] == ["ada"]
    assert scene.run(users=[nobody[0], {"name": "robot"}])["remove"] == ["ada"]
    keyed = {"name": "robot", "console_access": False, "access_key": True, "access_key_file": "robot.csv"}
    assert scene.run(users=[nobody[0], keyed])["remove"] == ["ada"]
    scene.iam.update_access_key(UserName="idle", AccessKeyId=key_id, Status="Active")
    assert scene.run(users=list(nobody))["remove"] == ["ada"]
    scene.iam.delete_access_key(UserName="idle", AccessKeyId=key_id)
    scene.iam.create_login_profile(UserName="idle", Password="Some-Password-1")
    assert scene.run(users=list(nobody))["remove"] == ["ada"]
