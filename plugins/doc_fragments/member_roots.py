# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options by which member accounts of an organization are chosen."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  exclude_accounts:
    description: The ids of accounts to leave out, twelve digits in quotes.
    type: list
    elements: str
    default: []
  parallel:
    description: How many accounts are dealt with at a time, from 1 to 64.
    type: int
    default: 8
notes:
  - It needs credentials of an IAM user or role of the organization's management account, or of a delegated
    administrator for IAM. AWS lets no root user do this.
  - It needs centralized root access, see M(dayone.aws_account.iam_organizations_features).
  - AWS has no such call at the global endpoint of STS. Whatever is configured, the endpoint of the region is used.
"""
