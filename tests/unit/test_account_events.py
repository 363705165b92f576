"""Who changed something, as CloudTrail's events tell."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._account_events import (
    MOST_NAMED,
    NOBODY,
    authors,
    global_region,
    is_enough,
    who,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._posture_changes import Change
from hypothesis import given
from hypothesis import strategies as st

ADA = {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/ada", "userName": "ada"}
SESSION = "arn:aws:sts::123456789012:assumed-role/Admin/eve@example.com"


def change(*about: str, by_root: bool = False) -> Change:
    return Change("X", "", "", "pass", "fail", about=frozenset(about), by_root=by_root)


def event(name: str, hour: int = 1, identity: Any = None, resources: Any = (), **record: Any) -> dict[str, Any]:
    return {
        "EventName": name,
        "EventTime": datetime(2026, 11, 25, hour, tzinfo=UTC),
        "Resources": [{"ResourceName": resource} for resource in resources],
        "CloudTrailEvent": json.dumps({"userIdentity": identity or ADA, **record}),
    }


@pytest.mark.parametrize(
    ("identity", "told"),
    [
        (ADA, ADA["arn"]),
        ({"type": "Root", "arn": "arn:aws:iam::123456789012:root"}, "root"),
        ({"type": "AssumedRole", "arn": SESSION, "sessionContext": {"sessionIssuer": {"userName": "Admin"}}}, SESSION),
        ({"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"}, "cloudformation.amazonaws.com"),
        ({"type": "SAMLUser", "userName": "eve"}, "eve"),
        ({"type": "AWSAccount", "principalId": "AIDAX", "accountId": "210987654321"}, "AIDAX"),
        # Who manages an organization, on a member's root user.
        ({"type": "Root", "arn": "arn:aws:sts::1:assumed-root", "sessionContext": {"assumedRoot": "true"}}, None),
        ({"type": "IAMUser", "arn": None}, NOBODY),
        ({}, NOBODY),
        ("ada", NOBODY),
    ],
)
def test_who(identity: Any, told: str | None) -> None:
    assert who({"userIdentity": identity}) == (told if told is not None else identity["arn"])


def test_where_the_partitions_record_what_is_of_no_region() -> None:
    found = [global_region(name, "eu-west-1") for name in ("aws", "aws-cn", "aws-us-gov", "aws-new")]
    assert found == ["us-east-1", "cn-north-1", "us-gov-west-1", "eu-west-1"]


@pytest.mark.parametrize(
    ("about", "resources", "parameters"),
    [
        ("main", ["main"], None),
        ("main", ["arn:aws:cloudtrail:eu-west-1:123456789012:trail/main"], None),
        ("main", [], {"name": "arn:aws:cloudtrail:eu-west-1:123456789012:trail/main"}),
        ("arn:aws:sns:eu-west-1:123456789012:told", [], {"alarmActions": ["told"]}),
        ("USD", [], {"dimensions": [{"name": "Currency", "value": "USD"}]}),
    ],
)
def test_an_event_that_names_the_thing(about: str, resources: list[str], parameters: Any) -> None:
    found = event("UpdateTrail", resources=resources, requestParameters=parameters)
    assert [by["who"] for by in authors([found], change(about))] == [ADA["arn"]]
    assert is_enough([found], change(about))


@pytest.mark.parametrize("parameters", [None, "main", {"name": "domain"}, {"name": "main2"}, {"name": ""}, [7]])
def test_an_event_about_something_else(parameters: Any) -> None:
    found = event("UpdateTrail", resources=["another"], requestParameters=parameters if parameters != "main" else None)
    assert authors([found], change("main")) == []
    assert not is_enough([found], change("main"))


def test_the_newest_come_first_and_few_are_named() -> None:
    found = authors([event("CreateAccountAlias", hour) for hour in range(9)], change())
    assert len(found) == MOST_NAMED
    assert found[0] == {"who": ADA["arn"], "event": "CreateAccountAlias", "at": "2026-11-25T08:00:00Z"}
    assert [by["at"] for by in found] == sorted((by["at"] for by in found), reverse=True)


def test_what_aws_refused_changed_nothing() -> None:
    assert authors([event("DeleteTrail", errorCode="AccessDenied")], change()) == []
    assert not is_enough([event("PutGroupPolicy", errorCode="AccessDenied")], change("ada"))
    unreadable = {**event("DeleteTrail"), "CloudTrailEvent": "{"}
    assert authors([unreadable], change()) == []
    signed_in, failed = (
        event("ConsoleLogin", responseElements={"ConsoleLogin": how}) for how in ("Success", "Failure")
    )
    assert len(authors([signed_in, failed], change())) == 1


def test_only_root_changes_what_is_roots() -> None:
    by_ada, by_root = event("EnableMFADevice"), event("EnableMFADevice", identity={"type": "Root"})
    assert [by["who"] for by in authors([by_ada, by_root], change(by_root=True))] == ["root"]


def test_events_that_do_not_say_whom_they_are_about_count_where_no_other_is() -> None:
    group, user = event("AttachGroupPolicy"), event("AttachUserPolicy", requestParameters={"userName": "eve"})
    assert [by["event"] for by in authors([group, user], change("eve"))] == ["AttachUserPolicy"]
    assert [by["event"] for by in authors([group, user], change("bob"))] == ["AttachGroupPolicy"]


@given(
    st.lists(
        st.fixed_dictionaries(
            {"EventTime": st.datetimes(timezones=st.just(UTC))},
            optional={
                "EventName": st.text(max_size=5),
                "CloudTrailEvent": st.text(max_size=20)
                | st.dictionaries(st.sampled_from(["userIdentity", "requestParameters", "errorCode"]), st.text()).map(
                    json.dumps
                ),
                "Resources": st.lists(st.fixed_dictionaries({}, optional={"ResourceName": st.none() | st.text()})),
            },
        ),
        max_size=4,
    ),
    st.frozensets(st.text(max_size=4), max_size=2),
    st.booleans(),
)
def test_whatever_an_event_holds_it_is_read(events: list[Any], about: frozenset[str], by_root: bool) -> None:
    found = authors(events, change(*about, by_root=by_root))
    assert len(found) <= len(events)
    json.dumps(found, ensure_ascii=False).encode()
    if found:
        assert is_enough(events, change(*about, by_root=by_root))
