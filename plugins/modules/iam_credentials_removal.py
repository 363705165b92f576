#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_credentials_removal
version_added: 0.2.0
short_description: Take away all that an IAM user signs in with
description:
  - Deletes the console password, the access keys, and what is given by hand, namely SSH public keys, service-specific
    credentials (as for CodeCommit) and signing certificates of an IAM user. The user, MFA devices, memberships and
    policies stay.
  - It is what comes before the removal of a user, so that nobody signs in any more while the rest goes, and policies
    that deny something are still there. M(amazon.aws.iam_user) stumbles over service-specific credentials.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  user_name:
    description: The IAM user. One who does not exist has no credentials.
    type: str
    required: true
seealso:
  - module: amazon.aws.iam_user
  - module: dayone.aws_account.iam_virtual_mfa_device
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Let somebody who has left sign in no more
  dayone.aws_account.iam_credentials_removal:
    user_name: former
"""

RETURN = r"""
removed:
  description: What was deleted, or in check mode would be, each by its kind and its id.
  type: list
  elements: str
  returned: always
  sample: [console password, access key AKIAIOSFODNN7EXAMPLE]
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils._console_password import has_password
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import all_pages
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

MISSING = "NoSuchEntity"


class Kind(NamedTuple):
    """Credentials of which a user may have several: how a person calls one, and how AWS lists and deletes it."""

    name: str
    call: str
    listed_under: str
    id: str


# What lets a person or program in first. https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
KINDS = (
    Kind("access key", "access_key", "AccessKeyMetadata", "AccessKeyId"),
    Kind("SSH public key", "ssh_public_key", "SSHPublicKeys", "SSHPublicKeyId"),
    Kind(
        "service-specific credential",
        "service_specific_credential",
        "ServiceSpecificCredentials",
        "ServiceSpecificCredentialId",
    ),
    Kind("signing certificate", "signing_certificate", "Certificates", "CertificateId"),
)


class Credentials:
    """What the user signs in with."""

    def __init__(self, module: Any) -> None:
        self.user_name: str = module.params["user_name"]
        self.client = module.client("iam")

    def ids(self, kind: Kind) -> list[str]:
        try:
            found = self._listed(f"list_{kind.call}s")[kind.listed_under]
        except is_boto3_error_code(MISSING):
            return []
        return [item[kind.id] for item in found]

    def _listed(self, call: str) -> dict[str, Any]:
        if self.client.can_paginate(call):
            pages: dict[str, Any] = all_pages(self.client, call, UserName=self.user_name)
            return pages
        answer: dict[str, Any] = getattr(self.client, call)(aws_retry=True, UserName=self.user_name)
        return answer

    def delete(self, call: str, **named: str) -> None:
        """Delete something, which somebody else may have done by now."""
        try:
            getattr(self.client, f"delete_{call}")(aws_retry=True, UserName=self.user_name, **named)
        except is_boto3_error_code(MISSING):
            pass

    def remove(self, check_mode: bool) -> Iterator[str]:
        """Delete them all, unless it is only looked at; names each."""
        if has_password(self.client, self.user_name):
            if not check_mode:
                self.delete("login_profile")
            yield "console password"
        for kind in KINDS:
            for name in self.ids(kind):
                if not check_mode:
                    self.delete(kind.call, **{kind.id: name})
                yield f"{kind.name} {name}"


def main() -> None:
    module = AnsibleAWSModule(argument_spec={"user_name": {"type": "str", "required": True}}, supports_check_mode=True)
    try:
        removed = list(Credentials(module).remove(module.check_mode))
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"take away what user '{module.params['user_name']}' signs in with")
    module.exit_json(
        changed=bool(removed),
        removed=removed,
        diff={"before": {"credentials": removed}, "after": {"credentials": []}},
    )


if __name__ == "__main__":
    main()
