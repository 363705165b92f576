"""AWS's errors, written the way the service called would write them, so that boto3 reads code and HTTP status."""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

REQUEST_ID = "00000000-0000-4000-8000-000000000000"


class RefusalError(Exception):
    """AWS says no: its error code, its message, its HTTP status, headers that say more."""

    def __init__(self, code: str, message: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.headers = headers or {}


def error_response(protocol: str, refusal: RefusalError) -> Response:
    """The refusal in the service's protocol."""
    if protocol in ("json", "rest-json"):
        return _json_error(refusal)
    if protocol == "rest-xml":
        return _xml_error(refusal, "<Error>{}<RequestId>{}</RequestId></Error>")
    if protocol == "ec2":
        return _xml_error(refusal, "<Response><Errors><Error>{}</Error></Errors><RequestID>{}</RequestID></Response>")
    return _xml_error(
        refusal, "<ErrorResponse><Error><Type>Sender</Type>{}</Error><RequestId>{}</RequestId></ErrorResponse>"
    )


def _json_error(refusal: RefusalError) -> Response:
    body = json.dumps({"__type": refusal.code, "message": refusal.message})
    headers = {"x-amzn-errortype": refusal.code, "x-amzn-requestid": REQUEST_ID}
    return Response(body, status=refusal.status, headers=headers, content_type="application/x-amz-json-1.1")


def _xml_error(refusal: RefusalError, envelope: str) -> Response:
    inner = f"<Code>{escape(refusal.code)}</Code><Message>{escape(refusal.message)}</Message>"
    text = envelope.format(inner, REQUEST_ID)
    return Response(text, status=refusal.status, headers=refusal.headers, content_type="text/xml")
