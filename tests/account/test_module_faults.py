"""Each module that makes or changes something, under each kind of fault at each of its calls."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.exceptions
import pytest
from killed_module import Module
from sandbox import Sandbox
from sandbox.client import DEFAULT_ACCOUNT, DEFAULT_REGION
from site_scene import ASKED_AGAIN, UNFORESEEN
from torture import STRIDE

pytestmark = pytest.mark.torture
Figures = Callable[[str, int], None]
Result = dict[str, Any]

FAULTS: dict[str, dict[str, Any]] = {
    "throttled": {"kind": "throttled"},
    "internal-failure": {"code": "InternalFailure"},
    "reset-before": {"kind": "reset-before"},
    "reset-after": {"kind": "reset-after"},
    "slow": {"kind": "slow", "seconds": 2},
    "truncated": {"kind": "truncated"},
    "garbled": {"kind": "garbled"},
    "expired": {"kind": "expired"},
    "withdrawn": {"kind": "withdrawn"},
    "stale": {"kind": "stale", "reads": 1},
}
# What `make test` tries: one that is asked again about what was done, and one that is an answer of no use.
SHORT = ("reset-after", "truncated")
# Of those at every second call.
ASKED_AGAIN_SHORT = ("throttled", "reset-before")
# botocore asks five times in all.
MORE_OFTEN_THAN_BOTOCORE = 7


@dataclasses.dataclass
class Scene:
    """A module, what there is before it runs, and what it has made."""

    module: str
    arguments: dict[str, Any]
    begin: Callable[[], object]
    state: Callable[[], Any]


def gone(call: Callable[[], object]) -> None:
    """Delete something that need not be there."""
    try:
        call()
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in ("NoSuchEntity", "NotFoundException", "NotFound"):
            raise


class Scenes:
    """The modules that write, each by a method of its name."""

    def __init__(self, account: Sandbox, out: Path) -> None:
        self.account, self.out = account, out
        self.iam = account.client("iam")

    def iam_account_alias(self) -> Scene:
        def begin() -> None:
            for alias in self.iam.list_account_aliases()["AccountAliases"]:
                self.iam.delete_account_alias(AccountAlias=alias)

        def state() -> Any:
            return self.iam.list_account_aliases()["AccountAliases"]

        return Scene("iam_account_alias", {"name": "acme-books"}, begin, state)

    def iam_identity(self) -> Scene:
        def state() -> Any:
            return [(user["UserName"], user["Path"]) for user in self.iam.list_users()["Users"]]

        arguments = {"kind": "user", "name": "ada", "path": "/staff/", "tags": {"Team": "books"}}
        return Scene("iam_identity", arguments, lambda: gone(lambda: self.iam.delete_user(UserName="ada")), state)

    def iam_login_profile(self) -> Scene:
        file = self.out / "bob.password"

        def begin() -> None:
            gone(lambda: self.iam.create_user(UserName="bob")) if not self._is_user("bob") else None
            gone(lambda: self.iam.delete_login_profile(UserName="bob"))
            shutil.rmtree(self.out, ignore_errors=True)

        def state() -> Any:
            profile = self.iam.get_login_profile(UserName="bob")["LoginProfile"]
            return profile["PasswordResetRequired"], self._files(), len(file.read_text())

        return Scene("iam_login_profile", {"user_name": "bob", "password_file": str(file)}, begin, state)

    def iam_access_key_file(self) -> Scene:
        file = self.out / "bob.accessKeys.csv"

        def begin() -> None:
            self.iam.create_user(UserName="bob") if not self._is_user("bob") else None
            for key in self.iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]:
                self.iam.delete_access_key(UserName="bob", AccessKeyId=key["AccessKeyId"])
            shutil.rmtree(self.out, ignore_errors=True)

        def state() -> Any:
            (key,) = self.iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]
            key_id, secret = file.read_text().splitlines()[1].split(",")
            assert (key["AccessKeyId"], key["Status"]) == (key_id, "Active")
            credentials = {"AccessKeyId": key_id, "SecretAccessKey": secret}
            self.account.client("sts", credentials=credentials).get_caller_identity()
            assert f"{key_id}\naws_secret_access_key = {secret}\n" in (self.out / "credentials").read_text()
            return self._files()

        profile = {"credentials_profile": "bob", "credentials_file": str(self.out / "credentials")}
        return Scene("iam_access_key_file", {"user_name": "bob", "path": str(file), **profile}, begin, state)

    def iam_virtual_mfa_device(self) -> Scene:
        def begin() -> None:
            self.iam.create_user(UserName="bob") if not self._is_user("bob") else None
            for device in self.iam.list_virtual_mfa_devices()["VirtualMFADevices"]:
                if "User" in device:
                    self.iam.deactivate_mfa_device(UserName="bob", SerialNumber=device["SerialNumber"])
                self.iam.delete_virtual_mfa_device(SerialNumber=device["SerialNumber"])
            shutil.rmtree(self.out, ignore_errors=True)

        def state() -> Any:
            devices = self.iam.list_virtual_mfa_devices()["VirtualMFADevices"]
            return [device.get("User", {}).get("UserName") for device in devices], self._files()

        arguments = {"user_name": "bob", "method": "seed", "seed_file": str(self.out / "bob.mfa")}
        return Scene("iam_virtual_mfa_device", arguments, begin, state)

    def billing_preferences(self) -> Scene:
        billing = self.account.client("billing")

        def state() -> Any:
            return billing.get_billing_preferences(features=["BILLING_ALERTS"])["billingPreferences"]

        def begin() -> None:
            off = [{"key": each["key"], "value": "DISABLED"} for each in state()]
            billing.update_billing_preferences(feature="BILLING_ALERTS", billingPreferencesPerKey=off)

        return Scene("billing_preferences", {}, begin, state)

    def budget(self) -> Scene:
        budgets = self.account.client("budgets")
        of = {"AccountId": DEFAULT_ACCOUNT, "BudgetName": "monthly"}

        def state() -> Any:
            (found,) = budgets.describe_budgets(AccountId=DEFAULT_ACCOUNT)["Budgets"]
            told = budgets.describe_notifications_for_budget(**of)["Notifications"]
            to = [
                budgets.describe_subscribers_for_notification(**of, Notification=each)["Subscribers"] for each in told
            ]
            return found["BudgetLimit"], sorted(map(str, told)), to

        arguments = {
            "name": "monthly",
            "amount": "50",
            "notifications": [{"type": "actual", "threshold": "80", "emails": ["ada@example.com"]}],
        }
        return Scene("budget", arguments, lambda: gone(lambda: budgets.delete_budget(**of)), state)

    def s3_object_lock(self) -> Scene:
        s3 = self.account.client("s3", DEFAULT_REGION)
        names: list[str] = []

        def begin() -> None:
            # What is locked stays so: each time another bucket.
            names.append(f"locked-{len(names)}")
            s3.create_bucket(Bucket=names[-1], CreateBucketConfiguration={"LocationConstraint": DEFAULT_REGION})
            s3.put_bucket_versioning(Bucket=names[-1], VersioningConfiguration={"Status": "Enabled"})
            scene.arguments["name"] = names[-1]

        def state() -> Any:
            return s3.get_object_lock_configuration(Bucket=names[-1])["ObjectLockConfiguration"]

        arguments = {"mode": "governance", "days": 3, "region": DEFAULT_REGION}
        scene = Scene("s3_object_lock", arguments, begin, state)
        return scene

    def _is_user(self, name: str) -> bool:
        return name in [user["UserName"] for user in self.iam.list_users()["Users"]]

    def _files(self) -> dict[str, str]:
        return {path.name: oct(path.stat().st_mode) for path in sorted(self.out.iterdir())}


NAMES = [name for name in vars(Scenes) if not name.startswith("_")]


def run(module: Module, arguments: dict[str, Any], *, waits: bool = True) -> Result:
    """What the module returns, or says of its failure, which is a sentence."""
    try:
        result = module.run(arguments, waits=waits).result
    except json.JSONDecodeError:
        raise AssertionError("It broke, and says nothing.") from None
    assert result is not None
    if result.get("failed"):
        assert not UNFORESEEN.search(str(result["msg"])), result
        assert re.match(r"[A-Z'][^\n]*\.$", str(result["msg"])), result["msg"]
    return result


def begun(account: Sandbox, tmp_path: Path, name: str) -> tuple[Scene, Module]:
    """The scene of this name at its beginning, and the module that it is about."""
    out = tmp_path / "lasting" / "out"
    out.parent.mkdir()
    scene: Scene = getattr(Scenes(account, out), name)()
    scene.begin()
    return scene, Module(scene.module, out.parent, account.process_env())


@pytest.mark.parametrize("fault", FAULTS if STRIDE == 1 else SHORT)
@pytest.mark.parametrize("name", NAMES)
def test_under_a_fault_at_each_call(account: Sandbox, tmp_path: Path, name: str, fault: str, figures: Figures) -> None:
    scene, module = begun(account, tmp_path, name)
    account.clear_journal()
    assert not run(module, scene.arguments).get("failed")
    calls = [call for call in account.journal() if call.writes or FAULTS[fault].get("kind") != "stale"]
    whole = scene.state()
    impatient = {"aws_config": {"read_timeout": 1}} if fault == "slow" else {}
    wrong = []
    for number in range(1, len(calls) + 1):
        scene.begin()
        account.fail("*", "*", nth=number, **FAULTS[fault])
        after = f"{name}: {fault} at {calls[number - 1].action} ({number})"
        try:
            disturbed = run(module, {**scene.arguments, **impatient})
            assert account.faults()[0]["hits"], after
            account.clear_faults()
            finished = run(module, scene.arguments)
            assert not finished.get("failed"), finished
            assert scene.state() == whole
            assert not run(module, scene.arguments)["changed"]
        except AssertionError as error:
            wrong.append(f"{after}: {error}")
            account.clear_faults()
            continue
        figures("modules that a fault ended", int(bool(disturbed.get("failed"))))
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("fault", ASKED_AGAIN if STRIDE == 1 else ASKED_AGAIN_SHORT)
@pytest.mark.parametrize("name", NAMES)
def test_under_a_fault_at_every_second_call(account: Sandbox, tmp_path: Path, name: str, fault: str) -> None:
    scene, module = begun(account, tmp_path, name)
    account.fail("*", "*", every=2, **ASKED_AGAIN[fault])
    disturbed = run(module, scene.arguments, waits=False)
    assert account.faults()[0]["hits"]
    account.clear_faults()
    # An access key alone is asked for once, for a second call might make a second one.
    assert name == "iam_access_key_file" or not disturbed.get("failed"), disturbed
    assert not run(module, scene.arguments).get("failed")
    scene.state()
    assert not run(module, scene.arguments)["changed"]


@pytest.mark.parametrize("name", NAMES)
def test_throttled_for_longer_than_botocore_waits(account: Sandbox, tmp_path: Path, name: str) -> None:
    scene, module = begun(account, tmp_path, name)
    account.clear_journal()
    assert not run(module, scene.arguments).get("failed")
    calls = dict.fromkeys((call.service, call.action) for call in account.journal())
    whole = scene.state()
    for service, action in calls:
        scene.begin()
        account.fail(service, action, kind="throttled", times=MORE_OFTEN_THAN_BOTOCORE)
        result = run(module, scene.arguments, waits=False)
        assert not result.get("failed"), (action, result)
        assert account.faults()[0]["hits"] == MORE_OFTEN_THAN_BOTOCORE
        account.clear_faults()
        assert scene.state() == whole
