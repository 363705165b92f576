"""What was read of an account where all is well: the tests of controls change a thing in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._credential_report import Report

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
MADE = "2026-11-25T08:00:00+00:00"
HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,"
    "access_key_2_last_rotated,access_key_2_last_used_date"
)
ROOT = "<root_account>"
RECENT = "2026-11-20T10:00:00+00:00"
LONG_AGO = "2026-03-01T10:00:00+00:00"


def row(user: str, **fields: str) -> str:
    """A row of the credential report: a user with a password that is used, MFA, and no key."""
    values = {
        **dict.fromkeys(HEADER.split(","), "N/A"),
        "user": user,
        "password_enabled": "true",
        "password_last_used": RECENT,
        "password_last_changed": LONG_AGO,
        "mfa_active": "true",
        "access_key_1_active": "false",
        "access_key_2_active": "false",
        **fields,
    }
    return ",".join(values.values())


def report(*rows: str, root: str = "no_information") -> Report:
    of_root = row(ROOT, password_enabled="not_supported", password_last_used=root, password_last_changed="N/A")
    return Report("\n".join([HEADER, of_root, *rows]), MADE)


TRAIL: dict[str, Any] = {
    "name": "t",
    "arn": "arn:aws:cloudtrail:us-east-1:123456789012:trail/t",
    "own": True,
    "home_region": "us-east-1",
    "multi_region": True,
    "log_file_validation": True,
    "bucket": "logs",
    "prefix": "",
    "kms_key": "arn:aws:kms:us-east-1:123456789012:key/k",
    "sns_topic": "arn:aws:sns:us-east-1:123456789012:logs",
    "insights": True,
    "logging": True,
    "delivery_error": "",
    "management_events": True,
    "left_out": {"read": [], "write": []},
    "data_events": True,
    "objects": ["read", "write"],
}
ALARM: dict[str, Any] = {
    "name": "a",
    "description": "Charges.",
    "threshold": 10.0,
    "currency": "USD",
    "state": "OK",
    "ours": True,
    "speaks": True,
    "confirmed": ["a@example.com"],
    "pending": [],
    "unsubscribed": [],
    "unread": [],
}
IDENTITIES: dict[str, Any] = {
    "users": ["admin"],
    "groups": {"Administrators": {"members": ["admin"], "policies": ["AdministratorAccess"]}},
    "direct": {},
    "full": [],
    "support": ["role support"],
    "cloudshell": [],
    "federated": [],
}
SAFE: dict[str, Any] = {
    "caller": "arn:aws:iam::123456789012:user/admin",
    "now": NOW,
    "summary": {"AccountMFAEnabled": 1, "AccountAccessKeysPresent": 0, "Users": 1},
    "aliases": ["example"],
    "password_policy": {"MinimumPasswordLength": 14, "PasswordReusePrevention": 24},
    "devices": {"assigned": ["admin"], "pending": [], "users": ["admin"], "root": False},
    "credential_report": report(row("admin")),
    "identities": IDENTITIES,
    "expired_certificates": [],
    "contact": {"FullName": True, "PhoneNumber": True},
    "alternate_contacts": {"BILLING": True, "OPERATIONS": True, "SECURITY": True},
    "trails": [TRAIL],
    "trail_tags": {TRAIL["arn"]: {"Purpose": "audit"}},
    "bucket_logging": {"logs": "access-logs"},
    "key_rotation": {TRAIL["kms_key"]: True},
    "public_access_block": dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    ),
    "analyzers": {"us-east-1": [{"name": "a", "type": "ACCOUNT", "status": "ACTIVE"}]},
    "recorders": {"us-east-1": [{"name": "default", "recording": True, "last_status": "SUCCESS"}]},
    "detectors": {"us-east-1": [{"id": "d", "status": "ENABLED"}]},
    "empty_networks": {"us-east-1": [], "eu-west-1": []},
    "open_regions": ["eu-west-1", "us-east-1"],
    "recommendations": [],
    "preferences": {"some/key": "ENABLED"},
    "currencies": ["USD"],
    "charges": [],
    "alarms": [ALARM],
    "budgets": ["zero"],
    "free_tier": [],
}
