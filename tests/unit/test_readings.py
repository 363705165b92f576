"""Readings that this identity may be refused, or that are not to be had."""

from __future__ import annotations

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._control import Text, Unread
from ansible_collections.dayone.aws_account.plugins.module_utils._readings import (
    NotToBeHadError,
    attempt,
    attempt_in_region,
)
from botocore.exceptions import ClientError, EndpointConnectionError


def failing(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "No."}}, "GetThing")


def taken(error: Exception, region: bool = False) -> Unread:
    def reading() -> None:
        raise error

    found = (attempt_in_region if region else attempt)(reading)
    assert isinstance(found, Unread)
    return found


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "AuthorizationError"])
def test_a_refusal_hides_one_thing(code: str) -> None:
    found = taken(failing(code))
    assert found.why == Text(
        f"It could not be read: AWS answered GetThing with {code}: No.",
        f"読み取れませんでした: AWS answered GetThing with {code}: No.",
    )
    assert found.applies


@pytest.mark.parametrize("code", ["OptInRequired", "SubscriptionRequiredException", "NotSignedUp"])
def test_a_service_that_the_account_does_not_have(code: str) -> None:
    assert not taken(failing(code)).applies


def test_a_region_that_is_closed_and_one_without_the_service() -> None:
    assert not taken(failing("UnrecognizedClientException"), region=True).applies
    assert taken(EndpointConnectionError(endpoint_url="https://guardduty.somewhere-1"), region=True).applies


def test_what_is_not_to_be_had_was_not_refused() -> None:
    found = taken(NotToBeHadError(Text("Too old.", "古すぎます。")))
    assert (found.asked, found.why) == (False, Text("Too old.", "古すぎます。"))


@pytest.mark.parametrize("code", ["ExpiredToken", "UnrecognizedClientException", "Throttling"])
def test_other_failures_are_no_readings(code: str) -> None:
    with pytest.raises(ClientError):
        taken(failing(code))
