"""What is to be done about a virtual MFA device, from how it stands and what is kept of it."""

from __future__ import annotations

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils import _totp
from ansible_collections.dayone.aws_account.plugins.modules.iam_virtual_mfa_device import (
    Device,
    Plan,
    plan,
    plan_absence,
)

SERIAL = "arn:aws:iam::123456789012:mfa/admin"
KEPT = _totp.device_uri(SERIAL, "A" * 64)


@pytest.mark.parametrize(
    ("device", "uri", "can_assign", "expected"),
    [
        (None, None, True, Plan(create=True, assign=True)),
        (None, None, False, Plan(create=True, status="pending")),
        (Device(SERIAL, "admin"), None, True, Plan()),
        (Device(SERIAL, "admin"), KEPT, False, Plan()),
        (Device(SERIAL, None), KEPT, True, Plan(assign=True)),
        (Device(SERIAL, None), KEPT, False, Plan(status="pending")),
        (Device(SERIAL, None), None, True, Plan(delete=True, create=True, assign=True)),
        (Device(SERIAL, None), "otpauth://of-another", False, Plan(delete=True, create=True, status="pending")),
    ],
)
def test_plan(device: Device | None, uri: str | None, can_assign: bool, expected: Plan) -> None:
    assert plan(device, "admin", uri, can_assign) == expected


def test_another_users_device_is_left_alone() -> None:
    with pytest.raises(ValueError, match="somebody"):
        plan(Device(SERIAL, "somebody"), "admin", KEPT, True)


def test_absence() -> None:
    assert plan_absence(None) == Plan(status="absent")
    assert plan_absence(Device(SERIAL, "admin")) == Plan(delete=True, status="absent")


def test_waiting_for_a_phone_changes_nothing() -> None:
    assert not plan(Device(SERIAL, None), "admin", KEPT, can_assign=False).changes
