"""The control path /_sandbox/…: what a test sets, and what it reads back."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Callable
from typing import Any

from moto.core.request import Request as HttpRequest
from moto.moto_api._internal.models import moto_api_backend
from moto.s3.models import s3_backends
from werkzeug.wrappers import Response

from . import known_secrets
from .faults import FaultError, fault_of
from .principals import DEFAULT_ACCOUNT
from .rules import contents, organizations, root_credentials
from .world import Switches, World

PREFIX = "/_sandbox/"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"


class ControlError(Exception):
    """A control request that cannot be meant: the sentence says why."""


def control(http: HttpRequest, world: World) -> Response:
    """Answer a request on the control path."""
    handler = HANDLERS.get((http.method, http.path.removeprefix(PREFIX)))
    try:
        if handler is None:
            known = ", ".join(f"{method} {PREFIX}{name}" for method, name in HANDLERS)
            raise ControlError(f"There is no {http.method} {http.path}; there is {known}.")
        fields = json.loads(http.get_data() or b"{}")
        if not isinstance(fields, dict):
            raise ControlError("The body must be a JSON object.")
        return _json(200, handler(world, fields))
    except json.JSONDecodeError as error:
        return _json(400, {"message": f"The body is not JSON: {error}."})
    except ControlError as mistake:
        return _json(400, {"message": str(mistake)})


def _json(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status=status, content_type="application/json")


def _ready(world: World, _fields: dict[str, Any]) -> Any:
    return {"pid": os.getpid(), "calls_hit": world.calls_hit}


def _read_journal(world: World, _fields: dict[str, Any]) -> Any:
    return [dataclasses.asdict(call) for call in world.journal]


def _clear_journal(world: World, _fields: dict[str, Any]) -> Any:
    world.journal.clear()
    return {}


def _reset(world: World, _fields: dict[str, Any]) -> Any:
    moto_api_backend.reset()
    _forget_snapshots(world)
    for field, fresh in vars(World(calls_hit=world.calls_hit)).items():
        setattr(world, field, fresh)
    return {}


def _set_world(world: World, fields: dict[str, Any]) -> Any:
    account = fields.pop("account", DEFAULT_ACCOUNT)
    if not isinstance(account, str) or not re.fullmatch(r"\d{12}", account):
        raise ControlError(f"An account id has 12 digits, which {account!r} has not.")
    switches = world.switches[account]
    for name, value in fields.items():
        check = WORLD_FIELDS.get(name)
        if check is None:
            raise ControlError(f"The world has no switch {name!r}; it has {', '.join(WORLD_FIELDS)}.")
        if not check(value):
            raise ControlError(f"{value!r} is no value for the switch {name}.")
    for name, value in fields.items():
        _switch(world, account, name, value)
    return dataclasses.asdict(switches)


def _switch(world: World, account: str, name: str, value: Any) -> None:
    if name == "alias_taken":
        world.aliases_elsewhere.add(value)
    elif name == "confirm_subscription":
        world.confirmed_endpoints.add((account, value))
    elif name == "unsubscribe":
        world.unsubscribed_endpoints.add((account, value))
    elif name == "expire_subscription":
        world.expired_endpoints.add((account, value))
    elif name == "decline_anomalies":
        world.declined_anomalies.add((account, value))
    elif name == "clock_ahead_seconds":
        world.clock_ahead_seconds = value
    elif name in ("answer_after_ms", "session_seconds_gone"):
        setattr(world, name, value)
    elif name in root_credentials.IDS:
        setattr(world.switches[account], name, root_credentials.ids(name, account, int(value)))
    else:
        setattr(world.switches[account], name, value)


def _set_fault(world: World, fields: dict[str, Any]) -> Any:
    try:
        world.faults.append(fault_of(fields))
    except FaultError as mistake:
        raise ControlError(str(mistake)) from None
    return {}


def _read_faults(world: World, _fields: dict[str, Any]) -> Any:
    return [dataclasses.asdict(fault) for fault in world.faults]


def _clear_faults(world: World, _fields: dict[str, Any]) -> Any:
    world.faults.clear()
    _forget_snapshots(world)
    return {}


def _forget_snapshots(world: World) -> None:
    while world.snapshots:
        world.snapshots.popitem()[1].close()


def _read_secrets(world: World, _fields: dict[str, Any]) -> Any:
    return known_secrets.known_secrets(world)


def _put_objects(_world: World, fields: dict[str, Any]) -> Any:
    """Put objects into a bucket, as many calls over time would have done."""
    bucket = fields.pop("bucket", None)
    if bucket not in s3_backends.bucket_accounts:
        raise ControlError(f"There is no bucket {bucket!r}.")
    partition, owner = s3_backends.bucket_accounts[bucket]
    try:
        objects = [contents.Filling(**item) for item in fields.pop("objects", [])]
    except (TypeError, ValueError) as mistake:
        raise ControlError(f"An object is not as it should be: {mistake}.") from None
    if fields:
        raise ControlError(f"Objects are put by bucket and objects; wrong: {', '.join(fields)}.")
    contents.fill(s3_backends[owner][partition].buckets[bucket], objects)
    return {}


def _invite_accounts(_world: World, fields: dict[str, Any]) -> Any:
    """Let accounts join an organization, as their owners would by accepting an invitation."""
    try:
        return [
            organizations.join(DEFAULT_ACCOUNT, organizations.Invited(**item)) for item in fields.pop("accounts", [])
        ]
    except TypeError as mistake:
        raise ControlError(f"An account is not as it should be: {mistake}.") from None


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_currency(value: Any) -> bool:
    return value is None or (isinstance(value, str) and re.fullmatch(r"[A-Z]{3}", value) is not None)


def _is_time(value: Any) -> bool:
    return value is None or (isinstance(value, str) and re.fullmatch(TIME, value) is not None)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_duration(value: Any) -> bool:
    return _is_number(value) and value >= 0


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_few(value: Any) -> bool:
    return isinstance(value, int) and 0 <= value <= 8  # True is one of them


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(item) for item in value)


WORLD_FIELDS: dict[str, Callable[[Any], bool]] = {
    "enforce_policies": _is_bool,
    "root_password": _is_bool,
    "root_access_keys": _is_few,
    "root_certificates": _is_few,
    "root_mfa": _is_few,
    "root_key_last_used": _is_time,
    "root_last_used": _is_time,
    "iam_billing_access": _is_bool,
    "billing_metric_currency": _is_currency,
    "billing_alert_keys": _is_texts,
    "cost_explorer": _is_bool,
    "log_files_delivered": _is_bool,
    "free_tier_percent": _is_number,
    "estimated_charges": _is_amount,
    "credentials_age_days": _is_number,
    "paid_support": _is_bool,
    "trusted_advisor": _is_texts,
    "clock_ahead_seconds": _is_number,
    "answer_after_ms": _is_duration,
    "session_seconds_gone": _is_duration,
    "event_delay_seconds": _is_number,
    "throttle_lookups": _is_bool,
    "alias_taken": _is_text,
    "confirm_subscription": _is_text,
    "unsubscribe": _is_text,
    "expire_subscription": _is_text,
    "decline_anomalies": _is_text,
}
assert WORLD_FIELDS.keys() >= {field.name for field in dataclasses.fields(Switches)}

HANDLERS: dict[tuple[str, str], Callable[[World, dict[str, Any]], Any]] = {
    ("GET", "ready"): _ready,
    ("GET", "journal"): _read_journal,
    ("DELETE", "journal"): _clear_journal,
    ("POST", "reset"): _reset,
    ("POST", "world"): _set_world,
    ("GET", "faults"): _read_faults,
    ("POST", "faults"): _set_fault,
    ("GET", "secrets"): _read_secrets,
    ("POST", "objects"): _put_objects,
    ("POST", "accounts"): _invite_accounts,
    ("DELETE", "faults"): _clear_faults,
}
