"""The account's name and whom AWS writes to. Alternate contacts are moto's."""

from __future__ import annotations

import datetime
from typing import Any

from ..errors import RefusalError
from ..request import Request
from ..world import World
from .registry import Answer, rule

# What a person gave when they signed up.
SIGNED_UP_WITH: dict[str, Any] = {
    "FullName": "Ada Example",
    "AddressLine1": "1 Example Street",
    "City": "Exampleton",
    "PostalCode": "00000",
    "CountryCode": "US",
    "StateOrRegion": "WA",
    "PhoneNumber": "+10000000000",
}


@rule(
    "account",
    "GetAccountInformation",
    "GetAlternateContact",
    "GetContactInformation",
    "PutAlternateContact",
    "PutContactInformation",
)
def of_ones_own(request: Request, _world: World) -> None:
    """Those of members only the organization names by id, and nobody themselves.

    https://docs.aws.amazon.com/accounts/latest/APIReference/API_GetContactInformation.html
    """
    if request.params.get("AccountId"):
        message = f"User: {request.principal.arn} is not authorized to perform: account:{request.action}"
        raise RefusalError("AccessDeniedException", message, 403)


@rule("account", "GetAccountInformation")
def information(request: Request, _world: World) -> Answer:
    """https://docs.aws.amazon.com/accounts/latest/APIReference/API_GetAccountInformation.html"""
    created = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    return {"AccountId": request.account, "AccountName": "Example account", "AccountCreatedDate": created}


@rule("account", "GetContactInformation")
def get_contact(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/accounts/latest/APIReference/API_GetContactInformation.html"""
    return {"ContactInformation": world.memory["contact"].get(request.account, SIGNED_UP_WITH)}


@rule("account", "PutContactInformation")
def put_contact(request: Request, world: World) -> Answer:
    """https://docs.aws.amazon.com/accounts/latest/APIReference/API_PutContactInformation.html"""
    world.memory["contact"][request.account] = request.params["ContactInformation"]
    return {}
