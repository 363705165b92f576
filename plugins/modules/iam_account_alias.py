#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_account_alias
version_added: 0.1.0
short_description: Manage the alias of an AWS account
description:
  - Creates, changes or removes the alias that stands for the account id in the URL at which IAM users sign in.
  - An account has one alias at most. Another alias replaces the one that is there, and sign-in links under the old
    name stop working.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  name:
    description:
      - The alias, unique among all accounts of the AWS partition. 3 to 63 lowercase letters, digits and single hyphens,
        not at either end, and not twelve digits, which would be an account id.
      - Required when I(state=present). With I(state=absent) only this alias is removed; without it, whichever is there.
    type: str
  state:
    description: Whether the account has the alias.
    type: str
    choices: [present, absent]
    default: present
attributes:
  check_mode:
    support: full
    details: Whether another account has the alias is known only when AWS is asked to create it.
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Give the account a name to sign in by
  dayone.aws_account.iam_account_alias:
    name: example-books

- name: Go back to the account id
  dayone.aws_account.iam_account_alias:
    state: absent
"""

RETURN = r"""
account_alias:
  description: The alias that the account has now; empty where it has none.
  type: str
  returned: always
  sample: example-books
previous_alias:
  description: The alias that the account had before; empty where it had none.
  type: str
  returned: always
  sample: ""
sign_in_url:
  description: Where IAM users sign in under the alias; empty where there is none.
  type: str
  returned: always
  sample: https://example-books.signin.aws.amazon.com/console
"""

import re
from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._sign_in_url import sign_in_url
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html
FORM = re.compile(r"^(?!\d{12}\Z)[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]\Z")


def read_alias(client: Any) -> str:
    """The alias that the account has: '' for none."""
    return next(iter(client.list_account_aliases(aws_retry=True)["AccountAliases"]), "")


def wanted_alias(current: str, name: str | None, state: str) -> str:
    """The alias that the account should have: '' for none."""
    if state == "present":
        return name or ""
    return "" if name in (None, current) else current


def replace_alias(module: Any, client: Any, current: str, wanted: str) -> None:
    """Make ``wanted`` the account's alias. AWS keeps one: creating another overwrites it in one step."""
    try:
        if wanted:
            client.create_account_alias(aws_retry=True, AccountAlias=wanted)
        else:
            client.delete_account_alias(aws_retry=True, AccountAlias=current)
    except is_boto3_error_code("EntityAlreadyExists"):
        # Ours by now, where AWS was asked again because its first answer was lost.
        if read_alias(client) != wanted:
            module.fail_json(
                msg=f"The account alias '{wanted}' belongs to another AWS account. Choose another name: aliases are "
                "unique among all accounts."
            )
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"change the account alias from '{current}' to '{wanted}'")


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "name": {"type": "str"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        required_if=[("state", "present", ["name"])],
        supports_check_mode=True,
    )
    name, state = module.params["name"], module.params["state"]
    if state == "present" and not FORM.match(name):
        module.fail_json(
            msg=f"'{name}' cannot be an account alias: give 3 to 63 lowercase letters, digits and single hyphens, no "
            "hyphen at either end, and not twelve digits."
        )
    client = module.client("iam")
    try:
        current = read_alias(client)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, "read the account alias")
    wanted = wanted_alias(current, name, state)
    changed = wanted != current
    if changed and current:
        module.warn(f"Sign-in links under the account alias '{current}' stop working.")
    if changed and not module.check_mode:
        replace_alias(module, client, current, wanted)
    module.exit_json(
        changed=changed,
        account_alias=wanted,
        previous_alias=current,
        sign_in_url=sign_in_url(wanted, client.meta.partition),
        diff={"before": {"account_alias": current}, "after": {"account_alias": wanted}},
    )


if __name__ == "__main__":
    main()
