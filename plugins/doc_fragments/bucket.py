# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options that name a bucket and its owner."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  name:
    description: The bucket. It may be in another region than the module's; each call goes to the bucket's own.
    type: str
    required: true
  expected_bucket_owner:
    description:
      - The account that the bucket must belong to. AWS refuses each call where another account owns it.
      - By default the account of the credentials, which is asked for.
    type: str
"""
