#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_member_root_credentials
version_added: 0.2.0
short_description: Take away what the root users of member accounts can sign in with
description:
  - Deletes the access keys, the signing certificates and the password of the root users of member accounts, and
    deactivates their MFA devices, in this order. Afterwards nobody can sign in as one of them, nor recover the password
    by e-mail, until the organization allows a recovery.
  - The root user of the management account is never touched.
  - Each account is read first. One whose root user has nothing costs two calls.
  - If it fails in an account, it goes on with the others. Then the task fails and names each, and its result has what
    was done. The next run carries on.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
  - dayone.aws_account.member_roots
options:
  accounts:
    description:
      - The ids of member accounts, twelve digits in quotes. There is no default, so that nothing is removed because a
        list was left out.
    type: list
    elements: str
    required: true
  state:
    description: That there are no credentials. AWS has no way to make them but the recovery by e-mail.
    type: str
    choices: [absent]
    required: true
seealso:
  - module: dayone.aws_account.iam_member_root_credentials_info
  - module: dayone.aws_account.iam_organizations_features
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Put the root user of an account away for good
  dayone.aws_account.iam_member_root_credentials:
    accounts: ["444455556666"]
    state: absent
"""

RETURN = r"""
accounts:
  description: What the root user of each had, what was deleted or in check mode would be, and what is left.
  type: list
  elements: dict
  returned: when the organization could be read
  sample:
    - account_id: "444455556666"
      account_name: ""
      before:
        password: true
        access_keys: []
        signing_certificates: []
        mfa_devices: [arn:aws:iam::444455556666:mfa/root-account-mfa-device]
      removed: [password, "MFA device arn:aws:iam::444455556666:mfa/root-account-mfa-device"]
      after:
        password: false
        access_keys: []
        signing_certificates: []
        mfa_devices: []
failed_accounts:
  description: The accounts in which it failed, and why.
  type: list
  elements: dict
  returned: when the organization could be read
  sample: []
summary:
  description: What was done, in lines for a person.
  type: list
  elements: str
  returned: when the organization could be read
  sample: ["444455556666: removed password, MFA device arn:aws:iam::444455556666:mfa/root-account-mfa-device"]
"""

from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._member_roots import removal
from ansible_collections.dayone.aws_account.plugins.module_utils._root_sessions import (
    ARGUMENTS,
    Outcome,
    find_accounts,
    find_organization,
    finish,
    of_each,
    open_sessions,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule


def announced(found: Outcome) -> Outcome:
    """What a removal would come to."""
    return found._replace(removed=tuple(step.what for step in removal(found.before)))


def line(done: Outcome, check_mode: bool) -> str:
    """What was done in an account, for a person."""
    told = [f"{'would remove' if check_mode else 'removed'} {', '.join(done.removed)}"] if done.removed else []
    told += [done.failure] if done.failure else []
    return f"{done.account.title}: {'. '.join(told) or 'nothing to remove'}"


def in_detail(done: Outcome) -> dict[str, Any]:
    """An account as the module returns it."""
    return {
        "account_id": done.account.id,
        "account_name": done.account.name,
        "before": done.before.told(),
        "removed": list(done.removed),
        "after": done.after.told(),
    }


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            **ARGUMENTS,
            "accounts": {"type": "list", "elements": "str", "required": True},
            "state": {"type": "str", "choices": ["absent"], "required": True},
        },
        supports_check_mode=True,
    )
    sessions = open_sessions(module)
    if not module.params["accounts"]:
        module.exit_json(changed=False, accounts=[], failed_accounts=[], summary=[])
    organization = find_organization(module, sessions)
    chosen = find_accounts(module, sessions, organization)
    work = (lambda account: announced(sessions.audit(account))) if module.check_mode else sessions.remove
    outcomes = of_each(chosen.accounts, work, module.params["parallel"])
    known = [in_detail(item) for item in outcomes]
    finish(
        module,
        outcomes,
        changed=any(item.removed for item in outcomes),
        accounts=known,
        summary=[line(item, module.check_mode) for item in outcomes],
        diff={when: {item["account_id"]: item[when] for item in known} for when in ("before", "after")},
    )


if __name__ == "__main__":
    main()
