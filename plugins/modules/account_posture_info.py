#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: account_posture_info
version_added: 0.1.0
short_description: Read what is safe in an AWS account and what is still open
description:
  - Reads the account and judges each step of its day-one set-up, AWS's Startup Security Baseline, and what the CIS AWS
    Foundations Benchmark 7.0.0 asks of an account's identities, storage and logging. It changes nothing but that it
    asks for IAM's credential report, which AWS makes anew every four hours at most.
  - What this identity may not read is C(unknown), never C(pass).
  - Of what regions have for themselves (Access Analyzer, AWS Config, GuardDuty, networks) it reads O(regions) alone.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  caller_arn:
    description:
      - The ARN of the identity that makes the calls, where it is known already; else AWS is asked.
    type: str
  billing_region:
    description: Where AWS keeps the account's billing.
    type: str
    default: us-east-1
  regions:
    description:
      - Where to look for what each region has for itself; C(all) for every region that the account has switched on.
        Every region takes five calls more.
      - Without any, the region of the call, and networks nowhere. Regions that the account has not switched on are
        passed over.
    type: list
    elements: str
    default: []
attributes:
  diff_mode:
    support: none
    details: It only reads.
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Read where the account stands
  dayone.aws_account.account_posture_info:
  register: posture

- name: Stop when the root user has no MFA
  ansible.builtin.assert:
    that: (posture.controls | selectattr('id', 'equalto', 'M5') | first).status == 'pass'

- name: Look into every region, for networks that nobody uses as well
  dayone.aws_account.account_posture_info:
    regions: [all]
"""

RETURN = r"""
account:
  description: The account's id.
  type: str
  returned: always
  sample: "123456789012"
account_name:
  description: The account's name; empty where it cannot be read.
  type: str
  returned: always
  sample: books
partition:
  description: AWS's partition.
  type: str
  returned: always
  sample: aws
region:
  description: The region of the call.
  type: str
  returned: always
  sample: ap-northeast-1
alias:
  description: The account's alias; empty where it has none, or it cannot be read.
  type: str
  returned: always
  sample: example-books
sign_in_url:
  description: Where IAM users sign in, under the alias where there is one.
  type: str
  returned: always
  sample: https://example-books.signin.aws.amazon.com/console
controls:
  description: The steps and how they stand.
  type: list
  elements: dict
  returned: always
  contains:
    id:
      description: The step's id, or a benchmark's item.
      type: str
      sample: M5
    title:
      description: What should hold.
      type: str
      sample: The root user has MFA
    title_ja:
      description: The same in Japanese.
      type: str
      sample: root ユーザーの MFA
    pillar:
      description: C(mfa), C(root), C(identity), C(logging), C(data) or C(billing).
      type: str
      sample: mfa
    status:
      description: C(pass), C(fail), C(manual) (only a person can do it), C(not_applicable) or C(unknown).
      type: str
      sample: manual
    evidence:
      description: The values read.
      type: dict
      sample:
        AccountMFAEnabled: 0
    remedy:
      description: What to do; for C(unknown) and C(not_applicable), why.
      type: str
      sample: Sign in as root
    remedy_ja:
      description: The same in Japanese. What AWS says is in its words.
      type: str
      sample: root でサインインしてください。
    references:
      description: Where it is explained.
      type: list
      elements: dict
      contains:
        name:
          description: The book or benchmark.
          type: str
          sample: "AWS: IAM"
        url:
          description: The page.
          type: str
          sample: https://docs.aws.amazon.com/IAM/latest/UserGuide/enable-virt-mfa-for-root.html
    meets:
      description: The benchmarks' items that it meets.
      type: list
      elements: str
      sample: [SSB ACCT.05, CIS 2.5]
    link:
      description: Where in the console.
      type: str
      sample: https://console.aws.amazon.com/iam/home#/security_credentials
    changed_by:
      description: The events of CloudTrail that can change how it stands; none where nothing in CloudTrail tells.
      type: list
      elements: dict
      contains:
        name:
          description: The event.
          type: str
          sample: EnableMFADevice
        global:
          description: Whether CloudTrail keeps it in us-east-1, and not in the account's home region.
          type: bool
          sample: true
    variable:
      description: The collection's variable that sets it; empty for none.
      type: str
      sample: root_user_manual_steps
trails:
  description: The trails that are seen from this region.
  type: list
  elements: dict
  returned: always
  contains:
    name:
      description: The trail's name.
      type: str
      sample: management-events
    home_region:
      description: Where it was made.
      type: str
      sample: ap-northeast-1
    multi_region:
      description: Whether it records all regions.
      type: bool
      sample: true
    logging:
      description: Whether it records now.
      type: bool
      sample: true
    bucket:
      description: Where its log files go.
      type: str
      sample: example-logs
    prefix:
      description: Before their names in the bucket; empty for none.
      type: str
      sample: ""
    kms_key:
      description: The ARN of the key that they are encrypted with; empty for S3's own.
      type: str
      sample: ""
    log_file_validation:
      description: Whether log files are validated.
      type: bool
      sample: true
    delivery_error:
      description: What CloudTrail was answered when it last delivered; empty for no error.
      type: str
      sample: ""
    unread:
      description: Why the trail could not be read; empty where it could.
      type: str
      sample: ""
alarms:
  description: The alarms on charges.
  type: list
  elements: dict
  returned: always
  contains:
    name:
      description: The alarm's name.
      type: str
      sample: billing-alarm-10-USD
    threshold:
      description: The amount; none where it has none of its own.
      type: float
      sample: 10.0
    currency:
      description: In which currency.
      type: str
      sample: USD
    state:
      description: C(OK), C(ALARM) or C(INSUFFICIENT_DATA).
      type: str
      sample: OK
    ours:
      description: Whether this collection set it.
      type: bool
      sample: true
    confirmed:
      description: How many it tells.
      type: int
      sample: 1
    pending:
      description: How many have not confirmed yet.
      type: int
      sample: 0
charges:
  description: What the month has come to so far; none where AWS has measured nothing within a day.
  type: list
  elements: dict
  returned: always
  contains:
    currency:
      description: The currency.
      type: str
      sample: USD
    amount:
      description: The charges.
      type: float
      sample: 3.21
    at:
      description: When AWS measured them.
      type: str
      sample: "2026-11-25T06:00:00+00:00"
root_user:
  description: What M(dayone.aws_account.root_user_info) returns, of the same readings.
  type: dict
  returned: always
  contains:
    steps:
      description: The steps that are open, or that this run cannot see.
      type: list
      elements: dict
      sample: []
    last_used:
      description: When the root user was last used; empty for never, or where it is not known.
      type: str
      sample: "2026-11-01T10:00:00+00:00"
    last_used_reported:
      description: When the credential report with that was made; empty where it could not be read.
      type: str
      sample: "2026-11-20T08:00:00+00:00"
    used_by_this_run:
      description: Whether this run has the root user's credentials.
      type: bool
      sample: false
    text:
      description: All of it for a person, in lines.
      type: list
      elements: str
      sample: ["Step 1 of 1: The root user has MFA (M5)"]
costs:
  description: What is switched on and costs, before any free tier.
  type: list
  elements: dict
  returned: always
  contains:
    what:
      description: What costs.
      type: str
      sample: Customer managed KMS keys
    what_ja:
      description: The same in Japanese.
      type: str
      sample: カスタマーマネージド KMS キー
    price:
      description: The price with its unit, of us-east-1.
      type: str
      sample: US$1.00 for each key and month
    price_ja:
      description: The same in Japanese.
      type: str
      sample: 1 キー 1 か月あたり 1.00 米ドル
    estimate:
      description: What that comes to in a month, where it is known; else empty.
      type: str
      sample: USD 1.00
    switched_on_by:
      description: The collection's variable that switches it on.
      type: str
      sample: cloudtrail_encryption
"""

import functools
from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.dayone.aws_account.plugins.module_utils._control import Unread
from ansible_collections.dayone.aws_account.plugins.module_utils._controls import judge
from ansible_collections.dayone.aws_account.plugins.module_utils._costs import costs
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._posture import (
    Clients,
    client_of_ec2,
    open_regions,
    read,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._posture_billing import Billing, reported
from ansible_collections.dayone.aws_account.plugins.module_utils._posture_trails import told
from ansible_collections.dayone.aws_account.plugins.module_utils._readings import account_of, attempt, caller_arn
from ansible_collections.dayone.aws_account.plugins.module_utils._root_user import findings
from ansible_collections.dayone.aws_account.plugins.module_utils._sign_in_url import partition_of, sign_in_url
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

EVERY_REGION = "all"


def make_clients(module: Any) -> Clients:
    """All clients: each new one of a profile that assumes a role asks STS for credentials."""
    billing_region = module.params["billing_region"]

    @functools.cache
    def client(service: str, region: str | None = None) -> Any:
        return module.client(service, **({"region": region} if region else {}))

    cloudtrail = client("cloudtrail")
    region = cloudtrail.meta.region_name
    asked = module.params["regions"]
    switched_on = attempt(lambda: open_regions(client_of_ec2(client))) if asked else []
    regions = regions_to_look_into(asked, switched_on, region)
    arn = caller_arn(module)
    return Clients(
        make=client,
        caller_arn=arn,
        region=region,
        iam=client("iam"),
        account=client("account"),
        s3control=client("s3control"),
        cloudtrail=cloudtrail,
        trusted_advisor=client("trustedadvisor", billing_region),
        billing=Billing(
            account_of(arn),
            client("billing", billing_region),
            client("cloudwatch", billing_region),
            client("sns", billing_region),
            client("budgets", billing_region),
            client("freetier", billing_region),
        ),
        analyzers={name: client("accessanalyzer", name) for name in regions},
        config={name: client("config", name) for name in regions},
        guard_duty={name: client("guardduty", name) for name in regions},
        ec2={name: client_of_ec2(client, name) for name in regions} if asked else {},
        open_regions=switched_on,
    )


def regions_to_look_into(asked: list[str], switched_on: list[str] | Unread, home: str) -> list[str]:
    """Those of the option ``regions``; where not to be had, the region of the call."""
    if EVERY_REGION not in asked:
        return asked or [home]
    return [home] if isinstance(switched_on, Unread) else switched_on


def or_nothing(reading: Any, nothing: Any) -> Any:
    return nothing if isinstance(reading, Unread) else reading


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "caller_arn": {"type": "str"},
            "billing_region": {"type": "str", "default": "us-east-1"},
            "regions": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    try:
        clients = make_clients(module)
        readings = read(clients)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, "read where the account stands")
    account_id, partition = account_of(clients.caller_arn), partition_of(clients.caller_arn)
    alias = next(iter(or_nothing(readings["aliases"], [])), "")
    controls = judge(readings, partition=partition, region=clients.region)
    module.exit_json(
        changed=False,
        account=account_id,
        account_name=or_nothing(readings["account_name"], ""),
        partition=partition,
        region=clients.region,
        alias=alias,
        sign_in_url=sign_in_url(alias or account_id, partition),
        controls=controls,
        root_user=findings(controls, readings),
        trails=told(readings["trails"]),
        alarms=reported(readings["alarms"]),
        charges=or_nothing(readings["charges"], []),
        costs=costs(readings),
    )


if __name__ == "__main__":
    main()
