# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs modules that write secrets: hands them the run's vault secrets, and no argument of theirs by way of a file."""

from __future__ import annotations

import base64
import contextlib
from typing import Any

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible_collections.dayone.aws_account.plugins.action.aws import ActionModule as AwsActionModule
from ansible_collections.dayone.aws_account.plugins.module_utils._vault import Secret, Vault


class ActionModule(AwsActionModule):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        self._keep_arguments_out_of_files()
        return super().run(tmp, task_vars)

    def _arguments(self) -> dict[str, Any]:
        # Encoded: a password that is a common word would otherwise be blotted out of results.
        secrets = [
            {"vault_id": secret.vault_id, "secret": base64.b64encode(secret.password).decode()}
            for secret in self._vault().secrets
        ]
        return {**super()._arguments(), "vault_secrets": secrets}

    def _vault(self) -> Vault:
        """The run's vault secrets, the one to encrypt with first."""
        secrets = [Secret(str(name), bytes(secret.bytes)) for name, secret in self._loader._vault.secrets or []]
        wanted = constants.config.get_config_value("DEFAULT_VAULT_ENCRYPT_IDENTITY")
        if wanted and secrets and wanted not in [secret.vault_id for secret in secrets]:
            raise AnsibleActionFail(
                f"vault_encrypt_identity is '{wanted}', and this run has no vault secret of that identity: give "
                f"--vault-id {wanted}@PASSWORD-FILE, then run again. Nothing was changed."
            )
        return Vault(tuple(sorted(secrets, key=lambda secret: secret.vault_id != wanted) if wanted else secrets))

    def _keep_arguments_out_of_files(self) -> None:
        """Pipelining: a run that is killed would leave the file that the arguments otherwise go to."""
        with contextlib.suppress(KeyError):  # a connection without it
            self._connection.set_option("pipelining", True)
        if self._loader._vault.secrets and (why := self._why_exposed()):
            raise AnsibleActionFail(
                f"This run has a vault secret, which the module needs and which would leave this process: {why}. "
                "Nothing was changed."
            )

    def _why_exposed(self) -> str:
        """Why the vault secrets would get to a file or another machine, and what to do; '' where they would not."""
        if self._task.async_val:
            return "an asynchronous task has its arguments in a file. Take 'async' away from it, then run again"
        if constants.DEFAULT_KEEP_REMOTE_FILES:
            return (
                "the files with the modules' arguments are to be kept. Unset ANSIBLE_KEEP_REMOTE_FILES, then run again"
            )
        if self._connection.transport != "local":
            return (
                f"the task's connection is '{self._connection.transport}', not 'local'. Run it on this machine "
                "('delegate_to: localhost')"
            )
        return ""
