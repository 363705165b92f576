"""Faults to inject: which calls each hits, and what becomes of those."""

from __future__ import annotations

import dataclasses
from typing import Any

from .errors import RefusalError
from .journal import writes
from .request import Request

KINDS = {
    "error": "AWS answers with `code`, `status` and `message`, and does nothing",
    "throttled": "AWS limits the rate of calls, in the service's own code, and does nothing",
    "reset-before": "the connection is reset, and nothing was done",
    "reset-after": "the connection is reset when AWS has done what was asked",
    "slow": "AWS does what was asked, and the answer comes `seconds` later",
    "truncated": "AWS does what was asked, and half of the answer's body comes",
    "garbled": "AWS does what was asked, and the answer's body cannot be read",
    "expired": "the caller's credentials have run out, from then on",
    "withdrawn": "the permission for the action that is hit is taken away, from then on",
    "stale": "what is written is not seen by the next `reads` reads of the service, or for `seconds`",
}
# Codes of HTTP statuses other than 403, by the services' own documentation of common errors.
STATUSES = {
    "Throttling": 400,
    "ThrottlingException": 400,
    "TooManyRequestsException": 429,
    "SlowDown": 503,
    "InternalFailure": 500,
    "InternalError": 500,
    "ServiceUnavailable": 503,
}
CALLS = ("all", "reading", "writing")
# What only one kind, or two, can do something with.
OWN_FIELDS = {
    "code": ("error",),
    "status": ("error",),
    "message": ("error",),
    "seconds": ("slow", "stale"),
    "reads": ("stale",),
}


class FaultError(Exception):
    """A fault that cannot be meant: the sentence says why."""


@dataclasses.dataclass
class Fault:
    """What is to go wrong, at which calls; counted are those that it is for, from when it was set."""

    service: str
    action: str
    """`*`: all of them."""
    kind: str = "error"
    code: str | None = None
    status: int | None = None
    message: str | None = None
    seconds: float | None = None
    reads: int | None = None
    # Whose calls it hits; None: everybody's.
    account: str | None = None
    calls: str = "all"
    # The nth call alone, or every nth.
    nth: int | None = None
    every: int | None = None
    # How often it may hit still; None: for good.
    times: int | None = None
    # How many calls it was for, and how many it hit.
    seen: int = 0
    hits: int = 0
    # Of a permission that was withdrawn: for what.
    gone: tuple[str, str] | None = None

    @property
    def lasts(self) -> bool:
        """Whether it stays once it has hit."""
        return self.kind in ("expired", "withdrawn")

    @property
    def refuses(self) -> bool:
        """Whether AWS does not do what was asked."""
        return self.kind in ("error", "throttled", "reset-before") or self.lasts

    def strikes(self, call: Request) -> bool:
        """Whether it hits this call; each call is to be asked about once."""
        if not self._is_for(call):
            return False
        self.seen += 1
        if self.lasts and self.hits:
            if self.gone not in (None, (call.service, call.action)):
                return False
        elif self.times == 0 or not self._is_turn():
            return False
        if self.kind == "withdrawn":
            self.gone = (call.service, call.action)
        if self.times is not None:
            self.times -= 1
        self.hits += 1
        return True

    def _is_for(self, call: Request) -> bool:
        writing = writes(call.action)
        return (
            self.account in (call.account, None)
            and self.service in (call.service, "*")
            and self.action in (call.action, "*")
            and self.calls in ("all", "writing" if writing else "reading")
            and (self.kind != "stale" or writing)
        )

    def _is_turn(self) -> bool:
        if self.nth is not None:
            return self.seen == self.nth
        return self.every is None or self.seen % self.every == 0

    def refusal(self, call: Request) -> RefusalError:
        """AWS's words for it, in the code that the service has for it."""
        if self.kind == "expired":
            return _expired(call)
        if self.kind == "withdrawn":
            return _unauthorized(call)
        if self.kind == "throttled":
            return _throttled(call)
        if self.kind == "reset-before":
            # For the journal: the client does not come to see it.
            return RefusalError("ConnectionReset", "The connection is reset.", 503)
        assert self.code is not None
        status = self.status or STATUSES.get(self.code, 403)
        return RefusalError(self.code, self.message or f"The sandbox was told to answer {self.code}.", status)


def _expired(call: Request) -> RefusalError:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and, for S3,
    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    if call.service == "s3":
        return RefusalError("ExpiredToken", "The provided token has expired.", 400)
    message = "The security token included in the request is expired"
    if call.protocol in ("json", "rest-json"):
        return RefusalError("ExpiredTokenException", message, 400)
    return RefusalError("ExpiredToken", message, 403)


def _throttled(call: Request) -> RefusalError:
    """S3 has another error for it: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""
    if call.service == "s3":
        return RefusalError("SlowDown", "Please reduce your request rate.", 503)
    code = "ThrottlingException" if call.protocol in ("json", "rest-json") else "Throttling"
    return RefusalError(code, "Rate exceeded", 400)


def _unauthorized(call: Request) -> RefusalError:
    message = (
        f"User: {call.principal.arn} is not authorized to perform: {call.service}:{call.action} because no "
        f"identity-based policy allows the {call.service}:{call.action} action"
    )
    return unauthorized(call.service, message)


def unauthorized(service: str, message: str) -> RefusalError:
    """A refusal in the code of the service.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    """
    if service == "sns":
        return RefusalError("AuthorizationError", message, 403)
    if service == "ec2":
        return RefusalError("UnauthorizedOperation", message, 403)
    if service in ("iam", "sts", "s3", "s3control", "cloudwatch"):
        return RefusalError("AccessDenied", message, 403)
    return RefusalError("AccessDeniedException", message, 400)


def fault_of(fields: dict[str, Any]) -> Fault:
    """The fault that a test asks for.

    Raises:
        FaultError: it cannot be meant.
    """
    settable = [field.name for field in dataclasses.fields(Fault) if field.name not in ("seen", "hits", "gone")]
    unknown = fields.keys() - set(settable)
    missing = {"service", "action"} - fields.keys()
    if unknown or missing:
        raise FaultError(f"A fault takes {', '.join(settable)}; wrong: {', '.join(sorted(unknown or missing))}.")
    fault = Fault(**fields)
    if fault.kind not in KINDS:
        raise FaultError(f"There is no fault {fault.kind!r}; there is {', '.join(KINDS)}.")
    _check_own_fields(fault)
    _check_numbers(fault)
    return fault


def _check_own_fields(fault: Fault) -> None:
    for name, kinds in OWN_FIELDS.items():
        if getattr(fault, name) is not None and fault.kind not in kinds:
            raise FaultError(f"A fault of kind {fault.kind} has no {name}; that is for {', '.join(kinds)}.")
    if fault.kind == "error" and not fault.code:
        raise FaultError("A fault of kind error needs the code that AWS is to answer with.")
    if fault.kind == "slow" and fault.seconds is None:
        raise FaultError("A fault of kind slow needs seconds.")
    if fault.kind == "stale" and (fault.seconds is None) == (fault.reads is None):
        raise FaultError("A fault of kind stale needs either reads or seconds.")
    if fault.lasts and fault.times is not None:
        raise FaultError(f"A fault of kind {fault.kind} lasts: it takes no times.")
    if fault.kind == "stale" and fault.calls == "reading":
        raise FaultError("A fault of kind stale is of what is written.")


def _check_numbers(fault: Fault) -> None:
    if fault.calls not in CALLS:
        raise FaultError(f"Calls are {', '.join(CALLS)}, not {fault.calls!r}.")
    if fault.nth is not None and fault.every is not None:
        raise FaultError("A fault hits either the nth call or every nth, not both.")
    for name in ("nth", "every", "times", "reads"):
        number = getattr(fault, name)
        if number is not None and (not isinstance(number, int) or isinstance(number, bool) or number < 1):
            raise FaultError(f"{name} counts from 1; {number!r} is no such number.")
    if fault.seconds is not None and not (isinstance(fault.seconds, int | float) and fault.seconds >= 0):
        raise FaultError(f"seconds are a number, which {fault.seconds!r} is not.")
    if fault.status is not None and fault.status not in range(400, 600):
        raise FaultError(f"An error has a status from 400 to 599, not {fault.status!r}.")
