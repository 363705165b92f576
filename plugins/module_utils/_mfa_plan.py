# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is to be done for a user to have a virtual MFA device, from how its devices stand and what is kept of them.

A device may have two names, for a device is rotated by assigning another one before the old one goes: ``admin`` and
``admin-rotated`` take turns. Both, whichever exist, are "the device" here.
"""

from __future__ import annotations

from typing import NamedTuple

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
DEVICES_PER_USER = 8
ROTATED = "-rotated"
# How the credential report calls the root user.
ROOT = "<root_account>"


class Device(NamedTuple):
    """A virtual MFA device as AWS lists it: with the user it is assigned to (None: nobody yet), without its seed."""

    serial_number: str
    user_name: str | None = None
    enable_date: str = ""

    @property
    def name(self) -> str:
        return self.serial_number.rsplit("/", 1)[1]

    @property
    def status(self) -> str:
        return "assigned" if self.user_name else "pending"


class Standing(NamedTuple):
    """The user's devices of any kind, and the devices of the wanted name that are assigned to nobody or to others."""

    of_user: tuple[Device, ...] = ()
    others: tuple[Device, ...] = ()


class Kept(NamedTuple):
    """Which device's seed is in the keeper, and which one's beside it, where it waits for a rotation's end."""

    current: str | None = None
    """A serial number."""
    coming: str | None = None


class Wish(NamedTuple):
    """What the user is to have."""

    user_name: str
    name: str
    rotate: bool = False
    can_assign: bool = True
    """Whether this run can compute codes, or was given codes for a device that is pending."""
    given_codes: bool = False
    """Whether the codes are given ones, of a device that must therefore exist already."""


class Plan(NamedTuple):
    """Steps in the order in which they are taken, and how the device stands then."""

    delete_first: tuple[Device, ...] = ()
    create: str | None = None
    """The name of a device to create."""
    assign: Device | None = None
    """A device that exists, to be assigned; ``assigns`` says the same of one that is created first."""
    assigns: bool = False
    beside: bool = False
    """Whether the seed waits beside that of the device in use, until this one is assigned."""
    promotes: bool = False
    """Whether the seed beside takes the place of the one in use."""
    delete_last: tuple[Device, ...] = ()
    status: str = "assigned"
    device: Device | None = None
    """The device that is in use already, or that waits for its codes."""

    @property
    def changes(self) -> bool:
        return bool(self.delete_first or self.create or self.assigns or self.delete_last)


class TakenError(Exception):
    """The name is that of another user's device."""

    def __init__(self, device: Device) -> None:
        super().__init__(f"'{device.name}' is a device of user '{device.user_name}'")
        self.device = device


class FullError(Exception):
    """The user has as many devices as AWS allows."""


def family(name: str) -> tuple[str, str]:
    """The two names that the device may have."""
    return name, name + ROTATED


def spare_name(name: str, current: Device | None) -> str:
    """The name for a device to create: not that of the ``current`` one."""
    return next(one for one in family(name) if current is None or one.lower() != current.name.lower())


def belongs(device: Device, name: str) -> bool:
    """Whether this is the device: IAM tells names apart by more than upper and lower case, whatever the path."""
    return is_of_device(device.name, name)


def is_of_device(name: str, device_name: str) -> bool:
    """Whether ``name`` is one of the two that the device may have."""
    return name.lower() in {one.lower() for one in family(device_name)}


def in_use(standing: Standing, wish: Wish, kept: Kept) -> list[Device]:
    """The user's devices of the name, that in use first.

    There are two where a rotation was interrupted: the newer is the one whose seed was put aside last.
    """
    mine = [device for device in standing.of_user if belongs(device, wish.name)]
    evidence = kept.coming, kept.current
    mine.sort(key=lambda device: device.enable_date, reverse=True)
    newest = next((serial for serial in evidence if serial in {device.serial_number for device in mine}), None)
    return sorted(mine, key=lambda device: device.serial_number != newest)


def plan(standing: Standing, wish: Wish, kept: Kept) -> Plan:
    """What to do for the user to have the device.

    Raises:
        TakenError: the name is that of another user's device.
        FullError: there is no room for one more device.
    """
    mine = in_use(standing, wish, kept)
    if len(mine) > 1:
        promotes = kept.coming == mine[0].serial_number != kept.current
        return Plan(promotes=promotes, delete_last=tuple(mine[1:]), device=mine[0])
    if mine and not wish.rotate:
        return Plan(device=mine[0])
    current = mine[0] if mine else None
    name = spare_name(wish.name, current)
    for device in standing.others:
        if device.user_name and device.name.lower() == name.lower():
            raise TakenError(device)
    if len(standing.of_user) >= DEVICES_PER_USER:
        raise FullError
    return _bring_in(standing, wish, kept, current, name)


def _bring_in(standing: Standing, wish: Wish, kept: Kept, current: Device | None, name: str) -> Plan:
    """The plan for a device that is to be assigned, first of its name or in place of the ``current`` one."""
    pending = [device for device in standing.others if not device.user_name]
    seeds_kept = {kept.coming} if current else {kept.current, kept.coming}
    waiting = next((device for device in pending if device.serial_number in seeds_kept), None)
    useless = tuple(device for device in pending if device != waiting)
    assigns = wish.can_assign if waiting else wish.can_assign and not wish.given_codes
    beside = current is not None or (waiting is not None and waiting.serial_number == kept.coming != kept.current)
    return Plan(
        delete_first=useless,
        create=None if waiting else name,
        assign=waiting if assigns else None,
        assigns=assigns,
        beside=beside,
        promotes=beside and assigns,
        delete_last=(current,) if current and assigns else (),
        status="assigned" if assigns else "pending",
        device=waiting,
    )


def plan_absence(standing: Standing, wish: Wish) -> Plan:
    """What to do for the user not to have the device. One of this name that is another user's is not it."""
    mine = [device for device in standing.of_user if belongs(device, wish.name)]
    pending = [device for device in standing.others if not device.user_name]
    return Plan(delete_first=(*mine, *pending), status="absent")


def is_last(standing: Standing, to_do: Plan) -> bool:
    """Whether the plan takes the user's last device of any kind away."""
    leaving = {device.serial_number for device in to_do.delete_first if device.user_name}
    return bool(leaving) and leaving >= {device.serial_number for device in standing.of_user}
