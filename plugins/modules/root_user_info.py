#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: root_user_info
version_added: 0.2.0
short_description: Read what only an AWS account's root user can still do, and how
description:
  - Reads whether the root user has MFA and access keys, whether IAM users and roles may see billing, and when the root
    user was last used. AWS lets nobody change the first three but the root user, mostly in the console alone.
  - For each step that is open it says why, where, which clicks, and how a later run sees that it is done.
  - The last use comes from the credential report, which AWS makes anew every four hours at most. Where there is none
    yet it is asked for and waited for.
  - Warns when the run itself uses the root user's credentials.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  manual_steps:
    description:
      - What to do about open steps. C(report) lists them. C(wait) leads a person at the terminal through them, and
        looks after each whether AWS sees it; where nobody can be asked, and in check mode, it is the same as C(report).
    type: str
    choices: [report, wait]
    default: report
  caller_arn:
    description:
      - The ARN of the identity that makes the calls, where it is known already; else AWS is asked.
    type: str
  billing_region:
    description: Where AWS keeps the account's billing.
    type: str
    default: us-east-1
  report_timeout:
    description: For how many seconds the credential report is waited for.
    type: int
    default: 60
attributes:
  diff_mode:
    support: none
    details: It only reads.
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: See what only root can still do
  dayone.aws_account.root_user_info:
  register: root_user

- name: Lead a person at the terminal through it
  dayone.aws_account.root_user_info:
    manual_steps: wait
"""

RETURN = r"""
steps:
  description: The steps that are open, or that this run cannot see.
  type: list
  elements: dict
  returned: always
  contains:
    id:
      description: The step's id, as in M(dayone.aws_account.account_posture_info).
      type: str
      sample: M5
    title:
      description: What should hold.
      type: str
      sample: The root user has MFA
    status:
      description: C(manual), or C(unknown) where this run cannot see it.
      type: str
      sample: manual
    evidence:
      description: The values read.
      type: dict
      sample:
        AccountMFAEnabled: 0
    remedy:
      description: What to do, in one paragraph; for C(unknown), why.
      type: str
      sample: Sign in as root
    why:
      description: Why it matters.
      type: str
      sample: Whoever has the root user's password has the whole account.
    url:
      description: Where in the console.
      type: str
      sample: https://console.aws.amazon.com/iam/home#/security_credentials
    clicks:
      description: What to click, in order.
      type: list
      elements: str
      sample: [choose 'Assign MFA device']
    seen:
      description: How a later run sees that it is done.
      type: str
      sample: "IAM's account summary then says AccountMFAEnabled: 1."
last_used:
  description: When the root user was last used; empty for never, or where it is not known.
  type: str
  returned: always
  sample: "2026-11-01T10:00:00+00:00"
last_used_reported:
  description: When the credential report with that was made; empty where it could not be read.
  type: str
  returned: always
  sample: "2026-11-20T08:00:00+00:00"
used_by_this_run:
  description: Whether this run has the root user's credentials.
  type: bool
  returned: always
  sample: false
text:
  description: All of it for a person, in lines.
  type: list
  elements: str
  returned: always
  sample: ["Step 1 of 1: The root user has MFA (M5)"]
"""

from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.dayone.aws_account.plugins.module_utils._controls import judge
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._readings import (
    attempt,
    caller_arn,
    preferences,
    read_report,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._root_user import STEP_IDS, findings
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule


def read(module: Any) -> dict[str, Any]:
    """The readings that the steps are judged by, and that of the last use."""
    iam = module.client("iam")
    billing = module.client("billing", region=module.params["billing_region"])
    caller = caller_arn(module)
    return {
        "caller": caller,
        "summary": attempt(lambda: iam.get_account_summary(aws_retry=True)["SummaryMap"]),
        # Root always sees billing, so that its seeing it tells nothing.
        "preferences": {} if caller.endswith(":root") else attempt(lambda: preferences(billing)),
        "credential_report": attempt(lambda: read_report(iam, module.params["report_timeout"])),
    }


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "manual_steps": {"type": "str", "choices": ["report", "wait"], "default": "report"},
            "caller_arn": {"type": "str"},
            "billing_region": {"type": "str", "default": "us-east-1"},
            "report_timeout": {"type": "int", "default": 60},
        },
        supports_check_mode=True,
    )
    try:
        readings = read(module)
        found = findings(judge(readings, STEP_IDS), readings)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, "read what only the root user can do")
    if found["used_by_this_run"]:
        module.warn("This run uses the root user's credentials. Run as an administrator as soon as there is one.")
    module.exit_json(changed=False, **found)


if __name__ == "__main__":
    main()
