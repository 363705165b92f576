"""Which accounts of an organization are meant, and what their hosts are called."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.plugin_utils._organization import (
    UnreadableError,
    host_names,
    matches,
    units_of,
)

SHOP: dict[str, Any] = {
    "account_id": "012345678901",
    "account_name": "shop",
    "account_ou_ids": ["ou-a1b2-workload", "ou-a1b2-producti"],
    "account_ou_path": "Workloads/Production",
    "account_tags": {"stage": "prod", "cost": "4711"},
}


@pytest.mark.parametrize(
    ("wanted", "fits"),
    [
        ({}, True),
        ({"ids": ["012345678901", "x"]}, True),
        ({"ids": []}, False),
        ({"organizational_units": ["Workloads"]}, True),
        ({"organizational_units": ["/Workloads/Production/"]}, True),
        ({"organizational_units": ["ou-a1b2-workload"]}, True),
        ({"organizational_units": ["Work", "Production", "Workloads/Production/Shop"]}, False),
        ({"tags": {"stage": ["test", "prod"], "cost": 4711}}, True),
        ({"tags": {"stage": "prod", "team": "web"}}, False),
        ({"ids": ["012345678901"], "tags": {"stage": "test"}}, False),
    ],
)
def test_filters(wanted: dict[str, Any], fits: bool) -> None:
    assert matches(SHOP, wanted) == fits


def test_names_stay_unique() -> None:
    def named(name: str, id_: str) -> dict[str, Any]:
        return {"account_id": id_, "account_name": name}

    accounts = [named("shop", "1"), named("shop", "2"), named("labs", "3"), named("3", "4")]
    assert host_names(accounts, "account_id") == ["1", "2", "3", "4"]
    assert host_names(accounts, "name") == ["shop-1", "shop-2", "labs", "3-4"]


def test_an_account_without_a_path_is_no_reason_to_guess() -> None:
    assert units_of({"Id": "1", "Paths": ["o-a/r-b/ou-b-c/1/"]}) == ["r-b", "ou-b-c"]
    with pytest.raises(UnreadableError, match="bring them up to date"):
        units_of({"Id": "1"})
