"""A plain boto3 script that makes the calls of a recording: `python replay.py RECORDING`."""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

client = functools.cache(boto3.client)


def from_json(value: dict[str, Any]) -> Any:
    """What the recorder made of bytes is bytes again."""
    return base64.b64decode(value["__bytes__"]) if set(value) == {"__bytes__"} else value


def replay(recording: str) -> None:
    """Make the calls, in order, with one client for each service and region."""
    for line in recording.splitlines():
        service, region, operation, parameters = json.loads(line, object_hook=from_json)
        # What failed for Ansible fails here too.
        with contextlib.suppress(ClientError):
            client(service, region_name=region)._make_api_call(operation, parameters)


if __name__ == "__main__":
    replay(Path(sys.argv[1]).read_text())
