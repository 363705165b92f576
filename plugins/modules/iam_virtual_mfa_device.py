#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_virtual_mfa_device
version_added: 0.1.0
short_description: Enable a virtual MFA device for an IAM user
description:
  - Creates a virtual MFA device and assigns it to an IAM user, with the codes of a person's phone or with codes
    computed from the device's seed.
  - AWS shows the seed only once. It is in I(seed_file) before the user depends on the device; it is never returned.
  - A run that was interrupted is carried on with. A device that was left unassigned is assigned when its seed is kept,
    and replaced when nobody has it.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  user_name:
    description: The IAM user.
    type: str
    required: true
  device_name:
    description: The device's name, unique in the account. By default the user's name.
    type: str
  path:
    description: The device's path, beginning and ending with a slash.
    type: str
    default: /
  method:
    description:
      - How the two consecutive codes that AWS wants are come by.
      - C(phone) shows the QR code in the terminal and in I(qr_code_file), and asks the person there for the codes.
        Where nobody can be asked, the device stays pending, until a run that is given I(authentication_codes). Once the
        device is assigned the seed is on the phone alone; both files are removed.
      - C(seed) computes the codes from the seed, which stays in I(seed_file). For users that no person signs in as,
        and for break-glass users.
    type: str
    choices: [phone, seed]
    default: phone
  authentication_codes:
    description: With I(method=phone), two consecutive codes, the earlier one first.
    type: list
    elements: str
  seed_file:
    description:
      - Where the seed is kept, as an C(otpauth://) URI that any authenticator app takes, for the owner alone (mode
        0600, in directories of mode 0700).
      - Required when I(state=present).
    type: path
  qr_code_file:
    description: With I(method=phone), where the QR code goes as a PNG. By default I(seed_file) with C(.png) added.
    type: path
  access_key_file:
    description:
      - A file with an access key of the user's, as M(dayone.aws_account.iam_access_key_file) writes it. With it a
        device that I(method=seed) assigned is tried out, by asking STS for a session with its next code. That can
        take 30 seconds.
      - A file that does not exist is no error, the device is then not tried out.
    type: path
  state:
    description: Whether the user has the device. C(absent) deactivates and deletes it, and removes I(seed_file).
    type: str
    choices: [present, absent]
    default: present
requirements:
  - pyotp
  - segno
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details: Shows the device's state, never the seed.
  idempotent:
    support: full
  action:
    description: A part of the work is done by an action plugin, which asks the person at the terminal.
    support: full
seealso:
  - module: amazon.aws.iam_mfa_device_info
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Have the administrator scan the QR code and type two codes
  dayone.aws_account.iam_virtual_mfa_device:
    user_name: admin
    seed_file: "{{ playbook_dir }}/secrets/admin.mfa"

- name: Enable MFA for the break-glass user, without a phone
  dayone.aws_account.iam_virtual_mfa_device:
    user_name: break-glass
    method: seed
    seed_file: "{{ playbook_dir }}/secrets/break-glass.mfa"
"""

RETURN = r"""
serial_number:
  description: The device's serial number; empty in check mode for one that does not exist yet.
  type: str
  returned: always
  sample: arn:aws:iam::123456789012:mfa/admin
user_name:
  description: The IAM user.
  type: str
  returned: always
  sample: admin
status:
  description: C(assigned) to the user, C(pending) until two codes are given, or C(absent).
  type: str
  returned: always
  sample: assigned
seed_file:
  description: The file that holds the seed; empty where there is none (any more).
  type: str
  returned: always
  sample: /home/founder/dayone-output/123456789012/admin.mfa
qr_code_file:
  description: The file that holds the QR code; empty where there is none (any more).
  type: str
  returned: always
  sample: /home/founder/dayone-output/123456789012/admin.mfa.png
sign_in_verified:
  description: Whether STS accepted a code of the device in this run.
  type: bool
  returned: always
  sample: true
"""

from pathlib import Path
from typing import Any, NamedTuple

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import (
    boto3_conn,
    get_aws_connection_info,
    is_boto3_error_code,
    paginated_query_with_retries,
)
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.dayone.aws_account.plugins.module_utils import _totp
from ansible_collections.dayone.aws_account.plugins.module_utils._access_key import read_access_key
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws, said
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import (
    prove_writable,
    read_secret,
    remove_secret,
    write_secret,
)


class Device(NamedTuple):
    """A virtual MFA device as AWS lists it: with the user it is assigned to, without its seed."""

    serial_number: str
    user_name: str | None

    @property
    def status(self) -> str:
        return "assigned" if self.user_name else "pending"


class Plan(NamedTuple):
    """What has to be done for the user to have the device, and how it stands when that is done."""

    delete: bool = False
    create: bool = False
    assign: bool = False
    status: str = "assigned"

    @property
    def changes(self) -> bool:
        return self.delete or self.create or self.assign


def plan(device: Device | None, user_name: str, uri: str | None, can_assign: bool) -> Plan:
    """What to do about ``device`` (None: there is none) for ``user_name``.

    Args:
        uri: what the seed file holds.
        can_assign: whether this run has codes for the device, or can compute them.

    Raises:
        ValueError: the device is somebody else's.
    """
    status = "assigned" if can_assign else "pending"
    if device is None:
        return Plan(create=True, assign=can_assign, status=status)
    if device.user_name == user_name:
        return Plan()
    if device.user_name:
        raise ValueError(device.user_name)
    if uri and _totp.is_of_device(uri, device.serial_number):
        return Plan(assign=can_assign, status=status)
    return Plan(delete=True, create=True, assign=can_assign, status=status)


def plan_absence(device: Device | None) -> Plan:
    """What to do for ``device`` not to be there."""
    return Plan(delete=device is not None, status="absent")


def given(path: Path | None) -> Path:
    """A file that state=present always has: required_if sees to seed_file, and qr_code_file follows from it."""
    if path is None:
        raise AssertionError("state=present without seed_file")
    return path


class VirtualMfaDevice:
    """The device that the module's parameters speak of, in AWS and in its files."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.client = module.client("iam", retry_decorator=AWSRetry.jittered_backoff())
        self.user_name: str = module.params["user_name"]
        self.name: str = module.params["device_name"] or self.user_name
        self.path: str = module.params["path"]
        self.seed_file = Path(module.params["seed_file"]) if module.params["seed_file"] else None
        qr_code_file = module.params["qr_code_file"] or (f"{self.seed_file}.png" if self.seed_file else None)
        self.qr_code_file = Path(qr_code_file) if qr_code_file else None

    def find(self) -> Device | None:
        """The device, looked for among the user's own first: of one that is in order, this is the only call."""
        return self._find_assigned() or self._find_virtual()

    def _is_ours(self, serial_number: str) -> bool:
        return serial_number.partition(":mfa")[2] == f"{self.path}{self.name}"

    def _find_assigned(self) -> Device | None:
        try:
            found = paginated_query_with_retries(self.client, "list_mfa_devices", UserName=self.user_name)["MFADevices"]
        except is_boto3_error_code("NoSuchEntity"):
            return None  # in check mode the user may not exist yet
        return next(
            (Device(item["SerialNumber"], self.user_name) for item in found if self._is_ours(item["SerialNumber"])),
            None,
        )

    def _find_virtual(self) -> Device | None:
        found = paginated_query_with_retries(self.client, "list_virtual_mfa_devices")["VirtualMFADevices"]
        return next(
            (
                Device(item["SerialNumber"], item.get("User", {}).get("UserName"))
                for item in found
                if self._is_ours(item["SerialNumber"])
            ),
            None,
        )

    def delete(self, device: Device) -> None:
        if device.user_name:
            self.client.deactivate_mfa_device(
                aws_retry=True, UserName=device.user_name, SerialNumber=device.serial_number
            )
        self.client.delete_virtual_mfa_device(aws_retry=True, SerialNumber=device.serial_number)

    def create(self) -> Device:
        """Create the device and put its seed on disk, which AWS will not show again."""
        seed_file = given(self.seed_file)
        prove_writable(seed_file)
        made = self.client.create_virtual_mfa_device(aws_retry=True, Path=self.path, VirtualMFADeviceName=self.name)
        device = made["VirtualMFADevice"]
        uri = _totp.device_uri(device["SerialNumber"], device["Base32StringSeed"].decode())
        write_secret(seed_file, uri + "\n")
        return Device(device["SerialNumber"], None)

    def assign(self, device: Device, codes: tuple[str, str]) -> Device:
        self.client.enable_mfa_device(
            aws_retry=True,
            UserName=self.user_name,
            SerialNumber=device.serial_number,
            AuthenticationCode1=codes[0],
            AuthenticationCode2=codes[1],
        )
        return Device(device.serial_number, self.user_name)

    def assign_with_seed(self, device: Device, seed: str) -> Device:
        """Assign with computed codes: of steps that have begun, or, where AWS is ahead of us, one step later."""
        step = _totp.current_step()
        try:
            return self.assign(device, _totp.code_pair(seed, step - 1))
        except is_boto3_error_code("InvalidAuthenticationCode"):
            _totp.wait_for_step(step + 1)
            return self.assign(device, _totp.code_pair(seed, step))

    def show_qr_code(self, uri: str) -> None:
        qr_code_file = given(self.qr_code_file)
        if not qr_code_file.exists():
            write_secret(qr_code_file, _totp.qr_code_png(uri))

    def leave_to_phone(self) -> None:
        """Remove seed and QR code, which the phone has. A seed without a QR code is not for a phone: it stays."""
        if self.qr_code_file and self.qr_code_file.exists():
            self.remove_files()

    def remove_files(self) -> None:
        for path in (self.seed_file, self.qr_code_file):
            if path:
                remove_secret(path)

    def uri(self) -> str | None:
        return read_secret(self.seed_file) if self.seed_file else None


def apply(module: Any, wanted: VirtualMfaDevice, device: Device | None, to_do: Plan) -> Device | None:
    """Carry ``to_do`` out; returns the device as it is then."""
    if to_do.delete and device:
        wanted.delete(device)
        wanted.remove_files()
        device = None
    if to_do.create:
        device = wanted.create()
    uri = wanted.uri()
    if device is None or uri is None:
        return device
    if module.params["method"] == "seed":
        return wanted.assign_with_seed(device, _totp.seed_of(uri)) if to_do.assign else device
    if device.status == "pending":
        wanted.show_qr_code(uri)
    codes = module.params["authentication_codes"]
    if to_do.assign and codes:
        device = wanted.assign(device, (codes[0], codes[1]))
    if device.status == "assigned":
        wanted.leave_to_phone()
    return device


def verify_sign_in(module: Any, device: Device, seed: str) -> bool:
    """Whether STS opens a session for the user with the device's next code; the last one was used to assign it."""
    key = read_access_key(Path(module.params["access_key_file"]))
    if key is None:
        return False
    region, endpoint, connection = get_aws_connection_info(module)
    connection.pop("profile_name", None)
    connection.update(
        aws_access_key_id=key.access_key_id, aws_secret_access_key=key.secret_access_key, aws_session_token=None
    )
    sts = boto3_conn(
        module, conn_type="client", resource="sts", region=region or "us-east-1", endpoint=endpoint, **connection
    )
    step = _totp.current_step() + 1
    _totp.wait_for_step(step)
    # A key made a moment ago is not known everywhere at once.
    get_session = AWSRetry.jittered_backoff(catch_extra_error_codes=["InvalidClientTokenId"])(sts.get_session_token)
    try:
        get_session(SerialNumber=device.serial_number, TokenCode=_totp.code_pair(seed, step)[0])
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        module.warn(
            f"The MFA device of user '{device.user_name}' is assigned, but a trial of it failed: {said(str(error))}"
        )
        return False
    return True


def check_codes(module: Any) -> None:
    codes = module.params["authentication_codes"]
    if codes and not (len(codes) == 2 and all(len(code) == 6 and code.isdigit() for code in codes)):
        module.fail_json(msg="authentication_codes takes two codes of six digits each, the earlier one first.")


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "user_name": {"type": "str", "required": True},
            "device_name": {"type": "str"},
            "path": {"type": "str", "default": "/"},
            "method": {"type": "str", "choices": ["phone", "seed"], "default": "phone"},
            "authentication_codes": {"type": "list", "elements": "str", "no_log": True},
            "seed_file": {"type": "path", "no_log": False},
            "qr_code_file": {"type": "path"},
            "access_key_file": {"type": "path", "no_log": False},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        required_if=[("state", "present", ["seed_file"])],
        supports_check_mode=True,
    )
    if missing := _totp.missing_libraries():
        module.fail_json(msg=missing)
    check_codes(module)
    wanted = VirtualMfaDevice(module)
    tried = f"enable the virtual MFA device '{wanted.name}' for user '{wanted.user_name}'"
    try:
        run(module, wanted)
    except ValueError as owner:
        module.fail_json(
            msg=f"The virtual MFA device '{wanted.name}' belongs to user '{owner}': give another device_name for "
            f"'{wanted.user_name}'. Nothing was changed."
        )
    except OSError as error:
        module.fail_json(
            msg=f"Could not {tried}: its seed cannot be kept in '{wanted.seed_file}': {error.strerror}. Make that "
            "place writable, then run again."
        )
    except is_boto3_error_code("InvalidAuthenticationCode") as error:
        reason = _totp.why_refused(_totp.clock_offset(error.response))
        module.fail_json(
            msg=f"Could not {tried}: AWS refused the two codes. {reason}",
            error={"code": "InvalidAuthenticationCode", "message": str(error)},
        )
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, tried)


def run(module: Any, wanted: VirtualMfaDevice) -> None:
    before = wanted.find()
    if module.params["state"] == "absent":
        to_do = plan_absence(before)
    else:
        can_assign = module.params["method"] == "seed" or bool(module.params["authentication_codes"])
        to_do = plan(before, wanted.user_name, wanted.uri(), can_assign)
    after = before if module.check_mode else apply(module, wanted, before, to_do)
    uri = wanted.uri()
    try_out = to_do.assign and module.params["method"] == "seed" and module.params["access_key_file"]
    verified = False
    if try_out and after and uri and not module.check_mode:
        verified = verify_sign_in(module, after, _totp.seed_of(uri))
    module.exit_json(
        changed=to_do.changes,
        serial_number=after.serial_number if after else "",
        user_name=wanted.user_name,
        status=to_do.status,
        seed_file=_if_exists(wanted.seed_file),
        qr_code_file=_if_exists(wanted.qr_code_file),
        sign_in_verified=verified,
        diff={"before": {"status": before.status if before else "absent"}, "after": {"status": to_do.status}},
    )


def _if_exists(path: Path | None) -> str:
    return str(path) if path and path.exists() else ""


if __name__ == "__main__":
    main()
