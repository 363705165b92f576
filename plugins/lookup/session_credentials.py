# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lookup: the credentials of a session in an account, renewed in time."""

from __future__ import annotations

DOCUMENTATION = r"""
name: session_credentials
version_added: 0.2.0
short_description: The credentials of a session in an account, renewed in time
description:
  - Takes the result of M(dayone.aws_account.account_session) and gives the credentials as AWS modules take them, for
    C(module_defaults). Where no role was assumed there are none, and modules use those of the run.
  - A session that ends within ten minutes, or the last third of a shorter one, is replaced by another in the same role.
    That takes a call each time, as nothing keeps the new one. A longer I(duration) avoids it.
options:
  _terms:
    description: The result of M(dayone.aws_account.account_session).
    type: list
    elements: dict
    required: true
notes:
  - A session is renewed with the credentials of the environment (E(AWS_PROFILE) and the like).
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Work in the account
  module_defaults:
    group/aws: "{{ lookup('dayone.aws_account.session_credentials', account) }}"
  block:
    - name: Read the password policy
      dayone.aws_account.iam_password_policy_info:
"""

RETURN = r"""
_list:
  description:
    - C(access_key), C(secret_key) and C(session_token), which are secret, and an empty C(profile), so that
      E(AWS_PROFILE) is not taken beside them; nothing where no role was assumed.
  type: list
  elements: dict
"""

import datetime
from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import sentence
from ansible_collections.dayone.aws_account.plugins.module_utils._role_session import assume, credentials, ends_soon


def renewed(session: Mapping[str, Any]) -> dict[str, Any]:
    """Another session in the same role, from the credentials of the environment."""
    # Seldom needed, and what every task would pay for.
    import boto3  # noqa: PLC0415
    import botocore.config  # noqa: PLC0415
    import botocore.exceptions  # noqa: PLC0415
    from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import (  # noqa: PLC0415
        with_whole_answers,
    )

    try:
        client = boto3.session.Session().client(
            "sts",
            region_name=session["region"],
            config=botocore.config.Config(retries={"mode": "standard", "total_max_attempts": 8}),
        )
        return assume(with_whole_answers(client).assume_role, session)
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        raise AnsibleError(sentence(f"renew the session in the role '{session['role_arn']}'", str(error))) from error


class LookupModule(LookupBase):
    def run(
        self, terms: list[Mapping[str, Any]], variables: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> list[dict[str, str]]:
        return [_credentials(term["session"]) for term in terms]


def _credentials(session: Mapping[str, Any]) -> dict[str, str]:
    if not session:
        return {}
    return credentials(renewed(session) if ends_soon(session, datetime.datetime.now(datetime.UTC)) else session)
