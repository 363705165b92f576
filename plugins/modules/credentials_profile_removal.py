#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: credentials_profile_removal
version_added: 0.2.0
short_description: Take an access key out of a shared credentials file
description:
  - Removes the access key of a profile, and the profile if nothing else is in it. All else in the file stays as it is.
    A file that is empty then goes, with what an interrupted write of it left.
  - A profile with another access key is left alone.
  - It talks to nobody; the key itself stays in AWS.
extends_documentation_fragment:
  - dayone.aws_account.attributes
options:
  path:
    description: The credentials file, as C(~/.aws/credentials). It need not exist.
    type: path
    required: true
  profile:
    description: The profile.
    type: str
    required: true
  access_key_id:
    description: The access key that it has.
    type: str
    required: true
attributes:
  action_group:
    support: none
    details: It does not talk to AWS.
seealso:
  - module: dayone.aws_account.iam_access_key_file
  - module: dayone.aws_account.iam_credentials_removal
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Forget the key of somebody who has left
  dayone.aws_account.credentials_profile_removal:
    path: ~/.aws/credentials
    profile: former
    access_key_id: AKIAIOSFODNN7EXAMPLE
"""

RETURN = r"""
path:
  description: The credentials file.
  type: str
  returned: always
  sample: /home/founder/.aws/credentials
"""

from pathlib import Path

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.dayone.aws_account.plugins.module_utils._access_key import profile_in, remove_profile


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "profile": {"type": "str", "required": True},
            "access_key_id": {"type": "str", "required": True, "no_log": False},
        },
        supports_check_mode=True,
    )
    path, profile, key_id = (module.params[option] for option in ("path", "profile", "access_key_id"))
    try:
        changed = profile_in(Path(path), profile) == key_id
        if changed and not module.check_mode:
            remove_profile(Path(path), profile)
    except ValueError as error:
        module.fail_json(msg=f"{error}. Nothing was changed.")
    except OSError as error:
        module.fail_json(
            msg=f"Could not take the access key {key_id} out of '{path}': {error.strerror}. Make that place writable, "
            "then run again."
        )
    diff = {"before": {"access_key_id": key_id if changed else ""}, "after": {"access_key_id": ""}}
    module.exit_json(changed=changed, path=path, diff=diff)


if __name__ == "__main__":
    main()
