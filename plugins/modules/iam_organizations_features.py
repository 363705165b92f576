#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_organizations_features
version_added: 0.2.0
short_description: Centralized root access in an AWS organization
description:
  - Enables or disables the features by which an organization manages the root users of its member accounts centrally.
  - With C(RootCredentialsManagement) their passwords, access keys, signing certificates and MFA devices can be seen and
    removed, and new member accounts come without any. With C(RootSessions) there are short sessions on them for a few
    tasks.
  - What is enabled and not named stays as it is.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  features:
    description: The features.
    type: list
    elements: str
    choices: [RootCredentialsManagement, RootSessions]
    default: [RootCredentialsManagement, RootSessions]
  state:
    description: Whether they are enabled.
    type: str
    choices: [present, absent]
    default: present
  trusted_access:
    description:
      - Whether IAM gets trusted access to the organization (service principal C(iam.amazonaws.com)), where it has none
        yet. The features need it. Nothing takes it away.
    type: bool
    default: true
seealso:
  - module: dayone.aws_account.iam_member_root_credentials
  - name: Centralize root access for member accounts
    description: What the features are.
    link: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-enable-root-access.html
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Manage the root users of member accounts centrally
  dayone.aws_account.iam_organizations_features:
"""

RETURN = r"""
organization_id:
  description: The organization. Empty in check mode while IAM has no trusted access.
  type: str
  returned: success
  sample: o-exampleorgid
enabled_features:
  description: All features that are enabled now, or in check mode would be.
  type: list
  elements: str
  returned: success
  sample: [RootCredentialsManagement, RootSessions]
trusted_access_enabled:
  description: Whether this run has given IAM trusted access, or in check mode would.
  type: bool
  returned: success
"""

from typing import Any, NamedTuple

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._organizations_features import (
    CREDENTIALS_MANAGEMENT,
    FEATURES,
    IAM_SERVICE,
    NO_TRUST,
    SESSIONS,
    code_of,
    reason_for,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import patience
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

CALLS = {
    CREDENTIALS_MANAGEMENT: "organizations_root_credentials_management",
    SESSIONS: "organizations_root_sessions",
}


class Reading(NamedTuple):
    """What there is."""

    enabled: frozenset[str]
    organization_id: str = ""
    trusted: bool = True


def plan(reading: Reading, features: list[str], state: str) -> list[str]:
    """The features whose state has to change, in their usual order."""
    there = state == "absent"
    return [feature for feature in FEATURES if feature in features and (feature in reading.enabled) == there]


class Features:
    """The features as AWS has them."""

    def __init__(self, module: Any) -> None:
        self._module = module
        # Trusted access is not known everywhere at once.
        self._patient = patience("iam", NO_TRUST, f"{NO_TRUST}Exception")
        self._iam = module.client("iam")

    def read(self) -> Reading:
        try:
            found = self._iam.list_organizations_features(aws_retry=True)
        except botocore.exceptions.ClientError as error:
            if code_of(error) == NO_TRUST:
                return Reading(frozenset(), trusted=False)
            raise
        return Reading(frozenset(found.get("EnabledFeatures", [])), found["OrganizationId"])

    def trust(self) -> None:
        client = self._module.client("organizations")
        client.enable_aws_service_access(aws_retry=True, ServicePrincipal=IAM_SERVICE)
        self._iam = self._module.client("iam", retry_decorator=self._patient)

    def set(self, features: list[str], state: str) -> str:
        """Enable or disable them; the organization's id."""
        verb = "enable" if state == "present" else "disable"
        answers = [getattr(self._iam, f"{verb}_{CALLS[feature]}")(aws_retry=True) for feature in features]
        return str(answers[-1]["OrganizationId"])


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "features": {"type": "list", "elements": "str", "choices": list(FEATURES), "default": list(FEATURES)},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "trusted_access": {"type": "bool", "default": True},
        },
        supports_check_mode=True,
    )
    state = module.params["state"]
    try:
        ensure(module, state)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        why = reason_for(error)
        if why:
            module.fail_json(msg=why)
        tried = "enable" if state == "present" else "disable"
        fail_aws(module, error, f"{tried} centralized root access in the organization")


def ensure(module: Any, state: str) -> None:
    """Bring the features to the state, and end the run."""
    features = Features(module)
    reading = features.read()
    wanted = plan(reading, module.params["features"], state)
    trusts = bool(wanted) and state == "present" and not reading.trusted
    if trusts and not module.params["trusted_access"]:
        module.fail_json(
            msg="IAM has no trusted access to the organization, which centralized root access needs. Let "
            "trusted_access be true, or give it with 'aws organizations enable-aws-service-access --service-principal "
            "iam.amazonaws.com'."
        )
    organization_id = reading.organization_id
    if wanted and not module.check_mode:
        if trusts:
            features.trust()
        organization_id = features.set(wanted, state)
    after = reading.enabled ^ set(wanted)
    module.exit_json(
        changed=bool(wanted),
        organization_id=organization_id,
        enabled_features=sorted(after),
        trusted_access_enabled=trusts,
        diff={"before": {"features": sorted(reading.enabled)}, "after": {"features": sorted(after)}},
    )


if __name__ == "__main__":
    main()
