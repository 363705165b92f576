#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_access_key_file
version_added: 0.1.0
short_description: Create an IAM user's access key straight into a file
description:
  - Creates an access key for an IAM user who has none, and writes it to a file in the format in which the console
    offers it for download. AWS shows the secret only once, at creation.
  - M(amazon.aws.iam_access_key) hands the secret back as a return value, from where it has to be carried through
    variables and other modules' arguments. Here it exists in the file and nowhere else, from the moment that AWS
    answered.
  - A user who has a key keeps it. Where the file does not hold that key's secret, a warning names the key.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
  - dayone.aws_account.vault
options:
  user_name:
    description: The IAM user.
    type: str
    required: true
  path:
    description: The file for the key, for the owner alone (mode 0600, in directories of mode 0700).
    type: path
    required: true
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: amazon.aws.iam_access_key
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Give the administrator an access key
  dayone.aws_account.iam_access_key_file:
    user_name: admin
    path: "{{ playbook_dir }}/secrets/admin.accessKeys.csv"
"""

RETURN = r"""
access_key_id:
  description: The user's access key; empty in check mode for one that does not exist yet.
  type: str
  returned: always
  sample: AKIAIOSFODNN7EXAMPLE
path:
  description: The file of the key.
  type: str
  returned: always
  sample: /home/founder/dayone-output/123456789012/admin.accessKeys.csv
secret_kept:
  description: Whether that file holds the secret of this key.
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

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.dayone.aws_account.plugins.module_utils import _vault
from ansible_collections.dayone.aws_account.plugins.module_utils._access_key import AccessKey, read_access_key, to_csv
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import (
    prove_writable,
    why_locked,
    write_secret,
)


class Standing(NamedTuple):
    """Which key the user has, and whether the file holds its secret."""

    access_key_id: str
    secret_kept: bool


def standing(key_ids: list[str], kept: AccessKey | None) -> Standing | None:
    """What is there, from the user's keys in AWS and the key in the file; None where the user has no key."""
    if kept and kept.access_key_id in key_ids:
        return Standing(kept.access_key_id, True)
    return Standing(key_ids[0], False) if key_ids else None


def list_key_ids(client: Any, user_name: str) -> list[str]:
    """The user's access keys, the oldest first; a user who does not exist yet has none."""
    try:
        keys = client.list_access_keys(aws_retry=True, UserName=user_name)["AccessKeyMetadata"]
    except is_boto3_error_code("NoSuchEntity"):
        return []
    return [key["AccessKeyId"] for key in sorted(keys, key=lambda key: str(key.get("CreateDate", "")))]


def create(module: Any, client: Any, vault: _vault.Vault) -> Standing:
    user_name, path = module.params["user_name"], Path(module.params["path"])
    try:
        prove_writable(path)
        key = client.create_access_key(aws_retry=True, UserName=user_name)["AccessKey"]
        write_secret(path, to_csv(AccessKey(key["AccessKeyId"], key["SecretAccessKey"])), vault)
    except OSError as error:
        module.fail_json(
            msg=f"Could not write the access key of user '{user_name}' to '{path}': {error.strerror}. Make that place "
            "writable, then run again."
        )
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"create an access key for user '{user_name}'")
    return Standing(key["AccessKeyId"], True)


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "user_name": {"type": "str", "required": True},
            "path": {"type": "path", "required": True},
            **_vault.ARGUMENTS,
        },
        supports_check_mode=True,
    )
    user_name, path = module.params["user_name"], module.params["path"]
    vault = _vault.vault_of(module)
    client = module.client("iam", retry_decorator=AWSRetry.jittered_backoff())
    try:
        found = standing(list_key_ids(client, user_name), read_access_key(Path(path), vault))
    except _vault.LockedError:
        module.fail_json(msg=f"Could not see which access key of user '{user_name}' is kept: {why_locked(Path(path))}")
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"list the access keys of user '{user_name}'")
    changed = found is None
    if found and not found.secret_kept:
        module.warn(
            f"User '{user_name}' has the access key {found.access_key_id}, whose secret is not in '{path}'. If nobody "
            "has it, delete that key in the IAM console; the next run then makes a new one."
        )
    now = found or (Standing("", False) if module.check_mode else create(module, client, vault))
    module.exit_json(
        changed=changed,
        path=path,
        diff={
            "before": {"access_key": None if changed else now.access_key_id},
            "after": {"access_key": now.access_key_id or "a new one"},
        },
        **now._asdict(),
    )


if __name__ == "__main__":
    main()
