# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Readings of an account that this identity may be refused: each is taken, or said why it could not be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils._billing import TOO_OLD, read_preferences
from ansible_collections.dayone.aws_account.plugins.module_utils._controls import Unread
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import said

# What a trail of an organization may hide from a member account, and what goes while it is looked at.
HIDDEN_TRAIL = [
    "AccessDeniedException",
    "CloudTrailARNInvalidException",
    "TrailNotFoundException",
    "UnsupportedOperationException",
    "OperationNotPermittedException",
]


# What a service answers in a region that the account has not switched on, or no longer.
# https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
CLOSED_REGION = ["UnrecognizedClientException"]


def attempt(reading: Callable[[], Any]) -> Any:
    """The reading, or why there is none: a permission that is missing hides one thing, not all."""
    try:
        return reading()
    except is_boto3_error_code(["AccessDenied", "AccessDeniedException", "AuthorizationError"]) as error:
        return Unread(f"It could not be read: {said(str(error))}")
    except NotImplementedError as error:
        return Unread(str(error), asked=False)


def preferences(client: Any) -> dict[str, str]:
    """The billing preferences.

    Raises:
        NotImplementedError: botocore is too old to know them.
    """
    if not hasattr(client, "get_billing_preferences"):
        raise NotImplementedError(TOO_OLD)
    return read_preferences(client)
