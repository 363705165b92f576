# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The root users of an organization's member accounts: whose, what they have, and what takes it away. Without AWS."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils._explain import sentence

PASSWORD, KEYS, CERTIFICATES, MFA = "password", "access_keys", "signing_certificates", "mfa_devices"
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
SUMMARY_KEYS = {
    PASSWORD: "AccountPasswordPresent",
    KEYS: "AccountAccessKeysPresent",
    CERTIFICATES: "AccountSigningCertificatesPresent",
    MFA: "AccountMFAEnabled",
}
ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
EXCEPT_SESSIONS = (
    "A service control policy of the organization forbids it. Let the policy except these sessions, by the condition "
    '"Null": {"aws:AssumedRoot": "true"}, as docs/member-roots.md shows.'
)


class Account(NamedTuple):
    """An account of the organization; its name and status are known where it was listed."""

    id: str
    name: str = ""
    status: str = "ACTIVE"

    @property
    def title(self) -> str:
        """How a person is told of it."""
        return f"{self.id} ({self.name})" if self.name else self.id


@dataclasses.dataclass(frozen=True)
class Credentials:
    """What a root user can sign in with, and its MFA devices; none of it is secret."""

    password: bool = False
    access_keys: tuple[dict[str, Any], ...] = ()
    """Each with ``access_key_id``, ``status``, ``create_date`` and ``last_used_date``, which None is for never."""
    signing_certificates: tuple[str, ...] = ()
    mfa_devices: tuple[str, ...] = ()

    def any(self) -> bool:
        """Whether there is any."""
        return self != Credentials()

    def told(self) -> dict[str, Any]:
        """The same as a module returns it."""
        return {
            PASSWORD: self.password,
            KEYS: list(self.access_keys),
            CERTIFICATES: list(self.signing_certificates),
            MFA: list(self.mfa_devices),
        }


class Step(NamedTuple):
    """A call that takes one credential away."""

    call: str
    arguments: dict[str, str]
    what: str


class Chosen(NamedTuple):
    """The accounts to look at, and those that are left out, each with the reason."""

    accounts: list[Account]
    left_out: list[tuple[Account, str]]


def wrong_ids(given: Iterable[str]) -> str | None:
    """What is wrong with account ids; None where nothing is."""
    wrong = [item for item in given if not ACCOUNT_ID.fullmatch(item)]
    if not wrong:
        return None
    return (
        f"No account ids: {', '.join(repr(item) for item in wrong)}. An account id has 12 digits; put it in quotes, or "
        "YAML takes its leading zeros away."
    )


def choose(listed: list[Account], excluded: Iterable[str], management: str) -> Chosen:
    """Of the organization's accounts, or of those that were named, the ones whose root user is to be looked at."""
    skipped = set(excluded)
    accounts, left_out = [], []
    for account in sorted(set(listed)):
        if account.id == management:
            left_out.append((account, "the management account, whose root user is not managed centrally"))
        elif account.id in skipped:
            left_out.append((account, "excluded"))
        elif account.status != "ACTIVE":
            left_out.append((account, f"its status is {account.status}"))
        else:
            accounts.append(account)
    return Chosen(accounts, left_out)


def kinds_present(summary: dict[str, int]) -> list[str]:
    """The kinds of credentials to read, by the summary of the account; one that it does not tell of is among them."""
    return [kind for kind, key in SUMMARY_KEYS.items() if summary.get(key, 1)]


def removal(found: Credentials) -> list[Step]:
    """The calls that take all of it away: what lets in first, and MFA, which guards the password, last."""
    return [
        *(
            Step("delete_access_key", {"AccessKeyId": key["access_key_id"]}, f"access key {key['access_key_id']}")
            for key in found.access_keys
        ),
        *(
            Step("delete_signing_certificate", {"CertificateId": name}, f"signing certificate {name}")
            for name in found.signing_certificates
        ),
        *([Step("delete_login_profile", {}, "password")] if found.password else []),
        *(Step("deactivate_mfa_device", {"SerialNumber": name}, f"MFA device {name}") for name in found.mfa_devices),
    ]


def remaining(found: Credentials, removed: Iterable[str]) -> Credentials:
    """What is left of it, after the removal of what was named by ``Step.what``."""
    gone = set(removed)
    steps = [step for step in removal(found) if step.what not in gone]
    left = {name for step in steps for name in step.arguments.values()}
    return Credentials(
        any(step.call == "delete_login_profile" for step in steps),
        tuple(key for key in found.access_keys if key["access_key_id"] in left),
        tuple(name for name in found.signing_certificates if name in left),
        tuple(name for name in found.mfa_devices if name in left),
    )


def described(found: Credentials) -> str:
    """The credentials in a line."""
    keys = [f"access key {key['access_key_id']} ({_use(key)})" for key in found.access_keys]
    others = [step.what for step in removal(dataclasses.replace(found, access_keys=()))]
    return ", ".join([*keys, *others]) or "none"


def _use(key: dict[str, Any]) -> str:
    state = "" if key["status"] == "Active" else f"{str(key['status']).lower()}, "
    used = key["last_used_date"]
    return f"{state}last used {used[:10]}" if used else f"{state}never used"


def reason(error: BaseException, account: Account, tried: str) -> str:
    """Why an account could not be dealt with, and what to do about it.

    Args:
        error: a botocore ClientError or BotoCoreError.
        account: the account.
        tried: what was tried, to follow "Could not", as "audit the root user".
    """
    text = str(error)
    if "service control policy" in text:
        return f"{sentence(tried, text, advise=False)} {EXCEPT_SESSIONS}"
    if getattr(error, "operation_name", "") == "AssumeRoot" and "AccessDenied" in text:
        return (
            f"{sentence(tried, text, advise=False)} Either this run's identity may not do sts:AssumeRoot on "
            f"arn:aws:iam::{account.id}:root with this task, or the account is no active member of the organization."
        )
    return sentence(tried, text)
