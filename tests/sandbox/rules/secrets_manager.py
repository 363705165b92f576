"""Secrets Manager: what moto says of versions and of secrets marked for deletion, as AWS says it."""

from __future__ import annotations

from moto.secretsmanager.models import FakeSecret, ReplicaSecret, SecretsManagerBackend, secretsmanager_backends

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .registry import Answer, rule


def secrets_of(request: Request) -> SecretsManagerBackend:
    """The secrets of the caller's account in the region of the call."""
    return secretsmanager_backends[request.account][request.region]


def secret_of(request: Request) -> FakeSecret | ReplicaSecret | None:
    """The secret that the call names, if there is one."""
    return secrets_of(request).secrets.get(request.params["SecretId"])


@rule("secretsmanager", "GetSecretValue")
def current_value(request: Request, _world: World) -> Answer | None:
    """The API reference of GetSecretValue: without a version or a label, the version labelled AWSCURRENT.

    moto gives the version that came in first.
    """
    if request.params.get("VersionId") or request.params.get("VersionStage") or secret_of(request) is None:
        return None
    answer: Answer = secrets_of(request).get_secret_value(request.params["SecretId"], "", "AWSCURRENT")
    return answer


@rule("secretsmanager", "PutSecretValue", "UpdateSecretVersionStage", "UpdateSecret")
def not_marked_for_deletion(request: Request, _world: World) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html: it cannot be used then."""
    secret = secret_of(request)
    if secret is not None and secret.is_deleted():
        raise RefusalError(
            "InvalidRequestException",
            "You can't perform this operation on the secret because it was marked for deletion.",
        )


@rule("secretsmanager", "CreateSecret")
def name_in_recovery(request: Request, _world: World) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html: the name is still taken."""
    secret = secrets_of(request).secrets.get(request.params["Name"])
    if secret is not None and secret.is_deleted():
        raise RefusalError(
            "InvalidRequestException",
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
        )


@rule("secretsmanager", "UpdateSecretVersionStage")
def label_is_moved_from_where_it_is(request: Request, _world: World) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html"""
    secret = secret_of(request)
    if secret is None:
        return
    label, source = request.params["VersionStage"], request.params.get("RemoveFromVersionId")
    holder = next((name for name, version in secret.versions.items() if label in version["version_stages"]), None)
    target = request.params.get("MoveToVersionId")
    if holder is not None and holder not in (source, target):
        raise RefusalError(
            "InvalidParameterException",
            f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version "
            f"{holder}, so you must explicitly reference that version in RemoveFromVersionId.",
        )


@rule("secretsmanager", "PutSecretValue")
def label_has_one_version(request: Request, _world: World) -> None:
    """https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html: a label is on one version.

    moto takes AWSCURRENT from the version that had it before UpdateSecretVersionStage moved it.
    """
    secret = secret_of(request)
    if isinstance(secret, FakeSecret):
        current = [name for name, version in secret.versions.items() if "AWSCURRENT" in version["version_stages"]]
        secret.set_default_version_id(current[0] if current else None)
