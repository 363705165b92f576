# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Waits and asks again where AWS means "wait", for longer than botocore does, which gives up after seconds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import paginated_query_with_retries
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry

# What any service may answer beside the codes that AWSRetry knows: too many calls, a failure of its own, another change
# of the same thing under way. By the services' own lists of errors, as
# https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
WAITED_FOR = (
    "ThrottlingException",
    "ThrottledException",
    "Throttled",
    "RequestThrottled",
    "RequestThrottledException",
    "InternalServerError",
    "InternalServerException",
    "InternalServiceError",
    "InternalServiceException",
    "ServiceUnavailableException",
    "ConcurrentModification",
    "ConcurrentModificationException",
)
# What one service means so, while the code is for good elsewhere, or not there.
OF_SERVICE = {
    "budgets": ("InternalErrorException",),
    # Too many calls: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_CreateAnomalyMonitor.html
    "ce": ("LimitExceededException",),
    # https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_UpdateTrail.html
    "cloudtrail": ("ConflictException",),
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeactivateMFADevice.html
    "iam": ("EntityTemporarilyUnmodifiable", "ServiceFailure"),
    "kms": ("DependencyTimeout", "DependencyTimeoutException", "KMSInternal", "KMSInternalException"),
    "organizations": ("ServiceException",),
    # https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    # The numbers are of answers to HEAD, which have no body to name the error in.
    "s3": ("500", "503", "OperationAborted", "RequestTimeout", "SlowDown"),
    # https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html
    "sns": ("ConcurrentAccess", "KMSThrottling", "StaleTag"),
}


def patience(service: str, *more: str, **limits: Any) -> Callable[[Any], Any]:
    """A retry decorator for calls of the service.

    Args:
        service: botocore's name of it.
        more: error codes that are waited for besides.
        limits: ``retries`` (tries in all, by default 10) and ``delay`` (seconds, by default 3), as AWSRetry has them.
    """
    codes = [*WAITED_FOR, *OF_SERVICE.get(service, ()), *more]
    decorator: Callable[[Any], Any] = AWSRetry.jittered_backoff(catch_extra_error_codes=codes, **limits)
    return decorator


def all_pages(client: Any, call: str, retry: Any = None, **arguments: Any) -> dict[str, Any]:
    """The whole answer to a call whose answers come in pages, by default with the ``patience`` of its service."""
    retry = retry or patience(client.meta.service_model.service_name)
    found: dict[str, Any] = paginated_query_with_retries(client, call, retry, **arguments)
    return found
