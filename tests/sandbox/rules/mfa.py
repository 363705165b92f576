"""Virtual MFA devices: seeds stay secret, codes are checked, devices belong to one user."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import re
import struct
from typing import Any
from urllib.parse import quote

import segno
from moto.iam.models import IAMBackend, User, VirtualMfaDevice

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .iam import description_of, iam_of, no_such_entity, page, user_of
from .registry import Answer, rule

STEP_SECONDS = 30
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: eight devices per user.
DEVICES_PER_USER = 8
ISSUER = "Amazon Web Services"


def totp(seed: str, step: int) -> str:
    """The code of a time step: RFC 6238 with SHA-1 and six digits."""
    digest = hmac.new(base64.b32decode(seed), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0xF
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def recent_steps(world: World) -> tuple[int, int, int]:
    """The time steps whose codes are recent: one's clock may be a step off."""
    now = int(world.now()) // STEP_SECONDS
    return now - 1, now, now + 1


@rule("iam", "CreateVirtualMFADevice")
def create(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateVirtualMFADevice.html"""
    iam = iam_of(request)
    name, path = request.params["VirtualMFADeviceName"], request.params.get("Path", "/")
    serial_number = f"arn:aws:iam::{request.account}:mfa{path}{name}"
    # The name has to be unique whatever the path (the ARN then is too).
    taken = {serial.rsplit("/", 1)[-1].lower() for serial in iam.virtual_mfa_devices}
    if name.lower() in taken:
        raise RefusalError(
            "EntityAlreadyExists", f"MFADevice entity at the same path and name already exists: {name}.", 409
        )
    if not re.fullmatch(r"[\w+=,.@-]{1,226}", name, re.ASCII):
        raise RefusalError("ValidationError", "The specified value for virtualMFADeviceName is invalid.")
    device = iam.create_virtual_mfa_device(name, path)
    if request.params.get("Tags"):
        iam.tagger.tag_resource(serial_number, request.params["Tags"])
    seed = device.base32_string_seed
    return {
        "VirtualMFADevice": {
            "SerialNumber": device.serial_number,
            "Base32StringSeed": seed.encode(),
            "QRCodePNG": qr_code(name, request.account, seed),
            "Tags": request.params.get("Tags", []),
        }
    }


def qr_code(name: str, account: str, seed: str) -> bytes:
    """The picture that an authenticator app scans: the URI of the API reference's VirtualMFADevice page, as a PNG."""
    label = f"{quote(ISSUER)}:{quote(name)}@{account}"
    png = io.BytesIO()
    segno.make(f"otpauth://totp/{label}?secret={seed}&issuer={quote(ISSUER)}").save(png, kind="png", scale=4)
    return png.getvalue()


@rule("iam", "EnableMFADevice", "DeactivateMFADevice")
def own_devices_with_mfa(request: Request, _world: World) -> None:
    """A user who has a device changes their own devices by a session that proves MFA.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_cliapi.html
    """
    principal, user = request.principal, user_of(request)
    if principal.user_name == user.name and user.mfa_devices and not principal.mfa:
        raise RefusalError(
            "AccessDenied",
            f"User: {principal.arn} is not authorized to perform: iam:{request.action} on resource: user {user.name} "
            "because MFA authentication is required",
            403,
        )


@rule("iam", "EnableMFADevice")
def enable(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableMFADevice.html"""
    iam = iam_of(request)
    user = user_of(request)
    device = device_of(iam, request.params["SerialNumber"])
    if device.user is not None:
        raise RefusalError(
            "EntityAlreadyExists", f"MFADevice with serial number {device.serial_number} is in use.", 409
        )
    if len(user.mfa_devices) >= DEVICES_PER_USER:
        raise RefusalError("LimitExceeded", f"Cannot exceed quota for MFADevicesPerUser: {DEVICES_PER_USER}", 409)
    check_two_codes(request, device, world)
    iam.enable_mfa_device(user.name, device.serial_number, "", "")
    return {}


@rule("iam", "ResyncMFADevice")
def resync(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ResyncMFADevice.html"""
    device = device_of(iam_of(request), request.params["SerialNumber"])
    if device.user is not user_of(request):
        raise no_such_entity(f"MFADevice with serial number {device.serial_number} is not the user's.")
    check_two_codes(request, device, world)
    return {}


def check_two_codes(request: Request, device: VirtualMfaDevice, world: World) -> None:
    """The two codes have to be consecutive ones of the device's seed, in order, the later of them recent."""
    codes = request.params["AuthenticationCode1"], request.params["AuthenticationCode2"]
    if not all(re.fullmatch(r"[0-9]{6}", code) for code in codes):
        raise RefusalError("ValidationError", "The authentication codes must be strings of six digits.")
    seed = device.base32_string_seed
    for step in recent_steps(world):
        if codes == (totp(seed, step - 1), totp(seed, step)):
            used_steps(world)[device.serial_number] = step
            return
    raise RefusalError("InvalidAuthenticationCode", "Authentication code for device is not valid.", 403)


def accept_code(device: VirtualMfaDevice, code: str, world: World) -> bool:
    """Whether a single code is right and recent. It is used up by this: no code is accepted a second time."""
    used = used_steps(world)
    for step in recent_steps(world):
        if step > used.get(device.serial_number, 0) and code == totp(device.base32_string_seed, step):
            used[device.serial_number] = step
            return True
    return False


def used_steps(world: World) -> dict[Any, Any]:
    """The time step of the last code accepted, by device."""
    return world.memory["MFA steps"]


@rule("iam", "ListVirtualMFADevices")
def list_virtual(request: Request, _world: World) -> Answer:
    """The seed and the picture are never listed: the API reference's note on ListVirtualMFADevices."""
    status = request.params.get("AssignmentStatus", "Any")
    devices = [
        _listed(device)
        for _serial, device in sorted(iam_of(request).virtual_mfa_devices.items())
        if status == "Any" or (device.user is not None) == (status == "Assigned")
    ]
    return page(request, "VirtualMFADevices", devices)


def _listed(device: VirtualMfaDevice) -> dict[str, Any]:
    listed: dict[str, Any] = {"SerialNumber": device.serial_number}
    if device.user is not None:
        listed["EnableDate"] = device.enable_date
        listed["User"] = description_of(device.user)
    return listed


@rule("iam", "ListMFADevices")
def list_of_user(request: Request, _world: World) -> Answer:
    """Without a user name: the caller's own, as for all of IAM."""
    if request.params.get("UserName") is None and request.principal.kind == "root":
        return page(request, "MFADevices", [])
    user = user_of(request)
    devices = [
        {"UserName": user.name, "SerialNumber": device.serial_number, "EnableDate": device.enable_date}
        for _serial, device in sorted(user.mfa_devices.items())
    ]
    return page(request, "MFADevices", devices)


@rule("iam", "DeactivateMFADevice")
def deactivate(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeactivateMFADevice.html"""
    user = user_of(request)
    device = device_of(iam_of(request), request.params["SerialNumber"])
    if device.user is not user:
        raise no_such_entity(f"MFADevice with serial number {device.serial_number} is not enabled for {user.name}.")
    iam_of(request).deactivate_mfa_device(user.name, device.serial_number)
    return {}


@rule("iam", "DeleteVirtualMFADevice")
def delete(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteVirtualMFADevice.html"""
    iam = iam_of(request)
    device = device_of(iam, request.params["SerialNumber"])
    if device.user is not None:
        raise RefusalError("DeleteConflict", "Cannot delete an MFA device that is assigned; deactivate it first.", 409)
    iam.tagger.delete_all_tags_for_resource(device.serial_number)
    iam.delete_virtual_mfa_device(device.serial_number)
    used_steps(world).pop(device.serial_number, None)
    return {}


@rule("iam", "DeleteUser")
def user_with_devices(request: Request, _world: World) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html: a user's devices go first."""
    user: User | None = iam_of(request).users.get(request.params["UserName"])
    if user is not None and user.mfa_devices:
        raise RefusalError("DeleteConflict", "Cannot delete entity, must delete MFA device first.", 409)


@rule("iam", "ListMFADeviceTags")
def list_tags(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADeviceTags.html"""
    iam = iam_of(request)
    device = device_of(iam, request.params["SerialNumber"])
    return page(request, "Tags", iam.tagger.list_tags_for_resource(device.serial_number)["Tags"])


@rule("iam", "TagMFADevice")
def tag(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagMFADevice.html"""
    iam = iam_of(request)
    iam.tagger.tag_resource(device_of(iam, request.params["SerialNumber"]).serial_number, request.params["Tags"])
    return {}


@rule("iam", "UntagMFADevice")
def untag(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagMFADevice.html"""
    iam = iam_of(request)
    serial_number = device_of(iam, request.params["SerialNumber"]).serial_number
    iam.tagger.untag_resource_using_names(serial_number, request.params["TagKeys"])
    return {}


def device_of(iam: IAMBackend, serial_number: str) -> VirtualMfaDevice:
    """The account's device of this serial number."""
    device = iam.virtual_mfa_devices.get(serial_number)
    if device is None:
        raise no_such_entity(f"VirtualMFADevice with serial number {serial_number} doesn't exist.")
    return device
