#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: account_session
version_added: 0.2.0
short_description: Go into an AWS account, by a role if need be, and say which it is
description:
  - Without a role, says which account and identity the credentials are of.
  - With a role, assumes it with these credentials. The tasks that follow get the session by
    P(dayone.aws_account.session_credentials#lookup), which renews it in time.
  - Fails where this is not the account that was meant, or where the directory for its secrets is not fit for them.
  - Whoever can see the result has the session. Use C(no_log=true) with a role.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  account_id:
    description: The account that is meant. Required with a role that is given by its name.
    type: str
  role:
    description:
      - The role to assume, by its name, with its path if it has one, or by its ARN.
      - Without it, or with an empty value, none is assumed.
    type: str
    default: ''
  session_name:
    description: The name of the session, as CloudTrail shows it.
    type: str
    default: dayone
  external_id:
    description: The external id that the role asks for.
    type: str
  duration:
    description:
      - How many seconds the session lasts, 900 up to what the role allows. Where the credentials are of a role
        themselves, AWS gives an hour at most.
    type: int
    default: 3600
  output_dir:
    description:
      - Where the account's secrets are to lie, as C(dayone_output_dir) says; empty for the default. A directory that
        M(dayone.aws_account.output_dir) would refuse ends the run here, before anything is changed.
      - Without this option no directory is looked at.
    type: str
attributes:
  check_mode:
    support: full
    details: A session changes nothing, and is made in check mode too.
  diff_mode:
    support: none
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Go into the account
  dayone.aws_account.account_session:
    account_id: "210987654321"
    role: OrganizationAccountAccessRole
  register: account
  no_log: true

- name: Work there
  module_defaults:
    group/aws: "{{ lookup('dayone.aws_account.session_credentials', account) }}"
  block:
    - name: Insist on long passwords
      ansible.builtin.include_role:
        name: dayone.aws_account.password_policy
"""

RETURN = r"""
account:
  description: The id of the account.
  type: str
  returned: always
  sample: "210987654321"
arn:
  description: The ARN of the identity, of the session where a role was assumed.
  type: str
  returned: always
  sample: arn:aws:sts::210987654321:assumed-role/OrganizationAccountAccessRole/dayone
user_id:
  description: The unique id of the identity.
  type: str
  returned: always
  sample: AROAEXAMPLE:dayone
session:
  description: The session, with what it takes to renew it, which is secret; empty where no role was assumed.
  type: dict
  returned: always
"""

from functools import partial
from pathlib import Path
from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._output_dir import check_whose, output_dir
from ansible_collections.dayone.aws_account.plugins.module_utils._role_session import assume, role_arn, wrong_input
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

ROLE_REFUSED = (
    "The role has to be there, its trust policy has to name the identity of this run (and the external id, if it asks "
    "for one), and that identity has to be allowed sts:AssumeRole on it; the root user may assume none."
)


def assumed(module: Any) -> dict[str, Any]:
    """The session in the role."""
    wrong = list(wrong_input(module.params))
    if wrong:
        module.fail_json(msg=" ".join(wrong))
    client = module.client("sts")
    arn = role_arn(module.params["role"], module.params["account_id"], client.meta.partition)
    wanted = {**module.params, "role_arn": arn, "region": client.meta.region_name}
    try:
        return assume(partial(client.assume_role, aws_retry=True), wanted)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"assume the role '{arn}'", ROLE_REFUSED if "AccessDenied" in str(error) else "")


def identity(module: Any) -> dict[str, Any]:
    """Whose the credentials are, as GetCallerIdentity tells it."""
    try:
        client = module.client("sts")
        found: dict[str, Any] = client.get_caller_identity(aws_retry=True)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, "find out which account the credentials are of")
    return found


def leave(module: Any, arn: str, user_id: str, session: dict[str, Any]) -> None:
    """End the module's run with the account that it is in; it fails where that one's secrets have no place to lie."""
    account = arn.split(":")[4]
    if module.params["output_dir"] is not None:
        try:
            check_whose(Path(output_dir(account, module.params["output_dir"])), account)
        except ValueError as why:
            module.fail_json(msg=f"{why}. Nothing was changed.")
    module.exit_json(changed=False, account=account, arn=arn, user_id=user_id, session=session)


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "account_id": {"type": "str"},
            "role": {"type": "str", "default": ""},
            "session_name": {"type": "str", "default": "dayone"},
            "external_id": {"type": "str"},
            "duration": {"type": "int", "default": 3600},
            "output_dir": {"type": "str"},
        },
        supports_check_mode=True,
    )
    if module.params["role"]:
        session = assumed(module)
        leave(module, session["arn"], session["user_id"], session)
    found, meant = identity(module), module.params["account_id"]
    if meant not in (None, found["Account"]):
        module.fail_json(
            msg=f"The credentials are of account {found['Account']} ({found['Arn']}), and account {meant} is meant. "
            "Name the role to assume there, or take credentials of that account. Nothing was changed."
        )
    leave(module, found["Arn"], found["UserId"], {})


if __name__ == "__main__":
    main()
