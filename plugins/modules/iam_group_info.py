#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_group_info
version_added: 0.1.0
short_description: Read an IAM group with its members and managed policies
description:
  - Reads what M(amazon.aws.iam_group) manages, which has no counterpart for reading.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  name:
    description: The group's name.
    type: str
    required: true
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: It only reads.
  idempotent:
    support: full
seealso:
  - module: amazon.aws.iam_group
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Read who administers the account
  dayone.aws_account.iam_group_info:
    name: Administrators
  register: administrators
"""

RETURN = r"""
group:
  description: The group; empty where there is none of that name.
  type: dict
  returned: always
  sample:
    name: Administrators
    users: [admin]
    managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]
"""

from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import (
    is_boto3_error_code,
    paginated_query_with_retries,
)
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws


def read_group(client: Any, name: str) -> dict[str, Any]:
    """The group, its lists in alphabetical order; empty where there is none."""
    try:
        users = paginated_query_with_retries(client, "get_group", GroupName=name)["Users"]
    except is_boto3_error_code("NoSuchEntity"):
        return {}
    policies = paginated_query_with_retries(client, "list_attached_group_policies", GroupName=name)
    return {
        "name": name,
        "users": sorted(user["UserName"] for user in users),
        "managed_policies": sorted(policy["PolicyArn"] for policy in policies["AttachedPolicies"]),
    }


def main() -> None:
    module = AnsibleAWSModule(argument_spec={"name": {"type": "str", "required": True}}, supports_check_mode=True)
    client = module.client("iam")
    try:
        group = read_group(client, module.params["name"])
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"read the IAM group '{module.params['name']}'")
    module.exit_json(changed=False, group=group)


if __name__ == "__main__":
    main()
