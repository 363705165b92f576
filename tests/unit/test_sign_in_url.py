"""Where users sign in, in each partition of AWS."""

from __future__ import annotations

import pytest
from ansible_collections.dayone.aws_account.plugins.filter.sign_in_url import of_account
from ansible_collections.dayone.aws_account.plugins.module_utils._sign_in_url import sign_in_url


@pytest.mark.parametrize(
    ("partition", "host"),
    [
        ("aws", "signin.aws.amazon.com"),
        ("aws-cn", "signin.amazonaws.cn"),
        ("aws-us-gov", "signin.amazonaws-us-gov.com"),
    ],
)
def test_each_partition_has_its_own_host(partition: str, host: str) -> None:
    assert sign_in_url("acme", partition) == f"https://acme.{host}/console"
    assert (
        of_account("123456789012", f"arn:{partition}:iam::123456789012:root") == f"https://123456789012.{host}/console"
    )
    assert sign_in_url("", partition) == ""
