# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Readings of an account that this identity may be refused: each is taken, or said why it could not be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils._billing import TOO_OLD, TOO_OLD_JA, read_preferences
from ansible_collections.dayone.aws_account.plugins.module_utils._control import Text, Unread
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
REFUSED = ["AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"]
# What a service answers that the account is not signed up for.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
NOT_SUBSCRIBED = ["OptInRequired", "SubscriptionRequiredException", "NotSignedUp"]


class TooOldError(NotImplementedError):
    """This botocore does not know the call."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


def attempt(reading: Callable[[], Any]) -> Any:
    """The reading, or why there is none: a permission that is missing hides one thing, not all."""
    try:
        return reading()
    except is_boto3_error_code(REFUSED) as error:
        words = said(str(error))
        return Unread(f"It could not be read: {words}", reason_ja=f"読み取れませんでした: {words}")
    except is_boto3_error_code(NOT_SUBSCRIBED) as error:
        words = said(str(error))
        return Unread(
            f"The account has no such service: {words}",
            reason_ja=f"このアカウントではサービスが使われていません: {words}",
            applies=False,
        )
    except TooOldError as error:
        return Unread(error.why.en, asked=False, reason_ja=error.why.ja)
    except NotImplementedError as error:
        return Unread(str(error), asked=False)


def attempt_in_region(reading: Callable[[], Any]) -> Any:
    """The same in a region that may be closed."""
    try:
        return attempt(reading)
    except is_boto3_error_code(CLOSED_REGION) as error:
        words = said(str(error))
        return Unread(
            f"The account has not switched this region on: {words}",
            reason_ja=f"このリージョンは有効になっていません: {words}",
            applies=False,
        )


def preferences(client: Any) -> dict[str, str]:
    """The billing preferences.

    Raises:
        TooOldError: botocore is too old to know them.
    """
    if not hasattr(client, "get_billing_preferences"):
        raise TooOldError(Text(TOO_OLD, TOO_OLD_JA))
    return read_preferences(client)
