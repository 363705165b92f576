"""Centralized root access: what an organization switches on, and sessions on a member account's root user."""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
import secrets
from collections.abc import Iterator
from typing import Any

from moto.iam.models import iam_backends
from moto.iam.policy_validation import VALID_RESOURCE_PATH_STARTING_VALUES
from moto.organizations.models import (
    FakeDelegatedAdministrator,
    FakeServiceAccess,
    OrganizationsBackend,
    organizations_backends,
)

from ..errors import RefusalError
from ..principals import root_of
from ..request import Request
from ..world import World
from .policy import as_list
from .registry import Answer, rule

IAM_SERVICE = "iam.amazonaws.com"
# https://docs.aws.amazon.com/organizations/latest/userguide/services-that-can-integrate-iam.html: moto lacks it.
for known in (FakeServiceAccess.TRUSTED_SERVICES, FakeDelegatedAdministrator.SUPPORTED_SERVICES):
    if IAM_SERVICE not in known:
        known.append(IAM_SERVICE)

# The ARN that sts:AssumeRoot is about, which moto does not take in a policy.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
VALID_RESOURCE_PATH_STARTING_VALUES["iam"]["values"].append("root")

CREDENTIALS_MANAGEMENT, SESSIONS = "RootCredentialsManagement", "RootSessions"
MAXIMUM_SECONDS = 900
TASK_POLICY = re.compile(r"arn:aws:iam::aws:policy/root-task/(\w+)")

_READING = {
    "iam:ListAccessKeys",
    "iam:ListSigningCertificates",
    "iam:GetLoginProfile",
    "iam:ListMFADevices",
    "iam:GetUser",
    "iam:GetAccessKeyLastUsed",
}
# https://docs.aws.amazon.com/IAM/latest/UserGuide/security-iam-awsmanpol.html: what each task policy does not deny.
TASKS: dict[str, set[str]] = {
    "IAMAuditRootUserCredentials": {*_READING, "iam:GetAccountSummary"},
    "IAMDeleteRootUserCredentials": {
        *_READING,
        "iam:DeleteAccessKey",
        "iam:DeleteSigningCertificate",
        "iam:DeleteLoginProfile",
        "iam:DeactivateMFADevice",
    },
    "IAMCreateRootUserPassword": {"iam:CreateLoginProfile", "iam:GetLoginProfile"},
}
# Tasks of the same API page that are about other services.
OTHER_TASKS = {"S3UnlockBucketPolicy", "SQSUnlockQueuePolicy"}


def organization_run_by(account: str) -> OrganizationsBackend | None:
    """The organization that the account manages, or administers for IAM; None where it does neither."""
    for partitions in list(organizations_backends.values()):
        backend: OrganizationsBackend = partitions["aws"]
        delegated = [admin.account.id for admin in backend.admins if IAM_SERVICE in admin.services]
        if backend.org is not None and account in (backend.org.master_account_id, *delegated):
            return backend
    return None


def is_in_organization(account: str) -> bool:
    """Whether the account is in any organization."""
    return account in organizations_backends.master_accounts or organization_run_by(account) is not None


def control_statements(account: str) -> Iterator[dict[str, Any]]:
    """The statements of the service control policies above a member account, and of its own.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
    """
    manager, partition = organizations_backends.master_accounts[account]
    backend: OrganizationsBackend = organizations_backends[manager][partition]
    units: list[Any] = [*backend.accounts, *backend.ou]
    parents: dict[str, str | None] = {unit.id: unit.parent_id for unit in units}
    targets: set[str] = set()
    at: str | None = account
    while at:
        targets.add(at)
        at = parents.get(at)
    for policy in backend.policies:
        if policy.type == "SERVICE_CONTROL_POLICY" and {item.id for item in policy.attachments} & targets:
            yield from as_list(json.loads(policy.content or "{}")["Statement"])


@rule("organizations", "EnableAWSServiceAccess", "DisableAWSServiceAccess")
def trusted_access(request: Request, _world: World) -> None:
    """https://docs.aws.amazon.com/organizations/latest/APIReference/API_EnableAWSServiceAccess.html

    For the management account alone.
    """
    if not is_in_organization(request.account):
        message = "Your account is not a member of an organization."
        raise RefusalError("AWSOrganizationsNotInUseException", message)
    if request.account in organizations_backends.master_accounts:
        raise RefusalError("AccessDeniedException", "You don't have permissions to access this resource.")


@rule(
    "iam",
    "ListOrganizationsFeatures",
    "EnableOrganizationsRootCredentialsManagement",
    "EnableOrganizationsRootSessions",
    "DisableOrganizationsRootCredentialsManagement",
    "DisableOrganizationsRootSessions",
)
def features(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_EnableOrganizationsRootCredentialsManagement.html

    and the pages of the others. Only the management account enables; an administrator for IAM disables and lists, too.
    """
    backend = organization_run_by(request.account)
    if backend is None or backend.org is None:
        if not is_in_organization(request.account):
            message = "No organization is associated with your account."
            raise RefusalError("OrganizationNotFoundException", message)
        message = "The account is not the management account or delegated administrator for centralized root access."
        raise RefusalError("AccountNotManagementOrDelegatedAdministratorException", message)
    enables = request.action.startswith("Enable")
    if enables and request.account != backend.org.master_account_id:
        message = "The account making the request is not the management account of the organization."
        raise RefusalError("CallerIsNotManagementAccountException", message)
    if backend.org.feature_set != "ALL":
        message = "Your organization does not have all features enabled."
        raise RefusalError("OrganizationNotInAllFeaturesModeException", message)
    if IAM_SERVICE not in {service["ServicePrincipal"] for service in backend.services}:
        message = "Trusted access is not enabled for IAM in AWS Organizations."
        raise RefusalError("ServiceAccessNotEnabledException", message)
    enabled = enabled_features(backend, world)
    if request.action != "ListOrganizationsFeatures":
        feature = SESSIONS if request.action.endswith("Sessions") else CREDENTIALS_MANAGEMENT
        (enabled.add if enables else enabled.discard)(feature)
    return {"OrganizationId": backend.org.id, "EnabledFeatures": sorted(enabled)}


def enabled_features(backend: OrganizationsBackend, world: World) -> set[str]:
    """The features of the organization, to be changed in place."""
    assert backend.org is not None
    found: set[str] = world.memory["organizations features"].setdefault(backend.org.id, set())
    return found


@rule("sts", "AssumeRoot")
def assume_root(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoot.html"""
    params = request.params
    seconds = int(params.get("DurationSeconds", MAXIMUM_SECONDS))
    if not 0 <= seconds <= MAXIMUM_SECONDS:
        raise invalid("durationSeconds", str(seconds), f"have value less than or equal to {MAXIMUM_SECONDS}")
    target = re.fullmatch(r"(?:arn:aws:iam::)?(\d{12})(?::root)?", params["TargetPrincipal"])
    if target is None:
        raise invalid("targetPrincipal", params["TargetPrincipal"], "be an account id or the ARN of a root user")
    task = TASK_POLICY.fullmatch(params["TaskPolicyArn"].get("arn", ""))
    if task is None or task[1] not in TASKS.keys() | OTHER_TASKS:
        raise invalid("taskPolicyArn", str(params["TaskPolicyArn"]), "be a managed policy of a root task")
    if task[1] in OTHER_TASKS:
        raise NotImplementedError
    if not may_assume(request, target[1], world):
        message = (
            f"User: {request.principal.arn} is not authorized to perform: sts:AssumeRoot on resource: "
            f"arn:aws:iam::{target[1]}:root"
        )
        raise RefusalError("AccessDenied", message, 403)
    ends = world.now() + seconds
    key = iam_backends[target[1]]["aws"].create_temp_access_key()
    world.sessions[key.access_key_id] = dataclasses.replace(root_of(target[1]), task=task[1], ends=ends)
    return {
        "Credentials": {
            "AccessKeyId": key.access_key_id,
            "SecretAccessKey": key.secret_access_key,
            "SessionToken": secrets.token_urlsafe(96),
            "Expiration": datetime.datetime.fromtimestamp(ends, datetime.UTC),
        }
    }


def may_assume(request: Request, target: str, world: World) -> bool:
    """Not as a root user, from the right account, with both features on, on an active member account."""
    backend = organization_run_by(request.account)
    if request.principal.kind == "root" or backend is None or backend.org is None:
        return False
    trusted = IAM_SERVICE in {service["ServicePrincipal"] for service in backend.services}
    if not trusted or enabled_features(backend, world) != {CREDENTIALS_MANAGEMENT, SESSIONS}:
        return False
    members = {account.id for account in backend.accounts if account.status == "ACTIVE"}
    return target in members - {backend.org.master_account_id}


def invalid(name: str, value: str, constraint: str) -> RefusalError:
    """What STS says of a parameter that cannot be meant."""
    message = f"Value '{value}' at '{name}' failed to satisfy constraint: Member must {constraint}"
    return RefusalError("ValidationError", f"1 validation error detected: {message}")
