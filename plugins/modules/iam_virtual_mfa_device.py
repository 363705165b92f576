#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_virtual_mfa_device
version_added: 0.1.0
short_description: Enable a virtual MFA device for an IAM user
description:
  - Creates a virtual MFA device and assigns it to an IAM user, with the codes of a person's phone or with codes
    computed from the device's seed. Replaces, resynchronizes and removes it too.
  - AWS shows the seed only once. It is in I(seed_file) or I(seed_secret) before the user depends on the device; it is
    never returned.
  - A run that was interrupted is carried on with. A device that was left unassigned is assigned when its seed is kept,
    and replaced when nobody has it.
  - A user may have eight MFA devices; I(device_name) tells them apart.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - amazon.aws.tags
  - dayone.aws_account.attributes
  - dayone.aws_account.vault
options:
  user_name:
    description: The IAM user.
    type: str
    required: true
  device_name:
    description:
      - The device's name, unique in the account whatever its path. By default the user's name.
      - A device that I(rotate) puts in its place has C(-rotated) added to the name; it is the same device to this
        module. The next rotation takes the first name again.
    type: str
  path:
    description: The path of a device that is created, beginning and ending with a slash.
    type: str
    default: /
  method:
    description:
      - How the two consecutive codes that AWS wants are come by.
      - C(phone) shows the QR code in the terminal and in I(qr_code_file), and asks the person there for the codes,
        three times at most. Where nobody can be asked, the device stays pending, until a run that is given
        I(authentication_codes). Once the device is assigned the seed is on the phone alone; both files are removed.
      - C(seed) computes the codes from the seed, which stays in I(seed_file) or I(seed_secret). For users that no
        person signs in as, and for break-glass users. When AWS refuses the codes of the step that has passed and the
        present one, the next step is waited for, up to 30 seconds.
    type: str
    choices: [phone, seed]
    default: phone
  authentication_codes:
    description:
      - Two consecutive codes of the device, the earlier one first.
      - For I(method=phone) where nobody can be asked, and for I(resync). A device whose seed is kept is assigned by
        computed codes all the same.
    type: list
    elements: str
  seed_file:
    description:
      - Where the seed is kept, as an C(otpauth://) URI that any authenticator app takes, for the owner alone (mode
        0600, in directories of mode 0700), and encrypted as I(encrypt) says.
      - During a rotation the new seed waits beside it, in a file with C(.new) added to the name.
      - A file that holds something else than a seed of the device is left alone. The run fails then, and goes on when
        I(state=absent).
      - This or I(seed_secret) is required when I(state=present).
    type: path
  seed_secret:
    description:
      - A secret of AWS Secrets Manager where the seed is kept, instead of I(seed_file). For I(method=seed).
      - It is created where it is missing. A secret that holds something else than a seed of the device is left alone.
        The run fails then, and goes on when I(state=absent).
      - During a rotation the new seed waits in the version labelled C(AWSPENDING).
    type: dict
    version_added: 0.2.0
    suboptions:
      name:
        description:
          - The secret's name, or its ARN; by an ARN, a secret of another account whose resource policy allows it.
        type: str
        required: true
      region:
        description: The secret's region. By default that of the ARN, or the region of the task.
        type: str
      kms_key_id:
        description: The KMS key for a secret that is created. By default C(aws/secretsmanager).
        type: str
      role_arn:
        description: A role to assume for the secret, in the other account that keeps it.
        type: str
  qr_code_file:
    description:
      - With I(method=phone), where the QR code goes as a PNG. By default I(seed_file) with C(.png) added.
      - It holds the seed, and is encrypted as I(encrypt) says.
      - A file that no run has drawn is left alone; where a QR code has to go there, the run fails.
    type: path
  show_secret_key:
    description:
      - With I(method=phone), shows below the QR code the secret key, for apps that can only be typed into.
      - It is shown in the terminal alone.
    type: bool
    default: false
    version_added: 0.2.0
  access_key_file:
    description:
      - A file with an access key of the user's, as M(dayone.aws_account.iam_access_key_file) writes it. With it a
        device that this run assigned is tried out, by asking STS for a session with its next code. That can take 30
        seconds.
      - A file that does not exist is no error, the device is then not tried out.
    type: path
  verify_sign_in:
    description:
      - Tries the device out with its present code, in this run. The action plugin sets it when the time has come.
      - A code that was used already is refused.
    type: bool
    default: false
    version_added: 0.2.0
  rotate:
    description:
      - Puts another device in the place of the one that the user has, in each run. The new one is assigned before the
        old one is removed.
      - An interrupted rotation is finished by the next run, without another one.
    type: bool
    default: false
    version_added: 0.2.0
  resync:
    description:
      - Resynchronizes the device with AWS, in each run, by two consecutive codes, those in I(authentication_codes) or,
        with I(method=seed), computed ones.
    type: bool
    default: false
    version_added: 0.2.0
  force:
    description:
      - Removes the device even if it is the user's last one and a group of the user's has a policy that asks for MFA.
    type: bool
    default: false
    version_added: 0.2.0
  state:
    description:
      - Whether the user has the device. C(absent) deactivates and deletes it, and removes the seed in I(seed_file) or
        I(seed_secret) (which AWS deletes for good after seven days).
    type: str
    choices: [present, absent]
    default: present
requirements:
  - pyotp
  - segno
  - cryptography, to encrypt files
attributes:
  diff_mode:
    support: full
    details: Shows the device's state, never the seed.
  idempotent:
    support: partial
    details: I(rotate) and I(resync) do their work in each run.
  action:
    description: A part of the work is done by an action plugin, which asks the person at the terminal.
    support: full
seealso:
  - module: dayone.aws_account.iam_virtual_mfa_device_info
  - module: amazon.aws.iam_mfa_device_info
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Have the administrator scan the QR code and type two codes
  dayone.aws_account.iam_virtual_mfa_device:
    user_name: admin
    seed_file: "{{ playbook_dir }}/secrets/admin.mfa"

- name: Enable MFA for the break-glass user, without a phone, and see that the seed is encrypted
  dayone.aws_account.iam_virtual_mfa_device:
    user_name: break-glass
    method: seed
    seed_file: "{{ playbook_dir }}/secrets/break-glass.mfa"
    encrypt: always

- name: Keep the seed in the Secrets Manager of another account
  dayone.aws_account.iam_virtual_mfa_device:
    user_name: break-glass
    method: seed
    seed_secret:
      name: dayone/mfa/break-glass
      role_arn: arn:aws:iam::210987654321:role/seed-keeper

- name: Replace the device of a phone that was lost
  dayone.aws_account.iam_virtual_mfa_device:
    user_name: admin
    seed_file: "{{ playbook_dir }}/secrets/admin.mfa"
    rotate: true

- name: Remove the device of somebody who has left
  dayone.aws_account.iam_virtual_mfa_device:
    user_name: former
    state: absent
"""

RETURN = r"""
serial_number:
  description:
    - The device's serial number; empty where there is none, and in check mode for one that does not exist yet.
    - While a rotation waits for a phone's codes, that of the new device.
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
seed_secret:
  description: The name of the secret that the seed is kept in; empty where it is not kept in one.
  type: str
  returned: always
  sample: dayone/mfa/break-glass
qr_code_file:
  description: The file that holds the QR code; empty where there is none (any more).
  type: str
  returned: always
  sample: /home/founder/dayone-output/123456789012/admin.mfa.png
replaced_serial_numbers:
  description: The devices that a rotation removed, in this run or, in check mode, in the run to come.
  type: list
  elements: str
  returned: when I(state=present)
  sample: []
sign_in_verified:
  description: Whether STS accepted a code of the device in this run.
  type: bool
  returned: always
  sample: true
sign_in_code_at:
  description: >-
    When the first code begins that the device can be tried out with, in seconds since 1970. The action plugin waits for
    it.
  type: int
  returned: when I(access_key_file) has a key and this run assigned the device
  sample: 1790000010
try_again_at:
  description: >-
    When codes that AWS may accept can be computed, in seconds since 1970, after it refused those of this moment. The
    action plugin waits for it and tries once more.
  type: int
  returned: on failure
  sample: 1790000010
"""

from pathlib import Path
from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils import _mfa_devices, _mfa_plan, _totp, _vault
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws, said
from ansible_collections.dayone.aws_account.plugins.module_utils._mfa_plan import Device, Plan
from ansible_collections.dayone.aws_account.plugins.module_utils._mfa_steps import VirtualMfaDevice
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import remove_secret, take_turns
from ansible_collections.dayone.aws_account.plugins.module_utils._seed_keeper import KeeperError
from ansible_collections.dayone.aws_account.plugins.module_utils._sign_in import open_session
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_cliapi.html
OWN_DEVICES = (
    "A user who has an MFA device changes their own devices only with the credentials of a session that proves MFA: "
    "'aws sts get-session-token' gives them, with --serial-number and --token-code. Another administrator needs none."
)


def bring_in(module: Any, wanted: VirtualMfaDevice) -> None:
    """state=present"""
    kept = wanted.look()
    before = _mfa_plan.in_use(wanted.standing, wanted.wish(), kept)
    to_do = _mfa_plan.plan(wanted.standing, wanted.wish(), kept)
    if wanted.wish().given_codes and to_do.status == "pending":
        module.warn(
            "The authentication_codes were not used, for no device whose seed is kept waits for them: the codes have "
            "to be those of the device that is pending now."
        )
    wanted.refuse_foreign(to_do)
    device = to_do.device if module.check_mode else wanted.carry_out(to_do)
    tagged = bool(device) and not to_do.create and wanted.change_tags(device or before[0])
    resynced = module.params["resync"] and resynchronize(module, wanted, to_do.device)
    result: dict[str, Any] = {"sign_in_verified": False}
    left: list[Path] = []
    if device and device.status == "assigned" and to_do.status == "assigned":
        if module.params["verify_sign_in"] and not module.check_mode:
            result["sign_in_verified"] = verify_sign_in(module, wanted, device)
        if to_do.assigns and wanted.access_key() and wanted.seed():
            # The last code was used to assign the device: the next one is the first that STS accepts.
            result["sign_in_code_at"] = _totp.begin_of(_totp.current_step() + 1)
        elif wanted.for_phone:
            left = wanted.files_of_phone(device)
    if not module.check_mode:
        for file in left:
            remove_secret(file)
    leave(
        module,
        wanted,
        changed=to_do.changes or tagged or resynced or bool(left),
        device=device,
        status=to_do.status,
        before=before[0].status if before else standing_status(to_do),
        beside=to_do.beside and to_do.status == "pending",
        replaced_serial_numbers=[gone.serial_number for gone in to_do.delete_last],
        **result,
    )


def standing_status(to_do: Plan) -> str:
    """How the device stood of which the user had none assigned."""
    return "pending" if to_do.device or to_do.delete_first else "absent"


def resynchronize(module: Any, wanted: VirtualMfaDevice, device: Device | None) -> bool:
    """Tell AWS how far the device's clock is off; a device that was not assigned before this run needs none."""
    if device is None or device.status != "assigned":
        return False
    if wanted.for_phone and not wanted.given_codes and not module.check_mode:
        module.fail_json(
            msg=f"Could not resynchronize the virtual MFA device '{device.name}' of user '{wanted.user_name}': there "
            "is nobody to ask for two consecutive codes of it. Give them in authentication_codes, the earlier one "
            "first."
        )
    if not module.check_mode:
        _mfa_devices.resynchronize(wanted.client, device, wanted.codes())
    return True


def verify_sign_in(module: Any, wanted: VirtualMfaDevice, device: Device) -> bool:
    """Whether STS opens a session for the user with the device's present code."""
    key, seed = wanted.access_key(), wanted.seed()
    if key is None or seed is None:
        return False
    try:
        open_session(module, key, device.serial_number, seed)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        module.warn(
            f"The MFA device of user '{wanted.user_name}' is assigned, but a trial of it failed: {said(str(error))}"
        )
        return False
    return True


def take_away(module: Any, wanted: VirtualMfaDevice) -> None:
    """state=absent"""
    wanted.look()
    to_do = _mfa_plan.plan_absence(wanted.standing, wanted.wish())
    seeds, pictures = wanted.seeds_to_go(), wanted.pictures_to_go()
    if _mfa_plan.is_last(wanted.standing, to_do) and not module.params["force"]:
        groups = _mfa_devices.groups_that_require_mfa(wanted.client, wanted.user_name)
        if groups:
            module.fail_json(
                msg=f"'{wanted.name}' is the last MFA device of user '{wanted.user_name}', and the group "
                f"'{groups[0]}' requires MFA: without it the user can do next to nothing. Nothing was changed. Enable "
                "another device first, or set force to remove it all the same."
            )
    if not module.check_mode:
        wanted.carry_out(to_do)
        if wanted.keeper and (to_do.changes or seeds):
            wanted.keeper.remove(seeds)
        for picture in wanted.pictures():
            # Where there is none, an interrupted write may have left one all the same.
            if picture in pictures or not picture.exists():
                remove_secret(picture)
    before = next((device.status for device in to_do.delete_first), "absent")
    changed = to_do.changes or bool(seeds or pictures)
    leave(module, wanted, changed=changed, device=None, status="absent", before=before, sign_in_verified=False)


def leave(
    module: Any,
    wanted: VirtualMfaDevice,
    *,
    changed: bool,
    device: Device | None,
    status: str,
    before: str,
    beside: bool = False,
    **more: Any,
) -> None:
    """End the module's run with what it found and did."""
    secret = module.params["seed_secret"]
    module.exit_json(
        changed=changed,
        serial_number=device.serial_number if device else "",
        user_name=wanted.user_name,
        status=status,
        seed_secret=secret["name"] if secret and status != "absent" else "",
        **wanted.files(beside),
        diff={"before": {"status": before}, "after": {"status": status}},
        **more,
    )


def check_input(module: Any) -> None:
    """What argument_spec cannot say, before the first call."""
    codes = module.params["authentication_codes"]
    if codes and not (len(codes) == 2 and all(len(code) == 6 and code.isascii() and code.isdigit() for code in codes)):
        module.fail_json(msg="authentication_codes takes two codes of six digits each, the earlier one first.")
    if module.params["rotate"] and module.params["resync"]:
        module.fail_json(msg="rotate and resync go one at a time: a new device needs no resynchronization.")
    if module.params["state"] == "present" and module.params["method"] == "phone" and not module.params["seed_file"]:
        module.fail_json(
            msg="With method=phone the seed waits for the phone in a file: give seed_file. seed_secret is for "
            "method=seed."
        )


def fail_refused(module: Any, wanted: VirtualMfaDevice, tried: str, error: Any) -> None:
    """End the module's run: AWS refused the two codes."""
    offset = _totp.clock_offset(error.response)
    codes = wanted.given_codes
    more: dict[str, Any] = {}
    if codes:
        seed = wanted.seed(beside=True) or wanted.seed()
        reason = _totp.why_typed_refused((codes[0], codes[1]), seed, offset)
    else:
        reason = _totp.why_computed_refused(offset)
        if not _totp.is_far_off(offset):
            # AWS may be ahead of us: then the present code and the next one are the right ones.
            more["try_again_at"] = _totp.begin_of(_totp.current_step() + 1)
    module.fail_json(
        msg=f"Could not {tried}: AWS refused the two codes. {reason}",
        error={"code": "InvalidAuthenticationCode", "message": str(error)},
        **more,
    )


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "user_name": {"type": "str", "required": True},
            "device_name": {"type": "str"},
            "path": {"type": "str", "default": "/"},
            "method": {"type": "str", "choices": ["phone", "seed"], "default": "phone"},
            "authentication_codes": {"type": "list", "elements": "str", "no_log": True},
            "seed_file": {"type": "path", "no_log": False},
            "seed_secret": {
                "type": "dict",
                "no_log": False,
                "options": {
                    "name": {"type": "str", "required": True},
                    "region": {"type": "str"},
                    "kms_key_id": {"type": "str", "no_log": False},
                    "role_arn": {"type": "str"},
                },
            },
            "qr_code_file": {"type": "path"},
            "show_secret_key": {"type": "bool", "default": False, "no_log": False},
            "access_key_file": {"type": "path", "no_log": False},
            "verify_sign_in": {"type": "bool", "default": False},
            "rotate": {"type": "bool", "default": False},
            "resync": {"type": "bool", "default": False},
            "force": {"type": "bool", "default": False},
            "tags": {"type": "dict", "aliases": ["resource_tags"]},
            "purge_tags": {"type": "bool", "default": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            **_vault.ARGUMENTS,
        },
        required_if=[("state", "present", ["seed_file", "seed_secret"], True)],
        mutually_exclusive=[("seed_file", "seed_secret")],
        supports_check_mode=True,
    )
    if missing := _totp.missing_libraries():
        module.fail_json(msg=missing)
    check_input(module)
    absent = module.params["state"] == "absent"
    name = module.params["device_name"] or module.params["user_name"]
    verb = "remove" if absent else "resynchronize" if module.params["resync"] else "enable"
    tried = f"{verb} the virtual MFA device '{name}' {'of' if absent else 'for'} user '{module.params['user_name']}'"
    try:
        if module.params["seed_file"] and not absent and not module.check_mode:
            take_turns(Path(module.params["seed_file"]))
        wanted = VirtualMfaDevice(module)
        (take_away if absent else bring_in)(module, wanted)
    except _mfa_devices.UserMissingError:
        module.fail_json(
            msg=f"Could not {tried}: there is no IAM user of this name. Create the user first. Nothing was changed."
        )
    except _mfa_plan.TakenError as taken:
        module.fail_json(
            msg=f"The virtual MFA device '{taken.device.name}' belongs to user '{taken.device.user_name}': give "
            f"another device_name for '{module.params['user_name']}'. Nothing was changed."
        )
    except _mfa_plan.FullError:
        module.fail_json(
            msg=f"Could not {tried}: the user has {_mfa_plan.DEVICES_PER_USER} MFA devices, the most that AWS allows. "
            "Remove one first; a rotation, too, needs room for one more. Nothing was changed."
        )
    except KeeperError as error:
        module.fail_json(msg=f"Could not {tried}: {error}")
    except OSError as error:
        module.fail_json(
            msg=f"Could not {tried}: its seed cannot be kept in '{module.params['seed_file']}': {error.strerror}. Make "
            "that place writable, then run again."
        )
    except is_boto3_error_code("InvalidAuthenticationCode") as error:
        fail_refused(module, wanted, tried, error)
    except is_boto3_error_code("AccessDenied") as error:
        fail_aws(module, error, tried, OWN_DEVICES if wanted.standing.of_user else "")
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, tried)


if __name__ == "__main__":
    main()
