#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_member_root_credentials_info
version_added: 0.2.0
short_description: What the root users of an organization's member accounts can sign in with
description:
  - Tells of each member account whether its root user has a password, and which access keys, signing certificates and
    MFA devices, with the last use of the access keys.
  - It takes two calls for an account whose root user has nothing, and deals with several accounts at a time.
  - If an account cannot be audited, the others are all the same. Then the task fails and names each, and its result has
    what was found.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
  - dayone.aws_account.member_roots
options:
  accounts:
    description:
      - The ids of member accounts, twelve digits in quotes. Without this option all active ones of the organization. An
        empty list is no account, so that a list that came out empty never means all.
    type: list
    elements: str
attributes:
  diff_mode:
    support: none
    details: It changes nothing.
seealso:
  - module: dayone.aws_account.iam_member_root_credentials
  - module: dayone.aws_account.root_user_info
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: See which member accounts have a root user who can sign in
  dayone.aws_account.iam_member_root_credentials_info:
    exclude_accounts: ["111122223333"]
  register: roots
"""

RETURN = r"""
accounts:
  description: The accounts that were audited.
  type: list
  elements: dict
  returned: when the organization could be read
  sample:
    - account_id: "444455556666"
      account_name: workload
      password: true
      access_keys:
        - access_key_id: AKIAIOSFODNN7EXAMPLE
          status: Active
          create_date: "2019-05-01T09:00:00+00:00"
          last_used_date: null
      signing_certificates: []
      mfa_devices: [arn:aws:iam::444455556666:mfa/root-account-mfa-device]
with_credentials:
  description: The ids of those whose root user has any credentials.
  type: list
  elements: str
  returned: when the organization could be read
  sample: ["444455556666"]
failed_accounts:
  description: The accounts that could not be audited, and why.
  type: list
  elements: dict
  returned: when the organization could be read
  sample:
    - account_id: "777788889999"
      account_name: sandbox
      reason: "Could not audit its root user: ..."
left_out:
  description: The accounts that were not looked at, and why.
  type: list
  elements: dict
  returned: when the organization could be read
  sample:
    - account_id: "123456789012"
      account_name: management
      reason: the management account, whose root user is not managed centrally
summary:
  description: What was found, in lines for a person.
  type: list
  elements: str
  returned: when the organization could be read
  sample: ["444455556666 (workload): password", "12 accounts: the root user has nothing to sign in with."]
organization_id:
  description: The organization.
  type: str
  returned: when the organization could be read
  sample: o-exampleorgid
caller_account:
  description: The account of this run.
  type: str
  returned: when the organization could be read
  sample: "123456789012"
audited_at:
  description: When it was read, in UTC.
  type: str
  returned: when the organization could be read
  sample: "2026-11-25T09:00:00Z"
"""

from datetime import UTC, datetime

from ansible_collections.dayone.aws_account.plugins.module_utils._member_roots import Account, described
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


def lines(outcomes: list[Outcome], left_out: list[tuple[Account, str]]) -> list[str]:
    """What was found, for a person: those with credentials and those that failed one by one, the rest in number."""
    audited = [item for item in outcomes if item.failure is None]
    told = [f"{item.account.title}: {described(item.before)}" for item in audited if item.before.any()]
    clean = sum(not item.before.any() for item in audited)
    if clean:
        told.append(f"{clean:,} account{'' if clean == 1 else 's'}: the root user has nothing to sign in with.")
    told += [f"{item.account.title}: {item.failure}" for item in outcomes if item.failure]
    told += [f"Left out: {account.title}: {reason}." for account, reason in left_out]
    return told or ["There is no account to look at."]


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={**ARGUMENTS, "accounts": {"type": "list", "elements": "str"}},
        supports_check_mode=True,
    )
    sessions = open_sessions(module)
    organization = find_organization(module, sessions)
    chosen = find_accounts(module, sessions, organization)
    outcomes = of_each(chosen.accounts, sessions.audit, module.params["parallel"])
    audited = [item for item in outcomes if item.failure is None]
    finish(
        module,
        outcomes,
        changed=False,
        accounts=[
            {"account_id": item.account.id, "account_name": item.account.name, **item.before.told()} for item in audited
        ],
        with_credentials=[item.account.id for item in audited if item.before.any()],
        left_out=[
            {"account_id": account.id, "account_name": account.name, "reason": reason}
            for account, reason in chosen.left_out
        ],
        summary=lines(outcomes, chosen.left_out),
        organization_id=organization.id,
        caller_account=organization.caller,
        audited_at=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )


if __name__ == "__main__":
    main()
