"""What is said of each variable of each role whose value is wrong, all before the first call to AWS: one table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
import yaml
from conftest import CHECKOUT, Run
from sandbox import Sandbox

pytestmark = pytest.mark.torture
Ansible = Callable[..., Run]
Figures = Callable[[str, int], None]

ROLES = ["cloudtrail", "password_policy", "iam_admin", "billing_alarm", "root_user", "account_report"]
GOOD: dict[str, Any] = {
    "cloudtrail_home_region": "ap-northeast-1",
    "iam_admin_users": [{"name": "ada"}],
    "billing_alarm_emails": ["ada@example.com"],
}
ESCAPE = "\x1b[31mred\x1b[0m"
# What a terminal is shown of that.
SHOWN = r"\x1b[31mred"

# By what the argument specification says of a variable, or of a key below one: a wrong value, and words of the answer.
BY_TYPE = {
    "bool": ("perhaps", "not a valid boolean"),
    "int": ("many", "cannot be converted to an int"),
    "dict": ("text", "unable to convert to dict"),
}
CHOICE = ("nonsense", "must be one")


class Case(NamedTuple):
    """A wrong value of a variable, or of a key below it."""

    name: str
    variables: dict[str, Any]
    words: str


# By variable: wrong values, each with words of what is said.
TABLE: dict[str, list[tuple[Any, str]]] = {
    "cloudtrail_name": [
        ("a", "3 to 128 unaccented letters"),
        ("a b", "3 to 128 unaccented letters"),
        ("192.168.1.1", "3 to 128 unaccented letters"),
        ("abc\n", "3 to 128 unaccented letters"),
        (ESCAPE, SHOWN),
    ],
    "cloudtrail_home_region": [("Tokyo", "give the region"), (ESCAPE, SHOWN), ("eu-west-1\n", "give the region")],
    "cloudtrail_data_events": [("S3", "dictionary requested")],
    "cloudtrail_data_events.arns": [([{"type": "AWS::S3::Object", "arns": ["my-bucket"]}], "give ARNs of S3")],
    "cloudtrail_advanced_event_selectors": [("all", "dictionary requested")],
    "cloudtrail_advanced_event_selectors.field_selectors": [([{"name": "x"}], "missing required arguments")],
    "cloudtrail_bucket": [
        ("No_Bucket", "a bucket's name may have"),
        ("ab", "a bucket's name may have"),
        ("192.168.1.1", "a bucket's name may have"),
        ("a..b", "a bucket's name may have"),
        ("a" * 64, "a bucket's name may have"),
        ("logs\n", "a bucket's name may have"),
        (ESCAPE, SHOWN),
    ],
    "cloudtrail_bucket_prefix": [("/logs", "up to 200"), ("a" * 201, "up to 200"), (ESCAPE, SHOWN)],
    "cloudtrail_log_retention_days": [(-1, "give a number of days, or 0 for ever")],
    "cloudtrail_log_archive_days": [(-1, "give a number of days below"), (9999, "give a number of days below")],
    "cloudtrail_object_lock_days": [(3, "give it together with cloudtrail_object_lock_mode")],
    "cloudtrail_kms_key": [("my key", "give a key's ARN")],
    "cloudtrail_sns_topic": [("a b", "up to 256 letters"), (ESCAPE, SHOWN), ("news\n", "up to 256 letters")],
    "cloudtrail_tags": [
        ({"aws:x": "y"}, "no key begins with"),
        ({"dayone-role": "y"}, "Leave them out"),
        ({ESCAPE: 1}, SHOWN),
    ],
    "password_policy_minimum_length": [(5, "may be 6 to 128"), (129, "may be 6 to 128")],
    "password_policy_max_age_days": [(1096, "1095"), (-1, "1095")],
    "password_policy_reuse_prevention": [(25, "24"), (-1, "24")],
    "iam_admin_users": [("ada", "dictionary requested"), ([{"name": "ada"}, {"name": "Ada"}], "Ada")],
    "iam_admin_users.name": [
        ([{"access_key": True}], "missing required arguments: name"),
        ([{"name": ""}], "1 to 64"),
        ([{"name": "a b"}], "1 to 64"),
        ([{"name": "../ada"}], "1 to 64"),
        ([{"name": "a" * 65}], "1 to 64"),
        ([{"name": "ada\n"}], "1 to 64"),
        ([{"name": ESCAPE}], SHOWN),
    ],
    "iam_admin_users.path": [
        ([{"name": "ada", "path": "staff"}], "a path begins and ends with a slash"),
        ([{"name": "ada", "path": "/a b/"}], "a path begins and ends with a slash"),
        ([{"name": "ada", "path": f"/{ESCAPE}/"}], SHOWN),
    ],
    "iam_admin_users.password": [
        ([{"name": "ada", "password": "short"}], "it needs at least 14 characters"),
        ([{"name": "ada", "password": "\u65e5\u672c-Password-2026"}], "IAM takes in no password"),
    ],
    "iam_admin_users.credentials_profile": [
        ([{"name": "ada", "access_key": True, "credentials_profile": "a]b"}], "other characters than"),
        ([{"name": "ada", "access_key": True, "credentials_profile": "a\nb"}], "other characters than"),
        ([{"name": "ada", "credentials_profile": "ada"}], "without access_key"),
    ],
    "iam_admin_users.tags": [
        ([{"name": "ada", "tags": {"aws:x": "y"}}], "no key begins with aws:"),
        ([{"name": "ada", "tags": {ESCAPE: "y"}}], SHOWN),
    ],
    "iam_admin_group": [("the group", "1 to 128"), (ESCAPE, SHOWN)],
    "iam_admin_group_path": [("staff", "a path begins and ends with a slash")],
    "iam_admin_account_alias": [
        ("-", "3 to 63 lowercase"),
        ("123456789012", "not twelve digits"),
        ("Acme", "3 to 63 lowercase"),
        ("acme\n", "3 to 63 lowercase"),
        (ESCAPE, SHOWN),
    ],
    "iam_admin_mfa_codes": [
        ({"ada": ["12345", "234567"]}, "two codes of six digits"),
        ({"ada": ["123456\n", "234567"]}, "two codes of six digits"),
    ],
    "iam_admin_mfa_rotate": [(["nobody"], "names 'nobody'"), ([ESCAPE], SHOWN)],
    "billing_alarm_emails": [
        ([], "at least one e-mail address"),
        (["nobody"], "give e-mail addresses"),
        (["a@b@c"], "give e-mail addresses"),
        (["a b@example.com"], "give e-mail addresses"),
        ([f"{ESCAPE}@example.com"], SHOWN),
        ([f"ada{number}@example.com" for number in range(41)], "41 addresses"),
    ],
    "billing_alarm_free_tier_emails": [
        (["nobody"], "give e-mail addresses"),
        ([f"ada{number}@example.com" for number in range(11)], "11 addresses"),
    ],
    "billing_alarm_currency": [("JP", "three letters"), ("yen", "three letters"), (ESCAPE, SHOWN)],
    "billing_alarm_thresholds": [
        ([], "at least one decimal number"),
        (["much"], "at least one decimal number"),
        (["-1"], "at least one decimal number"),
        (["nan"], "at least one decimal number"),
        (["1e400"], "at least one decimal number"),
        (["10", "10.0"], "none twice"),
        ([ESCAPE], SHOWN),
    ],
    "billing_alarm_name": [("", "1 to 200"), ("x" * 300, "1 to 200"), (ESCAPE, SHOWN)],
    "billing_alarm_description": [("x" * 1025, "up to 900")],
    "billing_alarm_topic": [("a b", "1 to 256"), (ESCAPE, SHOWN)],
    "billing_alarm_kms_key": [("my key", "customer managed key")],
    "billing_alarm_monthly_budget": [("much", "greater than 0"), ("-5", "greater than 0"), (ESCAPE, SHOWN)],
    "billing_alarm_anomaly_threshold": [("much", "greater than 0"), ("0", "greater than 0")],
}
# Of these a list or a text of any kind may be right: AWS says whether it is, or the module that takes it.
ANY = {
    "cloudtrail_advanced_event_selectors.name",
    *(
        f"cloudtrail_advanced_event_selectors.field_selectors.{name}"
        for name in ("field", "equals", "starts_with", "ends_with", "not_equals", "not_starts_with", "not_ends_with")
    ),
    "iam_admin_managed_policies",
    "iam_admin_credentials_file",
    "dayone_output_dir",
    *(f"iam_admin_mfa_secrets_manager.{name}" for name in ("name_prefix", "region", "kms_key_id", "role_arn")),
}


def options_of(role: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every variable of a role, and every key below it with dots between, with what its specification says."""
    specs = yaml.safe_load((CHECKOUT / "roles" / role / "meta" / "argument_specs.yml").read_text())

    def below(options: dict[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, option in options.items():
            yield prefix + name, option
            yield from below(option.get("options", {}), f"{prefix}{name}.")

    yield from below(specs["argument_specs"]["main"]["options"], "")


def cases_of(name: str, option: dict[str, Any]) -> Iterator[Case]:
    """What is tried with a variable, or a key below it: by its type, and by the table."""
    variable, _dot, key = name.partition(".")
    wrong = CHOICE if "choices" in option else BY_TYPE.get(option.get("type", "str"))
    if wrong:
        value, words = wrong
        listed = option.get("type") == "list"
        if key:
            item = {"name": "ada"} if variable == "iam_admin_users" else {}
            yield Case(name, {variable: [{**item, key: value}]}, words)
        else:
            yield Case(name, {variable: [value] if listed else value}, words)
    for value, words in TABLE.get(name, []):
        yield Case(name, {variable: value}, words)


def test_each_wrong_value_is_told(account: Sandbox, ansible: Ansible, figures: Figures) -> None:
    tried: list[Case] = []
    tasks: list[dict[str, Any]] = []
    for role in ROLES:
        # Its variables are those of the play from here on.
        tasks_from = {"account_report": "set_up"}.get(role, "check_input")
        include = {"name": f"dayone.aws_account.{role}", "tasks_from": tasks_from}
        tasks.append({"ansible.builtin.import_role": include, "when": False})
        for name, option in options_of(role):
            cases = list(cases_of(name, option))
            assert bool(cases) != (name in ANY), f"{name} is to be in the table, or among those that take anything"
            for case in cases:
                check = {"dayone.aws_account.check_input": {"roles": [role]}}
                tasks.append({"name": f"case {len(tried)}", **check, "vars": case.variables, "ignore_errors": True})
                tried.append(case)
    run = ansible([{"hosts": "localhost", "gather_facts": False, "vars": GOOD, "tasks": tasks}])
    said = {task["name"]: task for task in run.tasks if task["name"].startswith("case ")}
    wrong = []
    for number, case in enumerate(tried):
        task = said[f"case {number}"]
        value = json.dumps(case.variables)[:100]
        if task["status"] != "failed":
            wrong.append(f"{value} is taken for right")
        elif case.words not in task["result"]["msg"]:
            wrong.append(f"of {value} it is said: {task['result']['msg']}")
    assert not wrong, "\n".join(wrong)
    # Nothing that a terminal would act on gets there.
    assert "\x1b" not in run.output
    assert account.journal() == []
    assert len(tried) > 120
    figures("inputs tried", len(tried))
