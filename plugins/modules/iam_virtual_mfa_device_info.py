#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_virtual_mfa_device_info
version_added: 0.2.0
short_description: Read which IAM users have a virtual MFA device
description:
  - Reads the account's virtual MFA devices in one listing, without their seeds, and says which users have one, which
    have none, and which devices are pending.
  - Passkeys and hardware tokens are not in that listing.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  user_names:
    description:
      - The IAM users to tell of. They need not exist.
      - Without it, all users of the account, for which they are listed too.
    type: list
    elements: str
attributes:
  diff_mode:
    support: none
    details: It only reads.
seealso:
  - module: dayone.aws_account.iam_virtual_mfa_device
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Read who has a virtual MFA device
  dayone.aws_account.iam_virtual_mfa_device_info:
  register: mfa

- name: Name those who have none
  ansible.builtin.debug:
    var: mfa.users_without_device
"""

RETURN = r"""
devices:
  description: The account's virtual MFA devices, those of the root user and of others than I(user_names) too.
  type: list
  elements: dict
  returned: always
  contains:
    serial_number:
      description: The serial number.
      type: str
      sample: arn:aws:iam::123456789012:mfa/admin
    device_name:
      description: The name, without the path.
      type: str
      sample: admin
    user_name:
      description: The user that it is assigned to, C(<root_account>) for the root user; empty for nobody.
      type: str
      sample: admin
    status:
      description: C(assigned) or C(pending).
      type: str
      sample: assigned
    enable_date:
      description: When it was assigned, in ISO 8601; empty while it is pending.
      type: str
      sample: "2026-11-01T10:00:00+00:00"
users_with_device:
  description: The users that have one.
  type: list
  elements: str
  returned: always
  sample: [admin]
users_without_device:
  description: The users that have none.
  type: list
  elements: str
  returned: always
  sample: [break-glass]
pending_devices:
  description: Names of devices that are assigned to nobody.
  type: list
  elements: str
  returned: always
  sample: [break-glass]
users_in_rotation:
  description: >-
    The users with a device whose rotation M(dayone.aws_account.iam_virtual_mfa_device) has begun and not finished: its
    old and its new device both exist.
  type: list
  elements: str
  returned: always
  sample: []
"""

from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._mfa_devices import list_virtual
from ansible_collections.dayone.aws_account.plugins.module_utils._mfa_plan import Device, family
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import all_pages
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule


def in_rotation(devices: tuple[Device, ...], user_name: str) -> bool:
    """Whether the old and the new device of a rotation exist, and at least one of them is the user's."""
    names = {device.name for device in devices}
    own = [device.name for device in devices if (device.user_name or "").lower() == user_name.lower()]
    return any(set(family(name.removesuffix(family("")[1]))) <= names for name in own)


def report(devices: tuple[Device, ...], user_names: list[str]) -> dict[str, Any]:
    """What the module returns of the account's devices."""
    # Names that differ in upper and lower case only are one name to IAM.
    owners = {(device.user_name or "").lower() for device in devices}
    return {
        "devices": [
            {
                "serial_number": device.serial_number,
                "device_name": device.name,
                "user_name": device.user_name or "",
                "status": device.status,
                "enable_date": device.enable_date,
            }
            for device in devices
        ],
        "users_with_device": [name for name in user_names if name.lower() in owners],
        "users_without_device": [name for name in user_names if name.lower() not in owners],
        "pending_devices": [device.name for device in devices if device.status == "pending"],
        "users_in_rotation": [name for name in user_names if in_rotation(devices, name)],
    }


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={"user_names": {"type": "list", "elements": "str"}}, supports_check_mode=True
    )
    client = module.client("iam")
    try:
        devices = list_virtual(client)
        names = module.params["user_names"]
        if names is None:
            names = [user["UserName"] for user in all_pages(client, "list_users")["Users"]]
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, "read the account's virtual MFA devices")
    module.exit_json(changed=False, **report(devices, names))


if __name__ == "__main__":
    main()
