# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""AWS's answers are read whole, or not at all.

botocore takes JSON that breaks off for an answer without fields, and tells of XML that does with an error that no
module expects and that quotes the answer: the secret of a new access key, it may be.
"""

from __future__ import annotations

import contextlib
import json
import xml.etree.ElementTree as ET
from typing import Any

with contextlib.suppress(ImportError):  # AnsibleAWSModule says so
    import botocore.exceptions

    class UnreadableAnswerError(botocore.exceptions.BotoCoreError):
        """AWS may have done what was asked, and its answer cannot be read."""

        fmt = "AWS's answer to {operation} did not come whole: {why}"


from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule as BaseModule
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import patience

READERS = {"json": json.loads, "rest-json": json.loads, "query": ET.fromstring, "rest-xml": ET.fromstring}
# Outputs that are their body as it is.
RAW = ("blob", "string")
SERVER_ERROR = 500


class AnsibleAWSModule(BaseModule):
    """amazon.aws's, whose clients refuse answers that did not come whole; by ``aws_retry`` they wait where AWS asks."""

    def client(self, service: str, retry_decorator: Any = None, **more: Any) -> Any:
        return with_whole_answers(super().client(service, retry_decorator or patience(service), **more))

    def warn(self, *args: Any, **kwargs: Any) -> None:
        """Ansible's own: amazon.aws gives warnings to ``exit_json`` a second time, which ansible-core deprecates."""
        self._module.warn(*args, **kwargs)


def with_whole_answers(client: Any) -> Any:
    """The client, which from now on raises a ``BotoCoreError`` for an answer that cannot be read."""
    client.meta.events.register("before-parse", _check)
    return client


def _check(operation_model: Any, response_dict: dict[str, Any], **_more: Any) -> None:
    body = response_dict["body"]
    # Of a server's own failure only the status counts, and it is tried again; what is streamed is read later.
    if response_dict["status_code"] >= SERVER_ERROR or not isinstance(body, bytes):
        return
    # HEAD announces the body that GET would have.
    announced = None if operation_model.http["method"] == "HEAD" else response_dict["headers"].get("content-length")
    why = why_unreadable(body, announced, _reader(operation_model))
    if why:
        raise UnreadableAnswerError(operation=operation_model.name, why=why)


def _reader(operation_model: Any) -> Any:
    """What reads the answer's form; None where it has none."""
    output = operation_model.output_shape
    payload = output.serialization.get("payload") if output is not None else None
    if payload and output.members[payload].type_name in RAW:
        return None
    service = operation_model.service_model
    # Before botocore 1.36, a service had one protocol.
    return READERS.get(getattr(service, "resolved_protocol", None) or service.protocol)


def why_unreadable(body: bytes, announced: str | None, reader: Any) -> str:
    """What is wrong with an answer's body; '' for nothing. Never what is in it, which may be a secret."""
    if announced and announced.isdigit() and len(body) != int(announced):
        return f"{len(body)} of {announced} bytes came"
    if body and reader:
        try:
            reader(body.strip())  # S3 sends spaces to keep a connection open
        except (ValueError, ET.ParseError):
            return "its body cannot be read"
    return ""
