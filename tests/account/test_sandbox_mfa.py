"""Virtual MFA devices: seed and QR code, code checks, ownership, listing, tags, sessions."""

from __future__ import annotations

import base64
import io
import re
import time
from collections.abc import Callable
from typing import Any

import PIL.Image
import pyotp
import pytest
import zxingcpp
from account.aws_errors import refused
from sandbox import Sandbox

STEP = 30


@pytest.fixture
def iam(account: Sandbox) -> Any:
    return account.client("iam")


@pytest.fixture
def device(iam: Any) -> dict[str, Any]:
    """A user `ada` and a device not assigned yet."""
    iam.create_user(UserName="ada")
    created: dict[str, Any] = iam.create_virtual_mfa_device(VirtualMFADeviceName="ada")["VirtualMFADevice"]
    return created


def code(device: dict[str, Any], steps: int = 0) -> str:
    """The device's code of the present time step, or of one some steps away."""
    return pyotp.TOTP(device["Base32StringSeed"].decode()).at(int(time.time()) + steps * STEP)


@pytest.fixture(autouse=True)
def _not_at_the_end_of_a_step() -> None:
    """A test that starts in the last seconds of a time step could end in the next one."""
    left = STEP - time.time() % STEP
    if left < 4:
        time.sleep(left)


def enable(iam: Any, device: dict[str, Any], first: int = -1, second: int = 0, user: str = "ada") -> None:
    iam.enable_mfa_device(
        UserName=user,
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1=code(device, first),
        AuthenticationCode2=code(device, second),
    )


def test_the_seed_is_base32_and_the_picture_is_its_qr_code(device: dict[str, Any]) -> None:
    seed = device["Base32StringSeed"].decode()
    assert re.fullmatch("[A-Z2-7]{64}", seed)
    assert base64.b32decode(seed)
    assert device["SerialNumber"] == "arn:aws:iam::123456789012:mfa/ada"
    assert device["QRCodePNG"].startswith(b"\x89PNG")
    (read,) = zxingcpp.read_barcodes(PIL.Image.open(io.BytesIO(device["QRCodePNG"])))
    issuer = "Amazon%20Web%20Services"
    assert read.text == f"otpauth://totp/{issuer}:ada@123456789012?secret={seed}&issuer={issuer}"


def test_a_name_is_taken_once(iam: Any, device: dict[str, Any]) -> None:
    with refused("EntityAlreadyExists", 409):
        iam.create_virtual_mfa_device(VirtualMFADeviceName="ada")
    with refused("EntityAlreadyExists", 409):
        iam.create_virtual_mfa_device(VirtualMFADeviceName="ada", Path="/other/")
    with refused("ValidationError", 400):
        iam.create_virtual_mfa_device(VirtualMFADeviceName="a b")


@pytest.mark.parametrize("steps", [(-2, -1), (-1, 0), (0, 1)])
def test_two_consecutive_recent_codes_enable_a_device(iam: Any, device: dict[str, Any], steps: tuple[int, int]) -> None:
    enable(iam, device, *steps)
    (listed,) = iam.list_mfa_devices(UserName="ada")["MFADevices"]
    assert listed["SerialNumber"] == device["SerialNumber"]


@pytest.mark.parametrize("steps", [(0, -1), (0, 0), (-2, 0), (-3, -2), (1, 2), (-40, -39)])
def test_other_codes_do_not(iam: Any, device: dict[str, Any], steps: tuple[int, int]) -> None:
    with refused("InvalidAuthenticationCode", 403):
        enable(iam, device, *steps)
    assert iam.list_mfa_devices(UserName="ada")["MFADevices"] == []


def test_codes_of_another_seed_do_not(iam: Any, device: dict[str, Any]) -> None:
    other = {**device, "Base32StringSeed": b"A" * 64}
    with refused("InvalidAuthenticationCode", 403):
        enable(iam, other)


@pytest.mark.parametrize("wrong", ["12345a", "\uff11" * 6])
def test_codes_have_six_digits(iam: Any, device: dict[str, Any], wrong: str) -> None:
    with refused("ValidationError", 400):
        iam.enable_mfa_device(
            UserName="ada",
            SerialNumber=device["SerialNumber"],
            AuthenticationCode1=wrong,
            AuthenticationCode2=code(device),
        )


def test_enabling_needs_a_device_and_a_user(iam: Any, device: dict[str, Any]) -> None:
    with refused("NoSuchEntity", 404):
        enable(iam, {**device, "SerialNumber": "arn:aws:iam::123456789012:mfa/nobody"})
    with refused("NoSuchEntity", 404):
        enable(iam, device, user="nobody")


def test_a_device_is_assigned_once(iam: Any, device: dict[str, Any]) -> None:
    enable(iam, device)
    iam.create_user(UserName="bob")
    for user in ("ada", "bob"):
        with refused("EntityAlreadyExists", 409):
            enable(iam, device, user=user)


def test_a_user_has_at_most_eight_devices(iam: Any, device: dict[str, Any]) -> None:
    enable(iam, device)
    for number in range(2, 9):
        enable(iam, iam.create_virtual_mfa_device(VirtualMFADeviceName=f"ada{number}")["VirtualMFADevice"])
    ninth = iam.create_virtual_mfa_device(VirtualMFADeviceName="ada9")["VirtualMFADevice"]
    with refused("LimitExceeded", 409):
        enable(iam, ninth)


def test_resync_checks_codes_and_owner(iam: Any, device: dict[str, Any]) -> None:
    enable(iam, device)
    iam.create_user(UserName="bob")
    right = {"AuthenticationCode1": code(device, 0), "AuthenticationCode2": code(device, 1)}
    serial = device["SerialNumber"]
    iam.resync_mfa_device(UserName="ada", SerialNumber=serial, **right)
    with refused("NoSuchEntity", 404):
        iam.resync_mfa_device(UserName="bob", SerialNumber=serial, **right)
    with refused("InvalidAuthenticationCode", 403):
        iam.resync_mfa_device(
            UserName="ada",
            SerialNumber=serial,
            AuthenticationCode1=right["AuthenticationCode2"],
            AuthenticationCode2=right["AuthenticationCode1"],
        )


def test_a_list_gives_no_secret_away_and_is_paged(iam: Any, device: dict[str, Any]) -> None:
    enable(iam, device)
    for name in ("b", "c"):
        iam.create_virtual_mfa_device(VirtualMFADeviceName=name)
    devices = iam.list_virtual_mfa_devices()["VirtualMFADevices"]
    assert len(devices) == 3
    assert all(not {"Base32StringSeed", "QRCodePNG"} & listed.keys() for listed in devices)
    (assigned,) = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert assigned["User"]["UserName"] == "ada"
    assert len(iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"]) == 2
    first = iam.list_virtual_mfa_devices(MaxItems=2)
    assert first["IsTruncated"]
    rest = iam.list_virtual_mfa_devices(MaxItems=2, Marker=first["Marker"])
    assert not rest["IsTruncated"]
    assert first["VirtualMFADevices"] + rest["VirtualMFADevices"] == devices
    paged = iam.get_paginator("list_virtual_mfa_devices").paginate(PaginationConfig={"PageSize": 1})
    assert [listed for page in paged for listed in page["VirtualMFADevices"]] == devices


def test_only_an_unassigned_device_is_deleted(iam: Any, device: dict[str, Any]) -> None:
    serial = device["SerialNumber"]
    enable(iam, device)
    with refused("DeleteConflict", 409):
        iam.delete_virtual_mfa_device(SerialNumber=serial)
    with refused("DeleteConflict", 409):
        iam.delete_user(UserName="ada")
    iam.deactivate_mfa_device(UserName="ada", SerialNumber=serial)
    with refused("NoSuchEntity", 404):
        iam.deactivate_mfa_device(UserName="ada", SerialNumber=serial)
    iam.delete_virtual_mfa_device(SerialNumber=serial)
    with refused("NoSuchEntity", 404):
        iam.delete_virtual_mfa_device(SerialNumber=serial)


def test_tags(iam: Any) -> None:
    iam.create_virtual_mfa_device(VirtualMFADeviceName="t", Tags=[{"Key": "one", "Value": "1"}])
    serial = "arn:aws:iam::123456789012:mfa/t"
    iam.tag_mfa_device(SerialNumber=serial, Tags=[{"Key": "two", "Value": "2"}])
    iam.untag_mfa_device(SerialNumber=serial, TagKeys=["one"])
    assert iam.list_mfa_device_tags(SerialNumber=serial)["Tags"] == [{"Key": "two", "Value": "2"}]
    with refused("NoSuchEntity", 404):
        iam.list_mfa_device_tags(SerialNumber=serial + "x")


@pytest.fixture
def as_user(account: Sandbox, iam: Any) -> Callable[[str, str], Any]:
    """A client with an access key of a user."""

    def client(user: str, service: str) -> Any:
        return account.client(service, credentials=iam.create_access_key(UserName=user)["AccessKey"])

    return client


def test_a_session_needs_the_callers_own_device_and_a_fresh_code(
    account: Sandbox, iam: Any, device: dict[str, Any], as_user: Callable[[str, str], Any]
) -> None:
    serial = device["SerialNumber"]
    iam.create_user(UserName="bob")
    ada, bob = as_user("ada", "sts"), as_user("bob", "sts")
    with refused("AccessDenied", 403):
        ada.get_session_token(SerialNumber=serial, TokenCode=code(device))
    enable(iam, device, -2, -1)
    with refused("AccessDenied", 403):
        ada.get_session_token(SerialNumber=serial, TokenCode=code(device, -10))
    with refused("AccessDenied", 403):
        bob.get_session_token(SerialNumber=serial, TokenCode=code(device))
    session = ada.get_session_token(SerialNumber=serial, TokenCode=code(device))["Credentials"]
    whoami = account.client("sts", credentials=session).get_caller_identity()["Arn"]
    assert whoami == "arn:aws:iam::123456789012:user/ada"
    with refused("AccessDenied", 403):
        ada.get_session_token(SerialNumber=serial, TokenCode=code(device))


def test_a_caller_needs_no_user_name(iam: Any, device: dict[str, Any], as_user: Callable[[str, str], Any]) -> None:
    enable(iam, device)
    ada = as_user("ada", "iam")
    assert ada.get_user()["User"]["UserName"] == "ada"
    assert len(ada.list_mfa_devices()["MFADevices"]) == 1
    assert iam.get_user()["User"]["Arn"] == "arn:aws:iam::123456789012:root"


def test_who_has_a_device_changes_their_own_by_a_session_with_mfa(account: Sandbox, iam: Any) -> None:
    iam.create_user(UserName="ada")
    key = iam.create_access_key(UserName="ada")["AccessKey"]
    own = account.client("iam", credentials=key)
    first = own.create_virtual_mfa_device(VirtualMFADeviceName="one")["VirtualMFADevice"]
    enable(own, first, -2, -1)
    second = own.create_virtual_mfa_device(VirtualMFADeviceName="two")["VirtualMFADevice"]
    with refused("AccessDenied", 403):
        enable(own, second)
    with refused("AccessDenied", 403):
        own.deactivate_mfa_device(UserName="ada", SerialNumber=first["SerialNumber"])
    sts = account.client("sts", credentials=key)
    session = sts.get_session_token(SerialNumber=first["SerialNumber"], TokenCode=code(first))["Credentials"]
    own = account.client("iam", credentials=session)
    enable(own, second)
    own.deactivate_mfa_device(UserName="ada", SerialNumber=first["SerialNumber"])
    assert len(iam.list_mfa_devices(UserName="ada")["MFADevices"]) == 1
