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


MANAGEMENT = {"field": "eventCategory", "equals": ["Management"]}


def selecting(*fields: dict[str, Any], **more: str) -> list[dict[str, Any]]:
    """An advanced event selector with these field selectors."""
    return [{"field_selectors": list(fields), **more}]


def in_secrets_manager(**options: str) -> dict[str, Any]:
    """What it takes for the options of Secrets Manager to be of use."""
    users = [{"name": "ada", "mfa": "seed"}]
    return {"iam_admin_mfa_keeper": "secretsmanager", "iam_admin_users": users, SECRETS: options}


SECRETS = "iam_admin_mfa_secrets_manager"
# By variable: wrong values, each with words of what is said.
TABLE: dict[str, list[tuple[Any, str]]] = {
    "cloudtrail_name": [
        ("a", "3 to 128 unaccented letters"),
        ("a b", "3 to 128 unaccented letters"),
        ("192.168.1.1", "3 to 128 unaccented letters"),
        ("abc\n", "3 to 128 unaccented letters"),
        (ESCAPE, SHOWN),
    ],
    "account_report_accept": [(["Trusted Advisor"], "give ids"), ([ESCAPE], SHOWN)],
    "account_report_regions": [
        (["Tokyo"], "give regions"),
        ([ESCAPE], SHOWN),
        ("all,eu-west-1x", "give regions"),
    ],
    "cloudtrail_home_region": [("Tokyo", "give the region"), (ESCAPE, SHOWN), ("eu-west-1\n", "give the region")],
    "cloudtrail_data_events": [("S3", "dictionary requested")],
    "cloudtrail_insights": [
        (
            {"cloudtrail_insights": ["ApiCallRateInsight"], "cloudtrail_read_write_type": "read"},
            "the trail does not record write management events",
        )
    ],
    "cloudtrail_data_events.arns": [
        ([{"type": "AWS::S3::Object", "arns": ["my-bucket"]}], "'my-bucket' is no ARN of the kind AWS::S3::Object"),
        ([{"type": "AWS::S3::Object", "arns": ["arn:aws:s3:::my-*"]}], "which classic event selectors cannot have"),
        ([{"type": "AWS::Lambda::Function", "arns": ["arn:aws:s3:::mine/"]}], "of the kind AWS::Lambda::Function"),
        ([{"type": "AWS::S3::Object", "arns": [ESCAPE]}], SHOWN),
        ([{"type": "AWS::S3::Object", "arns": [f"arn:aws:s3:::b{n}/" for n in range(251)]}], "takes 250 for a trail"),
    ],
    "cloudtrail_advanced_event_selectors": [("all", "dictionary requested")],
    "cloudtrail_advanced_event_selectors.name": [
        (selecting(MANAGEMENT, name="x" * 1001), "has a name of more than 1000 characters"),
        (selecting({"field": "eventCategory"}, name=ESCAPE), SHOWN),
    ],
    "cloudtrail_advanced_event_selectors.field_selectors": [
        ([{"name": "x"}], "missing required arguments"),
        (selecting({"field": "readOnly", "equals": ["true"]}), "must have the field eventCategory"),
        (selecting({"field": "eventCategory", "equals": ["Data"]}), "must have the field resources.type"),
    ],
    "cloudtrail_advanced_event_selectors.field_selectors.field": [
        (selecting({"equals": ["Data"]}), "missing required")
    ],
    "cloudtrail_advanced_event_selectors.field_selectors.equals": [
        (selecting({"field": "eventCategory", "equals": ["Everything"]}), "which equals one of Management, Data"),
        (selecting(MANAGEMENT, {"field": "readOnly", "equals": ["maybe"]}), "may have 'true' or 'false'"),
        (selecting(MANAGEMENT, {"field": "eventName", "equals": ["x"] * 501}), "AWS takes 500 for a trail"),
        (selecting(MANAGEMENT, {"field": "eventName", "equals": ["x" * 2049]}), "a value of more than 2048"),
    ],
    **{
        f"cloudtrail_advanced_event_selectors.field_selectors.{operator}": [
            (selecting({"field": "eventCategory", operator: ["Management"]}), "no other operator than equals")
        ]
        for operator in ("starts_with", "ends_with", "not_equals", "not_starts_with", "not_ends_with")
    },
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
    "cloudtrail_log_retention_days": [
        (-1, "give a number of days up to 2147483647, or 0 for ever"),
        (2147483648, "give a number of days up to"),
    ],
    "cloudtrail_log_archive_days": [(-1, "give a number of days below"), (9999, "give a number of days below")],
    "cloudtrail_object_lock_days": [(3, "give it together with cloudtrail_object_lock_mode")],
    "cloudtrail_kms_key": [("my key", "give a key's ARN")],
    "cloudtrail_sns_topic": [("a b", "up to 256 letters"), (ESCAPE, SHOWN), ("news\n", "up to 256 letters")],
    "cloudtrail_tags": [
        ({"aws:x": "y"}, "no key begins with"),
        ({"dayone-role": "y"}, "Leave them out"),
        ({ESCAPE: 1}, SHOWN),
        ({f"tag-{number}": "x" for number in range(49)}, "has 49 tags"),
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
    "iam_admin_managed_policies": [
        (["Administrator Access"], "give each by its name"),
        (["arn:aws:iam::aws:group/x"], "give each by its name"),
        (["arn:aws:iam::1234:policy/x"], "give each by its name"),
        (["arn:aws:iam::aws:policy/"], "give each by its name"),
        ([""], "give each by its name"),
        (["x" * 129], "give each by its name"),
        (["ReadOnlyAccess\n"], "give each by its name"),
        ([ESCAPE], SHOWN),
        ([f"policy-{number}" for number in range(11)], "lets a group have 10"),
    ],
    "iam_admin_credentials_file": [("", "names no file"), ("~/.aws/", "names no file")],
    f"{SECRETS}.name_prefix": [
        (in_secrets_manager(name_prefix="a b/"), "whose name AWS refuses"),
        (in_secrets_manager(name_prefix="\\1"), "whose name AWS refuses"),
        (in_secrets_manager(name_prefix="a" * 510), "whose name AWS refuses"),
        (in_secrets_manager(name_prefix=ESCAPE), SHOWN),
        # A user's name may have a comma, a secret's may not.
        ({**in_secrets_manager(), "iam_admin_users": [{"name": "a,b", "mfa": "seed"}]}, "'dayone/mfa/a,b'"),
    ],
    f"{SECRETS}.region": [
        (in_secrets_manager(region="Frankfurt"), "give a region"),
        (in_secrets_manager(region=ESCAPE), SHOWN),
    ],
    f"{SECRETS}.kms_key_id": [
        (in_secrets_manager(kms_key_id="my key"), "give a KMS key by its ARN"),
        (in_secrets_manager(kms_key_id="arn:aws:kms:eu-west-1:1234:key/x"), "give a KMS key by its ARN"),
    ],
    f"{SECRETS}.role_arn": [
        (in_secrets_manager(role_arn="keeper"), "give the ARN of the role"),
        (in_secrets_manager(role_arn="arn:aws:iam::123456789012:user/ada"), "give the ARN of the role"),
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
# Any text may be right; whether the directory is, is looked at once the account is known.
ANY = {"dayone_output_dir"}


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
        # A value that needs others beside it comes with them.
        together = isinstance(value, dict) and variable in value
        yield Case(name, value if together else {variable: value}, words)


def test_each_wrong_value_is_told(account: Sandbox, ansible: Ansible, figures: Figures) -> None:
    tried: list[Case] = []
    tasks: list[dict[str, Any]] = []
    for role in ROLES:
        # Its variables are those of the play from here on.
        tasks_from = {"account_report": "say"}.get(role, "check_input")
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
