"""Killed (SIGKILL) before and after each call and at each change of a file, the next run ends as an undisturbed one.

One assigned device, its seed kept (or, with a phone, on the phone alone), and no leftovers.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
import pytest
from killed_module import Module
from sandbox import Sandbox
from torture import STRIDE

pytestmark = pytest.mark.torture

KEEPER = "210987654321"
VAULT = [{"vault_id": "default", "secret": "cGFzc3dvcmQ="}]


class Scene:
    """A fresh account with the user `admin`, and a directory for secrets: where each killed run starts."""

    def __init__(self, account: Sandbox, directory: Path, prepare: dict[str, Any] | None, **arguments: Any) -> None:
        self.iam = account.client("iam")
        self.iam.create_user(UserName="admin")
        self.here = account.client("secretsmanager", "ap-northeast-1")
        self.elsewhere = account.account_client("secretsmanager", KEEPER)
        self.directory = directory / "out"
        self.module = Module("iam_virtual_mfa_device", self.directory, account.process_env())
        self.prepare = prepare
        self.arguments = {"user_name": "admin", **arguments}
        if "seed_secret" not in arguments:
            self.arguments["seed_file"] = str(self.directory / "admin.mfa")

    def begin(self) -> None:
        # By hand: a fresh account takes ten times as long.
        shutil.rmtree(self.directory, ignore_errors=True)
        for device in self.devices():
            if "User" in device:
                self.iam.deactivate_mfa_device(UserName="admin", SerialNumber=device["SerialNumber"])
            self.iam.delete_virtual_mfa_device(SerialNumber=device["SerialNumber"])
        for keeper in (self.here, self.elsewhere):
            for secret in keeper.list_secrets()["SecretList"]:
                keeper.delete_secret(SecretId=secret["ARN"], ForceDeleteWithoutRecovery=True)
        if self.prepare is not None:
            done = self.module.run({**self.arguments, **self.prepare})
            assert not (done.result or {}).get("failed"), done

    def finish(self, **more: Any) -> dict[str, Any]:
        """The next run, undisturbed."""
        result = self.module.run({**self.arguments, **more}).result
        assert result is not None
        assert not result.get("failed"), result
        return result

    def whole_run(self) -> list[str]:
        self.begin()
        outcome = self.module.run(self.arguments)
        assert outcome.result is not None
        assert not outcome.result.get("failed"), outcome.result
        return outcome.steps

    def devices(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.iam.list_virtual_mfa_devices()["VirtualMFADevices"]
        return found

    def files(self) -> set[str]:
        return {path.name for path in self.directory.iterdir()} if self.directory.exists() else set()

    def assigned(self) -> str:
        """The serial number of the one device there is, which is assigned."""
        (device,) = self.devices()
        assert device["User"]["UserName"] == "admin"
        return str(device["SerialNumber"])

    def assigned_name(self) -> str:
        """The name of the one device that is assigned; others may be left."""
        (name,) = [item["SerialNumber"].rsplit("/", 1)[1] for item in self.devices() if "User" in item]
        return str(name)

    def seed_in_file(self) -> str:
        return str(pyotp.parse_uri((self.directory / "admin.mfa").read_text().strip()).secret)

    def proves(self, seed: str, serial: str) -> bool:
        """Whether AWS takes codes of the seed for the device."""
        totp = pyotp.TOTP(seed)
        now = int(time.time())
        self.iam.resync_mfa_device(
            UserName="admin",
            SerialNumber=serial,
            AuthenticationCode1=totp.at(now - 30),
            AuthenticationCode2=totp.at(now),
        )
        return True


@pytest.fixture
def scene(account: Sandbox, tmp_path: Path) -> Callable[..., Scene]:
    def make(prepare: dict[str, Any] | None = None, **arguments: Any) -> Scene:
        return Scene(account, tmp_path, prepare, **arguments)

    return make


def kill_everywhere(scene: Scene, check: Callable[[int], None]) -> list[str]:
    """Kill the run at its steps, each time from a fresh beginning, and look what the next run makes of it."""
    steps = scene.whole_run()
    assert sum(step.startswith("before ") for step in steps) >= 2
    for number, name in [*enumerate(steps, start=1)][::STRIDE]:
        scene.begin()
        outcome = scene.module.run(scene.arguments, kill_at=number)
        assert outcome.killed, f"It was not killed at step {number}, {name}: {outcome.result}"
        try:
            check(number)
        except BaseException as error:
            error.add_note(f"killed at step {number} of {steps}")
            raise
    return steps


def test_seed_in_a_file(scene: Callable[..., Scene]) -> None:
    run = scene(method="seed")

    def check(_number: int) -> None:
        run.finish()
        assert run.proves(run.seed_in_file(), run.assigned())
        assert run.files() == {"admin.mfa"}

    steps = kill_everywhere(run, check)
    assert "after CreateVirtualMFADevice" in steps
    assert "rename .admin.mfa.partial" in steps


def test_seed_in_an_encrypted_file(scene: Callable[..., Scene]) -> None:
    run = scene(method="seed", vault_secrets=VAULT)

    def check(_number: int) -> None:
        run.finish()
        assert run.assigned()
        assert run.files() == {"admin.mfa"}
        assert (run.directory / "admin.mfa").read_text().startswith("$ANSIBLE_VAULT;1.1;AES256")

    kill_everywhere(run, check)


def test_seed_in_secrets_manager_of_another_account(account: Sandbox, scene: Callable[..., Scene]) -> None:
    secret = {"name": "dayone/mfa/admin", "role_arn": account.role("seed-keeper", KEEPER), "region": "us-east-1"}
    key = account.administrator()
    keys = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
    run = scene(method="seed", seed_secret=secret, **keys)

    def check(_number: int) -> None:
        run.finish()
        (secret,) = run.elsewhere.list_secrets()["SecretList"]
        value = run.elsewhere.get_secret_value(SecretId=secret["ARN"])["SecretString"]
        assert run.proves(pyotp.parse_uri(value).secret, run.assigned())
        assert run.here.list_secrets()["SecretList"] == []

    steps = kill_everywhere(run, check)
    assert steps.index("after PutSecretValue") < steps.index("before EnableMFADevice")


def test_rotation_in_a_file(scene: Callable[..., Scene]) -> None:
    run = scene({"rotate": False}, method="seed", rotate=True)

    def check(_number: int) -> None:
        # Before the next run already: the user has a device, and the seed of the newest one is somewhere.
        held = [item["SerialNumber"].rsplit("/", 1)[1] for item in run.devices() if "User" in item]
        assert any(f":{held[-1]}%40" in path.read_text() for path in run.directory.iterdir())
        run.finish()
        assert run.proves(run.seed_in_file(), run.assigned())
        assert run.files() == {"admin.mfa"}

    steps = kill_everywhere(run, check)
    assert steps.index("after EnableMFADevice") < steps.index("before DeactivateMFADevice")


def test_rotation_in_secrets_manager(scene: Callable[..., Scene]) -> None:
    run = scene({"rotate": False}, method="seed", rotate=True, seed_secret={"name": "dayone/mfa/admin"})

    def check(_number: int) -> None:
        run.finish()
        value = run.here.get_secret_value(SecretId="dayone/mfa/admin")["SecretString"]
        assert run.proves(pyotp.parse_uri(value).secret, run.assigned())

    kill_everywhere(run, check)


@pytest.mark.parametrize("place", [{}, {"seed_secret": {"name": "dayone/mfa/admin"}}], ids=["file", "secret"])
def test_where_the_seed_of_a_device_lies_that_somebody_deleted(
    scene: Callable[..., Scene], place: dict[str, Any]
) -> None:
    run = scene(method="seed", **place)

    def begin_with_an_old_seed() -> None:
        Scene.begin(run)
        run.finish()
        run.iam.deactivate_mfa_device(UserName="admin", SerialNumber=run.assigned())
        run.iam.delete_virtual_mfa_device(SerialNumber=run.devices()[0]["SerialNumber"])

    run.begin = begin_with_an_old_seed  # type: ignore[method-assign]

    # Between the two nobody has the new device's seed, and the old one bears its name.
    number = run.whole_run().index("after CreateVirtualMFADevice") + 1
    run.begin()
    assert run.module.run(run.arguments, kill_at=number).killed
    run.finish()
    kept = run.here.get_secret_value(SecretId="dayone/mfa/admin")["SecretString"] if place else ""
    assert run.proves(pyotp.parse_uri(kept).secret if kept else run.seed_in_file(), run.assigned())


def codes(seed_file: Path, now: float) -> list[str]:
    """What the phone shows that scanned the QR code."""
    totp = pyotp.TOTP(pyotp.parse_uri(seed_file.read_text().strip()).secret)
    return [totp.at(int(now) - 30), totp.at(int(now))]


def test_a_phones_first_run(scene: Callable[..., Scene]) -> None:
    run = scene()

    def check(_number: int) -> None:
        assert run.finish()["status"] == "pending"
        assert run.files() == {"admin.mfa", "admin.mfa.png"}
        done = run.finish(authentication_codes=codes(run.directory / "admin.mfa", time.time()))
        assert done["status"] == "assigned"
        assert run.assigned()
        assert run.files() == set()

    kill_everywhere(run, check)


def test_a_phones_codes(scene: Callable[..., Scene]) -> None:
    run = scene()

    def begin_with_codes() -> None:
        Scene.begin(run)
        run.arguments.pop("authentication_codes", None)
        run.finish()
        run.arguments["authentication_codes"] = codes(run.directory / "admin.mfa", time.time())

    run.begin = begin_with_codes  # type: ignore[method-assign]

    def check(_number: int) -> None:
        run.finish()
        assert run.assigned()
        assert run.files() == set()

    kill_everywhere(run, check)


def test_a_phones_rotation(scene: Callable[..., Scene]) -> None:
    run = scene(rotate=True)
    given: dict[str, Any] = {}

    def begin_with_codes() -> None:
        run.arguments.pop("authentication_codes", None)
        Scene.begin(run)
        run.finish(rotate=False)
        run.finish(rotate=False, authentication_codes=codes(run.directory / "admin.mfa", time.time()))
        run.finish()
        given["codes"] = codes(run.directory / "admin.mfa.new", time.time())
        run.arguments["authentication_codes"] = given["codes"]

    run.begin = begin_with_codes  # type: ignore[method-assign]

    def check(_number: int) -> None:
        if len([item for item in run.devices() if "User" in item]) == 1 and run.assigned_name() == "admin-rotated":
            # The old device is gone: the rotation is done, but for the files, and is not asked for once more.
            run.finish(rotate=False, authentication_codes=None)
        else:
            run.finish()
        assert run.assigned_name() == "admin-rotated"
        assert run.files() == set()

    kill_everywhere(run, check)


def test_removal(scene: Callable[..., Scene]) -> None:
    run = scene({"state": "present"}, method="seed", state="absent")

    def check(_number: int) -> None:
        run.finish()
        assert run.devices() == []
        assert run.files() == set()

    kill_everywhere(run, check)
