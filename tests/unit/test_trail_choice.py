"""Whether a trail is adopted, kept or made, and what is said about it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._event_selectors import new_trail, wanted_selectors
from ansible_collections.dayone.aws_account.plugins.module_utils._recorded_events import Recorded, recorded
from ansible_collections.dayone.aws_account.plugins.module_utils._trail_choice import (
    Other,
    RefusalError,
    Wish,
    choose,
    short_of,
)

ACCOUNT, MANAGEMENT = "123456789012", "210987654321"
HERE, THERE = "eu-central-1", "us-east-1"
ALL = recorded(new_trail())


def events(**options: Any) -> Recorded:
    return recorded(wanted_selectors(options, "aws"))


def other(name: str = "there", region: str = THERE, account: str = ACCOUNT, **change: Any) -> Other:
    arn = f"arn:aws:cloudtrail:{region}:{account}:trail/{name}"
    found = Other(
        arn,
        name,
        region,
        multi_region=True,
        organization=account != ACCOUNT,
        logging=True,
        delivery_error="",
        recorded=ALL,
    )
    return found._replace(**change)


def wish(**change: Any) -> Wish:
    return Wish("mine", HERE, ACCOUNT, multi_region=True, recorded=ALL)._replace(**change)


WRITES = events(read_write_type="write")
WITHOUT_KMS = events(exclude_management_event_sources=["kms.amazonaws.com"])


@pytest.mark.parametrize(
    ("found", "wanted", "words"),
    [
        (other(), wish(), ""),
        (other(recorded=WITHOUT_KMS), wish(recorded=WITHOUT_KMS), ""),
        (other(region=HERE, multi_region=False), wish(multi_region=False), ""),
        (other(recorded=WRITES), wish(recorded=WRITES), ""),
        (other(logging=False, recorded=None), wish(), "does not log"),
        (other(delivery_error="AccessDenied"), wish(), "S3 answers AccessDenied"),
        (other(multi_region=False), wish(), "one region"),
        (other(multi_region=False), wish(multi_region=False), "one region"),
        (other(recorded=WRITES), wish(), "does not record all"),
        (other(recorded=WITHOUT_KMS), wish(), "does not record all"),
        (other(recorded=None, logging=False, unread="no"), wish(), "could not be read: no"),
    ],
)
def test_what_covers(found: Other, wanted: Wish, words: str) -> None:
    why = short_of(found, wanted)
    assert bool(why) is bool(words)
    assert words in why


@pytest.mark.parametrize(
    ("existing", "others", "decision", "name"),
    [
        ("adopt", [], "create", None),
        ("adopt", [other()], "adopt", "there"),
        ("keep", [other()], "keep", "there"),
        ("create", [other()], "create", None),
        ("adopt", [other(logging=False)], "create", None),
        ("adopt", [other(delivery_error="AccessDenied", mendable=True)], "adopt", "there"),
        ("adopt", [other(delivery_error="AccessDenied")], "create", None),
        ("keep", [other(delivery_error="AccessDenied", mendable=True)], "create", None),
        ("keep", [other(delivery_error="AccessDenied")], "create", None),
        ("adopt", [other("org", account=MANAGEMENT, delivery_error="AccessDenied")], "create", None),
        ("adopt", [other("org", account=MANAGEMENT)], "keep", "org"),
        ("adopt", [other("ours", organization=True)], "keep", "ours"),
        ("adopt", [other("org", account=MANAGEMENT), other()], "adopt", "there"),
        ("keep", [other("org", account=MANAGEMENT), other()], "keep", "there"),
        ("keep", [other("a"), other("b", region=HERE)], "keep", "b"),
    ],
)
def test_the_decision(existing: str, others: list[Other], decision: str, name: str | None) -> None:
    choice = choose(wish(), existing, others)
    assert (choice.decision, choice.trail.name if choice.trail else None) == (decision, name)


def test_a_trail_of_another_home_region_is_not_narrowed_to_one() -> None:
    choice = choose(wish(multi_region=False), "adopt", [other()])
    assert (choice.decision, choice.trail) == ("keep", other())
    assert "home region is us-east-1" in choice.reason
    assert choose(wish(multi_region=False), "adopt", [other(region=HERE)]).decision == "adopt"


@pytest.mark.parametrize(
    ("existing", "others", "words", "paid"),
    [
        ("adopt", [], "no other records management events", False),
        ("adopt", [other()], "'there' (home region us-east-1) records already", False),
        ("adopt", [other(delivery_error="NoSuchBucket", mendable=True)], "its log files do not arrive", False),
        ("keep", [other()], "the bucket, data events, Insights and tags", True),
        ("keep", [other("org", account=MANAGEMENT)], "which this account cannot change", True),
        ("create", [other()], "although 'there' (home region us-east-1) records", True),
        ("create", [other(recorded=events(include_management_events=False))], "no other records", False),
        ("create", [other(logging=False, recorded=None)], "no other records", False),
        ("keep", [other(recorded=WRITES)], "although 'there'", True),
    ],
)
def test_the_reason(existing: str, others: list[Other], words: str, *, paid: bool) -> None:
    choice = choose(wish(), existing, others)
    assert words in choice.reason
    assert ("US$2.00" in choice.reason) is paid
    assert choice.reason.endswith((".", ")."))


@pytest.mark.parametrize(
    ("existing", "others", "decision", "words"),
    [
        ("keep", [{}], "keep", "could not be read from this account: AWS says no. It is taken to cover"),
        ("adopt", [{}], "keep", "could not be read"),
        ("create", [{}], "create", "'org' (home region us-east-1, the organization trail of account 210987654321) may"),
        ("create", [{"recorded": ALL, "unread": ""}, {}], "create", "records management events too, and 'org'"),
        ("keep", [{"multi_region": False}], "create", "may record management events too"),
        ("keep", [{"delivery_error": "AccessDenied"}], "create", "may record"),
        ("keep", [{"account": ACCOUNT, "organization": False}], "create", "'org' (home region us-east-1) may record"),
    ],
)
def test_a_trail_that_hides_what_it_records(
    existing: str, others: list[dict[str, Any]], decision: str, words: str
) -> None:
    hidden = {"account": MANAGEMENT, "recorded": None, "unread": "AWS says no."}
    choice = choose(wish(), existing, [other("org", **{**hidden, **change}) for change in others])
    assert choice.decision == decision
    assert words in choice.reason
    assert "US$2.00" in choice.reason


def test_who_wants_no_management_events_pays_none_twice() -> None:
    nothing = wish(recorded=events(include_management_events=False))
    choice = choose(nothing, "keep", [other()])
    assert choice.decision == "create"
    assert "US$" not in choice.reason


def test_a_sixth_trail() -> None:
    stopped = [other(f"trail-{number}", logging=False, recorded=None) for number in range(5)]
    with pytest.raises(RefusalError, match="5 trails in a region, and eu-central-1 has 'trail-0'"):
        choose(wish(), "keep", stopped)
    organization = other("org", account=MANAGEMENT, logging=False)
    assert choose(wish(), "keep", [*stopped[1:], organization]).decision == "create"
    assert choose(wish(), "adopt", [*stopped[1:], other()]).decision == "adopt"
    # The one that is replaced is still there when its successor is made.
    going = other("old", multi_region=False)
    with pytest.raises(RefusalError, match="'old'"):
        choose(wish(), "keep", stopped[1:], going.arn, [going])
    assert choose(wish(), "keep", stopped[2:], going.arn, [going]).replaces == going.arn


def test_a_trail_in_place_of_another() -> None:
    choice = choose(wish(), "keep", [], other("old").arn)
    assert (choice.decision, choice.replaces) == ("create", other("old").arn)
    assert f"in place of '{other('old').arn}'" in choice.reason
    assert choose(wish(), "keep", [other()], other("old").arn).replaces == ""
