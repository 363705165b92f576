#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_identity
version_added: 0.2.0
short_description: Create an IAM user or group, under any path that IAM allows
description:
  - Creates an IAM user or group with its path, and a user with its tags, in one call, and waits until IAM knows it. One
    that exists is left as it is.
  - M(amazon.aws.iam_user) and M(amazon.aws.iam_group) do the rest. By themselves they take paths of letters, digits and
    C(+=,.@_-) only, and move what exists under another path, which changes its ARN.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  kind:
    description: What to create.
    type: str
    choices: [user, group]
    required: true
  name:
    description: The name, of a user 1 to 64, of a group 1 to 128 letters of ASCII, digits and C(+=,.@_-).
    type: str
    required: true
  path:
    description:
      - The path, up to 512 characters. C(/), or between two slashes the printable characters of ASCII but the space.
    type: str
    default: /
  tags:
    description: Tags of a user that is created. IAM has no tags on groups.
    type: dict
    default: {}
seealso:
  - module: amazon.aws.iam_user
  - module: amazon.aws.iam_group
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Create a user under a path
  dayone.aws_account.iam_identity:
    kind: user
    name: alice
    path: /staff/tokyo/
    tags:
      Team: founders
"""

RETURN = r"""
arn:
  description: The ARN; empty in check mode for one that does not exist yet.
  type: str
  returned: always
  sample: arn:aws:iam::123456789012:user/staff/tokyo/alice
"""

from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.tagging import ansible_dict_to_boto3_tag_list
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import patience
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule


class Identity:
    """A user or a group, and the calls that are about it."""

    def __init__(self, module: Any) -> None:
        self.kind: str = module.params["kind"]
        self.named = {f"{self.kind.title()}Name": module.params["name"]}
        self.path: str = module.params["path"]
        self.tags = {key: str(value) for key, value in module.params["tags"].items()}
        self.client = module.client("iam")
        # One who was created a moment ago is not known everywhere at once.
        self.patient_client = module.client("iam", retry_decorator=patience("iam", "NoSuchEntity"))

    def arn(self) -> str:
        """Its ARN; '' where there is none."""
        try:
            return self._read(self.client)
        except is_boto3_error_code("NoSuchEntity"):
            return ""

    def create(self) -> str:
        """Create it and wait for it; returns its ARN."""
        tags = {"Tags": ansible_dict_to_boto3_tag_list(self.tags)} if self.tags else {}
        getattr(self.client, f"create_{self.kind}")(aws_retry=True, Path=self.path, **self.named, **tags)
        return self._read(self.patient_client)

    def _read(self, client: Any) -> str:
        answer = getattr(client, f"get_{self.kind}")(aws_retry=True, **self.named)
        return str(answer[self.kind.title()]["Arn"])


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "kind": {"type": "str", "choices": ["user", "group"], "required": True},
            "name": {"type": "str", "required": True},
            "path": {"type": "str", "default": "/"},
            "tags": {"type": "dict", "default": {}},
        },
        supports_check_mode=True,
    )
    kind, name, path = (module.params[option] for option in ("kind", "name", "path"))
    if kind == "group" and module.params["tags"]:
        module.fail_json(msg="IAM has no tags on groups: leave tags out. Nothing was changed.")
    identity = Identity(module)
    try:
        arn = identity.arn()
        changed = not arn
        if changed and not module.check_mode:
            arn = identity.create()
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"create the IAM {kind} '{name}' under the path '{path}'")
    after = {"path": path, "tags": identity.tags} if kind == "user" else {"path": path}
    diff = {"before": {}, "after": after} if changed else {"before": {}, "after": {}}
    module.exit_json(changed=changed, arn=arn, diff=diff)


if __name__ == "__main__":
    main()
