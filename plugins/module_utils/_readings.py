# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Readings of an account that this identity may be refused: each is taken, or said why it could not be."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

with contextlib.suppress(ImportError):  # AnsibleAWSModule says so
    import botocore.exceptions

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils._billing import TOO_OLD, TOO_OLD_JA, read_preferences
from ansible_collections.dayone.aws_account.plugins.module_utils._control import Text, Unread
from ansible_collections.dayone.aws_account.plugins.module_utils._credential_report import Report
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import said

# What a trail of an organization may hide from a member account, and what goes while it is looked at.
HIDDEN_TRAIL = [
    "AccessDeniedException",
    "CloudTrailARNInvalidException",
    "TrailNotFoundException",
    "UnsupportedOperationException",
    "OperationNotPermittedException",
]


# What a service answers in a region that the account has not switched on, or no longer; EC2 the second one.
# https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html
CLOSED_REGION = ["UnrecognizedClientException", "AuthFailure"]
# AWS makes the credential report of a small account at once, that of a large one in a minute or more.
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetCredentialReport.html
NO_REPORT = ["ReportNotPresent", "ReportExpired", "ReportInProgress"]
REPORT_IS_MADE = Text(
    "AWS is still making the credential report; run again later.",
    "AWS が認証情報レポートを作成中です。しばらくしてから再実行してください。",
)
REFUSED = ["AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"]
# What a service answers that the account is not signed up for.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
NOT_SUBSCRIBED = ["OptInRequired", "SubscriptionRequiredException", "NotSignedUp"]


class NotToBeHadError(Exception):
    """A reading that there is not, although AWS refused nothing: botocore does not know the call, or it takes long."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


def caller_arn(module: Any) -> str:
    """Whose calls the module makes: as its option says, else as STS does."""
    return module.params["caller_arn"] or str(module.client("sts").get_caller_identity(aws_retry=True)["Arn"])


def account_of(arn: str) -> str:
    """The id of the account that the identity is in."""
    return arn.split(":")[4]


def refused(error: Exception, what: str = "It", what_ja: str = "") -> Unread:
    """Why something could not be read."""
    words = said(str(error))
    return Unread(
        f"{what} could not be read: {words}",
        reason_ja=f"{what_ja}{'を' if what_ja else ''}読み取れませんでした: {words}",
    )


def attempt(reading: Callable[[], Any]) -> Any:
    """The reading, or why there is none: a permission that is missing hides one thing, not all."""
    try:
        return reading()
    except is_boto3_error_code(REFUSED) as error:
        return refused(error)
    except botocore.exceptions.EndpointConnectionError as error:
        # Not every service is in every region. Where there is no network, nobody has come as far as this.
        return refused(error)
    except is_boto3_error_code(NOT_SUBSCRIBED) as error:
        return not_had(error, "The account has no such service", "このアカウントではサービスが使われていません")
    except NotToBeHadError as error:
        return Unread(error.why.en, asked=False, reason_ja=error.why.ja)


def attempt_in_region(reading: Callable[[], Any]) -> Any:
    """The same in a region that may be closed."""
    try:
        return attempt(reading)
    except is_boto3_error_code(CLOSED_REGION) as error:
        return not_had(error, "The account has not switched this region on", "このリージョンは有効になっていません")


def not_had(error: BaseException, why: str, why_ja: str) -> Unread:
    """What the account does not have, so that nothing there can be safe or open."""
    words = said(str(error))
    return Unread(f"{why}: {words}", reason_ja=f"{why_ja}: {words}", applies=False)


def preferences(client: Any) -> dict[str, str]:
    """The billing preferences.

    Raises:
        NotToBeHadError: botocore is too old to know them.
    """
    if not hasattr(client, "get_billing_preferences"):
        raise NotToBeHadError(Text(TOO_OLD, TOO_OLD_JA))
    return read_preferences(client)


def read_report(client: Any, patience: float) -> Report:
    """The report; one that is not there yet is asked for and waited for, ``patience`` seconds.

    Raises:
        NotToBeHadError: it was not there in time.
    """
    deadline = time.monotonic() + patience
    pause = FIRST_PAUSE_SECONDS
    while True:
        try:
            answer = client.get_credential_report(aws_retry=True)
            return Report(answer["Content"].decode(), answer["GeneratedTime"].isoformat(timespec="seconds"))
        except is_boto3_error_code(NO_REPORT):
            if time.monotonic() > deadline:
                raise NotToBeHadError(REPORT_IS_MADE) from None
        # AWS makes one only when asked, and says COMPLETE when it can be had.
        if client.generate_credential_report(aws_retry=True)["State"] != "COMPLETE":
            time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
