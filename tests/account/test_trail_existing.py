"""The role cloudtrail where trails, buckets and keys are there already: whose they are, and what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from account.trail_scene import ACCOUNT, LOGS, MANAGEMENT, REGION, S3_DATA, document, make_bucket, make_trail, trail_arn
from botocore.exceptions import ClientError
from conftest import Run
from sandbox import Sandbox

Ansible = Callable[..., Run]
THERE = "us-east-1"


def play(**variables: Any) -> list[dict[str, Any]]:
    task = {"ansible.builtin.include_role": {"name": "dayone.aws_account.cloudtrail"}}
    return [{"hosts": "localhost", "gather_facts": False, "tasks": [task], "vars": variables}]


def writing(account: Sandbox) -> list[str]:
    return [call.action for call in account.journal() if call.writes]


def trails(account: Sandbox) -> dict[str, dict[str, Any]]:
    """Every trail by its name, with whether it logs and its tags."""
    found = {}
    for trail in account.client("cloudtrail", REGION).describe_trails()["trailList"]:
        home = account.client("cloudtrail", trail["HomeRegion"])
        (listed,) = home.list_tags(ResourceIdList=[trail["TrailARN"]])["ResourceTagList"]
        tags = {tag["Key"]: tag["Value"] for tag in listed["TagsList"]}
        logging = home.get_trail_status(Name=trail["TrailARN"])["IsLogging"]
        found[trail["Name"]] = {**trail, "logging": logging, "tags": tags}
    return found


@pytest.fixture
def theirs(account: Sandbox) -> dict[str, Any]:
    """A trail that somebody made in another region, with choices of its own, as it is described."""
    make_bucket(account, region=THERE)
    topic = account.client("sns", THERE).create_topic(Name="news")["TopicArn"]
    publish = {"Effect": "Allow", "Principal": "*", "Action": "SNS:Publish", "Resource": topic}
    account.client("sns", THERE).set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=document(publish)
    )
    make_trail(account, "theirs", THERE, S3KeyPrefix="of/all", SnsTopicName="news", IncludeGlobalServiceEvents=True)
    account.clear_journal()
    return trails(account)["theirs"]


def test_a_trail_that_covers_the_account_is_left(account: Sandbox, ansible: Ansible, theirs: dict[str, Any]) -> None:
    account.clear_journal()
    run = ansible(play())
    assert run.changed == writing(account) == []
    assert "'theirs' (home region us-east-1) records already" in run.output
    assert trails(account) == {"theirs": theirs}


def test_a_second_one_says_what_it_costs(account: Sandbox, ansible: Ansible, theirs: dict[str, Any]) -> None:
    run = ansible(play(cloudtrail_existing="create"))
    assert "US$2.00 for 100,000 events" in run.output
    found = trails(account)
    assert found["theirs"] == theirs
    assert found["management-events"]["logging"]


def test_a_trail_is_taken_over_with_what_it_has(account: Sandbox, ansible: Ansible, theirs: dict[str, Any]) -> None:
    variables: dict[str, Any] = {"cloudtrail_existing": "adopt", "cloudtrail_tags": {"Team": "founders"}}
    announced = ansible(play(**variables), "--check").changed
    assert trails(account) == {"theirs": theirs}
    run = ansible(play(**variables))
    assert run.changed == announced
    assert "taken over under its own name" in run.output
    taken = {"LogFileValidationEnabled": True, "tags": {"Team": "founders"}}
    assert trails(account) == {"theirs": {**theirs, **taken}}
    s3 = account.client("s3", THERE)
    assert s3.get_bucket_versioning(Bucket=LOGS)["Status"] == "Enabled"
    assert len(json.loads(s3.get_bucket_policy(Bucket=LOGS)["Policy"])["Statement"]) == 5
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == [LOGS]
    account.clear_journal()
    assert ansible(play(**variables)).changed == writing(account) == []

    # More events only where they are asked for, and never fewer.
    more = {"cloudtrail_data_events": [{"type": "AWS::S3::Object"}], "cloudtrail_read_write_type": "write"}
    run = ansible(play(**variables, **more))
    assert run.changed == ["Choose the events that it records"]
    cloudtrail = account.client("cloudtrail", THERE)
    (selector,) = cloudtrail.get_event_selectors(TrailName="theirs")["EventSelectors"]
    assert (selector["ReadWriteType"], len(selector["DataResources"])) == ("All", 1)


def test_a_bucket_of_another_account_is_left_to_it(account: Sandbox, ansible: Ansible) -> None:
    central = account.account_client("s3", "210987654321", REGION)
    central.create_bucket(Bucket="central-logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    cloudtrail = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*"}
    anywhere = {**cloudtrail, "Resource": ["arn:aws:s3:::central-logs", "arn:aws:s3:::central-logs/*"]}
    central.put_bucket_policy(Bucket="central-logs", Policy=document(anywhere))
    make_trail(account, "theirs", S3BucketName="central-logs")
    account.clear_journal()
    run = ansible(play(cloudtrail_existing="adopt"))
    assert "Bucket 'central-logs' is not this account's" in run.output
    assert [call.action for call in account.journal() if call.writes and call.service == "s3"] == []
    assert trails(account)["theirs"]["LogFileValidationEnabled"]
    assert json.loads(central.get_bucket_policy(Bucket="central-logs")["Policy"])["Statement"] == [anywhere]


def test_a_trail_of_the_same_name_that_somebody_else_made_keeps_its_events(
    account: Sandbox, ansible: Ansible, theirs: dict[str, Any]
) -> None:
    cloudtrail = account.client("cloudtrail", THERE)
    cloudtrail.put_event_selectors(TrailName="theirs", AdvancedEventSelectors=[MANAGEMENT, S3_DATA])
    run = ansible(play(cloudtrail_name="theirs", cloudtrail_home_region=THERE))
    assert "Choose the events that it records" not in run.changed
    assert len(cloudtrail.get_event_selectors(TrailName="theirs")["AdvancedEventSelectors"]) == 2
    s3 = account.client("s3", THERE)
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=LOGS)
    asked = [{"name": "all", "field_selectors": [{"field": "eventCategory", "equals": ["Management"]}]}]
    ansible(play(cloudtrail_name="theirs", cloudtrail_home_region=THERE, cloudtrail_advanced_event_selectors=asked))
    (selector,) = cloudtrail.get_event_selectors(TrailName="theirs")["AdvancedEventSelectors"]
    assert selector["Name"] == "all"


def test_a_key_of_somebody_else_under_the_alias_is_left(account: Sandbox, ansible: Ansible) -> None:
    kms = account.client("kms", REGION)
    key = kms.create_key(Description="Ours")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/management-events", TargetKeyId=key)
    account.clear_journal()
    run = ansible(play(cloudtrail_encryption="sse-kms"), check=False)
    assert "which this role did not make" in run.tasks[-1]["result"]["msg"]
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["Description"] == "Ours"


def test_two_trails_of_one_play_share_a_bucket(account: Sandbox, ansible: Ansible) -> None:
    (first,) = play()
    (second,) = play()
    first["tasks"][0]["vars"] = {"cloudtrail_name": "first", "cloudtrail_sns_topic": "news"}
    second["tasks"][0]["vars"] = {"cloudtrail_name": "second", "cloudtrail_existing": "create"}
    both = [{**first, "tasks": [*first["tasks"], *second["tasks"]]}]
    run = ansible(both)
    assert run.tasks[-1]["result"]["ansible_facts"]["dayone_done"] == [
        f"bucket 'cloudtrail-{ACCOUNT}-{REGION}' set up",
        "retention of the logs set to 400 days",
        "topic 'news' set up",
        "trail 'first' set up and logging",
        f"bucket 'cloudtrail-{ACCOUNT}-{REGION}' set up",
        "trail 'second' set up and logging",
    ]
    account.clear_journal()
    run = ansible(both)
    assert run.changed == writing(account) == []
    assert run.tasks[-1]["result"]["ansible_facts"]["dayone_done"] == []
    assert {name: trail["logging"] for name, trail in trails(account).items()} == {"first": True, "second": True}


def test_a_new_name_and_region_take_the_trail_along(account: Sandbox, ansible: Ansible) -> None:
    ansible(play(cloudtrail_name="first", cloudtrail_bucket_prefix="a"))
    assert trails(account)["first"]["tags"] == {"dayone-role": "cloudtrail"}
    moved = {"cloudtrail_name": "second", "cloudtrail_home_region": THERE}
    account.clear_journal()
    announced = ansible(play(**moved), "--check").changed
    assert writing(account) == []
    run = ansible(play(**moved))
    assert run.changed == announced
    assert f"in place of '{trail_arn('first')}'" in run.output
    assert {name: trail["logging"] for name, trail in trails(account).items()} == {"first": True, "second": True}

    # Both log until the first log file of the new one has arrived.
    account.world(log_files_delivered=True)
    run = ansible(play(**moved))
    assert run.changed == ["Delete the trail that it replaces"]
    made = writing(account)
    assert made.index("StartLogging") < made.index("DeleteTrail")
    assert "StopLogging" not in made
    (second,) = list(trails(account).values())
    assert (second["Name"], second["HomeRegion"], second["logging"]) == ("second", THERE, True)
    assert second["tags"] == {"dayone-role": "cloudtrail"}
    buckets = {bucket["Name"] for bucket in account.client("s3").list_buckets()["Buckets"]}
    assert buckets == {f"cloudtrail-{ACCOUNT}-{REGION}", f"cloudtrail-{ACCOUNT}-{THERE}"}
    account.clear_journal()
    assert ansible(play(**moved)).changed == writing(account) == []

    # In one region and one bucket: its policy lets the old trail in as before, whose last files are still on their way.
    third = {**moved, "cloudtrail_name": "third", "cloudtrail_bucket_prefix": "b"}
    ansible(play(**third))
    assert list(trails(account)) == ["third"]
    s3 = account.client("s3", THERE)
    policy = json.loads(s3.get_bucket_policy(Bucket=f"cloudtrail-{ACCOUNT}-{THERE}")["Policy"])
    write = next(item for item in policy["Statement"] if item["Sid"] == "DayoneCloudTrailWrite")
    assert write["Condition"]["StringEquals"]["aws:SourceArn"] == [
        trail_arn("second", THERE),
        trail_arn("third", THERE),
    ]
    assert [resource.rsplit("/AWSLogs")[0].rsplit(":")[-1] for resource in write["Resource"]] == [
        f"cloudtrail-{ACCOUNT}-{THERE}",
        f"cloudtrail-{ACCOUNT}-{THERE}/b",
    ]


def test_another_bucket_takes_over_without_a_stop(account: Sandbox, ansible: Ansible) -> None:
    ansible(play(cloudtrail_bucket_prefix="audit"))
    s3 = account.client("s3", REGION)
    s3.create_bucket(Bucket="newer-logs", CreateBucketConfiguration={"LocationConstraint": REGION})
    account.clear_journal()
    ansible(play(cloudtrail_bucket="newer-logs"))
    made = writing(account)
    assert made.index("PutBucketPolicy") < made.index("UpdateTrail")
    assert not {"StopLogging", "DeleteTrail", "CreateTrail"} & set(made)
    (trail,) = list(trails(account).values())
    assert (trail["S3BucketName"], trail.get("S3KeyPrefix"), trail["logging"]) == ("newer-logs", None, True)
    # A bucket that was there, however bare, is not taken for one of the role: nothing in it is deleted unasked.
    assert not {"PutBucketLifecycleConfiguration", "PutBucketTagging"} & set(made)
    assert len(json.loads(s3.get_bucket_policy(Bucket=f"cloudtrail-{ACCOUNT}-{REGION}")["Policy"])["Statement"]) == 3


def test_absent_deletes_the_trail_alone(account: Sandbox, ansible: Ansible) -> None:
    ansible(play())
    gone = {"cloudtrail_state": "absent"}
    announced = ansible(play(**gone), "--check").changed
    assert list(trails(account)) == ["management-events"]
    account.clear_journal()
    run = ansible(play(**gone))
    assert run.changed == announced == ["Delete the trail, and keep its bucket, key, topic and logs"]
    assert writing(account) == ["DeleteTrail"]
    assert f"stay in bucket 'cloudtrail-{ACCOUNT}-{REGION}'" in run.output
    assert trails(account) == {}
    assert len(account.client("s3").list_buckets()["Buckets"]) == 1
    assert ansible(play(**gone)).changed == []
    make_bucket(account)
    make_trail(account, "management-events")
    run = ansible(play(**gone), check=False)
    assert "was not made by this role" in run.tasks[-1]["result"]["msg"]
    assert trails(account)["management-events"]["logging"]


def test_a_key_of_the_role_keeps_what_others_wrote(account: Sandbox, ansible: Ansible) -> None:
    kms = account.client("kms", REGION)
    # What a run leaves that is killed before it has named the key.
    left = kms.create_key(Description="Encrypts the log files of CloudTrail trail management-events")["KeyMetadata"]
    # A bucket that encrypts with another key, by an S3 Bucket Key, so that CloudTrail has to decrypt as well.
    s3 = make_bucket(account)
    theirs = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": f"arn:aws:kms:{REGION}:{ACCOUNT}:key/of-the-bucket"}
    encryption = {"Rules": [{"ApplyServerSideEncryptionByDefault": theirs, "BucketKeyEnabled": True}]}
    s3.put_bucket_encryption(Bucket=LOGS, ServerSideEncryptionConfiguration=encryption)
    own_key = {"cloudtrail_encryption": "sse-kms", "cloudtrail_bucket": LOGS}
    run = ansible(play(**own_key))
    assert s3.get_bucket_encryption(Bucket=LOGS)["ServerSideEncryptionConfiguration"] == encryption
    assert "US$1.00 for each key and month" in run.output
    key = kms.describe_key(KeyId="alias/management-events")["KeyMetadata"]
    assert key["KeyId"] == left["KeyId"]
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]
    policy = json.loads(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])
    auditors = {
        "Sid": "Auditors",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:Decrypt",
        "Resource": "*",
    }
    policy["Statement"] = [{**policy["Statement"][0], "Sid": "Account"}, auditors, *policy["Statement"][2:]]
    kms.put_key_policy(KeyId=key["KeyId"], PolicyName="default", Policy=json.dumps(policy))
    assert ansible(play(**own_key)).changed == ["Make the key for the log files"]
    statements = json.loads(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])["Statement"]
    assert auditors in statements
    ours = {item["Sid"].removeprefix("DayoneCloudTrail") for item in statements if item["Sid"].startswith("Dayone")}
    assert ours == {"Encrypt", "Describe", "Decrypt"}


def test_what_cannot_be_delivered_to_is_named_before_anything_is_made(account: Sandbox, ansible: Ansible) -> None:
    account.account_client("s3", "210987654321", REGION).create_bucket(
        Bucket="somebody-elses", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    kms = account.client("kms", REGION)
    key = kms.create_key(KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["Arn"]
    given_key = {"cloudtrail_encryption": "sse-kms", "cloudtrail_kms_key": key}
    account.clear_journal()
    run = ansible(play(**given_key, cloudtrail_bucket="somebody-elses"), check=False)
    assert "'somebody-elses' belongs to somebody else" in run.tasks[-1]["result"]["msg"]
    assert "kms:GenerateDataKey" in run.tasks[-1]["result"]["msg"]
    assert writing(account) == []

    # A key that lets CloudTrail in, until it no longer does: the role cannot mend it, and says so.
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    anyone = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "kms:*"}
    policy["Statement"].append({**anyone, "Resource": "*"})
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    ansible(play(**given_key))
    assert trails(account)["management-events"]["KmsKeyId"] == key
    kms.disable_key(KeyId=key.rsplit("/", 1)[1])
    run = ansible(play(**given_key))
    assert run.changed == []
    assert "The last log file did not arrive in bucket" in run.output


def test_what_could_not_be_read_is_not_written_over(account: Sandbox, ansible: Ansible) -> None:
    s3 = make_bucket(account)
    kms = account.client("kms", REGION)
    description = "Encrypts the log files of CloudTrail trail management-events"
    key = kms.create_key(Description=description)["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/management-events", TargetKeyId=key)
    policies = (
        s3.get_bucket_policy(Bucket=LOGS)["Policy"],
        kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"],
    )
    variables = {"cloudtrail_encryption": "sse-kms", "cloudtrail_bucket": LOGS}
    account.clear_journal()
    account.fail("s3", "GetBucketPolicy", "AccessDenied", status=403, times=1)
    run = ansible(play(**variables), check=False)
    assert f"Could not read bucket '{LOGS}', which log files of" in run.tasks[-1]["result"]["msg"]
    assert writing(account) == []
    account.fail("kms", "GetKeyPolicy", "AccessDeniedException", status=400)
    run = ansible(play(**variables), check=False)
    assert "lacks kms:GetKeyPolicy or kms:ListKeyPolicies on it" in run.tasks[-1]["result"]["msg"]
    assert "PutKeyPolicy" not in writing(account)
    account.clear_faults()
    now = json.loads(s3.get_bucket_policy(Bucket=LOGS)["Policy"])["Statement"]
    assert now[:2] == json.loads(policies[0])["Statement"]
    assert kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"] == policies[1]
