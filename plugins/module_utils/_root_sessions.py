# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The root users of member accounts as AWS has them: reached by AssumeRoot, several accounts at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

try:
    import botocore.config
    import botocore.exceptions
    import botocore.session
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.amazon.aws.plugins.module_utils.botocore import get_aws_connection_info, is_boto3_error_code
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws
from ansible_collections.dayone.aws_account.plugins.module_utils._member_roots import (
    CERTIFICATES,
    KEYS,
    MFA,
    PASSWORD,
    Account,
    Chosen,
    Credentials,
    choose,
    kinds_present,
    reason,
    remaining,
    removal,
    wrong_ids,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._organizations_features import (
    missing_features,
    reason_for,
)

AUDIT, DELETE = "IAMAuditRootUserCredentials", "IAMDeleteRootUserCredentials"
# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html: at most 15 minutes.
SESSION_SECONDS = 900
TRIES = 8
MISSING = "NoSuchEntity"

ARGUMENTS: dict[str, dict[str, Any]] = {
    "exclude_accounts": {"type": "list", "elements": "str", "default": []},
    "parallel": {"type": "int", "default": 8},
}


class Organization(NamedTuple):
    """The organization, and the account of this run."""

    id: str
    management: str
    caller: str


class Arn(NamedTuple):
    """The parts of an ARN that say who somebody is."""

    partition: str
    account: str
    name: str


class Outcome(NamedTuple):
    """What became of an account."""

    account: Account
    before: Credentials = Credentials()
    removed: tuple[str, ...] = ()
    failure: str | None = None

    @property
    def after(self) -> Credentials:
        """What the root user has now."""
        return remaining(self.before, self.removed)


class RootSessions:
    """IAM of member accounts, as their root user with one task; all of it by one botocore session, which reads once."""

    def __init__(self, module: Any) -> None:
        region, endpoint, self._own = get_aws_connection_info(module)
        self._session = botocore.session.Session(profile=self._own.pop("profile_name", None))
        # AWS takes AssumeRoot at STS's regional endpoints only, whatever the configuration prefers.
        self._session.set_config_variable("sts_regional_endpoints", "regional")
        config = botocore.config.Config(
            retries={"mode": "standard", "total_max_attempts": TRIES}, max_pool_connections=module.params["parallel"]
        )
        own = self._own.pop("aws_config", None)
        self._common = {
            "region_name": region or self._session.get_config_variable("region") or "us-east-1",
            "endpoint_url": endpoint,
            "verify": self._own.pop("verify", None),
            "config": config.merge(own) if own else config,
        }
        self._lock = threading.Lock()
        self._sts = self.client("sts")
        self.caller = Arn("aws", "", "")

    def client(self, service: str) -> Any:
        """A service of the account of this run."""
        return self._session.create_client(service, **self._common, **self._own)

    def ask_who(self) -> Arn:
        """Ask whose credentials these are."""
        _arn, partition, _service, _region, account, name = self._sts.get_caller_identity()["Arn"].split(":", 5)
        self.caller = Arn(partition, account, name)
        return self.caller

    def iam(self, account: Account, task: str) -> Any:
        """IAM of the account for fifteen minutes.

        Raises:
            botocore ClientError, BotoCoreError: there is no such session to be had.
        """
        policy = f"arn:{self.caller.partition}:iam::aws:policy/root-task/{task}"
        keys = self._sts.assume_root(
            TargetPrincipal=account.id, TaskPolicyArn={"arn": policy}, DurationSeconds=SESSION_SECONDS
        )["Credentials"]
        with self._lock:  # clients may be shared among threads, making one may not
            return self._session.create_client(
                "iam",
                **self._common,
                aws_access_key_id=keys["AccessKeyId"],
                aws_secret_access_key=keys["SecretAccessKey"],
                aws_session_token=keys["SessionToken"],
            )

    def audit(self, account: Account) -> Outcome:
        """What the account's root user has: two calls where that is nothing."""
        try:
            iam = self.iam(account, AUDIT)
            return Outcome(account, credentials(iam, kinds_present(iam.get_account_summary()["SummaryMap"])))
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            return Outcome(account, failure=reason(error, account, "audit its root user"))

    def remove(self, account: Account) -> Outcome:
        """Take away what the account's root user has."""
        found = self.audit(account)
        removed: list[str] = []
        try:
            if found.before.any():
                iam = self.iam(account, DELETE)
                for step in removal(found.before):
                    try:
                        getattr(iam, step.call)(**step.arguments)
                    except is_boto3_error_code(MISSING):
                        pass  # somebody else was first
                    removed.append(step.what)
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            failure = reason(error, account, "take away its root user's credentials")
            return found._replace(removed=tuple(removed), failure=failure)
        return found._replace(removed=tuple(removed))


def credentials(iam: Any, kinds: list[str]) -> Credentials:
    """What the root user of the session has of these kinds."""
    return Credentials(
        PASSWORD in kinds and has_password(iam),
        tuple(access_keys(iam)) if KEYS in kinds else (),
        tuple(item["CertificateId"] for item in _listed(iam, "list_signing_certificates", "Certificates"))
        if CERTIFICATES in kinds
        else (),
        tuple(item["SerialNumber"] for item in _listed(iam, "list_mfa_devices", "MFADevices")) if MFA in kinds else (),
    )


def has_password(iam: Any) -> bool:
    """Whether the root user of the session has a password."""
    try:
        iam.get_login_profile()
    except is_boto3_error_code(MISSING):
        return False
    return True


def access_keys(iam: Any) -> list[dict[str, Any]]:
    """The access keys of the root user of the session, with their last use."""
    found = []
    for key in _listed(iam, "list_access_keys", "AccessKeyMetadata"):
        used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"].get("LastUsedDate")
        found.append(
            {
                "access_key_id": key["AccessKeyId"],
                "status": key["Status"],
                "create_date": key["CreateDate"].isoformat(),
                "last_used_date": used.isoformat() if used else None,
            }
        )
    return found


def _listed(iam: Any, call: str, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = iam.get_paginator(call).paginate().build_full_result()[name]
    return found


def of_each(accounts: list[Account], work: Callable[[Account], Outcome], parallel: int) -> list[Outcome]:
    """The work done for each account, several at a time; in the accounts' order."""
    with ThreadPoolExecutor(parallel) as pool:
        return list(pool.map(work, accounts))


def open_sessions(module: Any) -> RootSessions:
    """The way to the member accounts, after a check of what was asked; ends the run where that cannot be meant."""
    check(module)
    try:
        return RootSessions(module)
    except botocore.exceptions.BotoCoreError as error:  # as for a profile that there is not
        fail_aws(module, error, "make a connection to AWS")


def check(module: Any) -> None:
    """Refuse input that cannot be meant, before the first call."""
    params = module.params
    wrong = wrong_ids([*(params["accounts"] or []), *params["exclude_accounts"]])
    if wrong:
        module.fail_json(msg=wrong)
    if not 1 <= params["parallel"] <= 64:
        module.fail_json(msg=f"parallel is {params['parallel']}; from 1 to 64 accounts can be dealt with at a time.")


def find_organization(module: Any, sessions: RootSessions) -> Organization:
    """The organization that this run may manage the root users of; ends the run where it may not."""
    try:
        caller = sessions.ask_who()
        if caller.name == "root":
            module.fail_json(
                msg=f"These are credentials of the root user of account {caller.account}, which AWS lets reach no "
                "member's root user. Run it as an IAM user or role of the management account, or of a delegated "
                "administrator for IAM."
            )
        features = sessions.client("iam").list_organizations_features()
        described = sessions.client("organizations").describe_organization()["Organization"]
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        why = reason_for(error)
        if why:
            module.fail_json(msg=why)
        fail_aws(module, error, "see whether the organization has centralized root access")
    missing = missing_features(features.get("EnabledFeatures", []))
    if missing:
        module.fail_json(msg=missing)
    return Organization(features["OrganizationId"], described["MasterAccountId"], caller.account)


def find_accounts(module: Any, sessions: RootSessions, organization: Organization) -> Chosen:
    """The accounts that are named, or all active members; ends the run where the management account is named."""
    params = module.params
    if organization.management in (params["accounts"] or []):
        module.fail_json(
            msg=f"{organization.management} is the management account of the organization. Its root user is not "
            "managed centrally, and is never touched: take it out of the list. The role root_user tells how to "
            "put it away."
        )
    if params["accounts"] is not None:
        listed = [Account(item) for item in params["accounts"]]
    else:
        try:
            pages = sessions.client("organizations").get_paginator("list_accounts").paginate()
            found = pages.build_full_result()["Accounts"]
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            fail_aws(module, error, "list the accounts of the organization")
        # AWS has put State in the place of Status.
        listed = [Account(item["Id"], item["Name"], item.get("State") or item["Status"]) for item in found]
    return choose(listed, params["exclude_accounts"], organization.management)


def finish(module: Any, outcomes: list[Outcome], **result: Any) -> None:
    """End the run; it fails where an account did, with all that is known of the others."""
    failed = [
        {"account_id": item.account.id, "account_name": item.account.name, "reason": item.failure}
        for item in outcomes
        if item.failure
    ]
    if failed:
        told = " ".join(f"{item.account.title}: {item.failure}" for item in outcomes if item.failure)
        module.fail_json(
            msg=f"{len(failed)} of {len(outcomes)} accounts failed. {told}", failed_accounts=failed, **result
        )
    module.exit_json(failed_accounts=[], **result)
