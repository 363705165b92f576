"""MFA from nothing to a verified sign-in: keepers, rotation, removal, tags, clocks, many users; nothing leaks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
import pytest
import zxingcpp
from conftest import Run
from killed_module import Module
from PIL import Image
from sandbox import Sandbox

Ansible = Callable[..., Run]
Runs = Callable[..., dict[str, Any]]
PASSWORD = "a vault password"


def play(*tasks: dict[str, Any], **keywords: Any) -> list[dict[str, Any]]:
    return [{"hosts": "localhost", "gather_facts": False, "tasks": list(tasks), **keywords}]


def task(module: str, title: str = "it", /, **options: Any) -> dict[str, Any]:
    return {"name": title, f"dayone.aws_account.{module}": options}


def role(**variables: Any) -> list[dict[str, Any]]:
    return play({"ansible.builtin.include_role": {"name": "dayone.aws_account.iam_admin"}}, vars=variables)


def seed_of(text: str) -> str:
    return str(pyotp.parse_uri(text.strip()).secret)


def codes_of(seed: str, steps: int = 0) -> list[str]:
    totp, now = pyotp.TOTP(seed), int(time.time())
    return [totp.at(now + 30 * (steps - 1)), totp.at(now + 30 * steps)]


@pytest.fixture
def iam(account: Sandbox) -> Any:
    """An IAM client, and a user `admin` made with it."""
    client = account.client("iam")
    client.create_user(UserName="admin")
    return client


@pytest.fixture
def run(account: Sandbox, iam: Any, tmp_path: Path) -> Runs:
    """Run the module by itself for user `admin`, with the seed in a file."""
    module = Module("iam_virtual_mfa_device", tmp_path / "out", account.process_env())

    def run_module(**options: Any) -> dict[str, Any]:
        file = {} if "seed_secret" in options else {"seed_file": str(tmp_path / "out" / "admin.mfa")}
        result = module.run({"user_name": "admin", "method": "seed", **file, **options}).result
        assert result is not None
        return result

    return run_module


def names(iam: Any, user_name: str = "admin") -> list[str]:
    return [item["SerialNumber"].rsplit("/", 1)[1] for item in iam.list_mfa_devices(UserName=user_name)["MFADevices"]]


class TestPhone:
    def test_the_picture_holds_issuer_label_and_the_very_seed(self, iam: Any, run: Runs, tmp_path: Path) -> None:
        result = run(method="phone")
        (code,) = zxingcpp.read_barcodes(Image.open(result["qr_code_file"]).convert("L"))
        assert code.text == (tmp_path / "out" / "admin.mfa").read_text().strip()
        scanned = pyotp.parse_uri(code.text)
        assert (scanned.issuer, scanned.name) == ("Amazon Web Services", "admin@123456789012")
        # AWS takes the codes of what was scanned: it is the device's seed.
        assert run(method="phone", authentication_codes=codes_of(scanned.secret))["status"] == "assigned"

    @pytest.mark.parametrize(
        ("steps", "words"),
        [((0, 0), "the same code"), ((-1, 1), "left out"), ((0, -1), "wrong order"), ((-8, -7), "too old, by ")],
    )
    def test_each_wrong_pair_is_explained(self, run: Runs, tmp_path: Path, steps: tuple[int, int], words: str) -> None:
        run(method="phone")
        seed = seed_of((tmp_path / "out" / "admin.mfa").read_text())
        codes = [codes_of(seed, step)[1] for step in steps]
        result = run(method="phone", authentication_codes=codes)
        assert words in result["msg"]
        assert not any(code in str(result) for code in codes)

    def test_codes_of_no_pending_device_are_not_taken_for_a_new_one(self, iam: Any, run: Runs) -> None:
        result = run(method="phone", authentication_codes=["123455", "654320"])
        assert result["status"] == "pending"
        assert "were not used" in str(result["warnings"])


class TestWithoutPhone:
    def test_codes_are_computed_even_where_some_are_given(self, iam: Any, run: Runs) -> None:
        assert run(authentication_codes=["123455", "654320"])["status"] == "assigned"

    @pytest.mark.long
    def test_a_user_who_does_not_exist_gets_no_device(self, iam: Any, run: Runs, tmp_path: Path) -> None:
        nobody = {"user_name": "nobody", "seed_file": str(tmp_path / "out" / "nobody.mfa")}
        assert run(**nobody, _ansible_check_mode=True)["changed"]
        assert not run(**nobody, state="absent")["changed"]
        for method in ("seed", "phone"):
            assert "there is no IAM user of this name" in run(**nobody, method=method)["msg"]
        assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []
        assert not list(tmp_path.glob("out/*"))

    def test_a_user_whom_iam_does_not_know_yet_is_waited_for(self, iam: Any, run: Runs, account: Sandbox) -> None:
        account.fail("iam", "ListMFADevices", "NoSuchEntity", status=404, times=2)
        assert run()["status"] == "assigned"

    def test_a_damaged_seed_is_named(self, iam: Any, run: Runs, tmp_path: Path) -> None:
        run(method="phone")
        file = tmp_path / "out" / "admin.mfa"
        file.write_text(file.read_text().replace("secret=", "secret=1"))
        assert "is no seed of a virtual MFA device" in run(method="phone")["msg"]

    def test_a_device_that_somebody_else_removes_is_gone(self, iam: Any, run: Runs, account: Sandbox) -> None:
        run()
        for action in ("DeactivateMFADevice", "DeleteVirtualMFADevice"):
            account.fail("iam", action, "NoSuchEntity", status=404, times=1)
        assert run(state="absent")["changed"]

    def test_iam_is_given_time_where_it_asks_for_it(self, iam: Any, run: Runs, account: Sandbox) -> None:
        run()
        account.fail("iam", "DeactivateMFADevice", "EntityTemporarilyUnmodifiable", status=409, times=1)
        assert run(state="absent")["changed"]


class TestRotation:
    def test_names_take_turns_and_the_seed_follows(self, iam: Any, run: Runs, tmp_path: Path) -> None:
        run()
        first = (tmp_path / "out" / "admin.mfa").read_text()
        result = run(rotate=True)
        assert result["changed"]
        assert result["replaced_serial_numbers"] == ["arn:aws:iam::123456789012:mfa/admin"]
        assert names(iam) == ["admin-rotated"]
        assert (tmp_path / "out" / "admin.mfa").read_text() != first
        assert not run()["changed"]
        run(rotate=True)
        assert names(iam) == ["admin"]
        assert len(iam.list_virtual_mfa_devices()["VirtualMFADevices"]) == 1

    def test_check_mode_announces_it(self, iam: Any, run: Runs, account: Sandbox) -> None:
        run()
        account.clear_journal()
        result = run(rotate=True, _ansible_check_mode=True)
        assert result["changed"]
        assert result["replaced_serial_numbers"]
        assert not any(call.writes for call in account.journal())

    def test_a_phone_keeps_the_old_device_until_the_new_one_works(self, iam: Any, run: Runs, tmp_path: Path) -> None:
        out = tmp_path / "out"
        run(method="phone")
        run(method="phone", authentication_codes=codes_of(seed_of((out / "admin.mfa").read_text())))
        result = run(method="phone", rotate=True)
        assert (result["status"], names(iam)) == ("pending", ["admin"])
        assert result["qr_code_file"] == str(out / "admin.mfa.new.png")
        assert not run(method="phone")["changed"]
        assert (out / "admin.mfa.new.png").exists()
        codes = codes_of(seed_of((out / "admin.mfa.new").read_text()))
        assert run(method="phone", rotate=True, authentication_codes=codes)["status"] == "assigned"
        assert names(iam) == ["admin-rotated"]
        assert list(out.iterdir()) == []


class TestSeveralDevices:
    def test_a_user_has_eight_and_no_more(self, iam: Any, run: Runs, tmp_path: Path) -> None:
        for number in range(8):
            file = str(tmp_path / "out" / f"{number}.mfa")
            assert run(device_name=f"admin-{number}", seed_file=file)["changed"]
        assert len(names(iam)) == 8
        for options in ({"device_name": "ninth"}, {"device_name": "admin-1", "rotate": True}):
            result = run(**options)
            assert "8 MFA devices, the most that AWS allows" in result["msg"]
        assert len(iam.list_virtual_mfa_devices()["VirtualMFADevices"]) == 8

    def test_a_name_is_found_on_every_page_and_whatever_its_path(self, iam: Any, run: Runs) -> None:
        for number in range(110):
            iam.create_virtual_mfa_device(VirtualMFADeviceName=f"a{number:03}")
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName="admin", Path="/z/")["VirtualMFADevice"]
        iam.create_user(UserName="zoe")
        first, second = codes_of(made["Base32StringSeed"].decode())
        iam.enable_mfa_device(
            UserName="zoe",
            SerialNumber=made["SerialNumber"],
            AuthenticationCode1=first,
            AuthenticationCode2=second,
        )
        result = run()
        assert "belongs to user 'zoe'" in result["msg"]
        assert names(iam, "zoe") == ["admin"]
        assert not run(state="absent")["changed"]
        assert names(iam, "zoe") == ["admin"]


class TestRemoval:
    def test_the_last_device_of_a_group_that_requires_mfa_needs_force(
        self, iam: Any, run: Runs, tmp_path: Path
    ) -> None:
        policy = {"Statement": [{"Effect": "Deny", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}]}
        document = json.dumps(
            {"Version": "2012-10-17", "Statement": [{**policy["Statement"][0], "Action": "*", "Resource": "*"}]}
        )
        iam.create_group(GroupName="careful")
        iam.add_user_to_group(GroupName="careful", UserName="admin")
        arn = iam.create_policy(PolicyName="mfa", PolicyDocument=document)["Policy"]["Arn"]
        iam.attach_group_policy(GroupName="careful", PolicyArn=arn)
        run()
        run(device_name="second", seed_file=str(tmp_path / "out" / "second.mfa"))
        assert run(state="absent")["changed"]
        refused = run(device_name="second", state="absent", _ansible_check_mode=True)
        assert "the group 'careful' requires MFA" in refused["msg"]
        assert names(iam) == ["second"]
        assert run(device_name="second", state="absent", force=True)["changed"]
        assert names(iam) == []

    def test_an_inline_policy_counts_too(self, iam: Any, run: Runs) -> None:
        condition = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
        statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
        iam.create_group(GroupName="careful")
        iam.add_user_to_group(GroupName="careful", UserName="admin")
        iam.put_group_policy(
            GroupName="careful",
            PolicyName="mfa",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        run()
        assert "set force" in run(state="absent")["msg"]

    def test_a_file_that_holds_something_else_stays(
        self, iam: Any, run: Runs, account: Sandbox, tmp_path: Path
    ) -> None:
        notes = tmp_path / "notes"
        notes.write_text("not a seed")
        account.clear_journal()
        assert "is no seed of a virtual MFA device" in run(seed_file=str(notes))["msg"]
        gone = run(seed_file=str(notes), state="absent")
        assert not gone["changed"]
        assert "is no seed of a virtual MFA device" in str(gone["warnings"])
        assert notes.read_text() == "not a seed"
        assert not any(call.writes for call in account.journal())


class TestOthersSeeds:
    """What is kept of another device, or is none of ours, is neither overwritten nor removed."""

    @pytest.mark.parametrize("rotate", [False, True])
    def test_a_place_is_not_taken_from_another_device(self, iam: Any, run: Runs, tmp_path: Path, rotate: bool) -> None:
        run()
        file = tmp_path / "out" / "admin.mfa"
        kept = file.read_text()
        if rotate:
            run(device_name="tablet", seed_file=str(tmp_path / "out" / "tablet.mfa"))
        for options in ({"_ansible_check_mode": True}, {}):
            result = run(device_name="tablet", rotate=rotate, **options)
            assert "another device, 'admin' of account 123456789012" in result["msg"]
        assert file.read_text() == kept
        assert "tablet-rotated" not in names(iam)

    def test_nor_from_another_account(self, iam: Any, run: Runs, tmp_path: Path) -> None:
        run()
        file = tmp_path / "out" / "admin.mfa"
        file.write_text(file.read_text().replace("123456789012", "210987654321"))
        kept = file.read_text()
        assert run(state="absent")["changed"]
        assert not run(state="absent")["changed"]
        assert "'admin' of account 210987654321" in run()["msg"]
        assert file.read_text() == kept
        assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []

    def test_nor_in_secrets_manager(self, iam: Any, run: Runs, account: Sandbox) -> None:
        secret = {"name": "dayone/mfa/admin", "region": "eu-central-1"}
        run(seed_secret=secret)
        assert "another device" in run(seed_secret=secret, device_name="tablet")["msg"]
        assert not run(seed_secret=secret, device_name="tablet", state="absent")["changed"]
        keeper = account.client("secretsmanager", "eu-central-1")
        assert ":admin%40" in keeper.get_secret_value(SecretId="dayone/mfa/admin")["SecretString"]

    def test_removal_leaves_seeds_of_other_devices(self, iam: Any, run: Runs, tmp_path: Path) -> None:
        run()
        run(device_name="tablet", seed_file=str(tmp_path / "out" / "tablet.mfa"))
        iam.create_user(UserName="bob")
        assert run(device_name="tablet", state="absent")["changed"]
        assert not run(user_name="bob", device_name="admin", state="absent")["changed"]
        assert (names(iam), (tmp_path / "out" / "admin.mfa").exists()) == (["admin"], True)

    def test_a_picture_of_ones_own_stays_and_so_does_a_seed_that_is_for_no_phone(
        self, iam: Any, run: Runs, tmp_path: Path
    ) -> None:
        run()
        file, picture = tmp_path / "out" / "admin.mfa", tmp_path / "out" / "admin.mfa.png"
        picture.write_bytes(b"drawn by hand")
        assert not run(method="phone")["changed"]
        assert (file.exists(), picture.read_bytes()) == (True, b"drawn by hand")
        photo = tmp_path / "photo.png"
        photo.write_bytes(b"a photo")
        tablet = {"device_name": "tablet", "seed_file": str(tmp_path / "out" / "tablet.mfa")}
        result = run(method="phone", qr_code_file=str(photo), **tablet)
        assert "is no QR code that an earlier run drew" in result["msg"]
        run(state="absent")
        assert (picture.exists(), photo.read_bytes()) == (True, b"a photo")
        assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []

    def test_files_that_a_phone_does_not_need_any_more_are_a_change(self, iam: Any, run: Runs, tmp_path: Path) -> None:
        out = tmp_path / "out"
        run(method="phone")
        kept = {file: file.read_bytes() for file in out.iterdir()}
        run(method="phone", authentication_codes=codes_of(seed_of((out / "admin.mfa").read_text())))
        for file, content in kept.items():
            file.write_bytes(content)
        assert run(method="phone", _ansible_check_mode=True)["changed"]
        assert len(list(out.iterdir())) == 2
        assert run(method="phone")["changed"]
        assert list(out.iterdir()) == []

    def test_a_seed_that_nobody_can_read_does_not_keep_the_device(self, iam: Any, run: Runs, tmp_path: Path) -> None:
        run(vault_secrets=[{"vault_id": "default", "secret": "cGFzc3dvcmQ="}])
        result = run(state="absent")
        assert "is encrypted with Ansible Vault" in str(result["warnings"])
        assert (names(iam), (tmp_path / "out" / "admin.mfa").exists()) == ([], True)


class TestTagsAndResync:
    def test_tags_are_set_changed_and_purged_as_asked(self, iam: Any, run: Runs, account: Sandbox) -> None:
        serial = run(tags={"Team": "founders", "Old": "yes"})["serial_number"]

        def tags() -> dict[str, str]:
            return {tag["Key"]: tag["Value"] for tag in iam.list_mfa_device_tags(SerialNumber=serial)["Tags"]}

        assert tags() == {"Team": "founders", "Old": "yes"}
        assert run(tags={"Team": "all"}, _ansible_check_mode=True)["changed"]
        assert run(tags={"Team": "all"}, purge_tags=False)["changed"]
        assert tags() == {"Team": "all", "Old": "yes"}
        assert run(tags={"Team": "all"})["changed"]
        assert tags() == {"Team": "all"}
        assert not run(tags={"Team": "all"})["changed"]
        assert not run()["changed"]
        assert tags() == {"Team": "all"}

    def test_resync_by_seed_and_by_given_codes(self, iam: Any, run: Runs, account: Sandbox, tmp_path: Path) -> None:
        run()
        account.clear_journal()
        assert run(resync=True)["changed"]
        assert "ResyncMFADevice" in [call.action for call in account.journal()]
        seed = seed_of((tmp_path / "out" / "admin.mfa").read_text())
        assert run(method="phone", resync=True, authentication_codes=codes_of(seed))["changed"]
        assert "nobody to ask" in run(method="phone", resync=True)["msg"]
        assert run(method="phone", resync=True, _ansible_check_mode=True)["changed"]
        assert "wrong order" in run(method="phone", resync=True, authentication_codes=codes_of(seed)[::-1])["msg"]
        assert "one at a time" in run(resync=True, rotate=True)["msg"]


class TestSecretsManager:
    def test_the_seed_is_kept_and_a_second_run_does_not_ask(self, iam: Any, run: Runs, account: Sandbox) -> None:
        secret = {"name": "dayone/mfa/admin", "region": "eu-central-1"}
        result = run(seed_secret=secret, access_key_file=None)
        assert (result["seed_secret"], result["seed_file"]) == ("dayone/mfa/admin", "")
        keeper = account.client("secretsmanager", "eu-central-1")
        uri = keeper.get_secret_value(SecretId="dayone/mfa/admin")["SecretString"]
        assert uri.startswith("otpauth://totp/Amazon%20Web%20Services:admin%40123456789012?secret=")
        account.clear_journal()
        assert not run(seed_secret=secret)["changed"]
        assert [call.action for call in account.journal()] == ["ListMFADevices"]
        assert run(seed_secret=secret, state="absent")["changed"]
        assert not run(seed_secret=secret, state="absent")["changed"]
        # Marked for deletion for seven days, its name is used again.
        assert run(seed_secret=secret)["changed"]
        assert keeper.get_secret_value(SecretId="dayone/mfa/admin")["SecretString"] != uri

    def test_a_secret_of_somebody_elses_stays(self, iam: Any, run: Runs, account: Sandbox) -> None:
        keeper = account.client("secretsmanager", "eu-central-1")
        keeper.create_secret(Name="database", SecretString="not a seed")
        secret = {"name": "database", "region": "eu-central-1"}
        assert "holds something that is no seed" in run(seed_secret=secret)["msg"]
        assert "holds something that is no seed" in str(run(seed_secret=secret, state="absent")["warnings"])
        assert keeper.get_secret_value(SecretId="database")["SecretString"] == "not a seed"
        assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []

    def test_one_that_is_marked_for_deletion_is_not_taken_over(self, iam: Any, run: Runs, account: Sandbox) -> None:
        keeper = account.client("secretsmanager", "eu-central-1")
        keeper.create_secret(Name="database", SecretString="not a seed")
        keeper.delete_secret(SecretId="database")
        secret = {"name": "database", "region": "eu-central-1"}
        assert "holds something that is no seed" in run(seed_secret=secret)["msg"]
        assert keeper.describe_secret(SecretId="database")["DeletedDate"]
        keeper.restore_secret(SecretId="database")
        assert keeper.get_secret_value(SecretId="database")["SecretString"] == "not a seed"
        assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []

    def test_another_refusal_is_not_taken_for_a_deletion(self, iam: Any, run: Runs, account: Sandbox) -> None:
        secret = {"name": "managed", "region": "eu-central-1"}
        account.client("secretsmanager", "eu-central-1").create_secret(Name="managed", SecretString="x")
        account.fail("secretsmanager", "GetSecretValue", "InvalidRequestException", status=400)
        assert "InvalidRequestException" in str(run(seed_secret=secret))
        assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []

    def test_a_seed_that_cannot_be_kept_leaves_no_device(self, iam: Any, run: Runs, account: Sandbox) -> None:
        account.fail("secretsmanager", "PutSecretValue", "AccessDeniedException", status=400)
        assert "AWS answered PutSecretValue" in run(seed_secret={"name": "x", "region": "eu-central-1"})["msg"]
        assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []

    def test_a_keeper_that_refuses_leaves_no_device(self, iam: Any, run: Runs, account: Sandbox) -> None:
        account.fail("secretsmanager", "CreateSecret", "AccessDeniedException", status=400)
        assert "AWS answered CreateSecret" in run(seed_secret={"name": "x", "region": "eu-central-1"})["msg"]
        assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []


class TestClock:
    @pytest.mark.parametrize("ahead", [240, -240])
    def test_one_that_is_minutes_off_is_named(
        self, iam: Any, account: Sandbox, ansible: Ansible, tmp_path: Path, ahead: int
    ) -> None:
        account.world(clock_ahead_seconds=ahead)
        options = {"user_name": "admin", "method": "seed", "seed_file": str(tmp_path / "admin.mfa")}
        done = ansible(play(task("iam_virtual_mfa_device", **options)), check=False)
        message = done.task("it")["result"]["msg"]
        assert "The clock of this machine is 2" in message
        assert ("behind AWS's" if ahead > 0 else "ahead of AWS's") in message
        assert "Waiting" not in done.output
        account.world(clock_ahead_seconds=0)
        ansible(play(task("iam_virtual_mfa_device", **options)))
        assert names(iam) == ["admin"]

    @pytest.mark.parametrize("ahead", [310, -310])
    def test_one_that_is_five_minutes_off_is_named(self, iam: Any, account: Sandbox, run: Runs, ahead: int) -> None:
        account.world(clock_ahead_seconds=ahead)
        assert "differs from AWS's by more than the five minutes" in run()["msg"]

    @pytest.mark.long
    def test_where_aws_refuses_the_first_pair_the_next_step_is_waited_for(
        self, iam: Any, account: Sandbox, ansible: Ansible, tmp_path: Path
    ) -> None:
        options = {"user_name": "admin", "method": "seed", "seed_file": str(tmp_path / "admin.mfa")}
        account.fail("iam", "EnableMFADevice", "InvalidAuthenticationCode", times=1)
        done = ansible(play(task("iam_virtual_mfa_device", **options)))
        assert "User 'admin': AWS refused the first pair of codes. Waiting" in done.output
        assert names(iam) == ["admin"]


class TestVault:
    @pytest.fixture
    def vault(self, tmp_path: Path) -> list[str]:
        (tmp_path / "vault-password").write_text(PASSWORD)
        return ["--vault-password-file", str(tmp_path / "vault-password")]

    @pytest.mark.long
    def test_each_secret_of_the_role_is_encrypted_and_read_again(
        self, account: Sandbox, ansible: Ansible, tmp_path: Path, vault: list[str]
    ) -> None:
        out = tmp_path / "out"
        variables = {
            "iam_admin_users": [
                {"name": "admin", "access_key": True, "mfa": "seed"},
                {"name": "person", "console_access": False, "mfa": "phone"},
            ],
            "dayone_output_dir": str(out),
        }
        first = ansible(role(**variables), "-vvv", *vault)
        # The note of the account is no secret.
        files = {path.name: path.read_bytes() for path in out.iterdir() if path.name != "account"}
        assert sorted(files) == [
            "admin.accessKeys.csv",
            "admin.mfa",
            "admin.password",
            "person.mfa",
            "person.mfa.png",
        ]
        assert all(content.startswith(b"$ANSIBLE_VAULT;1.1;AES256\n") for content in files.values())
        assert PASSWORD not in first.output + str(first.tasks)
        # The device was tried out with the encrypted key, which this run opened.
        assert [call.status for call in account.journal() if call.action == "GetSessionToken"] == [200]
        account.clear_journal()
        assert ansible(role(**variables), *vault).changed == []
        shown = ansible(
            play(
                {"name": "show", "ansible.builtin.debug": {"msg": "{{ lookup('unvault', file) }}"}},
                vars={"file": str(out / "admin.mfa")},
            ),
            *vault,
        )
        assert "otpauth://totp/" in shown.task("show")["result"]["msg"]
        locked = ansible(role(**variables), check=False)
        assert "is encrypted with Ansible Vault, and this run has no vault secret that opens it" in locked.output
        assert {path.name: path.read_bytes() for path in out.iterdir() if path.name != "account"} == files

    def test_always_fails_without_a_vault_secret_and_never_writes_plainly(
        self, iam: Any, account: Sandbox, ansible: Ansible, tmp_path: Path, vault: list[str]
    ) -> None:
        options = {"user_name": "admin", "method": "seed", "seed_file": str(tmp_path / "admin.mfa")}
        always = play(task("iam_virtual_mfa_device", encrypt="always", **options))
        account.clear_journal()
        assert "no vault secret to encrypt with" in ansible(always, check=False).task("it")["result"]["msg"]
        assert account.journal() == []
        ansible(play(task("iam_virtual_mfa_device", encrypt="never", **options)), *vault)
        assert (tmp_path / "admin.mfa").read_text().startswith("otpauth://")

    def test_the_identity_to_encrypt_with_is_ansibles_setting(
        self, iam: Any, ansible: Ansible, tmp_path: Path, vault: list[str]
    ) -> None:
        password_file = vault[1]
        options = {"user_name": "admin", "password_file": str(tmp_path / "admin.password")}
        ansible(
            play(task("iam_login_profile", **options)),
            *("--vault-id", f"first@{password_file}", "--vault-id", f"second@{password_file}"),
            env={"ANSIBLE_VAULT_ENCRYPT_IDENTITY": "second"},
        )
        assert (tmp_path / "admin.password").read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;second\n")


class TestNothingLeaks:
    def test_not_to_output_results_log_or_fact_cache(
        self, iam: Any, account: Sandbox, ansible: Ansible, tmp_path: Path
    ) -> None:
        out, log, cache = tmp_path / "out", tmp_path / "log", tmp_path / "facts"
        variables = {
            "iam_admin_users": [
                {"name": "admin", "access_key": True, "mfa": "seed"},
                {"name": "person", "console_access": False, "mfa": "phone"},
            ],
            "dayone_output_dir": str(out),
        }
        environment = {
            "ANSIBLE_LOG_PATH": str(log),
            "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(cache),
        }
        # A play that keeps all that it registered as facts, and shows it.
        keep: list[dict[str, Any]] = [
            {"ansible.builtin.include_role": {"name": "dayone.aws_account.iam_admin"}},
            {
                "ansible.builtin.set_fact": {
                    "kept": "{{ [iam_admin__devices, iam_admin__devices_now, iam_admin__keys_made | default({})] }}",
                    "cacheable": True,
                }
            },
            {"ansible.builtin.debug": {"var": "kept"}},
        ]
        first = ansible(play(*keep, vars=variables), "-vvv", env=environment)
        seeds = [seed_of((out / f"{name}.mfa").read_text()) for name in ("admin", "person")]
        codes = codes_of(seeds[1])
        second = ansible(
            play(*keep, vars=variables),
            "-vvv",
            env=environment,
            extra_vars={"iam_admin_mfa_codes": {"person": codes}},
        )
        assert sorted(names(iam, "person")) == ["person"]
        kept = "".join(path.read_text() for path in cache.iterdir() if path.is_file())
        assert "serial_number" in kept
        assert "iam_virtual_mfa_device" in log.read_text()
        told = first.output + second.output + str(first.tasks) + str(second.tasks) + log.read_text() + kept
        now = int(time.time())
        computed = [pyotp.TOTP(seeds[0]).at(now - 30 * back) for back in range(8)]
        for secret in [*seeds, *codes, *computed, "otpauth://", "█", "▀"]:
            assert secret not in told
        left = [path for path in (tmp_path / "ansible").rglob("*") if path.is_file()]
        for path in left:
            if not path.name.startswith("vars-"):
                assert not any(seed.encode() in path.read_bytes() for seed in seeds)


class TestRefused:
    @pytest.mark.parametrize("refused", [("secretsmanager", "GetSecretValue"), ("sts", "AssumeRole")])
    def test_a_device_goes_although_its_secret_may_not_be_read(
        self, account: Sandbox, iam: Any, run: Runs, refused: tuple[str, str]
    ) -> None:
        secret = {"name": "admin", "role_arn": account.role("keeper", "210987654321"), "region": "us-east-1"}
        key = account.administrator()
        keys = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
        run(seed_secret=secret, **keys)
        account.fail(*refused, "AccessDeniedException", status=400)
        done = run(seed_secret=secret, state="absent", **keys)
        assert (done["changed"], done["status"]) == (True, "absent")
        assert f"AWS answered {refused[1]} with AccessDeniedException" in str(done["warnings"])
        assert names(iam) == []
        account.clear_faults()
        keeper = account.account_client("secretsmanager", "210987654321")
        assert "DeletedDate" not in keeper.describe_secret(SecretId="admin")

    def test_a_user_who_rotates_their_own_device_needs_mfa(
        self, account: Sandbox, iam: Any, run: Runs, tmp_path: Path
    ) -> None:
        run()
        key = iam.create_access_key(UserName="admin")["AccessKey"]
        own = {"access_key": key["AccessKeyId"], "secret_key": key["SecretAccessKey"]}
        denied = run(rotate=True, **own)
        assert "AWS answered EnableMFADevice with AccessDenied" in denied["msg"]
        assert "only with the credentials of a session that proves MFA" in denied["msg"]
        # The device in use is still the one, and the next run, of somebody else, ends it.
        assert names(iam) == ["admin"]
        assert run(rotate=True)["changed"]
        assert names(iam) == ["admin-rotated"]


class TestManyUsers:
    def test_two_hundred_users_with_devices_cost_a_listing(
        self, account: Sandbox, ansible: Ansible, tmp_path: Path
    ) -> None:
        iam = account.client("iam")
        people = [f"user{number:03}" for number in range(200)]
        for name in people:
            iam.create_user(UserName=name)
            device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
            first, second = codes_of(device["Base32StringSeed"].decode())
            iam.enable_mfa_device(
                UserName=name,
                SerialNumber=device["SerialNumber"],
                AuthenticationCode1=first,
                AuthenticationCode2=second,
            )
        iam.create_user(UserName="late")
        account.clear_journal()
        variables = {
            "iam_admin_users": [{"name": name, "mfa": "seed"} for name in [*people, "late"]],
            "iam_admin__caller": {"account": "123456789012", "arn": "arn:aws:iam::123456789012:root"},
            "dayone_output_dir": str(tmp_path / "out"),
        }
        only_mfa = {"ansible.builtin.include_role": {"name": "dayone.aws_account.iam_admin", "tasks_from": "mfa"}}
        done = ansible(play(only_mfa, vars=variables))
        assert done.changed == ["Enable the administrators' virtual MFA devices"]
        calls = [call.action for call in account.journal()]
        # 200 devices are two pages; the rest is for the one user who had none.
        assert calls == [
            "ListVirtualMFADevices",
            "ListVirtualMFADevices",
            "ListMFADevices",
            "ListVirtualMFADevices",
            "ListVirtualMFADevices",
            "CreateVirtualMFADevice",
            "EnableMFADevice",
        ]
        account.clear_journal()
        assert ansible(play(only_mfa, vars=variables)).changed == []
        assert len(account.journal()) == 3


class TestInfo:
    def test_it_tells_who_has_a_device_without_seeds(
        self, iam: Any, run: Runs, account: Sandbox, ansible: Ansible
    ) -> None:
        run()
        iam.create_user(UserName="bob")
        pending = iam.create_virtual_mfa_device(VirtualMFADeviceName="bob")["VirtualMFADevice"]
        account.clear_journal()
        done = ansible(
            play(
                task("iam_virtual_mfa_device_info", "all"),
                task("iam_virtual_mfa_device_info", "some", user_names=["bob", "to-come", "ADMIN"]),
            ),
            "--check",
        )
        assert [call.action for call in account.journal()] == [
            "ListVirtualMFADevices",
            "ListUsers",
            "ListVirtualMFADevices",
        ]
        told = done.task("all")["result"]
        assert (told["users_with_device"], told["users_without_device"]) == (["admin"], ["bob"])
        assert told["pending_devices"] == ["bob"]
        assert done.task("some")["result"]["users_without_device"] == ["bob", "to-come"]
        assert done.task("some")["result"]["users_with_device"] == ["ADMIN"]
        assert pending["Base32StringSeed"].decode() not in str(done.tasks)


class TestSummary:
    def test_it_says_how_to_go_on(self, account: Sandbox, ansible: Ansible, tmp_path: Path) -> None:
        users = [
            {"name": "person", "console_access": False},
            {"name": "robot", "console_access": False, "mfa": "seed"},
        ]
        variables = {"iam_admin_users": users, "dayone_output_dir": str(tmp_path / "out")}
        done = ansible(role(**variables))
        pending, sign_in = done.task("Say how to go on with MFA")["result"]["msg"]
        assert f"Scan {tmp_path}/out/person.mfa.png" in pending
        assert """-e '{"iam_admin_mfa_codes": {"person": ["123456", "654321"]}}'""" in pending
        assert "robot: sign in at https://123456789012.signin.aws.amazon.com/console" in sign_in
        rotated = ansible(role(**variables, iam_admin_mfa_rotate=["robot"]))
        assert "Enable the administrators' virtual MFA devices" in rotated.changed
        assert names(account.client("iam"), "robot") == ["robot-rotated"]
        wrong = ansible(role(**variables, iam_admin_mfa_rotate=["nobody"]), check=False)
        assert "iam_admin_mfa_rotate names 'nobody'" in wrong.output

    def test_seeds_go_to_secrets_manager_where_asked(self, account: Sandbox, ansible: Ansible, tmp_path: Path) -> None:
        robot = {"name": "robot", "console_access": False, "mfa": "seed"}
        options = {
            "dayone_output_dir": str(tmp_path / "out"),
            "iam_admin_mfa_keeper": "secretsmanager",
            "iam_admin_mfa_secrets_manager": {"name_prefix": "acme/", "region": "eu-west-1"},
        }
        ansible(role(iam_admin_users=[robot], **options))
        keeper = account.client("secretsmanager", "eu-west-1")
        assert keeper.get_secret_value(SecretId="acme/robot")["SecretString"].startswith("otpauth://")
        assert not list(tmp_path.glob("out/*"))
        # With the user the secret goes, and what interrupted writes left of the user's files.
        (tmp_path / "out").mkdir(exist_ok=True)
        left = [".robot.mfa.partial", ".robot.accessKeys.csv.creating", "..robot.accessKeys.csv.creating.partial"]
        for name in [*left, "robot2.mfa"]:
            (tmp_path / "out" / name).touch()
        other = {"name": "other", "password": "Given-By-Hand-2026", "mfa": "none"}
        ansible(role(iam_admin_users=[other, {"name": "robot", "state": "absent"}], **options))
        assert keeper.describe_secret(SecretId="acme/robot")["DeletedDate"]
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["account", "robot2.mfa"]

    def test_a_secret_without_a_device_goes_with_the_user_too(
        self, account: Sandbox, ansible: Ansible, tmp_path: Path
    ) -> None:
        iam, keeper = account.client("iam"), account.client("secretsmanager", "ap-northeast-1")
        iam.create_user(UserName="robot")
        totp = pyotp.TOTP(pyotp.random_base32())
        uri = totp.provisioning_uri(name="robot@123456789012", issuer_name="Amazon Web Services")
        keeper.create_secret(Name="dayone/mfa/robot", SecretString=uri)
        # The phone that robot had before, whose enrolment was put off.
        out = tmp_path / "out"
        out.mkdir(mode=0o700)
        (out / "robot.mfa").write_text(uri)
        users = [
            {"name": "other", "password": "Given-By-Hand-2026", "mfa": "none"},
            {"name": "robot", "state": "absent"},
        ]
        options = {"dayone_output_dir": str(out), "iam_admin_mfa_keeper": "secretsmanager"}
        ansible(role(iam_admin_users=users, **options))
        assert keeper.describe_secret(SecretId="dayone/mfa/robot")["DeletedDate"]
        assert [user["UserName"] for user in iam.list_users()["Users"]] == ["other"]
        assert [path.name for path in out.iterdir()] == ["account"]
        # A user who is gone already, as after a run that was killed or a removal by hand.
        keeper.restore_secret(SecretId="dayone/mfa/robot")
        (out / "robot.mfa").write_text(uri)
        account.clear_journal()
        run = ansible(role(iam_admin_users=users, **options))
        assert run.changed == ["Delete their virtual MFA devices, and seeds of users who are gone"]
        assert keeper.describe_secret(SecretId="dayone/mfa/robot")["DeletedDate"]
        assert [path.name for path in out.iterdir()] == ["account"]
        account.clear_journal()
        assert ansible(role(iam_admin_users=users, **options)).changed == []
        calls = [call.action for call in account.journal()]
        assert (calls.count("DescribeSecret"), calls.count("GetSecretValue")) == (1, 0)

    def test_a_user_may_not_have_the_name_of_anothers_rotated_device(self, ansible: Ansible, tmp_path: Path) -> None:
        users = [{"name": "bob"}, {"name": "Bob-rotated"}]
        done = ansible(role(iam_admin_users=users, dayone_output_dir=str(tmp_path / "out")), check=False)
        assert "iam_admin_users has 'bob-rotated' next to a user of that name" in " ".join(done.output.split())
