# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An AWS failure as one sentence for a person: what was tried, what AWS said, what to do now.

Modules use ``fail_aws``; the filter ``explain_failure`` says the same of a failure in somebody else's module.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

from ansible_collections.dayone.aws_account.plugins.module_utils._terminal import visible

CREDENTIALS = (
    "Give this run credentials: sign in with 'aws login' or 'aws sso login', or set AWS_PROFILE, or AWS_ACCESS_KEY_ID "
    "and AWS_SECRET_ACCESS_KEY; then run again."
)
EXPIRED = "The credentials have run out. Sign in again (or take new temporary keys), then run again: it carries on."
INVALID = (
    "AWS does not know these credentials: check AWS_PROFILE or AWS_ACCESS_KEY_ID, the secret key, and that the "
    "key is active."
)
PERMISSION = (
    "The identity of this run lacks that permission: use an administrator of the account, or add the permission, "
    "then run again."
)
CONTROL_POLICY = (
    "A service control policy of the organization forbids it, whatever the account's own policies allow: only who "
    "manages the organization can change that."
)
NETWORK = (
    "AWS cannot be reached: check the network, a proxy (HTTPS_PROXY), AWS_ENDPOINT_URL if it is set, and the "
    "region's name; then run again."
)
CLOCK = (
    "The clock of this machine differs from AWS's by more than the five minutes that AWS lets pass: set it by the "
    "network's time, then run again."
)
THROTTLED = "AWS limits the rate of these calls: wait a minute, then run again; it carries on."
BUSY = "Something else changes the same thing at this moment: wait a minute, then run again; it carries on."
UNREADABLE = (
    "What AWS answered did not come whole: the connection broke off, or something between here and AWS changes what "
    "passes. Run again; it carries on."
)
THERE_ALREADY = (
    "It is there by now: AWS has made it and the answer was lost on the way, or another run makes it at this moment. "
    "Run again; it carries on."
)
AWS_FAILED = "AWS has a failure of its own: wait a minute, then run again; it carries on."
KILLED = (
    "Its process ended without an answer: it was killed, for want of memory perhaps, or it broke (-vvv shows how). Run "
    "again; it carries on."
)
REGION = "Name a region: set AWS_REGION (for example ap-northeast-1), or the option 'region'."
PROFILE = "Check AWS_PROFILE against the profiles in ~/.aws/config ('aws configure list-profiles' lists them)."

# What AWS (its error code) or botocore (its exception's words) calls a failure -> what a person does about it.
# Codes: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
_ADVICE: tuple[tuple[str, str], ...] = (
    (r"Unable to locate credentials|NoCredentials|Partial credentials|MissingAuthenticationToken", CREDENTIALS),
    (r"ExpiredToken|RequestExpired|[Tt]oken has expired|security token included in the request is expired", EXPIRED),
    (r"Signature (expired|not yet current)|RequestTimeTooSkewed|RequestInTheFuture", CLOCK),
    (r"InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId|SignatureDoesNotMatch|AuthFailure", INVALID),
    (r"config profile .* could not be found", PROFILE),
    (r"specify a region|NoRegionError", REGION),
    (r"explicit deny in a service control policy", CONTROL_POLICY),
    (r"AccessDenied|UnauthorizedOperation|AuthorizationError|NotAuthorized|not authorized to perform", PERMISSION),
    (
        (
            r"Could not connect to the endpoint|EndpointConnectionError|Connect timeout|Read timeout"
            r"|Connection was closed|Failed to connect to proxy|Name or service not known|SSL validation failed"
        ),
        NETWORK,
    ),
    # The last two: of modules that do not expect an answer without fields.
    (r"did not come whole|Unable to parse response|codec can't decode|answer lacks '\w+'", UNREADABLE),
    # A bucket of that name may be anybody's.
    (r"\b(?!BucketAlreadyExists)\w+AlreadyExists|BucketAlreadyOwnedByYou|DuplicateRecord", THERE_ALREADY),
    (r"InternalFailure|InternalError|InternalServiceError|ServiceUnavailable|Service Unavailable", AWS_FAILED),
    (r"No start of json char found|MODULE FAILURE", KILLED),
    (r"Throttl|RequestLimitExceeded|TooManyRequests|SlowDown|Rate (?:limit )?exceeded|made too many calls", THROTTLED),
    (r"ConcurrentModification|ConcurrentAccess|TemporarilyUnmodifiable|OperationAborted|StaleTag", BUSY),
)

_CLIENT_ERROR = re.compile(r"An error occurred \((?P<code>[^)]+)\) when calling the (?P<call>\w+) operation[^:]*: *")


# What ansible-core puts before a module's failure.
_OF_ANSIBLE = re.compile(r"^Task failed: (?:Module|Action) failed: ")
# The whole of an answer that botocore cannot read, which it quotes.
_QUOTED = re.compile(r" Further retries may succeed:.*", re.DOTALL)
# All that a KeyError says, of a module that does not expect an answer without a field.
_LACKING = re.compile(r"^'(\w+)'$")


def advice(text: str) -> str | None:
    """What to do about the failure that ``text`` tells of; None where only the failure itself can say."""
    return next((what_to_do for pattern, what_to_do in _ADVICE if re.search(pattern, text)), None)


def said(text: str) -> str:
    """``text`` with the wording of botocore, Python and ansible-core turned into plain words."""
    text = _LACKING.sub(r"AWS's answer lacks '\1'", _QUOTED.sub("", _OF_ANSIBLE.sub("", text)))
    return _CLIENT_ERROR.sub(lambda match: f"AWS answered {match['call']} with {match['code']}: ", text)


def sentence(tried: str, text: str, *, advise: bool = True) -> str:
    """One sentence (two with the advice): what was tried, what AWS said, what to do now."""
    parts = [visible(f"Could not {tried}: {said(text).strip().rstrip('.')}.")]
    what_to_do = advice(text) if advise else None
    return " ".join([*parts, what_to_do] if what_to_do else parts)


def fail_aws(module: Any, error: BaseException, tried: str, more: str = "") -> NoReturn:
    """End the module's run: AWS (or the way to it) failed with ``error`` when it ``tried`` to do something.

    Args:
        module: the AnsibleAWSModule that runs.
        error: a botocore ClientError or BotoCoreError.
        tried: what was tried and on what, to follow "Could not", as "create the account alias 'example'".
        more: a sentence more, on what may be the reason.
    """
    # Those of a connection that broke have one too, which is None.
    response: dict[str, Any] = getattr(error, "response", None) or {}
    code = response.get("Error", {}).get("Code")
    module.fail_json(msg=f"{sentence(tried, str(error))} {more}".strip(), error={"code": code, "message": str(error)})
    raise AssertionError("fail_json does not return")
