"""What a request says: who signs it, which action of which service it asks for, and with which parameters."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request as HttpRequest
from moto.core.request import determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from .errors import REQUEST_ID
from .principals import Principal

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
# Services whose signing name is not the name boto3 knows them by.
BOTO_NAMES = {"access-analyzer": "accessanalyzer", "monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi"}


@dataclasses.dataclass(frozen=True)
class Scope:
    """The part of the signature that says whose key signed for which service."""

    access_key: str
    region: str
    service: str


@dataclasses.dataclass(frozen=True)
class Request:
    """One call to AWS, read."""

    principal: Principal
    region: str
    service: str
    action: str
    params: dict[str, Any]
    protocol: str

    @property
    def account(self) -> str:
        return self.principal.account


def scope_of(http: HttpRequest) -> Scope | None:
    """Who signed, or None for an unsigned request."""
    signed = CREDENTIAL.search(http.headers.get("Authorization", "")) or CREDENTIAL.search(
        "Credential=" + http.args.get("X-Amz-Credential", "")
    )
    if signed is None:
        return None
    service = BOTO_NAMES.get(signed["service"], signed["service"])
    if service == "s3" and http.path.startswith("/v20180820/"):
        service = "s3control"
    return Scope(signed["key"], signed["region"], service)


def protocol_of(http: HttpRequest, service: str) -> str:
    """The protocol the client speaks to this service."""
    return determine_request_protocol(get_service_model(service), http.content_type)


def read(http: HttpRequest, scope: Scope, principal: Principal) -> Request:
    """Find the action in the service's model and parse its parameters by that model."""
    protocol = protocol_of(http, scope.service)
    try:
        operation, path_params = get_service_router(scope.service).match(http)
    except NotFound:
        return Request(principal, scope.region, scope.service, "Unknown", {}, protocol)
    parser = PROTOCOL_PARSERS[protocol](operation)
    params = parser.parse(
        {
            "method": http.method,
            "values": http.values,
            "headers": http.headers,
            # Objects put into a bucket are nobody's parameters, and need not be UTF-8.
            "body": b"" if operation.name in ("PutObject", "UploadPart") else http.data,
            "url_path": http.path,
            "url_params": path_params,
        }
    )
    return Request(principal, scope.region, scope.service, str(operation.name), params, protocol)


def result_response(request: Request, result: dict[str, Any] | Exception) -> Response:
    """The result of an action, or moto's exception, as the service would send it."""
    operation = get_service_model(request.service).operation_model(request.action)
    serializer = get_serializer_class(request.service, request.protocol)(operation, SerializationContext(REQUEST_ID))
    sent = serializer.serialize(result)
    return Response(sent["body"], status=sent["status_code"], headers=dict(sent["headers"]))
