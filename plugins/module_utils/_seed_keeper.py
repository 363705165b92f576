# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where the seed of a virtual MFA device is kept: in a file, or in AWS Secrets Manager.

A keeper has two places: for the seed in use, and beside it for the seed of a rotation, until its device is assigned.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from ansible_collections.amazon.aws.plugins.module_utils.botocore import (
    boto3_conn,
    get_aws_connection_info,
    is_boto3_error_code,
)
from ansible_collections.amazon.aws.plugins.module_utils.retries import RetryingBotoClientWrapper
from ansible_collections.dayone.aws_account.plugins.module_utils import _totp
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import patience
from ansible_collections.dayone.aws_account.plugins.module_utils._secrets import (
    move_secret,
    prove_writable,
    read_secret,
    remove_secret,
    why_locked,
    write_secret,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._vault import LockedError, Vault
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import with_whole_answers

# The fewest that AWS allows: the seed of a device that is gone is worth nothing.
# https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
RECOVERY_DAYS = 7
# What a secret holds until the seed of a new device takes the place of an old one's.
NO_SEED = "no seed yet"
# The most: a secret of somebody else's is gone no sooner than it was to be.
LONGEST_RECOVERY_DAYS = 30


class KeeperError(Exception):
    """The keeper cannot keep a seed: a sentence that says why, and what to do."""


class Keeper(Protocol):
    """What a place for seeds can do. A seed is an otpauth:// URI; ``beside`` is the place for a rotation's."""

    def read(self, *, beside: bool = False) -> str | None:
        """The seed; None where there is none.

        Raises:
            KeeperError: what is there cannot be read, or is no seed.
        """

    def prove_writable(self, refuse: Callable[[str], None], *, beside: bool = False) -> None:
        """See to it that ``write`` will work, before AWS hands out what it shows only once.

        An old seed there goes: it is of a device that is gone, and a run that is killed before ``write`` would leave it
        to be taken for that of the new device, whose name may be the same.

        Args:
            refuse: raises KeeperError for a seed that is not to be overwritten.
            beside: the place that will be written to.
        """

    def write(self, uri: str, *, beside: bool = False) -> None:
        """Keep the seed so that it survives a crash right after."""

    def promote(self) -> None:
        """Let the seed beside take the place of the one in use."""

    def remove(self, places: Collection[bool]) -> None:
        """Remove the seeds in the places, each given as ``beside``; they need not exist."""


def refuse_kept(keeper: Keeper, refuse: Callable[[str], None]) -> None:
    """Have ``refuse`` look at each seed in the keeper."""
    for beside in (False, True):
        if uri := keeper.read(beside=beside):
            refuse(uri)


class File:
    """A file of one's own, encrypted where the vault encrypts; the seed of a rotation is in FILE.new."""

    def __init__(self, path: Path, vault: Vault) -> None:
        self.path = path
        self.vault = vault

    def file(self, beside: bool) -> Path:
        return self.path.with_name(f"{self.path.name}.new") if beside else self.path

    def read(self, *, beside: bool = False) -> str | None:
        path = self.file(beside)
        try:
            text = read_secret(path, self.vault)
        except LockedError:
            raise KeeperError(f"{why_locked(path)} Nothing was changed.") from None
        except UnicodeDecodeError:
            text = "no text"
        if text is not None and not _totp.is_seed(text):
            raise KeeperError(
                f"'{path}' holds something that is no seed of a virtual MFA device: name another file, or move that "
                "one away. Nothing was changed."
            )
        return text

    def prove_writable(self, refuse: Callable[[str], None], *, beside: bool = False) -> None:
        refuse_kept(self, refuse)
        prove_writable(self.file(beside))
        remove_secret(self.file(beside))

    def write(self, uri: str, *, beside: bool = False) -> None:
        write_secret(self.file(beside), uri + "\n", self.vault)

    def promote(self) -> None:
        move_secret(self.file(beside=True), self.path)

    def remove(self, places: Collection[bool]) -> None:
        for beside in (False, True):
            # Where there is none, an interrupted write may have left one all the same.
            if beside in places or not self.file(beside).exists():
                remove_secret(self.file(beside))


class SecretsManager:
    """A secret of AWS Secrets Manager; the seed of a rotation is its version labelled AWSPENDING, as AWS rotates.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
    """

    def __init__(self, connect: Callable[[], Any], name: str, kms_key_id: str | None, description: str) -> None:
        self._connect = connect
        self.name = name
        self.kms_key_id = kms_key_id
        self.description = description

    @cached_property
    def client(self) -> Any:
        return self._connect()

    def read(self, *, beside: bool = False) -> str | None:
        stage = "AWSPENDING" if beside else "AWSCURRENT"
        try:
            answer = self.client.get_secret_value(aws_retry=True, SecretId=self.name, VersionStage=stage)
        except is_boto3_error_code("ResourceNotFoundException"):
            return None
        except is_boto3_error_code("InvalidRequestException"):
            if (self._describe() or {}).get("DeletedDate"):
                return None
            raise
        text: str = answer.get("SecretString", "")
        if text == NO_SEED:
            return None
        if not _totp.is_seed(text):
            raise KeeperError(
                f"The secret '{self.name}' of AWS Secrets Manager holds something that is no seed of a virtual MFA "
                "device: name another secret. Nothing was changed."
            )
        return text

    def prove_writable(self, refuse: Callable[[str], None], *, beside: bool = False) -> None:
        """The secret exists, without a value when it is new. A rotation's value gets a version of its own in it.

        What a secret holds that is marked for deletion can be read only once it is restored.
        """
        found = self._describe()
        if found is None:
            more = {"KmsKeyId": self.kms_key_id} if self.kms_key_id else {}
            self.client.create_secret(aws_retry=True, Name=self.name, Description=self.description, **more)
        elif found.get("DeletedDate"):
            self.client.restore_secret(aws_retry=True, SecretId=self.name)
            try:
                refuse_kept(self, refuse)
            except KeeperError:
                self._delete(LONGEST_RECOVERY_DAYS)
                raise
        if found and self.read(beside=beside):
            self.write(NO_SEED, beside=beside)

    def write(self, uri: str, *, beside: bool = False) -> None:
        stages = ["AWSPENDING" if beside else "AWSCURRENT"]
        self.client.put_secret_value(aws_retry=True, SecretId=self.name, SecretString=uri, VersionStages=stages)

    def promote(self) -> None:
        versions: dict[str, list[str]] = (self._describe() or {}).get("VersionIdsToStages", {})
        holder = {stage: version for version, stages in versions.items() for stage in stages}
        if holder["AWSPENDING"] != holder.get("AWSCURRENT"):
            source = {"RemoveFromVersionId": holder["AWSCURRENT"]} if "AWSCURRENT" in holder else {}
            self.client.update_secret_version_stage(
                aws_retry=True,
                SecretId=self.name,
                VersionStage="AWSCURRENT",
                MoveToVersionId=holder["AWSPENDING"],
                **source,
            )

    def remove(self, places: Collection[bool]) -> None:
        if places:
            self._delete(RECOVERY_DAYS)

    def _delete(self, days: int) -> None:
        try:
            self.client.delete_secret(aws_retry=True, SecretId=self.name, RecoveryWindowInDays=days)
        except is_boto3_error_code("ResourceNotFoundException"):
            pass

    def exists(self) -> bool:
        """Whether there is such a secret, and it is not marked for deletion."""
        found = self._describe()
        return found is not None and not found.get("DeletedDate")

    def _describe(self) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self.client.describe_secret(aws_retry=True, SecretId=self.name)
        except is_boto3_error_code("ResourceNotFoundException"):
            return None
        return found


def secrets_manager(module: Any, wanted: dict[str, Any], description: str) -> SecretsManager:
    """The keeper that the option ``seed_secret`` speaks of, in this account or, by a role, in another one."""
    return SecretsManager(lambda: _client(module, wanted), wanted["name"], wanted["kms_key_id"], description)


def existing_secrets(module: Any, wanted: dict[str, Any], names: Sequence[str]) -> list[str]:
    """Which of the names are those of secrets: a call for each. What they begin with is ``wanted``'s name_prefix."""
    if not names:
        return []
    client = _client(module, {**wanted, "name": wanted["name_prefix"]})
    return [name for name in names if SecretsManager(lambda: client, name, None, "").exists()]


def _client(module: Any, wanted: dict[str, Any]) -> Any:
    name: str = wanted["name"]
    own_region, endpoint, connection = get_aws_connection_info(module)
    region = wanted["region"] or (name.split(":")[3] if name.startswith("arn:") else own_region)
    if wanted["role_arn"]:
        sts = module.client("sts")
        session = sts.assume_role(aws_retry=True, RoleArn=wanted["role_arn"], RoleSessionName="dayone-seed-keeper")
        keys = session["Credentials"]
        connection = {
            **{key: value for key, value in connection.items() if key != "profile_name"},
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }
    client = boto3_conn(
        module, conn_type="client", resource="secretsmanager", region=region, endpoint=endpoint, **connection
    )
    return RetryingBotoClientWrapper(with_whole_answers(client), patience("secretsmanager"))
