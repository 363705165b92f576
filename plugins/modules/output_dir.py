#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: output_dir
version_added: 0.2.0
short_description: Note which AWS account the secrets in a directory are of
description:
  - Makes a directory for an account's secrets, unless it is there, and notes the account in its file C(account). Two
    accounts may have users of one name, whose files would take each other's place.
  - A directory that is noted as another account's is left alone, and the run fails. One without a note becomes the
    account's, with what is in it.
  - A directory that others can write to, that belongs to another user or that is a symbolic link is refused, for they
    could put files of theirs in the place of those in it.
  - It talks to nobody.
extends_documentation_fragment:
  - dayone.aws_account.attributes
options:
  path:
    description: The directory. It, and what is missing above it, is made with mode 0700.
    type: path
    required: true
  account:
    description: The account's id.
    type: str
    required: true
attributes:
  action_group:
    support: none
    details: It does not talk to AWS.
seealso:
  - module: dayone.aws_account.iam_administrators_info
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Note whose secrets come here
  dayone.aws_account.output_dir:
    path: /srv/dayone/123456789012
    account: "123456789012"
"""

RETURN = r"""
note:
  description: The file that says which account it is.
  type: str
  returned: always
  sample: /srv/dayone/123456789012/account
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dayone.aws_account.plugins.module_utils._output_dir import NOTE, check_whose, note_whose


def main() -> None:
    module = AnsibleModule(
        argument_spec={"path": {"type": "path", "required": True}, "account": {"type": "str", "required": True}},
        supports_check_mode=True,
    )
    directory, account = Path(module.params["path"]), module.params["account"]
    note = directory / NOTE
    try:
        missing = check_whose(directory, account)
        if missing and not module.check_mode:
            note_whose(directory, account)
    except ValueError as error:
        module.fail_json(msg=f"{error}.")
    except OSError as error:
        module.fail_json(
            msg=f"Could not note in '{note}' whose secrets are beside it: {error.strerror}. Make that place writable, "
            "then run again."
        )
    diff = {"before": {"account": "" if missing else account}, "after": {"account": account}}
    module.exit_json(changed=missing, note=str(note), diff=diff)


if __name__ == "__main__":
    main()
