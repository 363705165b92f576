# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Virtual MFA devices in AWS: the calls, each by what it is for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
    compare_aws_tags,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._managed_policy import document_of
from ansible_collections.dayone.aws_account.plugins.module_utils._mfa_plan import ROOT, Device
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import all_pages, patience
from ansible_collections.dayone.aws_account.plugins.module_utils._policy_statements import statements

MISSING = "NoSuchEntity"
MFA_CONDITION_KEYS = {"aws:multifactorauthpresent", "aws:multifactorauthage"}


class UserMissingError(Exception):
    """The user does not exist."""


def list_of_user(client: Any, user_name: str, *, may_miss: bool) -> tuple[Device, ...]:
    """The user's MFA devices of any kind; a user who does not exist has none.

    Raises:
        UserMissingError: the user does not exist, and is not one who ``may_miss``.
    """
    # One who was created a moment ago is not known everywhere at once.
    retry = None if may_miss else patience("iam", MISSING, retries=5, delay=1)
    try:
        found = all_pages(client, "list_mfa_devices", retry, UserName=user_name)["MFADevices"]
    except is_boto3_error_code(MISSING):
        if may_miss:
            return ()
        raise UserMissingError from None
    return tuple(Device(item["SerialNumber"], user_name, _date(item)) for item in found)


def list_virtual(client: Any) -> tuple[Device, ...]:
    """The account's virtual MFA devices."""
    found = all_pages(client, "list_virtual_mfa_devices")["VirtualMFADevices"]
    return tuple(Device(item["SerialNumber"], _owner(item), _date(item)) for item in found)


def _owner(item: dict[str, Any]) -> str | None:
    # Of the device that is root's, AWS does not always name the user.
    if item["SerialNumber"].endswith("/root-account-mfa-device"):
        return ROOT
    return str(item["User"].get("UserName") or ROOT) if item.get("User") else None


def _date(item: dict[str, Any]) -> str:
    date = item.get("EnableDate")
    return date.isoformat() if date else ""


def create(client: Any, name: str, path: str, tags: dict[str, str] | None) -> tuple[Device, str]:
    """A new device, assigned to nobody, and its seed, which AWS does not show again."""
    more = {"Tags": ansible_dict_to_boto3_tag_list(tags)} if tags else {}
    made = client.create_virtual_mfa_device(aws_retry=True, Path=path, VirtualMFADeviceName=name, **more)
    device = made["VirtualMFADevice"]
    return Device(device["SerialNumber"]), device["Base32StringSeed"].decode()


def assign(client: Any, device: Device, user_name: str, codes: tuple[str, str]) -> Device:
    client.enable_mfa_device(
        aws_retry=True,
        UserName=user_name,
        SerialNumber=device.serial_number,
        AuthenticationCode1=codes[0],
        AuthenticationCode2=codes[1],
    )
    return Device(device.serial_number, user_name)


def resynchronize(client: Any, device: Device, codes: tuple[str, str]) -> None:
    client.resync_mfa_device(
        aws_retry=True,
        UserName=device.user_name,
        SerialNumber=device.serial_number,
        AuthenticationCode1=codes[0],
        AuthenticationCode2=codes[1],
    )


def delete(client: Any, device: Device) -> None:
    """Take the device from its user, if it has one, and delete it; somebody else may have done so by now."""
    if device.user_name:
        try:
            client.deactivate_mfa_device(aws_retry=True, UserName=device.user_name, SerialNumber=device.serial_number)
        except is_boto3_error_code(MISSING):
            pass
    try:
        client.delete_virtual_mfa_device(aws_retry=True, SerialNumber=device.serial_number)
    except is_boto3_error_code(MISSING):
        pass


def read_tags(client: Any, device: Device) -> dict[str, str]:
    found = all_pages(client, "list_mfa_device_tags", SerialNumber=device.serial_number)["Tags"]
    tags: dict[str, str] = boto3_tag_list_to_ansible_dict(found)
    return tags


def change_tags(client: Any, device: Device, current: dict[str, str], wanted: dict[str, str], purge: bool) -> None:
    """Make the ``current`` tags the ``wanted`` ones; others go where they are to be purged."""
    to_set, to_remove = compare_aws_tags(current, wanted, purge)
    if to_remove:
        client.untag_mfa_device(aws_retry=True, SerialNumber=device.serial_number, TagKeys=to_remove)
    if to_set:
        tags = ansible_dict_to_boto3_tag_list(to_set)
        client.tag_mfa_device(aws_retry=True, SerialNumber=device.serial_number, Tags=tags)


def groups_that_require_mfa(client: Any, user_name: str) -> list[str]:
    """The user's groups with a policy, inline or managed by the account, that has a condition on MFA."""
    try:
        groups = all_pages(client, "list_groups_for_user", UserName=user_name)["Groups"]
    except is_boto3_error_code("NoSuchEntity"):
        return []
    names = [group["GroupName"] for group in groups]
    return [name for name in names if any(map(asks_for_mfa, _policies(client, name)))]


def _policies(client: Any, group: str) -> Iterator[Any]:
    """The documents of the group's policies. AWS's own ones are left out: none of them asks for MFA."""
    for name in all_pages(client, "list_group_policies", GroupName=group)["PolicyNames"]:
        yield client.get_group_policy(aws_retry=True, GroupName=group, PolicyName=name)["PolicyDocument"]
    attached = all_pages(client, "list_attached_group_policies", GroupName=group)
    for policy in attached["AttachedPolicies"]:
        arn = policy["PolicyArn"]
        if arn.split(":")[4] == "aws":
            continue
        yield document_of(client, arn)


def asks_for_mfa(document: Any) -> bool:
    """Whether a policy document has a condition on whether, or when, MFA was given."""
    if isinstance(document, str):
        document = json.loads(unquote(document))
    return any(
        key.lower() in MFA_CONDITION_KEYS
        for statement in statements(document)
        for operands in statement.get("Condition", {}).values()
        for key in operands
    )
