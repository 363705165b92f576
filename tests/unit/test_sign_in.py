"""A sign-in with MFA that has to be tried again."""

from __future__ import annotations

import base64
import time
from typing import Any

import botocore.exceptions
import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils import _sign_in, _totp
from ansible_collections.dayone.aws_account.plugins.module_utils._access_key import AccessKey

SEED = base64.b32encode(b"0123456789" * 4).decode()


class Sts:
    """It does not know a new key at first; time passes with each try."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0
        self.codes: list[str] = []

    def get_session_token(self, **options: Any) -> None:
        self.codes.append(options["TokenCode"])
        self.now += 60
        if len(self.codes) < 3:
            error = {"Error": {"Code": "InvalidClientTokenId", "Message": "unknown"}}
            raise botocore.exceptions.ClientError(error, "GetSessionToken")


def test_each_try_has_the_code_of_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    sts = Sts()
    monkeypatch.setattr(_sign_in, "get_aws_connection_info", lambda _module: ("us-east-1", None, {}))
    monkeypatch.setattr(_sign_in, "boto3_conn", lambda _module, **_options: sts)
    monkeypatch.setattr(_sign_in, "with_whole_answers", lambda client: client)
    monkeypatch.setattr(time, "time", lambda: sts.now)
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    begin = _totp.current_step()
    _sign_in.open_session(None, AccessKey("AKIAEXAMPLE", "secret"), "arn:aws:iam::123456789012:mfa/ada", SEED)
    assert sts.codes == [_totp.code_pair(SEED, begin + 2 * number)[0] for number in range(3)]
