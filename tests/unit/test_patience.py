"""What is asked again, and until when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils import _patience


def refusing(code: str, times: int) -> Callable[[], str]:
    """A call that AWS refuses so often before it answers."""
    answers = iter([code] * times)

    def call() -> str:
        for refusal in answers:
            raise botocore.exceptions.ClientError({"Error": {"Code": refusal, "Message": "Wait."}}, "ListUsers")
        return "the answer"

    return call


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of each wait, which is not waited."""
    seconds: list[float] = []
    monkeypatch.setattr("time.sleep", seconds.append)
    return seconds


# Those that AWSRetry knows itself, one that any service may answer, and those that one means so.
WAITED_FOR = [
    ("iam", "Throttling"),
    ("sts", "ThrottlingException"),
    ("organizations", "ConcurrentModificationException"),
    *((service, code) for service, codes in _patience.OF_SERVICE.items() for code in codes),
]


@pytest.mark.parametrize(("service", "code"), WAITED_FOR)
def test_what_means_wait_is_waited_for(slept: list[float], service: str, code: str) -> None:
    assert _patience.patience(service)(refusing(code, 9))() == "the answer"
    assert len(slept) == 9
    with pytest.raises(botocore.exceptions.ClientError, match=code):
        _patience.patience(service)(refusing(code, 10))()


@pytest.mark.parametrize(
    ("service", "code"),
    [
        ("iam", "AccessDenied"),
        ("iam", "NoSuchEntity"),
        # Quotas, and what is there already: no wait makes them pass.
        ("iam", "LimitExceeded"),
        ("secretsmanager", "LimitExceededException"),
        ("accessanalyzer", "ConflictException"),
    ],
)
def test_what_does_not_pass_is_told_at_once(slept: list[float], service: str, code: str) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match=code):
        _patience.patience(service)(refusing(code, 1))()
    assert slept == []


def test_more_codes_and_fewer_tries(slept: list[float]) -> None:
    patience: Any = _patience.patience("iam", "NoSuchEntity", retries=3, delay=1)
    assert patience(refusing("NoSuchEntity", 2))() == "the answer"
    with pytest.raises(botocore.exceptions.ClientError):
        patience(refusing("NoSuchEntity", 3))()
    assert len(slept) == 4
    assert max(slept) < 2
