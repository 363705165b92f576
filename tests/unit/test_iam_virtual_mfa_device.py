"""What is to be done about a virtual MFA device, from how it stands and what is kept of it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._mfa_devices import asks_for_mfa
from ansible_collections.dayone.aws_account.plugins.module_utils._mfa_plan import (
    DEVICES_PER_USER,
    Device,
    FullError,
    Kept,
    Plan,
    Standing,
    TakenError,
    Wish,
    is_last,
    plan,
    plan_absence,
)
from ansible_collections.dayone.aws_account.plugins.modules.iam_virtual_mfa_device_info import report

SERIAL = "arn:aws:iam::123456789012:mfa/admin"
OLD = Device(SERIAL, "admin", "2026-01-01T00:00:00+00:00")
NEW = Device(SERIAL + "-rotated", "admin", "2026-02-01T00:00:00+00:00")
PENDING, NEW_PENDING = Device(SERIAL), Device(SERIAL + "-rotated")
WISH = Wish("admin", "admin")
NO_CODES = WISH._replace(can_assign=False)
CODES = WISH._replace(given_codes=True)
ROTATE = WISH._replace(rotate=True)
KEPT = Kept(SERIAL)
BESIDE = Kept(SERIAL, NEW.serial_number)


@pytest.mark.parametrize(
    ("standing", "wish", "kept", "expected"),
    [
        (Standing(), WISH, Kept(), Plan(create="admin", assigns=True)),
        (Standing(), NO_CODES, Kept(), Plan(create="admin", status="pending")),
        # Given codes are of a device that is there already: of a new one they cannot be.
        (Standing(), CODES, Kept(), Plan(create="admin", status="pending")),
        (Standing((OLD,)), WISH, Kept(), Plan(device=OLD)),
        (Standing((NEW,)), WISH, Kept(), Plan(device=NEW)),
        (Standing((), (PENDING,)), WISH, KEPT, Plan(assign=PENDING, assigns=True, device=PENDING)),
        (Standing((), (PENDING,)), CODES, KEPT, Plan(assign=PENDING, assigns=True, device=PENDING)),
        (Standing((), (PENDING,)), NO_CODES, KEPT, Plan(status="pending", device=PENDING)),
        (Standing((), (PENDING,)), WISH, Kept(), Plan((PENDING,), create="admin", assigns=True)),
        # The old device was taken away by hand while its rotation was on.
        (
            Standing((), (NEW_PENDING,)),
            WISH,
            Kept(None, NEW.serial_number),
            Plan(assign=NEW_PENDING, assigns=True, beside=True, promotes=True, device=NEW_PENDING),
        ),
        (
            Standing((OLD,)),
            ROTATE,
            KEPT,
            Plan(create="admin-rotated", assigns=True, beside=True, promotes=True, delete_last=(OLD,)),
        ),
        (
            Standing((NEW,)),
            ROTATE,
            Kept(NEW.serial_number, NEW.serial_number),
            Plan(create="admin", assigns=True, beside=True, promotes=True, delete_last=(NEW,)),
        ),
        (
            Standing((OLD,)),
            ROTATE._replace(can_assign=False),
            KEPT,
            Plan(create="admin-rotated", beside=True, status="pending"),
        ),
        (
            Standing((OLD,), (NEW_PENDING,)),
            ROTATE,
            BESIDE,
            Plan(
                assign=NEW_PENDING,
                assigns=True,
                beside=True,
                promotes=True,
                delete_last=(OLD,),
                device=NEW_PENDING,
            ),
        ),
        (
            Standing((OLD,), (NEW_PENDING,)),
            ROTATE,
            KEPT,
            Plan((NEW_PENDING,), "admin-rotated", assigns=True, beside=True, promotes=True, delete_last=(OLD,)),
        ),
        # Interrupted with both assigned: finished, and not begun once more.
        (Standing((OLD, NEW)), ROTATE, BESIDE, Plan(promotes=True, delete_last=(OLD,), device=NEW)),
        (Standing((OLD, NEW)), WISH, Kept(NEW.serial_number), Plan(delete_last=(OLD,), device=NEW)),
        # What is kept says more than the dates; without it, they say which is the newer one.
        (
            Standing((OLD, NEW)),
            WISH,
            Kept(None, OLD.serial_number),
            Plan(promotes=True, delete_last=(NEW,), device=OLD),
        ),
        (Standing((OLD, NEW)), WISH, Kept(), Plan(delete_last=(OLD,), device=NEW)),
    ],
)
def test_plan(standing: Standing, wish: Wish, kept: Kept, expected: Plan) -> None:
    assert plan(standing, wish, kept) == expected


@pytest.mark.parametrize("serial", [SERIAL, SERIAL.replace("/admin", "/team/Admin")])
def test_another_users_device_is_named_and_left(serial: str) -> None:
    with pytest.raises(TakenError, match="somebody"):
        plan(Standing((), (Device(serial, "somebody"),)), WISH, KEPT)
    assert not plan_absence(Standing((), (Device(serial, "somebody"),)), WISH).changes


def test_the_other_name_is_another_users() -> None:
    taken = Device(NEW.serial_number, "somebody")
    assert plan(Standing((), (taken,)), WISH, Kept()).create == "admin"
    with pytest.raises(TakenError, match="admin-rotated"):
        plan(Standing((OLD,), (taken,)), ROTATE, Kept())


def test_there_is_room_for_eight_devices() -> None:
    others = tuple(Device(f"{SERIAL}{number}", "admin") for number in range(DEVICES_PER_USER))
    with pytest.raises(FullError):
        plan(Standing(others), WISH, Kept())
    assert plan(Standing(others[1:]), WISH, Kept()).create == "admin"
    with pytest.raises(FullError):
        plan(Standing((OLD, *others[1:])), ROTATE, Kept())


def test_absence() -> None:
    key = Device("arn:aws:iam::123456789012:u2f/user/admin/key-1", "admin")
    assert plan_absence(Standing(), WISH) == Plan(status="absent")
    to_do = plan_absence(Standing((OLD, key), (NEW_PENDING,)), WISH)
    assert to_do == Plan((OLD, NEW_PENDING), status="absent")
    assert not is_last(Standing((OLD, key)), to_do)
    assert is_last(Standing((OLD,)), plan_absence(Standing((OLD,)), WISH))
    assert not is_last(Standing(), plan_absence(Standing((), (PENDING,)), WISH))


def test_waiting_for_a_phone_changes_nothing() -> None:
    assert not plan(Standing((), (PENDING,)), NO_CODES, KEPT).changes


REQUIRES = {"Statement": {"Effect": "Deny", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}}


@pytest.mark.parametrize(
    ("document", "asks"),
    [
        (REQUIRES, True),
        (quote(json.dumps(REQUIRES)), True),
        ({"Statement": [{"Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}}]}, True),
        ({"Statement": [{"Effect": "Allow"}, {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}]}, False),
    ],
)
def test_a_policy_that_asks_for_mfa_is_recognized(document: Any, asks: bool) -> None:
    assert asks_for_mfa(document) is asks


def test_the_report_of_devices() -> None:
    done = report((OLD, NEW_PENDING, Device(SERIAL + "-2", "bob"), Device("arn:aws:iam::1:mfa/eve")), ["admin", "eve"])
    assert done["users_with_device"] == ["admin"]
    assert done["users_without_device"] == ["eve"]
    assert done["pending_devices"] == ["admin-rotated", "eve"]
    assert done["users_in_rotation"] == ["admin"]
    assert [device["user_name"] for device in done["devices"]] == ["admin", "", "bob", ""]
