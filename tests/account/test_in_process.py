"""Modules give the same in the module server as in interpreters of their own: results, output, and calls to AWS."""

from __future__ import annotations

import dataclasses
import itertools
import re
import shutil
import textwrap
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import CHECKOUT, COLLECTIONS, Run
from sandbox import Call, Sandbox

IN_PROCESS = {"ANSIBLE_ACTION_PLUGINS": str(CHECKOUT / "extensions" / "in_process")}
# A path that Ansible looks at and nothing is in.
STOCK = {"ANSIBLE_ACTION_PLUGINS": "/nonexistent"}
ARTICLE = CHECKOUT / "playbooks" / "vars" / "article.yml"
STEPS_ASIDE = "runs in an interpreter of its own"

# What is another in every run, whoever runs the modules.
CHANGING = [
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.]*(\+00:00|Z)?", "TIME"),
    (r"\bA[A-Z]{3}[A-Z0-9]{12,17}\b", "ID"),
    # Before the next one, which would find the end of a UUID whose group before has no digit.
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
    (r"\b([a-z-]+)-[0-9a-f]{8,17}\b", r"\1-ID"),
    (r"/[^\s'\":]*payload\.zip/", "/"),
    (r"/[^\s'\":]*?/(?=ansible_collections/|ansible/module_utils/)", "/"),
    (r"127\.0\.0\.1:\d+", "ENDPOINT"),
    (r"(:secret:s-)\w{6}", r"\1ID"),
    (r'"(date|host_id|request_id|x-amzn?-request-?id)": "[^"]*"', r'"\1": ""'),
    # ansible-core 2.17 and 2.18 pass tracebacks on as text, with the files that ran, and say where a task was.
    (r"Traceback \(most recent call last\):(\\?\n|\\n| {2}.*?(\n|\\n))+", "TRACEBACK "),
    (r"Interrupted at <frame at .*?> called from <frame at .*?>", "INTERRUPTED"),
    (r"play-\d+\.yml", "play.yml"),
]
# Keys whose values say nothing of the module.
UNLIKE = {
    *("availability_zone", "availability_zone_id", "created_timestamp", "creation_time", "date", "group_id", "host_id"),
    *("instance_profile_id", "last_modified_timestamp", "request_id", "requestid", "url", "user_id", "zone_id"),
    *("x-amzn-requestid", "x-amz-request-id"),
}


def settled(value: Any) -> Any:
    """A value without what changes from run to run."""
    if isinstance(value, dict):
        return {settled(key): settled(of) for key, of in value.items() if str(key).lower() not in UNLIKE}
    if isinstance(value, list):
        return [settled(item) for item in value]
    if isinstance(value, str):
        for pattern, name in CHANGING:
            value = re.sub(pattern, name, value)
    return value


@dataclasses.dataclass(frozen=True)
class Step:
    """A run of ansible-playbook."""

    playbook: str | list[dict[str, Any]]
    arguments: tuple[str, ...] = ()
    variables: dict[str, Any] = dataclasses.field(default_factory=dict)
    env: dict[str, str] = dataclasses.field(default_factory=dict)
    deprecates: bool = False
    """Whether its modules give deprecation warnings."""


Done = list[tuple[Run, list[Call]]]


@pytest.fixture
def both(account: Sandbox, ansible: Callable[..., Run], tmp_path: Path) -> Callable[..., tuple[Done, Done]]:
    """Make the same runs in both ways, each way on fresh accounts; the runs with their calls, stock and served."""

    def runs(env: dict[str, str], steps: tuple[Step, ...]) -> Done:
        account.reset()
        account.world(log_files_delivered=True)
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        for counted in tmp_path.glob("out-*"):
            counted.unlink()
        done = []
        for step in steps:
            account.clear_journal()
            variables = {"dayone_output_dir": str(tmp_path / "out"), **step.variables}
            # Some modules return what they have in sets.
            settings = {**env, "PYTHONHASHSEED": "0", **step.env}
            given = {"extra_vars": variables, "env": settings, "check": False, "deprecates": step.deprecates}
            run = ansible(step.playbook, *step.arguments, **given)
            done.append((run, account.journal()))
        return done

    return lambda *steps: (runs(STOCK, steps), runs(IN_PROCESS, steps))


def assert_same(stock: Done, served: Done) -> None:
    """Results, figures, what the terminal shows and the calls to AWS are the same, whole."""
    for (theirs, their_calls), (ours, our_calls) in zip(stock, served, strict=True):
        for one, other in zip(ours.tasks, theirs.tasks, strict=False):
            assert settled(one) == settled(other)
        assert (ours.rc, ours.stats, len(ours.tasks)) == (theirs.rc, theirs.stats, len(theirs.tasks))
        # What a module reads in several threads comes in any order.
        assert Counter(map(str, our_calls)) == Counter(map(str, their_calls))
        assert settled(ours.output) == settled(theirs.output)


def play(*tasks: dict[str, Any], **keywords: Any) -> list[dict[str, Any]]:
    """A play on this machine whose tasks may fail, so that all of them run."""
    return [{"hosts": "localhost", "gather_facts": False, "ignore_errors": True, "tasks": list(tasks), **keywords}]


# Changed, unchanged, check mode, failure and removal, over a broad sample of modules that this project does not use.
SAMPLE = play(
    {"name": "user", "amazon.aws.iam_user": {"name": "bob", "state": "present", "tags": {"Ü": "é"}}},
    {"name": "user again", "amazon.aws.iam_user": {"name": "bob", "state": "present"}},
    {"name": "user to come", "amazon.aws.iam_user": {"name": "eve", "state": "present"}, "check_mode": True},
    {"name": "users", "amazon.aws.iam_user_info": {}},
    {"name": "no such policy", "amazon.aws.iam_user": {"name": "al", "state": "present", "managed_policies": ["none"]}},
    {"name": "role", "amazon.aws.iam_role": {"name": "r", "assume_role_policy_document": '{"Version": "2012-10-17"}'}},
    {"name": "roles", "amazon.aws.iam_role_info": {}},
    {"name": "policies", "amazon.aws.iam_managed_policy": {"name": "p", "state": "absent"}},
    {"name": "vpc", "amazon.aws.ec2_vpc_net": {"name": "v", "cidr_block": "10.0.0.0/16"}, "register": "net"},
    {"name": "vpc again", "amazon.aws.ec2_vpc_net": {"name": "v", "cidr_block": "10.0.0.0/16"}},
    {"name": "subnet", "amazon.aws.ec2_vpc_subnet": {"vpc_id": "{{ net.vpc.id }}", "cidr": "10.0.1.0/24"}},
    {"name": "wrong subnet", "amazon.aws.ec2_vpc_subnet": {"vpc_id": "{{ net.vpc.id }}", "cidr": "nonsense"}},
    {
        "name": "security group",
        "amazon.aws.ec2_security_group": {
            "name": "g",
            "description": "d",
            "vpc_id": "{{ net.vpc.id }}",
            "rules": [{"proto": "tcp", "ports": 22, "cidr_ip": "10.0.0.0/8"}],
        },
        "diff": True,
    },
    {"name": "bucket", "amazon.aws.s3_bucket": {"name": "a-bucket", "versioning": True}},
    {"name": "bucket again", "amazon.aws.s3_bucket": {"name": "a-bucket"}},
    {"name": "buckets", "amazon.aws.s3_bucket_info": {}},
    {"name": "object", "amazon.aws.s3_object": {"bucket": "a-bucket", "object": "o", "content": "x", "mode": "put"}},
    {"name": "objects", "amazon.aws.s3_object_info": {"bucket_name": "a-bucket"}},
    {"name": "queue", "community.aws.sqs_queue": {"name": "q"}},
    {"name": "table", "community.aws.dynamodb_table": {"name": "t", "hash_key_name": "id"}},
    {"name": "parameter", "community.aws.ssm_parameter": {"name": "/p", "value": "w", "string_type": "SecureString"}},
    {"name": "secret", "community.aws.secretsmanager_secret": {"name": "s", "secret": "whisper", "state": "present"}},
    {"name": "zone", "amazon.aws.route53_zone": {"zone": "example.com"}},
    {"name": "key", "amazon.aws.kms_key": {"alias": "k", "description": "d"}},
    {"name": "logs", "amazon.aws.cloudwatchlogs_log_group": {"log_group_name": "l", "retention": 7}},
    {"name": "functions", "amazon.aws.lambda_info": {}},
    {"name": "instances", "amazon.aws.ec2_instance_info": {"filters": {"instance-state-name": ["running"]}}},
    {"name": "invalid", "amazon.aws.ec2_vpc_net": {"nme": "v"}},
    {"name": "not one of", "amazon.aws.iam_user": {"name": "bob", "state": "somewhere"}},
    {
        "name": "elsewhere",
        "amazon.aws.aws_caller_info": {"region": "eu-west-1", "access_key": "AKIANOBODY", "secret_key": "x"},
    },
    {"name": "secret task", "amazon.aws.aws_caller_info": {}, "no_log": True},
    {"name": "gone", "amazon.aws.iam_user": {"name": "bob", "state": "absent"}},
)


@pytest.mark.long
def test_a_broad_sample_of_modules_gives_the_same(both: Callable[..., tuple[Done, Done]]) -> None:
    # amazon.aws's modules deprecate what they return.
    stock, served = both(Step(SAMPLE, deprecates=True), Step(SAMPLE, ("--check", "--diff"), deprecates=True))
    assert_same(stock, served)
    run = served[0][0]
    assert run.task("user")["changed"]
    assert not run.task("user again")["changed"]
    assert run.task("invalid")["status"] == "failed"
    assert STEPS_ASIDE not in run.output


SITE = "dayone.aws_account.site"
# All that can be switched on, and then another trail, one administrator less and one address less.
AT_FIRST: dict[str, Any] = {
    **yaml.safe_load(ARTICLE.read_text()),
    "cloudtrail_encryption": "sse-kms",
    "cloudtrail_insights": ["ApiCallRateInsight"],
    "cloudtrail_log_retention_days": 400,
    "cloudtrail_object_lock_days": 1,
    "cloudtrail_object_lock_mode": "governance",
    "cloudtrail_sns_topic": "trail",
    "iam_admin_require_mfa": True,
    "billing_alarm_anomalies": "present",
    "billing_alarm_emails": ["founder@example.com", "second@example.com"],
    "billing_alarm_free_tier_emails": ["founder@example.com"],
}
ADMIN = AT_FIRST["iam_admin_users"][0]
EVE = {"name": "eve", "mfa": "none", "access_key": True, "credentials_profile": "eve"}
AT_FIRST["iam_admin_users"] = [ADMIN, EVE]
LATER = {
    **AT_FIRST,
    "cloudtrail_name": "renamed",
    "iam_admin_users": [ADMIN, {**EVE, "state": "absent"}],
    "billing_alarm_emails": ["founder@example.com"],
}
# The role has it take confirmed subscriptions and encryption away.
TOPIC = {"topic_arn": "arn:aws:sns:us-east-1:123456789012:billing-alarms", "untag": ["none"], "region": "us-east-1"}
# Refused, for the account is in no organization and the caller its root user.
MEMBER_ROOTS: list[dict[str, Any]] = [
    {"dayone.aws_account.iam_organizations_features": {}},
    {"dayone.aws_account.iam_member_root_credentials_info": {}},
    {"dayone.aws_account.iam_member_root_credentials": {"accounts": ["111122223333"], "state": "absent"}},
]
OF_OTHER_PLAYBOOKS: list[dict[str, Any]] = [
    # The site has what it tells from the report's reading.
    {"dayone.aws_account.root_user_info": {}},
    {"amazon.aws.s3_bucket": {"name": "old-logs"}},
    {"dayone.aws_account.sns_topic_details": TOPIC},
    *MEMBER_ROOTS,
]
REFUSED = ["iam_organizations_features", "iam_member_root_credentials_info", "iam_member_root_credentials"]
GONE = "arn:aws:cloudtrail:ap-northeast-1:123456789012:trail/gone"
MARKED = {"only_tagged": {"made-by": "dayone"}, "mark": "dayone-replaces"}
DELETE = "dayone.aws_account.delete_trail_logs"
OLD_LOGS = {"cloudtrail_bucket": "old-logs", "confirm_bucket": "old-logs"}


def roles(*names: str) -> list[dict[str, Any]]:
    included = [{"ansible.builtin.include_role": {"name": f"dayone.aws_account.{name}"}} for name in names]
    return [{"hosts": "localhost", "gather_facts": False, "tasks": included}]


def modules_in_use() -> set[str]:
    """The modules that roles and playbooks name, with their collections."""
    files = [file for folder in ("roles", "playbooks") for file in (CHECKOUT / folder).rglob("*.yml")]
    name = re.compile(r"^ +((?:amazon|community|dayone)\.\w+\.\w+):", re.MULTILINE)
    return set(itertools.chain.from_iterable(name.findall(file.read_text()) for file in files))


# Modules that only a second run has something to do with, and those of other playbooks: called by themselves.
BY_THEMSELVES = play(
    {"dayone.aws_account.announce": {"what": "a bucket", "after": {"versioning": True}}},
    {"amazon.aws.aws_caller_info": {}},
    {"amazon.aws.cloudtrail_info": {"include_shadow_trails": False}},
    {"dayone.aws_account.cloudtrail_unset": {"name": AT_FIRST["cloudtrail_name"], "settings": ["sns_topic_name"]}},
    {"dayone.aws_account.cloudtrail_replace": {"name": AT_FIRST["cloudtrail_name"], "replaced": GONE, **MARKED}},
    {
        "dayone.aws_account.credentials_profile_removal": {
            "path": "{{ dayone_output_dir }}/credentials",
            "profile": "eve",
            "access_key_id": "AKIANOBODY",
        }
    },
    {"dayone.aws_account.iam_credentials_removal": {"user_name": "eve"}},
    {"amazon.aws.iam_user": {"name": "eve", "state": "absent"}},
    *OF_OTHER_PLAYBOOKS,
)


def assert_all_ran(served: Done) -> None:
    ran = {task["action"] for run, _calls in served for task in run.tasks if task["status"] != "skipped"}
    assert modules_in_use() - ran == set()


def test_every_module_that_roles_and_playbooks_use_gives_the_same(both: Callable[..., tuple[Done, Done]]) -> None:
    stock, served = both(Step(SITE, (), AT_FIRST), Step(BY_THEMSELVES), Step(DELETE, (), OLD_LOGS))
    assert_same(stock, served)
    site, by_themselves, deleted = [run for run, _calls in served]
    assert (site.rc, by_themselves.rc, deleted.rc) == (0, 0, 0), site.output + by_themselves.output + deleted.output
    assert len(site.changed) > 10
    failed = [task["action"].rpartition(".")[2] for task in by_themselves.tasks if task["status"] == "failed"]
    assert failed == REFUSED
    assert_all_ran(served)


@pytest.mark.long
def test_runs_that_change_and_remove_give_the_same(both: Callable[..., tuple[Done, Done]]) -> None:
    stock, served = both(
        Step(SITE, ("--check", "--diff"), AT_FIRST),
        Step(SITE, (), AT_FIRST),
        Step(roles("cloudtrail"), (), {**AT_FIRST, "cloudtrail_sns_topic": ""}),
        Step(roles("cloudtrail", "iam_admin", "billing_alarm"), ("--diff",), LATER),
        Step(roles("cloudtrail"), (), {**LATER, "cloudtrail_state": "absent"}),
        Step(play(*OF_OTHER_PLAYBOOKS)),
        Step(DELETE, (), OLD_LOGS),
    )
    assert_same(stock, served)
    for run, _calls in served:
        assert run.rc == 0, run.output
    assert len(served[1][0].changed) > 10
    assert_all_ran(served)


# Modules that do what modules should not, or need something of the process that they run in.
ODD = {
    "prints": """
        print("a line before")
        print("and one on standard error", file=sys.stderr)
        os.write(1, b"and one past Python\\n")
        module.exit_json(changed=True, text="Grüße, 世界 🎉")
    """,
    "leaves": "sys.exit(module.params['status'])",
    "leaves_with_words": "sys.exit('no more')",
    "leaves_without_a_word": "pass",
    "raises": "raise ValueError('something is wrong')",
    "raises_late": "atexit.register(lambda: print('after the result', file=sys.stderr)); module.exit_json()",
    "is_killed": "os.kill(os.getpid(), 9)",
    "hangs": "time.sleep(60)",
    "warns": """
        module.warn("take care")
        module.deprecate("old", version="9.0.0", collection_name="testing.odd")
        difference = {"before": "1", "after": "2"}
        module.exit_json(changed=False, warnings=["another"], secret=module.params["secret"], diff=difference)
    """,
    "fails": "module.fail_json(msg='it failed', secret=module.params['secret'], rc=7)",
    "counts": """
        count = int(open(module.params["file"]).read() or 0) if os.path.exists(module.params["file"]) else 0
        open(module.params["file"], "w").write(str(count + 1))
        module.exit_json(changed=True, count=count, check=module.check_mode)
    """,
    "looks_around": """
        here = {name: os.environ.get(name) for name in ("COLOUR", "TZ", "AWS_REGION")}
        umask = os.umask(0)
        module.exit_json(
            here=here, directory=os.getcwd(), umask=umask, argv=len(sys.argv), name=__name__, zone=time.tzname,
            stdin=sys.stdin.read(), encoding=[sys.stdout.encoding, sys.getfilesystemencoding()],
            signals=[str(signal.getsignal(getattr(signal, "SIG" + one))) for one in ("INT", "TERM", "CHLD", "PIPE")],
            limits=resource.getrlimit(resource.RLIMIT_NOFILE), diff_mode=module._diff, options=module.params["options"],
        )
    """,
    "spoils": """
        os.environ["COLOUR"] = "spoilt"
        os.chdir("/")
        os.umask(0)
        import boto3
        boto3.DEFAULT_SESSION = "spoilt"
        module.exit_json()
    """,
    "starts_others": """
        rc, out, err = module.run_command(["sh", "-c", "echo out; echo err >&2; exit 3"])
        module.exit_json(answer=[rc, out, err])
    """,
    "has_results": "module.exit_json(results='not a list', stdout='a\\nb', ansible_facts={'found': 1})",
}
HEAD = """#!/usr/bin/python
import atexit, os, resource, signal, sys, time
from ansible.module_utils.basic import AnsibleModule

def main():
    module = AnsibleModule(
        argument_spec={
            "status": {"type": "raw"}, "secret": {"no_log": True}, "file": {"type": "path"},
            "options": {"type": "dict", "options": {"depth": {"type": "int", "default": 1}}},
        },
        supports_check_mode=True,
    )
"""


@pytest.fixture
def odd(tmp_path: Path) -> dict[str, str]:
    """A collection testing.odd with the odd modules; the environment in which Ansible finds and serves it."""
    root = tmp_path / "collections"
    folder = root / "ansible_collections" / "testing" / "odd" / "plugins" / "modules"
    folder.mkdir(parents=True)
    for name, body in ODD.items():
        text = HEAD + textwrap.indent(textwrap.dedent(body), "    ") + "\n\nif __name__ == '__main__':\n    main()\n"
        (folder / f"{name}.py").write_text(text)
    return {
        "ANSIBLE_COLLECTIONS_PATH": f"{root}:{COLLECTIONS}",
        "DAYONE_IN_PROCESS_COLLECTIONS": "testing.odd",
        "COLOUR": "green",
    }


def task(name: str, arguments: dict[str, Any] | None = None, **keywords: Any) -> dict[str, Any]:
    """A task with an odd module."""
    return {"name": f"{name} {keywords}", f"testing.odd.{name}": arguments or {}, **keywords}


BEHAVIOUR = [
    task("prints"),
    *(task("leaves", {"status": status}) for status in (0, 3, 300, "words")),
    task("leaves_with_words"),
    task("leaves_without_a_word"),
    task("raises"),
    task("raises_late"),
    task("is_killed"),
    task("hangs", timeout=2),
    task("warns", {"secret": "hush-hush"}, diff=True),
    task("warns", {"secret": "hush-hush"}, no_log=True),
    task("fails", {"secret": "hush-hush"}),
    task("fails", {"secret": "hush-hush"}, no_log=True),
    task("fails", failed_when=False),
    task("spoils"),
    task("looks_around", {"options": {}}),
    task("looks_around", environment={"COLOUR": "red 'and' \"blue\" $HOME", "TZ": "Asia/Tokyo"}, diff=True),
    task("looks_around", {"options": {"depth": "three"}}),
    task("looks_around", {"options": {"width": 1}}),
    task("starts_others"),
    task("has_results"),
    task("counts", {"file": "{{ dayone_output_dir }}-1"}, loop=["a", "b", "c"]),
    task("counts", {"file": "{{ dayone_output_dir }}-2"}, register="r", until="r.count == 2", retries=4, delay=0),
    task("counts", {"file": "{{ dayone_output_dir }}-3"}, register="r", until="false", retries=2, delay=0),
    task("counts", {"file": "{{ dayone_output_dir }}-4"}, check_mode=True, changed_when=False),
    task("counts", {"file": "{{ undefined_variable }}"}),
    task("counts", {"file": "{{ dayone_output_dir }}-5"}, when="false"),
    # Left to ansible-core.
    task("looks_around", environment={"LC_ALL": "C"}),
    task("prints", vars={"ansible_python_interpreter": "/usr/bin/python3"}),
]


def test_odd_modules_give_the_same(both: Callable[..., tuple[Done, Done]], odd: dict[str, str]) -> None:
    behaviour = play(*BEHAVIOUR, module_defaults={"testing.odd.warns": {"options": {"depth": 4}}})
    step = Step(behaviour, env=odd, deprecates=True)
    stock, served = both(step)
    assert_same(stock, served)
