"""The rules of AWS that moto does not know, one file per area. Importing an area ties its rules to their actions."""

from __future__ import annotations

from . import (
    account,
    billing,
    budgets,
    contents,
    cost_anomalies,
    event_selectors,
    iam,
    kms,
    mfa,
    organizations,
    passwords,
    root_access,
    root_credentials,
    s3,
    secrets_manager,
    sns,
    sts,
    trail_list,
    trail_tags,
    trails,
)
from .registry import RULES, Answer, Rule

__all__ = [
    "RULES",
    "Answer",
    "Rule",
    "account",
    "billing",
    "budgets",
    "contents",
    "cost_anomalies",
    "event_selectors",
    "iam",
    "kms",
    "mfa",
    "organizations",
    "passwords",
    "root_access",
    "root_credentials",
    "s3",
    "secrets_manager",
    "sns",
    "sts",
    "trail_list",
    "trail_tags",
    "trails",
]
