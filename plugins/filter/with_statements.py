# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Filter: a resource's policy with statements of ours in it, and all others as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._policy_statements import with_statements

DOCUMENTATION = r"""
name: with_statements
version_added: 0.2.0
short_description: A policy with statements put in, and all others as they are
description:
  - Takes the policy of a bucket, topic or key and puts statements into it, each in the place of the one with the same
    C(Sid), new ones at the end. What others wrote into the policy stays as it is, and where it is.
  - A statement of ours that several trails share is let grow with O(keep_sources).
options:
  _input:
    description: The policy as a dictionary; empty for a resource without one.
    type: dict
    required: true
  policy:
    description: A policy whose statements, each with a C(Sid), are to be in it.
    type: dict
    required: true
  keep_sources:
    description:
      - Whether a statement keeps the C(aws:SourceArn) and C(Resource) that the one it replaces has, beside its own.
      - So a bucket that another trail writes to, or did until a moment ago, goes on taking its log files.
    type: bool
    default: false
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Let CloudTrail write into a bucket that others use too
  amazon.aws.s3_bucket:
    name: example-logs
    policy: "{{ policy_of_the_bucket | dayone.aws_account.with_statements(policy_of_cloudtrail) }}"
"""

RETURN = r"""
_value:
  description: The policy with the statements.
  type: dict
"""


class FilterModule:
    def filters(self) -> dict[str, Callable[..., dict[str, Any]]]:
        return {"with_statements": with_statements}
