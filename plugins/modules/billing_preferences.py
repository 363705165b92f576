#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: billing_preferences
version_added: 0.1.0
short_description: Switch an account's billing alerts on or off
description:
  - Sets the preferences of the feature C(BILLING_ALERTS), without which CloudWatch gets no billing metric.
  - AWS does not document the preferences' keys, so they are taken from what it answers.
  - It needs botocore 1.43.41 or newer.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  keys:
    description: The preferences to set, by the keys that AWS lists. By default all of them.
    type: list
    elements: str
  state:
    description: Whether the preferences are on.
    type: str
    choices: [enabled, disabled]
    default: enabled
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Receive billing alerts
  dayone.aws_account.billing_preferences:
    region: us-east-1
"""

RETURN = r"""
preferences:
  description: The billing alert preferences by key, as they are now.
  type: dict
  returned: success
  sample:
    some/key: ENABLED
reason:
  description:
    - Why it failed, for a role to go on by. C(billing_access_off) when the root user has not activated IAM access to
      billing, C(access_denied) when the permission is missing, C(botocore_too_old) when botocore does not know the
      operation, C(no_preference) when AWS lists no such preference for the account.
  type: str
  returned: on some failures
  sample: billing_access_off
"""

from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils._billing import (
    FEATURE,
    NO_PREFERENCE,
    TOO_OLD,
    read_preferences,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._control import BY_POLICY
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws, said, sentence
from ansible_collections.dayone.aws_account.plugins.module_utils._root_user import GUIDES
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule


def wanted_preferences(current: dict[str, str], keys: list[str] | None, state: str) -> dict[str, str]:
    """The preferences as they should be: those of ``keys`` (None: all) in ``state``, the others as they are."""
    value = state.upper()
    return {key: value if keys is None or key in keys else now for key, now in current.items()}


def update_preferences(client: Any, changes: dict[str, str]) -> None:
    client.update_billing_preferences(
        aws_retry=True,
        feature=FEATURE,
        billingPreferencesPerKey=[{"key": key, "value": value} for key, value in changes.items()],
    )


def refusal(message: str, state: str) -> tuple[str, str]:
    """Why AWS refused with ``message``, as ``reason`` and as a sentence: its policies, or the root user's switch."""
    if BY_POLICY.search(message):
        return "access_denied", sentence(f"switch billing alerts {state}", message)
    switch = (
        f"Could not switch billing alerts {state}: {said(message).rstrip('.')}. That is what AWS says where the root "
        f"user has not activated IAM access to billing. {GUIDES['R4'].remedy()}"
    )
    return "billing_access_off", switch


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "keys": {"type": "list", "elements": "str", "no_log": False},
            "state": {"type": "str", "choices": ["enabled", "disabled"], "default": "enabled"},
        },
        supports_check_mode=True,
    )
    client = module.client("billing")
    if not hasattr(client, "get_billing_preferences"):
        module.fail_json(msg=TOO_OLD, reason="botocore_too_old")
    try:
        before = read_preferences(client)
        if not before:
            module.fail_json(msg=NO_PREFERENCE, reason="no_preference")
        if unknown := sorted(set(module.params["keys"] or []) - set(before)):
            module.fail_json(
                msg=f"AWS knows no billing alert preference {', '.join(unknown)}; it has {', '.join(before)}."
            )
        after = wanted_preferences(before, module.params["keys"], module.params["state"])
        changes = {key: value for key, value in after.items() if value != before[key]}
        if changes and not module.check_mode:
            update_preferences(client, changes)
    except is_boto3_error_code(["AccessDeniedException", "AccessDenied"]) as error:
        reason, message = refusal(str(error), module.params["state"])
        module.fail_json(msg=message, reason=reason)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"switch billing alerts {module.params['state']}")
    module.exit_json(changed=bool(changes), preferences=after, diff={"before": before, "after": after})


if __name__ == "__main__":
    main()
