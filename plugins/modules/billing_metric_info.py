#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: billing_metric_info
version_added: 0.1.0
short_description: Find out in which currencies an account's charges are measured
description:
  - Lists the currencies of the metric C(EstimatedCharges). It exists only in the account's own billing currency, so an
    alarm on another one never fires, and not before some hours after billing alerts were switched on.
  - The metric lives in the region us-east-1, so give that one.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
attributes:
  diff_mode:
    support: none
    details: It only reads.
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Look up the account's billing currency
  dayone.aws_account.billing_metric_info:
    region: us-east-1
"""

RETURN = r"""
currencies:
  description: The currencies, in alphabetical order; empty where no charge was measured yet.
  type: list
  elements: str
  returned: always
  sample: [USD]
"""

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.dayone.aws_account.plugins.module_utils._billing import read_currencies
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule


def main() -> None:
    module = AnsibleAWSModule(argument_spec={}, supports_check_mode=True)
    try:
        found = read_currencies(module.client("cloudwatch"))
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, "look up the currencies of the metric EstimatedCharges")
    module.exit_json(changed=False, currencies=found)


if __name__ == "__main__":
    main()
