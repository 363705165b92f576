"""A text is shown line by line, whichever way Ansible shows results."""

from __future__ import annotations

import pytest
from ansible.plugins.loader import callback_loader
from ansible_collections.dayone.aws_account.plugins.filter.as_displayed import as_displayed


@pytest.mark.parametrize(("result_format", "shown"), [("yaml", "one\ntwo"), ("json", ["one", "two"])])
def test_a_text_by_the_format_of_results(
    monkeypatch: pytest.MonkeyPatch, result_format: str, shown: str | list[str]
) -> None:
    callback_loader.get("default", class_only=True)  # a playbook has loaded it
    monkeypatch.setenv("ANSIBLE_CALLBACK_RESULT_FORMAT", result_format)
    assert as_displayed(["one", "two"]) == shown
