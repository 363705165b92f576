"""The layer before moto: every request passes here, is judged by the rules, and is written into the journal."""

from __future__ import annotations

import io
import json
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.request import Request as HttpRequest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from . import control, delivery, enforcement, request
from .errors import RefusalError, error_response
from .faults import Fault
from .journal import Call, writes
from .principals import Principal, principal_of
from .recorded import Recorded, is_management
from .rules import RULES
from .snapshot import Snapshot
from .world import World

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Application:
    """WSGI: the control path, the rules, then moto. One request at a time, so that check and write are one."""

    def __init__(self) -> None:
        self.world = World()
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.Lock()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        # Read whole before any answer: rules and moto both want the body.
        body = HttpRequest(environ).get_data(cache=False)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        http = HttpRequest({**environ, "wsgi.input": io.BytesIO(body)})
        is_control = http.path.startswith(control.PREFIX)
        if is_control:
            with self._lock:
                answer = control.control(http, self.world)
            return answer(environ, start_response)
        with self._lock:
            response, fault = self._answer(http, environ)
        time.sleep(self.world.answer_after_ms / 1000)
        return (delivery.spoil(response, fault, environ) if fault else response)(environ, start_response)

    def _answer(self, http: HttpRequest, environ: Environ) -> tuple[Response, Fault | None]:
        scope = request.scope_of(http)
        if scope is None:
            refusal = RefusalError("MissingAuthenticationToken", "Request is missing a signature", 403)
            return error_response("query", refusal), None
        principal = principal_of(scope.access_key, self.world.sessions)
        if principal is None:
            return error_response(request.protocol_of(http, scope.service), unknown_key(scope.service)), None
        late = untimely(http, scope.service, self.world.now())
        if late is not None:
            return error_response(request.protocol_of(http, scope.service), late), None
        call = request.read(http, scope, principal)
        fault = self.world.strike(call)
        response = self._under(fault, call, environ)
        self._note(call, scope.access_key, response)
        return response, fault

    def _under(self, fault: Fault | None, call: request.Request, environ: Environ) -> Response:
        """The account's answer, if the fault lets the call come to it."""
        if fault and fault.refuses:
            return error_response(call.protocol, fault.refusal(call))
        if writes(call.action):
            if fault and fault.kind == "stale":
                self._remember(fault, call)
            return self._judge(call, environ)
        then = self.world.snapshots.get((call.account, call.service))
        return then.ask((call, plain(environ))) if then and not then.over else self._judge(call, environ)

    def _remember(self, fault: Fault, call: request.Request) -> None:
        """Keep the account as it is before this write."""

        def answer(question: tuple[request.Request, Environ]) -> Response:
            call, environ = question
            body = io.BytesIO(environ.pop("body"))
            return self._judge(call, {**environ, "wsgi.input": body, "wsgi.errors": sys.stderr})

        of = (call.account, call.service)
        if of in self.world.snapshots:
            self.world.snapshots.pop(of).close()
        self.world.snapshots[of] = Snapshot(answer, fault.reads, fault.seconds)

    def _judge(self, call: request.Request, environ: Environ) -> Response:
        try:
            return self._by_rules(call) or self._ask_moto(call.principal, environ)
        except RefusalError as refusal:
            return error_response(call.protocol, refusal)
        except ServiceException as error:
            # What moto raises when a rule calls it: AWS's error already, only not yet written.
            return request.result_response(call, error)
        except HTTPException as error:
            return error.get_response()
        except Exception as error:
            # Whatever broke, the client gets an answer and the server goes on.
            return error_response(call.protocol, not_in_sandbox(call.action, error))

    def _by_rules(self, call: request.Request) -> Response | None:
        """The answer of the first rule that has one."""
        enforcement.authorize(call, self.world)
        for rule in RULES.get((call.service, call.action), []):
            answer = rule(call, self.world)
            if answer is not None:
                return answer if isinstance(answer, Response) else request.result_response(call, answer)
        return None

    def _ask_moto(self, principal: Principal, environ: Environ) -> Response:
        return Response.from_app(self._moto, {**environ, "HTTP_X_MOTO_ACCOUNT_ID": principal.account}, buffered=True)

    def _note(self, call: request.Request, access_key: str, response: Response) -> None:
        error = error_code(response) if response.status_code >= 400 else None
        self.world.journal.append(
            Call(
                call.account,
                call.principal.arn,
                call.service,
                call.action,
                writes(call.action),
                response.status_code,
                error,
                enforcement.asked(call, self.world),
                call.region,
            )
        )
        if is_management(call):
            self.world.recorded.append(Recorded(call, access_key, self.world.now(), error))


def plain(environ: Environ) -> Environ:
    """What of a request can be sent to another process."""
    body = environ["wsgi.input"]
    kept = {name: value for name, value in environ.items() if isinstance(value, str | int | tuple)}
    return {**kept, "body": body.getvalue()}


def not_in_sandbox(action: str, error: Exception) -> RefusalError:
    """What moto does not do, or broke on. 501 and not 500: clients try a 500 again and again."""
    if isinstance(error, NotImplementedError):
        return RefusalError("NotImplemented", f"{action} is not in the sandbox.", 501)
    traceback.print_exception(error)
    return RefusalError("InternalFailure", f"The sandbox broke on {action}: {error!r}", 501)


def unknown_key(service: str) -> RefusalError:
    """What a service answers to an access key that AWS does not know."""
    if service in ("s3", "s3control"):
        message = "The AWS Access Key Id you provided does not exist in our records."
        return RefusalError("InvalidAccessKeyId", message, 403)
    if service in ("iam", "sts", "sns"):
        return RefusalError("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
    # The JSON services name the same refusal differently.
    return RefusalError("UnrecognizedClientException", "The security token included in the request is invalid.", 400)


def untimely(http: HttpRequest, service: str, now: float) -> RefusalError | None:
    """What a service answers to a signature of another time: five minutes are let pass, by S3 fifteen.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html and, for S3,
    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    signed = http.headers.get("X-Amz-Date", "")
    if not re.fullmatch(r"\d{8}T\d{6}Z", signed):
        return None
    ahead = datetime.strptime(signed, "%Y%m%dT%H%M%S%z").timestamp() - now
    if service == "s3":
        far = abs(ahead) > 15 * 60
        message = "The difference between the request time and the current time is too large."
        return RefusalError("RequestTimeTooSkewed", message, 403) if far else None
    if abs(ahead) <= 5 * 60:
        return None
    sign, limit = ("-", now - 5 * 60) if ahead < 0 else ("+", now + 5 * 60)
    bounds = f"{_amz_date(limit)} ({_amz_date(now)} {sign} 5 min.)"
    if ahead < 0:
        return RefusalError("SignatureDoesNotMatch", f"Signature expired: {signed} is now earlier than {bounds}", 403)
    return RefusalError(
        "SignatureDoesNotMatch", f"Signature not yet current: {signed} is still later than {bounds}", 403
    )


def _amz_date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


def error_code(response: Response) -> str:
    """The error code in a response of any protocol; the HTTP status where it has none (HEAD)."""
    named = response.headers.get("x-amzn-errortype")
    text = response.get_data(as_text=True)
    found = re.search(r"<Code>([^<]+)</Code>", text)
    if named is None and found is not None:
        named = found[1]
    if named is None and text.startswith("{"):
        named = str(json.loads(text).get("__type", response.status_code))
    return (named or str(response.status_code)).rsplit("#", 1)[-1]
