"""Accounts to look at: one where all is well, and one that nobody has cared for."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pyotp
from account.trail_scene import LOGS, REGION, document, make_bucket, make_trail
from sandbox import Sandbox

ACCOUNT = "123456789012"
ANYBODY = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
CONTACT = {"EmailAddress": "all@example.com", "Name": "All", "PhoneNumber": "1", "Title": "T"}
S3_OBJECTS = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}
ALARM = {
    "Namespace": "AWS/Billing",
    "MetricName": "EstimatedCharges",
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "Threshold": 10,
}


def policy(name: str) -> str:
    return f"arn:aws:iam::aws:policy/{name}"


def user(account: Sandbox, name: str) -> dict[str, str]:
    """A user with an access key: the environment to be that user in."""
    iam = account.client("iam")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def well_kept(account: Sandbox) -> dict[str, str]:
    """An account where every control passes; the environment of its administrator."""
    admin = _administrator(account)
    _records_everything(account)
    _is_watched(account)
    _billing(account)
    account.world(root_mfa=True, iam_billing_access=True, paid_support=True, estimated_charges=3.5)
    account.client("iam").generate_credential_report()
    return admin


def _administrator(account: Sandbox) -> dict[str, str]:
    iam = account.client("iam")
    admin = user(account, "admin")
    iam.create_group(GroupName="Administrators")
    iam.attach_group_policy(GroupName="Administrators", PolicyArn=policy("AdministratorAccess"))
    iam.attach_group_policy(GroupName="Administrators", PolicyArn=policy("AWSSupportAccess"))
    iam.add_user_to_group(GroupName="Administrators", UserName="admin")
    iam.update_account_password_policy(MinimumPasswordLength=14, PasswordReusePrevention=24)
    iam.create_login_profile(UserName="admin", Password="correct-horse-battery")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="admin")["VirtualMFADevice"]
    totp, now = pyotp.TOTP(device["Base32StringSeed"].decode()), int(time.time())
    iam.enable_mfa_device(
        UserName="admin",
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1=totp.at(now - 30),
        AuthenticationCode2=totp.at(now),
    )
    iam.create_account_alias(AccountAlias="example-books")
    return admin


def _records_everything(account: Sandbox) -> None:
    to_log = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::access-logs-of-123/*",
    }
    make_bucket(account, "access-logs-of-123", to_log)
    s3 = make_bucket(account)
    target = {"TargetBucket": "access-logs-of-123", "TargetPrefix": "s3/"}
    s3.put_bucket_logging(Bucket=LOGS, BucketLoggingStatus={"LoggingEnabled": target})
    kms = account.client("kms", REGION)
    key = kms.create_key(Policy=document(ANYBODY))["KeyMetadata"]["Arn"]
    kms.enable_key_rotation(KeyId=key)
    cloudtrail = make_trail(
        account,
        "all",
        S3KeyPrefix="here",
        KmsKeyId=key,
        SnsTopicName=topic(account, "logs", REGION),
        EnableLogFileValidation=True,
        TagsList=[{"Key": "Purpose", "Value": "audit"}],
    )
    selector = {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": [S3_OBJECTS]}
    cloudtrail.put_event_selectors(TrailName="all", EventSelectors=[selector])
    cloudtrail.put_insight_selectors(TrailName="all", InsightSelectors=[{"InsightType": "ApiCallRateInsight"}])


def topic(account: Sandbox, name: str, region: str = "us-east-1") -> str:
    """The ARN of a topic that anybody may publish to."""
    sns = account.client("sns", region)
    arn: str = sns.create_topic(Name=name)["TopicArn"]
    allowed = {"Effect": "Allow", "Principal": "*", "Action": "SNS:Publish", "Resource": arn}
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=document(allowed))
    return arn


def _is_watched(account: Sandbox) -> None:
    contacts = account.client("account")
    for kind in ("BILLING", "OPERATIONS", "SECURITY"):
        contacts.put_alternate_contact(AlternateContactType=kind, **CONTACT)
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    account.client("s3control").put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=block)
    account.client("accessanalyzer", REGION).create_analyzer(analyzerName="outside", type="ACCOUNT")
    account.client("guardduty", REGION).create_detector(Enable=True)
    config = account.client("config", REGION)
    role = f"arn:aws:iam::{ACCOUNT}:role/config"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": LOGS})
    config.start_configuration_recorder(ConfigurationRecorderName="default")


def _billing(account: Sandbox) -> None:
    alerts(account)
    account.world(billing_metric_currency="USD", confirm_subscription="a@example.com")
    arn = topic(account, "charges")
    account.client("sns").subscribe(TopicArn=arn, Protocol="email", Endpoint="a@example.com")
    account.client("cloudwatch").put_metric_alarm(
        AlarmName="charges",
        AlarmDescription="Charges have passed this amount.",
        Dimensions=[{"Name": "Currency", "Value": "USD"}],
        AlarmActions=[arn],
        **ALARM,
    )
    budget = {"BudgetName": "month", "BudgetType": "COST", "TimeUnit": "MONTHLY"}
    limit = {"BudgetLimit": {"Amount": "10", "Unit": "USD"}}
    account.client("budgets").create_budget(AccountId=ACCOUNT, Budget={**budget, **limit})


def alerts(account: Sandbox) -> None:
    """Switch billing alerts on."""
    billing = account.client("billing")
    (preference,) = billing.get_billing_preferences(features=["BILLING_ALERTS"])["billingPreferences"]
    billing.update_billing_preferences(
        feature="BILLING_ALERTS", billingPreferencesPerKey=[{"key": preference["key"], "value": "ENABLED"}]
    )


def neglected(account: Sandbox) -> dict[str, str]:
    """An account with all that can be wrong in one where something was done; the environment of a user."""
    iam = account.client("iam")
    someone = user(account, "someone")
    iam.create_login_profile(UserName="someone", Password="hunter2-hunter2-H")
    iam.put_user_policy(UserName="someone", PolicyName="all", PolicyDocument=EVERYTHING)
    iam.attach_user_policy(UserName="someone", PolicyArn=policy("AWSCloudShellFullAccess"))
    iam.create_virtual_mfa_device(VirtualMFADeviceName="someone")
    iam.create_virtual_mfa_device(VirtualMFADeviceName="root-account-mfa-device")
    iam.upload_server_certificate(ServerCertificateName="site", CertificateBody="-", PrivateKey="-")
    _records_little(account)
    alerts(account)
    account.client("cloudwatch").put_metric_alarm(
        AlarmName="charges", Dimensions=[{"Name": "Currency", "Value": "EUR"}], **ALARM
    )
    account.world(
        root_mfa=True,
        root_access_keys=True,
        root_last_used=datetime.now(UTC).isoformat(timespec="seconds"),
        credentials_age_days=100,
        billing_metric_currency="USD",
        free_tier_percent=90,
        paid_support=True,
        trusted_advisor=["Security groups"],
    )
    # AWS knows the details of everybody who has signed up; that it tells of none is seldom.
    account.fail("account", "GetContactInformation", "ResourceNotFoundException", status=404)
    iam.generate_credential_report()
    return someone


def _records_little(account: Sandbox) -> None:
    s3 = make_bucket(account)
    key = account.client("kms", REGION).create_key(Policy=document(ANYBODY))["KeyMetadata"]["Arn"]
    cloudtrail = make_trail(account, "little", IsMultiRegionTrail=False, KmsKeyId=key)
    left_out = ["kms.amazonaws.com"]
    selector: dict[str, Any] = {"ReadWriteType": "WriteOnly", "ExcludeManagementEventSources": left_out}
    cloudtrail.put_event_selectors(TrailName="little", EventSelectors=[{**selector, "DataResources": []}])
    s3.delete_bucket_policy(Bucket=LOGS)
