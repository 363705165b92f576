# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of modules that write secrets to files."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  encrypt:
    description:
      - Whether files that hold secrets are encrypted with Ansible Vault. C(ansible-vault view) shows what is in them.
      - C(auto) encrypts when the run has a vault secret (C(--vault-password-file), C(--ask-vault-pass),
        C(--vault-id)); C(always) fails without one; C(never) writes plain files, for their owner alone all the same.
      - Encrypted is with the vault identity of the setting C(vault_encrypt_identity), or with the run's first.
      - A file that is there is read whether it is encrypted or not, and stays as it is.
      - So that the vault secret gets into no file and to no other machine, a run that has one is refused with C(async),
        with C(ANSIBLE_KEEP_REMOTE_FILES), and on a connection that is not C(local).
    type: str
    choices: [auto, always, never]
    default: auto
    version_added: 0.2.0
  vault_secrets:
    description:
      - The run's vault secrets. The collection fills this in itself, from what C(ansible-playbook) was given; a task
        leaves it out.
    type: list
    elements: dict
    version_added: 0.2.0
    suboptions:
      vault_id:
        description: The vault identity.
        type: str
        default: default
      secret:
        description: The password, base64-encoded.
        type: str
        required: true
"""
