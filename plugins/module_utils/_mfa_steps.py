# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The steps by which a user gets a virtual MFA device, in an order that loses no seed wherever it is cut off."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.iam import get_aws_account_id
from ansible_collections.amazon.aws.plugins.module_utils.tagging import compare_aws_tags
from ansible_collections.dayone.aws_account.plugins.module_utils import _mfa_devices, _mfa_plan, _totp, _vault
from ansible_collections.dayone.aws_account.plugins.module_utils._access_key import AccessKey, read_access_key
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import said
from ansible_collections.dayone.aws_account.plugins.module_utils._mfa_plan import Device, Kept, Plan, Standing, Wish
from ansible_collections.dayone.aws_account.plugins.module_utils._qr_codes import QrCodes
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import why_locked
from ansible_collections.dayone.aws_account.plugins.module_utils._seed_keeper import (
    File,
    Keeper,
    KeeperError,
    refuse_kept,
    secrets_manager,
)

# AWS Secrets Manager, STS for a role there, and KMS refuse in these words.
REFUSED = ["AccessDenied", "AccessDeniedException", "DecryptionFailure"]


class VirtualMfaDevice:
    """The device that the module's parameters speak of: how it stands, and the steps that change it."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.client = module.client("iam")
        self.vault = _vault.vault_of(module)
        self.user_name: str = module.params["user_name"]
        self.name: str = module.params["device_name"] or self.user_name
        self.for_phone: bool = module.params["method"] == "phone"
        self.keeper = self._keeper()
        self.qr_codes = self._qr_codes()
        self.standing = Standing()

    def _keeper(self) -> Keeper | None:
        if self.module.params["seed_secret"]:
            description = f"Seed of the virtual MFA device '{self.name}' of IAM user '{self.user_name}'"
            return secrets_manager(self.module, self.module.params["seed_secret"], description)
        if self.module.params["seed_file"]:
            return File(Path(self.module.params["seed_file"]), self.vault)
        return None

    def _qr_codes(self) -> QrCodes | None:
        if not isinstance(self.keeper, File):
            return None
        return QrCodes(self.keeper, self.module.params["qr_code_file"], self.vault)

    @property
    def kept_by(self) -> Keeper:
        """The keeper, which state=present always has: required_one_of sees to it."""
        if self.keeper is None:
            raise AssertionError("state=present without seed_file and seed_secret")
        return self.keeper

    @property
    def phones_qr_codes(self) -> QrCodes:
        """Where a phone's QR codes are: its keeper is a file, the module sees to it."""
        if self.qr_codes is None:
            raise AssertionError("method=phone without seed_file")
        return self.qr_codes

    def look(self) -> Kept:
        """Read how things stand; of a device that is in order, one call to AWS is all, and the seed is not touched."""
        wish = self.wish()
        may_miss = self.module.check_mode or self.module.params["state"] == "absent"
        of_user = _mfa_devices.list_of_user(self.client, self.user_name, may_miss=may_miss)
        self.standing = Standing(of_user)
        mine = [device for device in of_user if _mfa_plan.belongs(device, self.name)]
        if self.module.params["state"] == "present" and len(mine) == 1 and not wish.rotate:
            return Kept()
        others = [device for device in _mfa_devices.list_virtual(self.client) if _mfa_plan.belongs(device, self.name)]
        self.standing = Standing(of_user, tuple(device for device in others if device.user_name != self.user_name))
        if self.module.params["state"] == "absent":
            return Kept()
        return Kept(self._whose(mine + others, beside=False), self._whose(mine + others, beside=True))

    def _whose(self, devices: list[Device], *, beside: bool) -> str | None:
        """Which of the devices the seed in the keeper is of, by its serial number."""
        uri = self.keeper.read(beside=beside) if self.keeper else None
        serials = (device.serial_number for device in devices)
        return next((serial for serial in serials if uri and _totp.is_of_device(uri, serial)), None)

    def wish(self) -> Wish:
        codes = self.for_phone and bool(self.module.params["authentication_codes"])
        return Wish(
            self.user_name,
            self.name,
            rotate=self.module.params["rotate"],
            can_assign=codes or not self.for_phone,
            given_codes=codes,
        )

    def carry_out(self, to_do: Plan) -> Device | None:
        """Take the steps of the plan; returns the device as it is then."""
        device = to_do.device
        if to_do.create:
            self.kept_by.prove_writable(self._refuse_seed, beside=to_do.beside)
        for useless in to_do.delete_first:
            _mfa_devices.delete(self.client, useless)
        if to_do.create:
            device = self._create(to_do.create, to_do.beside)
        if device and device.status == "pending":
            if self.for_phone:
                self.phones_qr_codes.draw(device.serial_number, to_do.beside)
            if to_do.assigns:
                device = _mfa_devices.assign(self.client, device, self.user_name, self.codes(beside=to_do.beside))
        if to_do.promotes:
            self.kept_by.promote()
        for replaced in to_do.delete_last:
            _mfa_devices.delete(self.client, replaced)
        return device

    def _create(self, name: str, beside: bool) -> Device:
        """Create the device and put its seed into the keeper, for AWS will not show it again."""
        if self.for_phone:
            self.phones_qr_codes.forget(beside)  # that of a device which is gone
        device, seed = _mfa_devices.create(self.client, name, self.module.params["path"], self.module.params["tags"])
        try:
            self.kept_by.write(_totp.device_uri(device.serial_number, seed), beside=beside)
        except Exception:
            # Nobody has its seed. Where this fails too, the next run deletes it.
            with suppress(Exception):
                _mfa_devices.delete(self.client, device)
            raise
        return device

    @property
    def given_codes(self) -> list[str] | None:
        """The codes that are given: where the seed is kept, those to resynchronize by are the only ones of use."""
        given: list[str] | None = self.module.params["authentication_codes"]
        return given if self.for_phone or self.module.params["resync"] else None

    def codes(self, *, beside: bool = False) -> tuple[str, str]:
        """The codes for AWS: given, or computed for the step that has passed and the present one."""
        given = self.given_codes
        if given:
            return given[0], given[1]
        seed = self.seed(beside=beside)
        if seed is None:
            self.module.fail_json(
                msg=f"Could not compute codes of the virtual MFA device '{self.name}': its seed is not where it was "
                "kept. Give two codes of it in authentication_codes."
            )
            raise AssertionError("fail_json does not return")
        return _totp.code_pair(seed, _totp.current_step() - 1)

    def seed(self, *, beside: bool = False) -> str | None:
        uri = self.keeper.read(beside=beside) if self.keeper else None
        return _totp.seed_of(uri) if uri else None

    def change_tags(self, device: Device) -> bool:
        """Whether the tags differ from those wanted, which they do not any more then."""
        wanted: dict[str, str] | None = self.module.params["tags"]
        if wanted is None:
            return False
        purge: bool = self.module.params["purge_tags"]
        current = _mfa_devices.read_tags(self.client, device)
        if not any(compare_aws_tags(current, wanted, purge)):
            return False
        if not self.module.check_mode:
            _mfa_devices.change_tags(self.client, device, current, wanted, purge)
        return True

    @cached_property
    def account(self) -> str:
        """The account's number, without a call where a device tells it."""
        devices = (*self.standing.of_user, *self.standing.others)
        known = (_totp.label_of_serial(d.serial_number) for d in devices if d.serial_number.startswith("arn:"))
        return next((label.account for label in known), None) or str(get_aws_account_id(self.module))

    def is_ours(self, label: _totp.Label) -> bool:
        """Whether this is the device, under either name, and not another account's or another user's one."""
        if not _mfa_plan.is_of_device(label.name, self.name) or label.account != self.account:
            return False
        taken = {device.name.lower() for device in self.standing.others if device.user_name}
        return label.name.lower() not in taken

    def refuse_foreign(self, to_do: Plan) -> None:
        """See to it that what the plan writes takes the place of nothing but the device's own seed and QR code.

        Raises:
            KeeperError: something else is there.
        """
        if to_do.create or to_do.promotes:
            refuse_kept(self.kept_by, self._refuse_seed)
        if self.for_phone and (to_do.create or to_do.assigns or to_do.status == "pending"):
            self.phones_qr_codes.refuse_foreign(to_do.beside, self._refuse)

    def _refuse_seed(self, uri: str) -> None:
        self._refuse(_totp.label_of(uri))

    def _refuse(self, label: _totp.Label) -> None:
        if not self.is_ours(label):
            raise KeeperError(
                f"the place for its seed holds that of another device, '{label.name}' of account {label.account}. "
                "Name another place. Nothing was changed."
            )

    def files_of_phone(self, device: Device) -> list[Path]:
        """What is to go once the phone has the seed."""
        return self.qr_codes.files_of(device.serial_number) if self.qr_codes else []

    def seeds_to_go(self) -> list[bool]:
        """The places (each as ``beside``) with a seed of the device, which is to be absent."""
        return [beside for beside in (False, True) if self._is_ours_in(beside)] if self.keeper else []

    def _is_ours_in(self, beside: bool) -> bool:
        try:
            uri = self.keeper.read(beside=beside) if self.keeper else None
        except KeeperError as error:
            return self._leave(str(error))
        except is_boto3_error_code(REFUSED) as error:
            return self._leave(f"the seed that may be in the secret could not be read: {said(str(error))}")
        return uri is not None and self.is_ours(_totp.label_of(uri))

    def _leave(self, why: str) -> bool:
        """What cannot be read may be anybody's; a device has to go even if nobody can read its seed any more."""
        self.module.warn(f"This was left where it is: {why.removesuffix(' Nothing was changed.')}")
        return False

    def pictures_to_go(self) -> list[Path]:
        """The QR codes of the device, which is to be absent."""
        return [file for file in self.pictures() if self._is_ours_drawn_in(file)]

    def pictures(self) -> list[Path]:
        """Where QR codes are, of the device in use and of a rotation's."""
        return self.qr_codes.places() if self.qr_codes else []

    def _is_ours_drawn_in(self, file: Path) -> bool:
        try:
            serial_number = self.qr_codes.drawn_in(file) if self.qr_codes else None
        except KeeperError as error:
            return self._leave(str(error))
        return serial_number is not None and self.is_ours(_totp.label_of_serial(serial_number))

    def access_key(self) -> AccessKey | None:
        """The user's access key, if the run holds one."""
        path = self.module.params["access_key_file"]
        try:
            return read_access_key(Path(path), self.vault) if path else None
        except _vault.LockedError:
            self.module.warn(f"The device is not tried out: {why_locked(Path(path))}")
            return None

    def files(self, beside: bool) -> dict[str, str]:
        """The files that hold seed and QR code, as the module returns them: empty where there is none."""
        if self.qr_codes is None:
            return {"seed_file": "", "qr_code_file": ""}
        return {
            "seed_file": _if_exists(self.qr_codes.keeper.file(beside)),
            "qr_code_file": _if_exists(self.qr_codes.place(beside)),
        }


def _if_exists(path: Path) -> str:
    return str(path) if path.exists() else ""
