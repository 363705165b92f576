"""What holds of functions that take text from AWS, from files or from variables, whatever the text is."""

from __future__ import annotations

import functools
import json
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pyotp
import pytest
from ansible_collections.dayone.aws_account.plugins.filter.explain_failure import explain_failure
from ansible_collections.dayone.aws_account.plugins.filter.posture_lines import posture_lines
from ansible_collections.dayone.aws_account.plugins.module_utils import _totp
from ansible_collections.dayone.aws_account.plugins.module_utils._bucket_contents import in_units
from ansible_collections.dayone.aws_account.plugins.module_utils._event_selector_rules import broken_rules, wildcards
from ansible_collections.dayone.aws_account.plugins.module_utils._event_selectors import (
    ALL_OF,
    OPERATORS,
    Selectors,
    normalised,
    normalised_advanced,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._lost_events import lost
from ansible_collections.dayone.aws_account.plugins.module_utils._member_roots import (
    Account,
    Credentials,
    choose,
    described,
    remaining,
    removal,
    wrong_ids,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._policy_allows import (
    ALLOWED,
    DENIED,
    NAMES,
    NEGATED,
    NOT_ALLOWED,
    UNSURE,
    Ask,
    judge,
    like,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._policy_statements import (
    SOURCE,
    as_list,
    statements,
    with_statements,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._sign_in_url import partition_of, sign_in_url
from ansible_collections.dayone.aws_account.plugins.module_utils._terminal import in_one_line, visible
from hypothesis import example, given
from hypothesis import strategies as st

ANY = st.text(st.characters(), max_size=20)
SHORT = st.text("ab*?[", max_size=6)


def one_or_more(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """As policies have it: one value, or a list."""
    return values | st.lists(values, min_size=1, max_size=3, unique_by=json.dumps)


# Policies as AWS keeps them.
WORDS = st.sampled_from(["*", "s3:*", "s3:PutObject", "s3:Get*", "arn:aws:s3:::logs/*", "arn:aws:s3:::logs", "a?"])
SERVICE = "cloudtrail.amazonaws.com"
ACCOUNT = "123456789012"
PRINCIPALS = st.just("*") | st.dictionaries(
    st.sampled_from(["AWS", "Service", "Federated", "CanonicalUser"]),
    one_or_more(st.sampled_from(["*", SERVICE, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", "x"])),
    min_size=1,
)
OPERATOR = st.sampled_from(
    [*NAMES, *NEGATED, "Bool", "Null", "StringEqualsIfExists", "ForAnyValue:StringLike", "NumericLessThan", "IpAddress"]
)
CONDITIONS = st.dictionaries(
    OPERATOR,
    st.dictionaries(
        st.sampled_from([SOURCE, "AWS:SourceAccount", "s3:x-amz-acl", "aws:SecureTransport"]),
        one_or_more(WORDS | st.booleans()),
        min_size=1,
        max_size=2,
    ),
    max_size=2,
)
STATEMENT = st.builds(
    lambda sid, effect, principal, action, resource, condition, opposites: {
        **({"Sid": sid} if sid else {}),
        "Effect": effect,
        ("NotPrincipal" if opposites[0] else "Principal"): principal,
        ("NotAction" if opposites[1] else "Action"): action,
        ("NotResource" if opposites[2] else "Resource"): resource,
        **({"Condition": condition} if condition else {}),
    },
    st.sampled_from(["", "A", "B", "C"]),
    st.sampled_from(["Allow", "Deny"]),
    PRINCIPALS,
    one_or_more(WORDS),
    one_or_more(WORDS),
    CONDITIONS,
    st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
POLICY = st.fixed_dictionaries({"Version": st.just("2012-10-17"), "Statement": one_or_more(STATEMENT)})
ASK = st.builds(
    Ask,
    st.sampled_from([SERVICE, f"arn:aws:iam::{ACCOUNT}:user/ada", f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/ada"]),
    st.sampled_from(["s3:PutObject", "s3:GetBucketAcl"]),
    st.sampled_from(["arn:aws:s3:::logs", "arn:aws:s3:::logs/AWSLogs/x"]),
    st.dictionaries(st.sampled_from([SOURCE, "aws:SourceAccount"]), st.sampled_from(["x", ACCOUNT])),
    st.frozensets(st.sampled_from(["aws:securetransport", "s3:x-amz-acl"])),
)


@given(POLICY, ASK)
def test_a_policy_is_judged_and_only_conditions_are_unsure(policy: dict[str, Any], ask: Ask) -> None:
    judgement = judge(json.dumps(policy), ask)
    assert judgement == judge(policy, ask)
    assert judgement.verdict in (ALLOWED, DENIED, NOT_ALLOWED, UNSURE)
    if not any("Condition" in statement for statement in statements(policy)):
        assert judgement.verdict != UNSURE


@given(POLICY, STATEMENT, ASK)
def test_a_deny_never_lets_more_through(policy: dict[str, Any], more: dict[str, Any], ask: Ask) -> None:
    denying = {**policy, "Statement": [*statements(policy), {**more, "Effect": "Deny"}]}
    before, after = judge(policy, ask).verdict, judge(denying, ask).verdict
    assert after != ALLOWED or before == ALLOWED


@functools.cache
def fits(pattern: str, value: str) -> bool:
    """What a pattern means, by the book."""
    if not pattern:
        return not value
    if pattern[0] == "*":
        return fits(pattern[1:], value) or (bool(value) and fits(pattern, value[1:]))
    return bool(value) and pattern[0] in ("?", value[0]) and fits(pattern[1:], value[1:])


@given(SHORT, SHORT)
def test_a_pattern_fits_what_it_means(pattern: str, value: str) -> None:
    assert like(pattern, value) == fits(pattern, value)
    assert like(pattern, value, wildcards=False) == (pattern == value)


def test_no_pattern_takes_for_ever() -> None:
    assert not like("*a" * 40 + "*b", "a" * 400)


def as_aws_has_it(value: Any) -> Any:
    """A policy with single values out of their lists."""
    if isinstance(value, dict):
        return {name: as_aws_has_it(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return as_aws_has_it(value[0]) if len(value) == 1 else [as_aws_has_it(item) for item in value]
    return value


@given(POLICY, st.lists(STATEMENT, max_size=3, unique_by=lambda item: item.get("Sid", "")), st.booleans())
def test_statements_are_put_in_once_and_none_of_others_is_lost(
    policy: dict[str, Any], new: list[dict[str, Any]], keep: bool
) -> None:
    ours: dict[str, Any] = {"Version": "2012-10-17", "Statement": [item for item in new if "Sid" in item]}
    merged = with_statements(policy, ours, keep)
    assert as_aws_has_it(with_statements(merged, ours, keep)) == as_aws_has_it(merged)
    wanted = {item["Sid"] for item in ours["Statement"]}
    foreign = [item for item in statements(policy) if item.get("Sid") not in wanted]
    assert [item for item in statements(merged) if item in foreign] == foreign
    assert wanted <= {item.get("Sid") for item in statements(merged)}


# Selectors, classic ones as AWS tells or variables give them, values being anything.
ARNS = st.sampled_from(["arn:aws:s3", "arn:aws:s3:::logs/", "arn:aws:lambda", "arn", "arn:aws", "", "*"]) | ANY
CLASSIC = st.fixed_dictionaries(
    {
        "ReadWriteType": st.sampled_from(["All", "ReadOnly", "WriteOnly"]),
        "IncludeManagementEvents": st.booleans(),
        "ExcludeManagementEventSources": st.lists(st.sampled_from(["kms.amazonaws.com", "x"]), max_size=2),
        "DataResources": st.lists(
            st.fixed_dictionaries({"Type": st.sampled_from(list(ALL_OF)), "Values": st.lists(ARNS, max_size=3)}),
            max_size=2,
        ),
    }
).map(normalised)
FIELD = st.fixed_dictionaries(
    {"Field": st.sampled_from(["eventCategory", "readOnly", "resources.type", "eventSource", "x"])},
    optional={
        name: st.lists(st.sampled_from(["Management", "Data", "true", "x*"]) | ANY) for name in OPERATORS.values()
    },
)
ADVANCED = st.fixed_dictionaries(
    {"FieldSelectors": st.lists(FIELD, min_size=1, max_size=3)}, optional={"Name": ANY}
).map(normalised_advanced)
INSIGHTS = st.dictionaries(
    st.sampled_from(["ApiCallRateInsight", "ApiErrorRateInsight"]),
    st.lists(st.sampled_from(["Management", "Data"]), min_size=1, unique=True),
)
SELECTORS = st.builds(
    lambda kind, classic, advanced, insights: Selectors(classic if kind else [], [] if kind else advanced, insights),
    st.booleans(),
    st.lists(CLASSIC, min_size=1, max_size=2),
    st.lists(ADVANCED, min_size=1, max_size=2),
    INSIGHTS,
)


@given(SELECTORS, SELECTORS)
def test_selectors_that_stay_lose_nothing_and_rules_are_sentences(now: Selectors, wanted: Selectors) -> None:
    assert all(isinstance(clause, str) and clause for clause in lost(now, wanted))
    assert lost(now, now) == []
    for sentence in (*broken_rules(wanted), *wildcards(wanted)):
        assert sentence.endswith((".", "."))


# What is kept of MFA devices.
@given(ANY | ANY.map(lambda text: f"otpauth://totp/Amazon%20Web%20Services:{text}"))
@example("otpauth://totp/Amazon%20Web%20Services:ada@1?secret=")
@example("otpauth://totp/Amazon%20Web%20Services:ada@1?secret=ABC&digits=x")
@example("otpauth://totp/Amazon%20Web%20Services:ada@1?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&period=0")
@example("otpauth://totp/Amazon%20Web%20Services:ada@1?secret=é")
def test_a_file_is_a_seed_or_is_none(text: str) -> None:
    if _totp.is_seed(text):
        assert _totp.seed_of(text)
        assert all(_totp.label_of(text))
    else:
        assert _totp.is_seed(text) is False


NAMES_OF_DEVICES = st.text("abcXYZ019+=,.@_-", min_size=1, max_size=20)


@given(NAMES_OF_DEVICES)
def test_a_seed_is_known_by_what_is_kept_of_it(name: str) -> None:
    serial_number, seed = f"arn:aws:iam::{ACCOUNT}:mfa/{name}", pyotp.random_base32()
    uri = _totp.device_uri(serial_number, seed)
    assert _totp.is_seed(uri)
    assert _totp.is_of_device(uri, serial_number)
    assert _totp.seed_of(uri) == seed


@given(st.sampled_from([b"", _totp.PNG_SIGNATURE]), st.binary(max_size=60), st.binary(max_size=60))
def test_no_file_breaks_the_search_for_a_serial_number(start: bytes, before: bytes, after: bytes) -> None:
    found = _totp.serial_number_in_png(start + before + _totp.PNG_TITLE + after)
    assert found is None or (start + before).startswith(_totp.PNG_SIGNATURE)


@given(NAMES_OF_DEVICES)
def test_a_qr_code_says_whose_it_is(name: str) -> None:
    serial_number = f"arn:aws:iam::{ACCOUNT}:mfa/{name}"
    drawn = _totp.qr_code_png(f"otpauth://totp/{name}", serial_number)
    assert _totp.serial_number_in_png(drawn) == serial_number


@given(ANY | st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 2)).map(format_datetime))  # noqa: DTZ001
@example("Wed, 25 Nov 2026 12:00:00 -0000")
@example("yesterday")
def test_a_date_is_an_offset_or_none(date: str) -> None:
    offset = _totp.clock_offset({"ResponseMetadata": {"HTTPHeaders": {"date": date}}})
    assert offset is None or isinstance(offset, int)
    assert isinstance(_totp.is_far_off(offset), bool)


@given(
    st.tuples(ANY, ANY),
    st.none() | st.just("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
    st.none() | st.integers(-(10**6), 10**6),
)
def test_refused_codes_are_explained_without_repeating_them(
    codes: tuple[str, str], seed: str | None, offset: int | None
) -> None:
    sentence = _totp.why_typed_refused(codes, seed, offset)
    assert sentence.rstrip(")").endswith(".")
    assert _totp.why_computed_refused(offset).endswith(".")


# Where to sign in, and whose accounts.
@given(ANY, ANY)
def test_the_sign_in_url_is_of_the_account(name: str, partition: str) -> None:
    url = sign_in_url(name, partition)
    assert url == "" if not name else url.startswith(f"https://{name}.signin.") and url.endswith("/console")


@given(ANY)
def test_a_partition_is_of_an_arn(text: str) -> None:
    assert partition_of(f"arn:aws-cn:{text}") == "aws-cn"


@given(st.lists(ANY | st.from_regex(r"[0-9]{12}", fullmatch=True)))
def test_account_ids(given_ids: list[str]) -> None:
    wrong = wrong_ids(given_ids)
    right = all(len(item) == 12 and item.isascii() and item.isdigit() for item in given_ids)
    assert (wrong is None) == right


ACCOUNTS = st.lists(st.builds(Account, ANY, ANY, st.sampled_from(["ACTIVE", "SUSPENDED"])), max_size=5)


@given(ACCOUNTS, st.lists(ANY, max_size=3), ANY)
def test_each_account_is_chosen_or_left_out_with_a_reason(
    listed: list[Account], excluded: list[str], management: str
) -> None:
    chosen = choose(listed, excluded, management)
    assert {*chosen.accounts, *(account for account, _why in chosen.left_out)} == set(listed)
    assert len(chosen.accounts) + len(chosen.left_out) == len(set(listed))
    assert all(why for _account, why in chosen.left_out)
    assert not {account.id for account in chosen.accounts} & {*excluded, management}


IDS = st.lists(st.text("ABC123", min_size=1, max_size=4), max_size=3, unique_by=json.dumps)
CREDENTIALS = st.builds(
    lambda password, keys, certificates, devices, used: Credentials(
        password,
        tuple(
            {"access_key_id": f"AKIA{key}", "status": "Active", "create_date": "", "last_used_date": used}
            for key in keys
        ),
        tuple(certificates),
        tuple(f"arn:aws:iam::{ACCOUNT}:mfa/{device}" for device in devices),
    ),
    st.booleans(),
    IDS,
    IDS,
    IDS,
    st.none() | st.just("2026-11-25T12:00:00Z"),
)


@given(CREDENTIALS, st.data())
def test_what_is_removed_and_what_remains_are_all(found: Credentials, data: Any) -> None:
    steps = [step.what for step in removal(found)]
    removed = data.draw(st.lists(st.sampled_from(steps), unique=True)) if steps else []
    left = remaining(found, removed)
    assert [step.what for step in removal(left)] == [what for what in steps if what not in removed]
    assert (described(left) == "none") == (not left.any())


# What is shown. A terminal acts on controls and on what turns the direction of writing, and breaks on half a pair of
# surrogates.
ACTED_ON = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


@given(ANY)
def test_what_is_shown_is_printable_and_text_stays(text: str) -> None:
    assert not ACTED_ON.search(in_one_line(text))
    assert len(in_one_line(text).splitlines()) <= 1
    assert visible(text).count("\n") == text.count("\n")
    assert not ACTED_ON.search(re.sub(r"[\n\t]", "", visible(text)))
    if text.isprintable():
        assert visible(text) == in_one_line(text) == text


@given(st.integers(0, 2**70))
def test_sizes_are_in_units(size: int) -> None:
    assert re.fullmatch(r"[\d,]+(\.\d)? (bytes?|[KMGTP]iB)", in_units(size))


STATUSES = st.sampled_from(["pass", "fail", "manual", "unknown"])
CONTROL = st.fixed_dictionaries({"id": st.just("T1"), "title": ANY, "status": STATUSES, "remedy": ANY})


@given(st.lists(CONTROL, max_size=4), st.lists(ANY, max_size=2), st.lists(ANY, max_size=2))
def test_the_summary_tells_of_each_control_once(
    controls: list[dict[str, Any]], done: list[str], beside: list[str]
) -> None:
    posture = {"account": ACCOUNT, "alias": "", "sign_in_url": "", "controls": controls}
    lines = posture_lines(posture, output_dir="/out", done=done, beside=beside)
    to_do = sum(control["status"] != "pass" for control in controls)
    assert f"SAFE ({len(controls) - to_do} of {len(controls)})" in lines
    assert f"OPEN ({to_do + len(beside)})" in lines
    assert all(line == in_one_line(line) for line in lines)


RESULT = st.recursive(
    st.dictionaries(
        st.sampled_from(["msg", "module_stderr", "failed", "results", "x"]),
        st.none() | st.booleans() | ANY | st.lists(ANY, max_size=2) | st.dictionaries(ANY, ANY, max_size=2),
    ),
    lambda inner: st.fixed_dictionaries(
        {"results": st.lists(inner | ANY, max_size=3)}, optional={"failed": st.booleans()}
    ),
    max_leaves=5,
)


@given(RESULT, ANY)
@example({"failed": True, "msg": "No package matching", "results": ["No package", "x"]}, "Install")
def test_any_failure_is_explained(result: dict[str, Any], task_name: str) -> None:
    sentence = explain_failure(result, task_name)
    assert sentence.strip()
    if task_name and " : " not in task_name:
        assert sentence.startswith(f"{visible(task_name)}: ")


@pytest.mark.parametrize("value", [None, "", "a", ["a"]])
def test_a_value_or_a_list(value: Any) -> None:
    assert as_list(value) == (value if isinstance(value, list) else [value])
