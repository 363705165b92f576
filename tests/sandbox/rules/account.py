"""The account itself: alias, summary, credential report."""

from __future__ import annotations

import datetime
import re

from moto.iam.models import iam_backends

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .iam import iam_of, no_such_entity
from .registry import Answer, rule

# The pattern in the API reference of CreateAccountAlias; the User Guide adds that it must not look like an account id.
ALIAS = re.compile(r"[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]")


@rule("iam", "CreateAccountAlias")
def create_alias(request: Request, world: World) -> Answer | None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html"""
    alias = request.params["AccountAlias"]
    if not ALIAS.fullmatch(alias) or re.fullmatch(r"\d{12}", alias):
        raise RefusalError(
            "ValidationError",
            f"1 validation error detected: Value '{alias}' at 'accountAlias' failed to satisfy constraint: Member must "
            f"satisfy regular expression pattern: ^{ALIAS.pattern}$",
        )
    others = {
        taken
        for account, partitions in iam_backends.items()
        if account != request.account
        for taken in partitions["aws"].account_aliases
    }
    if alias in others | world.aliases_elsewhere:
        raise RefusalError("EntityAlreadyExists", f"The account alias {alias} already exists.", 409)
    return None


@rule("iam", "DeleteAccountAlias")
def delete_alias(request: Request, _world: World) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccountAlias.html"""
    alias = request.params["AccountAlias"]
    if alias not in iam_of(request).account_aliases:
        raise no_such_entity(f"The account alias with name {alias} cannot be found.")


@rule("iam", "GetAccountSummary")
def summary(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html"""
    switches = world.switches[request.account]
    return {
        "SummaryMap": {
            **iam_of(request).get_account_summary().summary_map,
            "AccountPasswordPresent": int(switches.root_password),
            "AccountAccessKeysPresent": int(bool(switches.root_access_keys)),
            "AccountSigningCertificatesPresent": int(bool(switches.root_certificates)),
            "AccountMFAEnabled": int(bool(switches.root_mfa)),
        }
    }


@rule("iam", "GetCredentialReport")
def credential_report(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html: root comes first."""
    iam = iam_of(request)
    if not iam.report_generated():
        raise RefusalError("ReportNotPresent", "Credential report not present", 410)
    switches = world.switches[request.account]
    header, *users = iam.get_credential_report().splitlines()
    root = {name: "not_supported" if name.startswith("password_") else "N/A" for name in header.split(",")}
    root |= {
        "user": "<root_account>",
        "arn": f"arn:aws:iam::{request.account}:root",
        "user_creation_time": "2026-01-01T00:00:00+00:00",
        "password_last_used": switches.root_last_used or "no_information",
        "mfa_active": str(bool(switches.root_mfa)).lower(),
    }
    if switches.root_key_last_used:
        root["access_key_1_last_used_date"] = switches.root_key_last_used
    for name, ids in (("access_key", switches.root_access_keys), ("cert", switches.root_certificates)):
        root |= {f"{name}_{number}_active": str(len(ids) >= number).lower() for number in (1, 2)}
    aged = [_aged(header, row, switches.credentials_age_days) for row in users]
    report = "\n".join([header, ",".join(root.values()), *aged])
    return {
        "Content": report.encode(),
        "ReportFormat": "text/csv",
        "GeneratedTime": datetime.datetime.now(datetime.UTC),
    }


def _aged(header: str, row: str, days: int) -> str:
    """A user's row as it would be, had all of it been made that many days before."""
    made = ("user_creation_time", "password_last_changed", "access_key_1_last_rotated", "access_key_2_last_rotated")
    then = datetime.timedelta(days=days)
    return ",".join(
        (datetime.datetime.fromisoformat(value) - then).isoformat() if name in made and value[:1].isdigit() else value
        for name, value in zip(header.split(","), row.split(","), strict=True)
    )
