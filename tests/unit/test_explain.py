"""Failures as sentences, from modules and from the filter that the roles' rescue uses."""

from __future__ import annotations

import pytest
from ansible_collections.dayone.aws_account.plugins.filter.explain_failure import explain_failure
from ansible_collections.dayone.aws_account.plugins.module_utils import _explain

DENIED = (
    "An error occurred (AccessDenied) when calling the CreateGroup operation: User: arn:aws:iam::123456789012:user/x "
    "is not authorized to perform: iam:CreateGroup"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Unable to locate credentials", _explain.CREDENTIALS),
        ("An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: expired", _explain.EXPIRED),
        ("An error occurred (InvalidClientTokenId) when calling the GetUser operation: invalid", _explain.INVALID),
        (DENIED, _explain.PERMISSION),
        (f"{DENIED} with an explicit deny in a service control policy", _explain.CONTROL_POLICY),
        ('Could not connect to the endpoint URL: "https://iam.amazonaws.com/"', _explain.NETWORK),
        (
            "An error occurred (LimitExceededException) when calling the X operation: Rate limit exceeded",
            _explain.THROTTLED,
        ),
        ("An error occurred (Throttled) when calling the Publish operation: Too fast", _explain.THROTTLED),
        ("An error occurred (ConcurrentModification) when calling the TagUser operation: Wait", _explain.BUSY),
        ("An error occurred (Throttling) when calling the ListUsers operation: Rate exceeded", _explain.THROTTLED),
        ("You must specify a region.", _explain.REGION),
        ("The config profile (nobody) could not be found", _explain.PROFILE),
        ("An error occurred (MalformedPolicyDocument) when calling the PutKeyPolicy operation: no", None),
    ],
)
def test_advice_names_what_to_do(text: str, expected: str | None) -> None:
    assert _explain.advice(text) == expected


def test_sentence_says_what_was_tried_what_aws_said_and_what_to_do() -> None:
    assert _explain.sentence("create the group 'admins'", DENIED) == (
        "Could not create the group 'admins': AWS answered CreateGroup with AccessDenied: User: "
        "arn:aws:iam::123456789012:user/x is not authorized to perform: iam:CreateGroup. " + _explain.PERMISSION
    )


def test_filter_names_the_task_and_gives_the_advice_once() -> None:
    said = explain_failure({"msg": f"Failed: {DENIED}"}, "iam_admin : Create the group")
    assert said.startswith("Create the group: Failed: AWS answered CreateGroup with AccessDenied: ")
    assert said.count(_explain.PERMISSION) == 1


def test_filter_does_not_repeat_advice_that_a_module_gave() -> None:
    said = explain_failure({"msg": _explain.sentence("read", DENIED)}, "Read")
    assert said.count(_explain.PERMISSION) == 1


def test_filter_reads_the_failed_items_of_a_loop() -> None:
    result = {"msg": "One or more items failed", "results": [{"msg": "fine"}, {"failed": True, "msg": "bad item"}]}
    assert explain_failure(result, "Create users") == "Create users: bad item."


def test_filter_passes_on_what_it_does_not_know() -> None:
    assert explain_failure({"msg": "no space left"}) == "no space left."


def test_nothing_of_an_answer_that_cannot_be_read_is_quoted() -> None:
    quoted = (
        "Task failed: Module failed: Unable to parse response (unclosed token: line 1, column 12), invalid XML "
        "received. Further retries may succeed:\nb'<SecretAccessKey>hidden'"
    )
    told = explain_failure({"msg": quoted}, "Make a key")
    assert told.startswith(
        "Make a key: Unable to parse response (unclosed token: line 1, column 12), invalid XML received. "
    )
    assert "hidden" not in told
    assert told.endswith("Run again; it carries on.")


def test_a_field_that_an_answer_lacks() -> None:
    told = explain_failure({"msg": "Task failed: Module failed: 'trailList'"}, "Make the trail")
    assert told.startswith("Make the trail: AWS's answer lacks 'trailList'. What AWS answered did not come whole")


@pytest.mark.parametrize(
    ("code", "advised"),
    [("EntityAlreadyExists", True), ("TrailAlreadyExistsException", True), ("BucketAlreadyExists", False)],
)
def test_what_another_run_makes_is_there_already(code: str, advised: bool) -> None:
    found = _explain.advice(f"An error occurred ({code}) when calling the Create operation: there already")
    assert (found == _explain.THERE_ALREADY) is advised


def test_nothing_that_a_terminal_acts_on() -> None:
    named = "there is no user \x1b[2Jada\u202e\r, or\nnone"
    shown = r"there is no user \x1b[2Jada\u202e\r, or" + "\nnone"
    assert explain_failure({"msg": named}) == f"{shown}."
    assert _explain.sentence("read it", named) == f"Could not read it: {shown}."
