"""What a trail should record, from the module's options; what AWS refuses of it, and what it covers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._event_selector_rules import broken_rules, wildcards
from ansible_collections.dayone.aws_account.plugins.module_utils._event_selectors import (
    Selectors,
    in_words,
    insights_of,
    new_trail,
    normalised,
    normalised_advanced,
    selectors_of,
    wanted_selectors,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._lost_events import lost
from ansible_collections.dayone.aws_account.plugins.module_utils._recorded_events import (
    covers,
    possible_insights,
    recorded,
)

S3 = "AWS::S3::Object"


def classic(**options: Any) -> Selectors:
    return wanted_selectors(options, "aws")


def advanced(*selectors: dict[str, Any], **insights: Any) -> Selectors:
    """Selectors in a short form: fields to a list (equals), or to operators."""
    return wanted_selectors({"advanced_event_selectors": [option(item) for item in selectors], **insights}, "aws")


def option(selector: dict[str, Any]) -> dict[str, Any]:
    fields = [
        {"field": field, **(given if isinstance(given, dict) else {"equals": given})}
        for field, given in selector.items()
        if field != "name"
    ]
    return {"name": selector.get("name"), "field_selectors": fields}


MANAGEMENT = {"eventCategory": ["Management"]}
DATA = {"eventCategory": ["Data"], "resources.type": [S3]}


def test_without_options_it_is_what_a_new_trail_records() -> None:
    assert classic() == new_trail()


@pytest.mark.parametrize(
    ("kind", "arns", "values"),
    [
        (S3, [], ["arn:aws-cn:s3"]),
        ("AWS::Lambda::Function", None, ["arn:aws-cn:lambda"]),
        (S3, ["arn:aws:s3:::bucket"], ["arn:aws:s3:::bucket/"]),
        (S3, ["arn:aws:s3:::bucket/b", "arn:aws:s3:::a/"], ["arn:aws:s3:::a/", "arn:aws:s3:::bucket/b"]),
        (S3, ["arn:aws-cn:s3", "arn:aws-cn:s3:::a/"], ["arn:aws-cn:s3"]),
    ],
)
def test_resources_are_spelled_as_aws_spells_them(kind: str, arns: list[str] | None, values: list[str]) -> None:
    wanted = wanted_selectors({"data_events": [{"type": kind, "arns": arns}]}, "aws-cn")
    assert wanted.classic[0]["DataResources"] == [{"Type": kind, "Values": values}]


def test_a_kind_that_is_given_twice_is_one() -> None:
    wanted = classic(data_events=[{"type": S3, "arns": ["arn:aws:s3:::b/"]}, {"type": S3, "arns": ["arn:aws:s3:::a/"]}])
    assert wanted.classic[0]["DataResources"] == [{"Type": S3, "Values": ["arn:aws:s3:::a/", "arn:aws:s3:::b/"]}]


def test_order_does_not_count() -> None:
    one = {"DataResources": [{"Type": "B", "Values": ["2", "1"]}, {"Type": "A", "Values": []}]}
    other = {"DataResources": [{"Type": "A"}, {"Type": "B", "Values": ["1", "2"]}], "IncludeManagementEvents": True}
    assert normalised(one) == normalised(other)
    first = {"FieldSelectors": [{"Field": "b", "Equals": ["2", "1"]}, {"Field": "a", "NotEquals": ["x"], "Equals": []}]}
    second = {"Name": "", "FieldSelectors": [{"Field": "a", "NotEquals": ["x"]}, {"Field": "b", "Equals": ["1", "2"]}]}
    assert normalised_advanced(first) == normalised_advanced(second)
    assert advanced(MANAGEMENT, DATA) == advanced(DATA, MANAGEMENT)


def test_what_aws_answers_compares_with_what_is_wanted() -> None:
    wanted = advanced({"name": "Objects", **DATA}, MANAGEMENT, insights=["ApiErrorRateInsight"])
    answer = {"AdvancedEventSelectors": list(reversed(wanted.advanced))}
    assert selectors_of(answer, insights_of({"InsightSelectors": [{"InsightType": "ApiErrorRateInsight"}]})) == wanted
    assert selectors_of({"EventSelectors": [{}]}, {}) == new_trail()


def test_insights_of_both_categories() -> None:
    wanted = classic(insights=["ApiCallRateInsight"], data_event_insights=["ApiCallRateInsight", "ApiErrorRateInsight"])
    assert wanted.insights == {"ApiCallRateInsight": ["Data", "Management"], "ApiErrorRateInsight": ["Data"]}


MANY = [f"arn:aws:s3:::bucket-{number}/" for number in range(251)]


@pytest.mark.parametrize(
    "wanted",
    [
        classic(),
        classic(data_events=[{"type": S3, "arns": MANY[:250]}, {"type": "AWS::DynamoDB::Table"}]),
        classic(
            include_management_events=False, data_events=[{"type": S3}], data_event_insights=["ApiCallRateInsight"]
        ),
        classic(read_write_type="read", insights=["ApiErrorRateInsight"]),
        advanced(MANAGEMENT, DATA, insights=["ApiCallRateInsight"]),
        advanced({**DATA, "eventName": MANY + MANY[:247]}),
        advanced({**DATA, "some.newField": {"not_ends_with": ["x"]}}),
        advanced({"eventCategory": ["NetworkActivity"], "eventSource": ["kms.amazonaws.com"]}),
    ],
)
def test_what_aws_takes(wanted: Selectors) -> None:
    assert broken_rules(wanted) == []


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (classic(include_management_events=False), "record nothing"),
        (classic(data_events=[{"type": S3, "arns": MANY}]), "251 ARNs"),
        (classic(data_events=[{"type": S3, "arns": ["arn:aws:lambda"]}]), "no ARN of the kind AWS::S3::Object"),
        (classic(data_events=[{"type": S3, "arns": ["bucket"]}]), "no ARN of the kind"),
        (classic(data_events=[{"type": S3, "arns": ["arn:aws:s3:::*"]}]), "'\\*'"),
        (classic(read_write_type="read", insights=["ApiCallRateInsight"]), "write management events"),
        (classic(data_event_insights=["ApiErrorRateInsight"]), "data events"),
        (advanced(DATA, insights=["ApiErrorRateInsight"]), "read or write management events"),
        (advanced({"name": "Mine", "resources.type": [S3]}), "'Mine' must have the field eventCategory"),
        (advanced({"eventCategory": ["Other"]}), "eventCategory"),
        (advanced({"eventCategory": ["Data"]}), "must have the field resources.type"),
        (advanced({"eventCategory": ["Data"], "resources.type": [S3, "AWS::Lambda::Function"]}), "equals one value"),
        (advanced({"eventCategory": ["NetworkActivity"]}), "eventSource"),
        (advanced({**MANAGEMENT, "readOnly": ["yes"]}), "readOnly"),
        (advanced({**DATA, "readOnly": {"not_equals": ["true"]}}), "no other operator than equals for readOnly"),
        (advanced({**DATA, "eventName": {}}), "no operator for eventName"),
        (advanced({**DATA, "eventName": MANY + MANY[:248]}), "501 values"),
        (advanced({**DATA, "eventName": ["x" * 2049]}), "2048 characters"),
        (advanced({**MANAGEMENT, "name": "x" * 1001}), "1000 characters"),
    ],
)
def test_what_aws_refuses_is_said_before(wanted: Selectors, words: str) -> None:
    (text,) = broken_rules(wanted)
    assert text.endswith(".")
    assert words.replace("\\", "") in text


def test_a_wildcard_is_none() -> None:
    assert wildcards(advanced(DATA)) == []
    (text,) = wildcards(advanced({**DATA, "resources.ARN": {"starts_with": ["arn:aws:s3:::bucket/*"]}}))
    assert "starts_with" in text


def test_what_goes_with_another_kind_of_selectors() -> None:
    of_objects = advanced(MANAGEMENT, {"name": "Objects", **DATA, "eventName": {"not_starts_with": ["Get"]}})
    classic_of_objects = classic(
        exclude_management_event_sources=["kms.amazonaws.com"], data_events=[{"type": S3}], read_write_type="write"
    )
    assert lost(new_trail(), of_objects) == []
    (gone,) = lost(new_trail(), advanced(DATA))
    assert "management events" in gone
    assert lost(of_objects, of_objects) == []
    (gone,) = lost(of_objects, classic())
    assert (
        "'Objects': eventCategory equals Data, eventName not starts with Get, resources.type equals AWS::S3::Object"
        in gone
    )
    (gone,) = lost(classic_of_objects, of_objects)
    assert "management write events without those of kms.amazonaws.com, data write events of AWS::S3::Object" in gone


BUCKET_A, BUCKET_B = "arn:aws:s3:::a/", "arn:aws:s3:::b/"
FUNCTION = "arn:aws:lambda:eu-central-1:123456789012:function:one"


def data(*arns: str, kind: str = S3, **more: Any) -> Selectors:
    return classic(data_events=[{"type": kind, "arns": list(arns)}], **more)


@pytest.mark.parametrize(
    ("now", "wanted", "gone"),
    [
        (classic(), classic(read_write_type="write"), None),
        (data(BUCKET_A), data(), None),
        (data(BUCKET_A + "logs/"), data(BUCKET_A), None),
        (data(BUCKET_A, read_write_type="read"), data(BUCKET_A), None),
        (data(FUNCTION, kind="AWS::Lambda::Function"), data(kind="AWS::Lambda::Function"), None),
        (data(BUCKET_A), classic(), f"data events of {S3} {BUCKET_A}"),
        (data(BUCKET_A, BUCKET_B), data(BUCKET_B), f"data events of {S3} {BUCKET_A}"),
        (data(), data(BUCKET_B), f"data events of {S3} arn:aws:s3"),
        (data(), data(read_write_type="read"), f"management write events, data write events of {S3} arn:aws:s3"),
        (
            data(FUNCTION + "-more", kind="AWS::Lambda::Function"),
            data(FUNCTION, kind="AWS::Lambda::Function"),
            f"data events of AWS::Lambda::Function {FUNCTION}-more",
        ),
        (
            data(BUCKET_A),
            data(BUCKET_A, exclude_management_event_sources=["kms.amazonaws.com"]),
            "management events of kms.amazonaws.com",
        ),
        (
            classic(read_write_type="read"),
            classic(read_write_type="write"),
            "management read events",
        ),
    ],
)
def test_what_goes_from_classic_selectors(now: Selectors, wanted: Selectors, gone: str | None) -> None:
    assert lost(now, wanted) == ([f"it no longer records {gone}"] if gone else [])


def test_what_goes_from_advanced_selectors() -> None:
    assert lost(advanced(MANAGEMENT), advanced({"name": "All of it", **MANAGEMENT}, DATA)) == []
    assert lost(advanced(MANAGEMENT, {"name": "Objects", **DATA}), advanced(MANAGEMENT)) == [
        f"advanced event selectors of it give way: 'Objects': eventCategory equals Data, resources.type equals {S3}"
    ]


def test_insights_that_go() -> None:
    both = data(BUCKET_A, insights=["ApiErrorRateInsight"], data_event_insights=["ApiErrorRateInsight"])
    assert lost(both, data(BUCKET_A, insights=["ApiErrorRateInsight", "ApiCallRateInsight"])) == [
        "Insights go off it: ApiErrorRateInsight of data events"
    ]
    assert lost(both, data(BUCKET_A)) == [
        "Insights go off it: ApiErrorRateInsight of data events, ApiErrorRateInsight of management events"
    ]


def test_nothing_in_words() -> None:
    assert in_words(classic(include_management_events=False)) == "nothing"


KMS = "kms.amazonaws.com"
ALL = classic()


@pytest.mark.parametrize(
    ("has", "wish", "covered"),
    [
        (ALL, ALL, True),
        (ALL, classic(read_write_type="write"), True),
        (classic(read_write_type="write"), ALL, False),
        (classic(read_write_type="write"), classic(read_write_type="write"), True),
        (classic(exclude_management_event_sources=[KMS]), ALL, False),
        (classic(exclude_management_event_sources=[KMS]), classic(exclude_management_event_sources=[KMS]), True),
        (ALL, classic(exclude_management_event_sources=[KMS]), True),
        (classic(include_management_events=False, data_events=[{"type": S3}]), ALL, False),
        (advanced(MANAGEMENT), ALL, True),
        (advanced({**MANAGEMENT, "readOnly": ["true"]}, {**MANAGEMENT, "readOnly": ["false"]}), ALL, True),
        (advanced({**MANAGEMENT, "readOnly": ["false"]}), ALL, False),
        (advanced({**MANAGEMENT, "eventSource": {"not_equals": [KMS]}}), ALL, False),
        (advanced({**MANAGEMENT, "eventSource": {"not_equals": [KMS]}}, MANAGEMENT), ALL, True),
        (advanced({**MANAGEMENT, "eventSource": [KMS]}), ALL, False),
        (advanced({**MANAGEMENT, "eventName": {"not_equals": ["CreateUser"]}}), ALL, False),
        (advanced(DATA), ALL, False),
        (ALL, advanced({**MANAGEMENT, "eventSource": [KMS]}), True),
        (classic(exclude_management_event_sources=[KMS]), advanced({**MANAGEMENT, "eventSource": [KMS]}), False),
        (advanced(DATA), advanced(DATA), True),
    ],
)
def test_what_covers_a_wish(has: Selectors, wish: Selectors, *, covered: bool) -> None:
    assert covers(recorded(has), recorded(wish)) is covered


def test_several_classic_selectors_add_up() -> None:
    both = Selectors([normalised({"ReadWriteType": "ReadOnly"}), normalised({"ReadWriteType": "WriteOnly"})], [], {})
    assert covers(recorded(both), recorded(ALL))


def test_insights_that_lose_their_events() -> None:
    insights = {"ApiCallRateInsight": ["Data", "Management"], "ApiErrorRateInsight": ["Management"]}
    assert possible_insights(insights, classic(read_write_type="read")) == {"ApiErrorRateInsight": ["Management"]}
    assert possible_insights(insights, advanced(DATA)) == {"ApiCallRateInsight": ["Data"]}
