"""What no AWS API tells or sets: the switches of each account, faults to inject, and what the rules remember."""

from __future__ import annotations

import dataclasses
import time
from collections import defaultdict
from typing import Any

from .faults import Fault
from .journal import Call
from .principals import Principal
from .recorded import Recorded
from .request import Request
from .snapshot import Snapshot

BILLING_ALERT_KEYS = ("alerts/cloudwatch",)


@dataclasses.dataclass
class Switches:
    """One account's settings that only the console, a person or time can change."""

    # Whether IAM policies decide what a principal may do; without, everybody may do everything.
    enforce_policies: bool = False
    # The root user's credentials: whether there is a password, and the ids of the rest.
    root_password: bool = True
    root_access_keys: list[str] = dataclasses.field(default_factory=list)
    root_certificates: list[str] = dataclasses.field(default_factory=list)
    root_mfa: list[str] = dataclasses.field(default_factory=list)
    # When the root user's access keys were last used; None for never.
    root_key_last_used: str | None = None
    # As the credential report writes it; None for a root user who never signed in.
    root_last_used: str | None = None
    iam_billing_access: bool = False
    # The currency AWS bills this account in; None while AWS has published no billing metric yet, which takes hours.
    billing_metric_currency: str | None = None
    # AWS does not document the keys of BILLING_ALERTS: whoever uses them has to read them first.
    billing_alert_keys: list[str] = dataclasses.field(default_factory=lambda: list(BILLING_ALERT_KEYS))
    # Whether somebody has opened Cost Explorer in the console, which no API does.
    cost_explorer: bool = False
    # Whether the first log file of every trail that logs has arrived, which takes minutes after StartLogging.
    log_files_delivered: bool = False
    # How much of its free events CloudTrail has used up.
    free_tier_percent: int = 1
    # What the month has come to, in the billing metric's currency.
    estimated_charges: float = 0.0
    # How many days ago the users' passwords and access keys were made, as the credential report tells.
    credentials_age_days: int = 0
    # Whether the account has a support plan with which programs may ask Trusted Advisor.
    paid_support: bool = False
    # What Trusted Advisor marks red.
    trusted_advisor: list[str] = dataclasses.field(default_factory=list)
    # How long it takes until CloudTrail's event history shows an event; with AWS, minutes.
    event_delay_seconds: int = 0
    # Whether the event history is asked twice a second at most, as AWS has it.
    throttle_lookups: bool = False


@dataclasses.dataclass
class World:
    """Everything the layer knows beside moto; thrown away by a reset."""

    switches: defaultdict[str, Switches] = dataclasses.field(default_factory=lambda: defaultdict(Switches))
    aliases_elsewhere: set[str] = dataclasses.field(default_factory=set)
    confirmed_endpoints: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    # Whose owners have followed the link to unsubscribe that each mail has.
    unsubscribed_endpoints: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    # Those that nobody confirmed in time.
    expired_endpoints: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    # Who does not accept what Cost Anomaly Detection sends.
    declined_anomalies: set[tuple[str, str]] = dataclasses.field(default_factory=set)
    # How many calls faults have hit, since the server started.
    calls_hit: int = 0
    faults: list[Fault] = dataclasses.field(default_factory=list)
    # By account and service: as it was before its last write, for reads that do not see that yet.
    snapshots: dict[tuple[str, str], Snapshot] = dataclasses.field(default_factory=dict)
    sessions: dict[str, Principal] = dataclasses.field(default_factory=dict)
    journal: list[Call] = dataclasses.field(default_factory=list)
    # What CloudTrail recorded; unlike the journal, it stays.
    recorded: list[Recorded] = dataclasses.field(default_factory=list)
    # How far AWS's clock is ahead of this machine's, which is a clock here that is behind.
    clock_ahead_seconds: int = 0
    # How much of a new session in a role is over already, as if the run had gone on for so long.
    session_seconds_gone: int = 0
    # How much longer than here an answer is under way. Calls at a time wait at a time.
    answer_after_ms: int = 0
    # Rules keep what they must remember here, each under a name of its own.
    memory: defaultdict[str, dict[Any, Any]] = dataclasses.field(default_factory=lambda: defaultdict(dict))

    def now(self) -> float:
        """AWS's time, in seconds since 1970."""
        return time.time() + self.clock_ahead_seconds

    def strike(self, call: Request) -> Fault | None:
        """The first of the faults that hit this call, if any does."""
        # All are asked: each counts its calls.
        hitting = [fault for fault in self.faults if fault.strikes(call)]
        self.calls_hit += bool(hitting)
        return hitting[0] if hitting else None
