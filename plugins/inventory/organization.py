# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Inventory: the accounts of an AWS Organization."""

from __future__ import annotations

DOCUMENTATION = r"""
name: organization
version_added: 0.2.0
short_description: The accounts of an AWS Organization
description:
  - Every active account of an AWS Organization is a host, all of them in the group C(aws_accounts), which the playbooks
    of this collection work on.
  - Each organizational unit is a group, named by its path (C(ou_workloads_production) below C(ou_workloads)); accounts
    in none are in C(ou_root). Each tag is a group, named by key and value (C(tag_stage_production)).
  - Where AWS cannot be asked, C(aws_accounts) is there and empty, and the playbooks do nothing.
  - Its configuration is a YAML file whose name ends in C(organization.yml) or C(organization.yaml).
notes:
  - Needs credentials of the organization's management account, or of a delegated administrator, with the permissions
    C(organizations:ListAccounts), C(organizations:ListOrganizationalUnitsForParent), and C(tag:GetResources) or, for a
    delegated administrator, C(organizations:ListTagsForResource).
  - It takes a call for each 20 accounts, one for each organizational unit that has others below it, and one for each
    100 accounts with tags. A delegated administrator cannot list tags so, and takes a call for each account.
  - AWS's list of tags may be some minutes behind.
extends_documentation_fragment:
  - inventory_cache
  - constructed
  - amazon.aws.boto3
  - amazon.aws.common.plugins
  - amazon.aws.region.plugins
  - amazon.aws.assume_role.plugins
options:
  plugin:
    description: The name of this plugin.
    type: str
    required: true
    choices: [dayone.aws_account.organization]
  hostname:
    description:
      - What hosts are called. A name that several accounts have gets C(-<account id>) behind it.
    type: str
    choices: [account_id, name]
    default: account_id
  filters:
    description: Only accounts that fit all of these are hosts.
    type: dict
    default: {}
    suboptions:
      ids:
        description: Account ids.
        type: list
        elements: str
      organizational_units:
        description:
          - Ids of organizational units, or paths of their names as C(Workloads/Production). Units below them are meant
            too.
        type: list
        elements: str
      tags:
        description: For each key a value, or a list of values of which the account has one.
        type: dict
  exclude_filters:
    description: Accounts that fit all of these are no hosts.
    type: dict
    default: {}
    suboptions:
      ids:
        description: As of I(filters).
        type: list
        elements: str
      organizational_units:
        description: As of I(filters).
        type: list
        elements: str
      tags:
        description: As of I(filters).
        type: dict
  read_tags:
    description: Whether accounts' tags are read.
    type: bool
    default: true
  role:
    description:
      - The role that playbooks assume in each account but the management account, whose own credentials they have.
        A name, with its path if it has one, or an ARN. Hosts have it as C(dayone_assume_role).
      - Accounts that the organization made have the default one. Accounts that were invited have it only if somebody
        made it.
      - An empty value sets none.
    type: str
    default: OrganizationAccountAccessRole
  role_session_name:
    description: The name of the sessions, as CloudTrail shows it. Hosts have it as C(dayone_assume_role_session_name).
    type: str
  role_external_id:
    description: The external id that the role asks for. Hosts have it as C(dayone_assume_role_external_id).
    type: str
  role_duration:
    description:
      - How many seconds a session lasts, 900 up to what the role allows. Hosts have it as
        C(dayone_assume_role_duration).
    type: int
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
---
# my.organization.yml: every account, by its name
plugin: dayone.aws_account.organization
hostname: name
---
# Those below an organizational unit, and not the sandboxes; read from AWS once an hour
plugin: dayone.aws_account.organization
filters:
  organizational_units: [Workloads]
exclude_filters:
  tags:
    stage: [sandbox, playground]
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/aws-organization
cache_timeout: 3600
---
# A role of one's own, variables and groups by what is known of an account
plugin: dayone.aws_account.organization
role: automation/baseline
role_external_id: "4711"
strict: true
compose:
  iam_admin_account_alias: "'example-' ~ account_name | lower"
groups:
  production: account_ou_path.startswith('Workloads/Production')
keyed_groups:
  - key: account_tags.team | default('nobody')
    prefix: team
"""

import sys
from itertools import pairwise
from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AWSInventoryBase says so

from ansible.errors import AnsibleParserError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.plugin_utils.inventory import AWSInventoryBase
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import sentence
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import patience
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import with_whole_answers
from ansible_collections.dayone.aws_account.plugins.plugin_utils._organization import (
    TAGGING_REGIONS,
    Account,
    UnreadableError,
    all_tags,
    each_ones_tags,
    host_names,
    management_account_of,
    matches,
    partition_of,
    read_accounts,
)

GROUP = "aws_accounts"
FILTER = {
    "ids": {"type": "list", "elements": "str"},
    "organizational_units": {"type": "list", "elements": "str"},
    "tags": {"type": "dict"},
}
WHO_MAY = (
    "The accounts are listed with credentials of the organization's management account, or of a delegated "
    "administrator, that have organizations:ListAccounts, organizations:ListOrganizationalUnitsForParent and "
    "tag:GetResources (read_tags: false does without the last)."
)
NO_ORGANIZATION = (
    "The account of these credentials is in no organization. Take credentials of the management account, or run the "
    "playbooks without an inventory, on this account alone."
)


class InventoryModule(AWSInventoryBase):
    NAME = "dayone.aws_account.organization"
    INVENTORY_FILE_SUFFIXES = ("organization.yml", "organization.yaml")

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        # First of all: without this group the playbooks would take the account of the credentials.
        inventory.add_group(GROUP)
        try:
            super().parse(inventory, loader, path, cache=cache)
            wanted, unwanted = self._filter("filters"), self._filter("exclude_filters")
            accounts = [
                account
                for account in self._accounts(path, cache)
                if matches(account, wanted) and not (unwanted and matches(account, unwanted))
            ]
        except is_boto3_error_code("AWSOrganizationsNotInUseException") as error:
            raise AnsibleParserError(f"{self._failure(error)} {NO_ORGANIZATION}") from error
        except is_boto3_error_code(["AccessDeniedException", "AccessDenied"]) as error:
            raise AnsibleParserError(f"{self._failure(error)} {WHO_MAY}") from error
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, UnreadableError) as error:
            raise AnsibleParserError(self._failure(error)) from error
        self._set_role()
        for name, account in zip(host_names(accounts, self.get_option("hostname")), accounts, strict=True):
            self._add(name, account)

    @staticmethod
    def _failure(error: Exception) -> str:
        return sentence("list the accounts of the organization", str(error))

    def _filter(self, option: str) -> dict[str, Any]:
        """A filter, or a sentence on what is wrong with it: Ansible does not check below an option's first level."""
        checked = ArgumentSpecValidator(FILTER).validate(self.get_option(option) or {})
        if checked.error_messages:
            raise AnsibleParserError(f"{option}: {'; '.join(checked.error_messages)}.")
        return {name: value for name, value in checked.validated_parameters.items() if value is not None}

    def _accounts(self, path: str, cache: bool) -> list[Account]:
        """The accounts, from the cache where that is wanted; not filtered yet, so that a new filter counts at once."""
        cached, accounts = self.get_cached_result(path, cache)
        if not cached:
            accounts = self._read()
        self.update_cached_result(path, cache, accounts)
        return list(accounts)

    def _read(self) -> list[Account]:
        organizations = self._client("organizations", self.region or "us-east-1")

        def tags_of(accounts: list[Account]) -> dict[str, dict[str, str]]:
            if not accounts or not self.get_option("read_tags"):
                return {}
            caller = self._client("sts", self.region or "us-east-1").get_caller_identity(aws_retry=True)["Account"]
            if caller != management_account_of(accounts[0]):
                return each_ones_tags(organizations, accounts)
            region = TAGGING_REGIONS.get(partition_of(accounts[0]), self.region)
            return all_tags(self._client("resourcegroupstaggingapi", region))

        return read_accounts(organizations, tags_of)

    def _client(self, service: str, region: str | None) -> Any:
        return with_whole_answers(self.client(service, region=region, retry_decorator=patience(service)))

    def _set_role(self) -> None:
        """What is the same for all hosts, where group variables of the user's own overrule it."""
        variables = {
            "ansible_connection": "local",
            "ansible_python_interpreter": sys.executable,
            "dayone_assume_role": self.get_option("role"),
            "dayone_assume_role_session_name": self.get_option("role_session_name"),
            "dayone_assume_role_external_id": self.get_option("role_external_id"),
            "dayone_assume_role_duration": self.get_option("role_duration"),
        }
        for name, value in variables.items():
            if value is not None:
                self.inventory.set_variable(GROUP, name, value)

    def _add(self, name: str, account: Account) -> None:
        host = self.inventory.add_host(name, group=GROUP)
        # Names and tags are anybody's: no template in them is computed.
        variables = {key: wrap_var(value) for key, value in account.items()}
        if account["account_is_management"]:
            variables["dayone_assume_role"] = ""
        for key, value in variables.items():
            self.inventory.set_variable(host, key, value)
        self._add_to_units(host, account["account_ou_path"])
        for key, value in account["account_tags"].items():
            self.inventory.add_child(self._group(f"tag_{key}_{value}"), host)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)

    def _add_to_units(self, host: str, path: str) -> None:
        """Add the host to the group of its organizational unit, and that to those of the units above it."""
        names = [name.lower() for name in path.split("/")] if path else ["root"]
        groups = [self._group("_".join(["ou", *names[:depth]])) for depth in range(1, len(names) + 1)]
        for parent, child in pairwise(groups):
            self.inventory.add_child(parent, child)
        self.inventory.add_child(groups[-1], host)

    def _group(self, name: str) -> str:
        return str(self.inventory.add_group(self._sanitize_group_name(name)))
