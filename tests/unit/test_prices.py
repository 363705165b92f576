"""The prices, and the sentences that are made of them."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.dayone.aws_account.plugins.filter import price_sentence as plugin
from ansible_collections.dayone.aws_account.plugins.module_utils._prices import PRICES, price_text


@pytest.mark.parametrize("name", PRICES)
def test_each_has_a_figure_a_date_and_a_source(name: str) -> None:
    price = PRICES[name]
    assert Decimal(price.figure) > 0
    assert re.fullmatch("[A-Z]{3}", price.currency)
    assert datetime.date.fromisoformat(price.date) > datetime.date(2026, 1, 1)
    assert re.fullmatch(r"https://aws\.amazon\.com/[\w/-]+/pricing/", price.source)
    assert price_text(name).ja == (
        f"{price.what_ja}: {price.unit_ja} {price.figure} 米ドル ({price.date} 現在、{price.source})。"
    )
    said = plugin.price_sentence(name)
    assert said.startswith(price.what)
    assert f"US${price.figure} for {price.unit} (as of {price.date}, {price.source})." in said


def test_the_sentence() -> None:
    (filter_,) = plugin.FilterModule().filters().values()
    assert filter_("data_events") == (
        "Data events cost US$0.10 for 100,000 events (as of 2026-11-25, https://aws.amazon.com/cloudtrail/pricing/)."
    )


def test_the_documentation_names_them_all() -> None:
    assert yaml.safe_load(plugin.DOCUMENTATION)["options"]["_input"]["choices"] == sorted(PRICES)


def test_what_has_no_price() -> None:
    with pytest.raises(AnsibleFilterError, match="no price 'lunch', only alarms, cost_explorer_requests"):
        plugin.price_sentence("lunch")


def test_the_japanese_readme_has_the_same_figures() -> None:
    text = (Path(__file__).resolve().parents[2] / "README.ja.md").read_text()
    for name in ("insights", "data_events", "second_trail", "cost_explorer_requests"):
        assert f"{PRICES[name].figure} 米ドル" in text
