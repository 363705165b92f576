# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A sign-in with MFA, as the user: the proof that a device works."""

from __future__ import annotations

from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import boto3_conn, get_aws_connection_info
from ansible_collections.dayone.aws_account.plugins.module_utils import _totp
from ansible_collections.dayone.aws_account.plugins.module_utils._access_key import AccessKey
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import patience
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import with_whole_answers


def open_session(module: Any, key: AccessKey, serial_number: str, seed: str) -> None:
    """Ask STS for a session by the user's access key and the present code of the device, by its seed.

    Raises:
        botocore ClientError, BotoCoreError: there is none.
    """
    region, endpoint, connection = get_aws_connection_info(module)
    connection.pop("profile_name", None)
    connection.update(
        aws_access_key_id=key.access_key_id, aws_secret_access_key=key.secret_access_key, aws_session_token=None
    )
    sts = boto3_conn(
        module, conn_type="client", resource="sts", region=region or "us-east-1", endpoint=endpoint, **connection
    )
    with_whole_answers(sts)

    # A key made a moment ago is not known everywhere at once. Each try has the code of its own time.
    @patience("sts", "InvalidClientTokenId")
    def get_session() -> None:
        code = _totp.code_pair(seed, _totp.current_step())[0]
        sts.get_session_token(SerialNumber=serial_number, TokenCode=code)

    get_session()
