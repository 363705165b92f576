"""Found by every interpreter of the recorded run: writes each call of boto3 to the file that BENCH_RECORDING names."""

from __future__ import annotations

import base64
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any


class Recorder(importlib.abc.MetaPathFinder):
    """Waits for botocore.client, so that interpreters without boto3 stay without it."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Part of Python's import system."""
        if fullname != "botocore.client":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            own = spec.loader.exec_module

            def exec_module(module: ModuleType) -> None:
                own(module)
                record(module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def record(client: Any) -> None:
    """Let every client write down its calls."""
    call = client.BaseClient._make_api_call

    def recorded(self: Any, operation_name: str, api_params: dict[str, Any]) -> Any:
        line = [self.meta.service_model.service_name, self.meta.region_name, operation_name, api_params]
        # In one piece: several interpreters may write at once.
        file = os.open(os.environ["BENCH_RECORDING"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, json.dumps(line, default=as_json).encode() + b"\n")
        finally:
            os.close(file)
        return call(self, operation_name, api_params)

    client.BaseClient._make_api_call = recorded


def as_json(value: Any) -> Any:
    """Bytes and times, which JSON does not have."""
    if isinstance(value, bytes):
        return {"__bytes__": base64.b64encode(value).decode()}
    return str(value)


if "BENCH_RECORDING" in os.environ:
    sys.meta_path.insert(0, Recorder())
