"""CloudTrail's event history in the stand-in account: what it shows, of whom, where, and what it refuses."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from account.aws_errors import refused
from account.trail_scene import ACCOUNT, REGION, make_bucket, make_trail, trail_arn
from botocore.exceptions import ClientError
from sandbox import Sandbox

ALIAS = [{"AttributeKey": "EventName", "AttributeValue": "CreateAccountAlias"}]


def by(key: str, value: str) -> dict[str, Any]:
    return {"LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}]}


def record(event: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(event["CloudTrailEvent"])
    return told


def test_an_event_of_iam_is_in_us_east_1_alone(account: Sandbox) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    account.client("iam", REGION).create_account_alias(AccountAlias="books")
    (event,) = account.client("cloudtrail").lookup_events(LookupAttributes=ALIAS, StartTime=before)["Events"]
    assert event["EventSource"] == "iam.amazonaws.com"
    assert (event["Username"], event["ReadOnly"]) == ("root", "false")
    told = record(event)
    assert told["userIdentity"]["type"] == "Root"
    assert told["requestParameters"] == {"accountAlias": "books"}
    assert told["eventID"] == event["EventId"]
    assert account.client("cloudtrail", REGION).lookup_events(LookupAttributes=ALIAS)["Events"] == []
    assert account.account_client("cloudtrail", "210987654321").lookup_events(LookupAttributes=ALIAS)["Events"] == []


def test_an_event_of_a_region_is_there_alone_and_names_its_resources(account: Sandbox) -> None:
    make_bucket(account)
    make_trail(account, "main")
    account.client("s3", REGION).put_object(Bucket="logs-of-123", Key="a", Body=b"")
    here = account.client("cloudtrail", REGION)
    assert [event["EventName"] for event in here.lookup_events(**by("ReadOnly", "false"))["Events"]] == [
        "StartLogging",
        "CreateTrail",
        "PutBucketPolicy",
        "CreateBucket",
    ]
    (made,) = here.lookup_events(**by("EventName", "CreateTrail"))["Events"]
    assert {"ResourceType": "AWS::CloudTrail::Trail", "ResourceName": "main"} in made["Resources"]
    here.delete_trail(Name=trail_arn("main"))
    (gone,) = here.lookup_events(**by("ResourceName", trail_arn("main")))["Events"]
    assert gone["EventName"] == "DeleteTrail"
    assert here.lookup_events(**by("EventId", made["EventId"]))["Events"] == [made]
    assert len(here.lookup_events(**by("EventSource", "s3.amazonaws.com"))["Events"]) == 2
    assert account.client("cloudtrail", "us-west-2").lookup_events(**by("EventName", "CreateTrail"))["Events"] == []


def test_who_it_was_and_whether_aws_refused_it(account: Sandbox) -> None:
    ada = account.administrator(name="ada")
    role = account.role("Books", ACCOUNT)
    session = account.client("sts", credentials=ada).assume_role(RoleArn=role, RoleSessionName="ada-at-work")
    for credentials, alias in ((ada, "by-ada"), (session["Credentials"], "by-the-role"), (ada, "---")):
        iam = account.client("iam", credentials=credentials)
        if alias == "---":
            with refused("ValidationError", 400):
                iam.create_account_alias(AccountAlias=alias)
        else:
            iam.create_account_alias(AccountAlias=alias)
    history = account.client("cloudtrail")
    wrong, by_role, by_ada = history.lookup_events(LookupAttributes=ALIAS)["Events"]
    assert record(wrong)["errorCode"] == "ValidationError"
    assert "errorCode" not in record(by_role)
    assert record(by_role)["userIdentity"]["arn"] == session["AssumedRoleUser"]["Arn"]
    assert record(by_role)["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] == "Books"
    assert record(by_ada)["userIdentity"]["userName"] == "ada"
    assert by_role["Username"] == "ada-at-work"
    found = history.lookup_events(**by("AccessKeyId", ada["AccessKeyId"]))["Events"]
    assert {"CreateAccountAlias", "AssumeRole"} == {event["EventName"] for event in found}
    assert {event["EventName"] for event in history.lookup_events(**by("Username", "ada"))["Events"]} == {
        "CreateAccountAlias",
        "AssumeRole",
    }


def test_no_event_shows_a_secret(account: Sandbox) -> None:
    password = "Very-secret-0123456789"
    account.client("iam").create_user(UserName="ada")
    account.client("iam").create_login_profile(UserName="ada", Password=password)
    topic = account.client("sns").create_topic(Name="told")["TopicArn"]
    account.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="ada@example.com")
    events = account.client("cloudtrail").lookup_events()["Events"]
    assert {"CreateLoginProfile", "Subscribe"} < {event["EventName"] for event in events}
    assert not any(secret in str(events) for secret in (password, "ada@example.com"))


def test_pages_newest_first(account: Sandbox) -> None:
    iam = account.client("iam")
    for number in range(5):
        iam.create_account_alias(AccountAlias=f"books-{number}")
    history = account.client("cloudtrail")
    first = history.lookup_events(LookupAttributes=ALIAS, MaxResults=2)
    # What happens in between does not move the next page.
    iam.create_account_alias(AccountAlias="books-5")
    second = history.lookup_events(LookupAttributes=ALIAS, MaxResults=2, NextToken=first["NextToken"])
    last = history.lookup_events(LookupAttributes=ALIAS, MaxResults=2, NextToken=second["NextToken"])
    aliases = [
        record(event)["requestParameters"]["accountAlias"] for page in (first, second, last) for event in page["Events"]
    ]
    assert aliases == [f"books-{number}" for number in (4, 3, 2, 1, 0)]
    assert "NextToken" not in last
    for wrong in ({"NextToken": "x"}, {"NextToken": first["NextToken"], "LookupAttributes": []}):
        with refused("InvalidNextTokenException", 400):
            history.lookup_events(**{"LookupAttributes": ALIAS, "MaxResults": 2, **wrong})


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"LookupAttributes": ALIAS * 2}, "InvalidLookupAttributesException"),
        (by("Region", "us-east-1"), "InvalidLookupAttributesException"),
        (by("ReadOnly", "yes"), "InvalidLookupAttributesException"),
        (by("EventName", "_" * 1001), "InvalidLookupAttributesException"),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"EventCategory": "management"}, "InvalidEventCategoryException"),
        ({"StartTime": 2000000001, "EndTime": 2000000000}, "InvalidTimeRangeException"),
        ({"StartTime": 1700000000}, "InvalidTimeRangeException"),
    ],
)
def test_what_it_refuses(account: Sandbox, asked: dict[str, Any], code: str) -> None:
    with refused(code, 400):
        account.client("cloudtrail").lookup_events(**asked)


def test_time_ninety_days_and_insights(account: Sandbox) -> None:
    account.client("iam").create_account_alias(AccountAlias="books")
    history = account.client("cloudtrail")
    assert history.lookup_events(LookupAttributes=ALIAS, EventCategory="insight")["Events"] == []
    assert history.lookup_events(LookupAttributes=ALIAS, EndTime=time.time() - 60)["Events"] == []
    assert len(history.lookup_events(LookupAttributes=ALIAS, StartTime=time.time() - 60)["Events"]) == 1
    account.world(event_delay_seconds=60)
    assert history.lookup_events(LookupAttributes=ALIAS)["Events"] == []
    account.world(event_delay_seconds=0)
    account.clear_journal()
    assert len(history.lookup_events(LookupAttributes=ALIAS)["Events"]) == 1


def test_two_a_second_in_each_region(account: Sandbox) -> None:
    account.world(throttle_lookups=True)
    history = account.client("cloudtrail")
    codes = set()
    for _number in range(6):
        try:
            history.lookup_events(LookupAttributes=ALIAS)
        except ClientError as error:
            codes.add(error.response["Error"]["Code"])
    assert codes == {"ThrottlingException"}
    account.client("cloudtrail", REGION).lookup_events()
    account.world(throttle_lookups=False)
    history.lookup_events(LookupAttributes=ALIAS)
