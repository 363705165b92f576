"""What there is of a reader's when they follow an example: the users, buckets, topics, trails and accounts it names."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pyotp
from account.organization_scene import credentials
from account.trail_scene import document, make_bucket
from ansible.parsing.vault import VaultLib, VaultSecret
from sandbox import Sandbox

ACCOUNT, OTHER = "123456789012", "210987654321"
MEMBERS = {"accounting": "111122223333", "attic": "444455556666"}
ADDRESS = "founder@example.com"
# Ids of a reader's that AWS chooses; the stand-in account has others, which take their place.
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_OF_TOPIC = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
SUBSCRIPTION = "arn:aws:sns:us-east-1:123456789012:billing-alarms:01234567-89ab-cdef-0123-456789abcdef"
PATHS = "/srv/dayone"
PASSWORD = "a vault password"
FORMER = "AKIAIOSFODNN7EXAMPLE"

Task = dict[str, Any]
Answer = str | Callable[["Scene"], str]


class Scene:
    """An organization's management account with all that the examples name, and a person's directory."""

    def __init__(self, account: Sandbox, directory: Path) -> None:
        self.account = account
        self.directory = directory
        self.organization = self._organization()
        self.next_code = ""
        key = account.administrator()
        self.keys = credentials(key)
        self._users()
        self._trail()
        chosen = {KEY: self._key("eu-central-1", "cloudtrail"), KEY_OF_TOPIC: self._key("us-east-1", "cloudwatch")}
        self.replaced = {**chosen, SUBSCRIPTION: self._topics(), PATHS: str(directory / "srv")}
        self._files(key)
        account.world(billing_metric_currency="USD", cost_explorer=True, root_mfa=1, iam_billing_access=True)

    def _organization(self) -> str:
        client = self.account.client("organizations")
        made: str = client.create_organization(FeatureSet="ALL")["Organization"]["Id"]
        (root,) = client.list_roots()["Roots"]
        unit = client.create_organizational_unit(ParentId=root["Id"], Name="Workloads")["OrganizationalUnit"]["Id"]
        production = client.create_organizational_unit(ParentId=unit, Name="Production")["OrganizationalUnit"]["Id"]
        accounts = [
            {"name": "accounting", "parent": production, "tags": {"team": "money", "stage": "prod"}},
            {"name": "attic", "parent": unit, "tags": {"stage": "sandbox"}},
        ]
        self.account.invite_accounts([{**one, "id": MEMBERS[str(one["name"])]} for one in accounts])
        (shop,) = self.account.invite_accounts([{"name": "shop"}])
        for member, password in {**dict.fromkeys(MEMBERS.values(), False), MEMBERS["attic"]: True, shop: True}.items():
            self.account.world(account=member, root_password=password, root_mfa=0)
        client.enable_aws_service_access(ServicePrincipal="iam.amazonaws.com")
        for feature in ("root_credentials_management", "root_sessions"):
            getattr(self.account.client("iam"), f"enable_organizations_{feature}")()
        return made

    def _users(self) -> None:
        iam = self.account.client("iam")
        for name in ("admin", "break-glass", "robot", "former", "bob"):
            iam.create_user(UserName=name)
        iam.create_access_key(UserName="former")
        for role in ("OrganizationAccountAccessRole", "seed-keeper"):
            self.account.role(role, OTHER)

    def _trail(self) -> None:
        """A trail and its bucket, another trail that it has replaced, and a bucket of old log files."""
        make_bucket(self.account, "example-logs", region="eu-central-1")
        s3 = self.account.client("s3", "eu-central-1")
        s3.put_bucket_versioning(Bucket="example-logs", VersioningConfiguration={"Status": "Enabled"})
        make_bucket(self.account, "example-trail-logs")
        self.account.put_objects("example-trail-logs", [{"key": "AWSLogs/a.json.gz", "versions": 2}])
        cloudtrail = self.account.client("cloudtrail", "ap-northeast-1")
        first = {"S3BucketName": "example-logs", "IsMultiRegionTrail": True}
        made_by = [{"Key": "made-by", "Value": "us"}]
        old = cloudtrail.create_trail(Name="first-trail", **first, TagsList=made_by)["TrailARN"]
        mark = [*made_by, {"Key": "replaces", "Value": old}]
        cloudtrail.create_trail(Name="management-events", **first, TagsList=mark)
        for name in ("first-trail", "management-events"):
            cloudtrail.start_logging(Name=name)

    def _topics(self) -> str:
        sns = self.account.client("sns")
        publish = {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}
        services = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com", "costalerts.amazonaws.com"]
        for name in ("billing-alarms", "usage"):
            arn = sns.create_topic(Name=name)["TopicArn"]
            policy = document({**publish, "Principal": {"Service": services}})
            sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
        arn = f"arn:aws:sns:us-east-1:{ACCOUNT}:billing-alarms"
        sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=ADDRESS)
        self.account.world(confirm_subscription=ADDRESS)
        (one,) = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
        return str(one["SubscriptionArn"])

    def _key(self, region: str, service: str) -> str:
        """A key that the account administers and that a service may use."""
        every = {"Effect": "Allow", "Resource": "*"}
        owner = {**every, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*"}
        use = {**every, "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "kms:*"}
        made = self.account.client("kms", region).create_key(Policy=document(owner, use))
        return str(made["KeyMetadata"]["Arn"])

    def _files(self, key: dict[str, str]) -> None:
        for name in ("secrets", "srv", f"srv/{ACCOUNT}", "home/.aws"):
            (self.directory / name).mkdir(mode=0o700, parents=True)
        (self.directory / "vault-password").write_text(PASSWORD)
        self.credentials_file.write_text(
            f"[former]\naws_access_key_id = {FORMER}\naws_secret_access_key = gone\n\n"
            + "".join(
                f"[{profile}]\naws_access_key_id = {key['AccessKeyId']}\n"
                f"aws_secret_access_key = {key['SecretAccessKey']}\n\n"
                for profile in ("default", "production")
            )
        )
        self.credentials_file.chmod(0o600)

    @property
    def credentials_file(self) -> Path:
        """That of the person's home."""
        return self.directory / "home" / ".aws" / "credentials"

    def first_code(self, user: str) -> str:
        """What a user's phone shows, a moment before it shows the next code."""
        # Beside the seed of a device that is replaced, that of the new one.
        *_replaced, file = sorted(file for file in self.directory.glob(f"**/{user}.mfa*") if file.suffix != ".png")
        opened = VaultLib([("default", VaultSecret(PASSWORD.encode()))]).decrypt(file.read_text())
        totp = pyotp.parse_uri(opened.decode().strip())
        assert isinstance(totp, pyotp.TOTP)
        now = int(time.time())
        # Both at once, for the time goes on while they are typed.
        self.next_code = totp.at(now)
        return totp.at(now - totp.interval)


class Around(NamedTuple):
    """What is around an example in its play."""

    vars: Mapping[str, Any] = MappingProxyType({})
    """Variables of the reader's."""
    before: tuple[Task, ...] = ()
    """Tasks before it, with the names that it takes up."""
    wrap: Callable[[list[Task]], list[Task]] = lambda tasks: tasks
    """What the tasks are within, where that says when they run."""
    answers: tuple[tuple[str, Answer], ...] = ()
    """What a person at the terminal is asked, and what they type."""
    arguments: tuple[str, ...] = ()
    """Of ansible-playbook."""
    fails: tuple[str, ...] = ()
    """Tasks that are there to fail."""


def phone(user: str, account: str = ACCOUNT) -> tuple[tuple[str, Answer], ...]:
    """Somebody enrols a phone."""
    return (
        (f"MFA for user '{user}' of account {account}", ""),
        (f"First code of user '{user}'", lambda scene: scene.first_code(user)),
        ("The next code", lambda scene: scene.next_code),
    )


def after_a_failure(tasks: list[Task]) -> list[Task]:
    """The tasks where something went wrong; that they fail too is no end of the run."""
    stop = {"name": "Something that goes wrong", "ansible.builtin.fail": {"msg": "no"}}
    expected = {"name": "The run goes on", "ansible.builtin.debug": {"msg": "as expected"}}
    return [{"block": [{"block": [stop], "rescue": tasks}], "rescue": [expected]}]


CALLER = {"caller": {"account": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:user/administrator"}}
INTO_ACCOUNT: Task = {
    "name": "Go into it",
    "dayone.aws_account.account_session": {"account_id": OTHER, "role": "OrganizationAccountAccessRole"},
    "register": "account",
}
STATEMENT = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "s3:GetObject"}
POLICIES = {
    "policy_of_the_bucket": {
        "Version": "2012-10-17",
        "Statement": [{**STATEMENT, "Sid": "Reading", "Resource": "arn:aws:s3:::example-logs/*"}],
    },
    "policy_of_cloudtrail": {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "CloudTrailWrites",
                "Effect": "Allow",
                "Principal": {"Service": "cloudtrail.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": "arn:aws:s3:::example-logs/*",
            }
        ],
    },
}

# By plugin, where an example needs more than that what it names is there.
PLUGINS: dict[str, Around] = {
    "announce": Around(arguments=("--check",)),
    "broken_password_rules": Around(vars={"password": "A-Long-Password-2026"}),
    "check_input": Around(vars={"cloudtrail_home_region": "ap-northeast-1"}),
    "cloudtrail_destination_info": Around(vars=CALLER),
    "cloudtrail_plan_info": Around(vars=CALLER),
    "cloudtrail_trails_info": Around(vars=CALLER),
    "confirm": Around(vars={"database": "books"}, answers=(("Type its name to go on", "books"),)),
    "explain_failure": Around(wrap=after_a_failure, fails=("Say what went wrong and what to do about it",)),
    "iam_virtual_mfa_device": Around(answers=(*phone("admin"), *phone("admin"))),
    "session_credentials": Around(before=(INTO_ACCOUNT,)),
    "sign_in_url": Around(vars=CALLER),
    "with_statements": Around(vars=POLICIES),
}
# Those that need what another example makes, or that take away what others need.
FIRST, LAST = ("account_report_files",), ("s3_bucket_contents",)

# The same by page.
PAGES: dict[str, Around] = {
    "roles/iam_admin/README.md": Around(answers=(*phone("alice"), *phone("bob"))),
    "roles/member_roots/README.md": Around(answers=(("to go on:", lambda scene: scene.organization),)),
}
