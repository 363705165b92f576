# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The readings that the controls judge: each is taken once, and many at a time."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from ansible_collections.amazon.aws.plugins.module_utils.botocore import (
    is_boto3_error_code,
)
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict
from ansible_collections.dayone.aws_account.plugins.module_utils import _posture_billing
from ansible_collections.dayone.aws_account.plugins.module_utils._console_password import password_policy
from ansible_collections.dayone.aws_account.plugins.module_utils._control import Readings, Unread
from ansible_collections.dayone.aws_account.plugins.module_utils._event_selectors import new_trail, selectors_of
from ansible_collections.dayone.aws_account.plugins.module_utils._identities import KINDS, identities
from ansible_collections.dayone.aws_account.plugins.module_utils._patience import all_pages
from ansible_collections.dayone.aws_account.plugins.module_utils._posture_trails import described, with_status
from ansible_collections.dayone.aws_account.plugins.module_utils._readings import (
    HIDDEN_TRAIL,
    account_of,
    attempt,
    attempt_in_region,
    read_report,
    refused,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._sign_in_url import partition_of

WORKERS = 8
REPORT_SECONDS = 60.0
ROOT_DEVICE = "/root-account-mfa-device"
# https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
UNUSABLE_KEY = ["NotFoundException", "KMSInvalidStateException", "UnsupportedOperationException"]
# What AWS asks for at least. https://docs.aws.amazon.com/accounts/latest/APIReference/API_ContactInformation.html
CONTACT_DETAILS = ("FullName", "AddressLine1", "City", "PostalCode", "CountryCode", "PhoneNumber")
ALTERNATE_CONTACTS = ("BILLING", "OPERATIONS", "SECURITY")
# Readings of services that AWS's other partitions have otherwise or not at all: GovCloud's bill is that of the account
# it belongs to, and China's is written by others.
# https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-billing.html
# https://docs.amazonaws.cn/en_us/aws/latest/userguide/billing.html
IN_AWS_ALONE = (
    "account_name",
    "alarms",
    "alternate_contacts",
    "budgets",
    "charges",
    "contact",
    "currencies",
    "free_tier",
    "preferences",
    "recommendations",
)

Key = TypeVar("Key", bound=Hashable)
Reader = Callable[[], Any]


@dataclasses.dataclass(frozen=True)
class Clients:
    """A client for each service, made before the readings begin: threads may share clients, but not make them.

    https://docs.aws.amazon.com/boto3/latest/guide/clients.html
    """

    make: Callable[..., Any]
    """Makes one of another service or region, while nothing is read."""
    caller_arn: str
    """Whose calls they are."""
    region: str
    iam: Any
    account: Any
    s3control: Any
    cloudtrail: Any
    trusted_advisor: Any
    billing: _posture_billing.Billing
    analyzers: dict[str, Any]
    """By region, as those that follow."""
    config: dict[str, Any]
    guard_duty: dict[str, Any]
    ec2: dict[str, Any]
    """Of no region where nobody asked for networks to be looked at."""
    open_regions: list[str] | Unread
    """Those that the account has switched on; none where nobody asked."""


def read(clients: Clients) -> Readings:
    """All readings: first those that wait for nothing, then those of what was found."""
    partition = partition_of(clients.caller_arn)
    taken = at_once({**once(_readers(clients), partition), **_in_regions(clients)})
    readings: Readings = {
        "caller": clients.caller_arn,
        "now": datetime.now(UTC),
        "open_regions": clients.open_regions,
        "empty_networks": {},
    }
    for (name, region), value in taken.items():
        if region:
            readings.setdefault(name, {})[region] = value
        else:
            readings[name] = value
    more = at_once(once(_readers_of_what_was_found(clients, readings), partition))
    return {**readings, **{name: value for (name, _region), value in more.items()}}


def at_once(readers: dict[Key, Reader]) -> dict[Key, Any]:
    """What the readers read, several at a time."""
    with ThreadPoolExecutor(WORKERS) as pool:
        running = {key: pool.submit(reader) for key, reader in readers.items()}
    return {key: one.result() for key, one in running.items()}


def once(readers: dict[str, Reader], partition: str) -> dict[tuple[str, str], Reader]:
    """Readers of the whole account: each tells why there is nothing to read, and asks nobody who is not there."""
    return {
        (name, ""): partial(elsewhere, partition)
        if partition != "aws" and name in IN_AWS_ALONE
        else partial(attempt, reader)
        for name, reader in readers.items()
    }


def elsewhere(partition: str) -> Unread:
    return Unread(
        f"This collection does not read it in the partition {partition}.",
        asked=False,
        reason_ja=f"パーティション {partition} では確認の対象外です。",
        applies=False,
    )


def _in_regions(clients: Clients) -> dict[tuple[str, str], Reader]:
    kinds: dict[str, tuple[Callable[[Any], Any], dict[str, Any]]] = {
        "analyzers": (analyzers, clients.analyzers),
        "recorders": (recorders, clients.config),
        "detectors": (detectors, clients.guard_duty),
        "empty_networks": (empty_networks, clients.ec2),
    }
    return {
        (name, region): partial(attempt_in_region, partial(reader, client))
        for name, (reader, by_region) in kinds.items()
        for region, client in by_region.items()
    }


def _readers(clients: Clients) -> dict[str, Reader]:
    """Those that take several calls first."""
    iam, account_id = clients.iam, account_of(clients.caller_arn)
    return {
        "trails": partial(trails, clients.cloudtrail, account_id),
        **_posture_billing.readers(clients.billing),
        "alternate_contacts": partial(alternate_contacts, clients.account),
        "credential_report": partial(read_report, iam, REPORT_SECONDS),
        "identities": partial(read_identities, iam),
        "summary": partial(summary, iam),
        "aliases": partial(aliases, iam),
        "password_policy": lambda: password_policy(iam) or {},
        "devices": partial(devices, iam),
        "contact": partial(contact, clients.account),
        "account_name": partial(account_name, clients.account),
        "public_access_block": partial(public_access_block, clients.s3control, account_id),
        "recommendations": partial(recommendations, clients.trusted_advisor),
    }


def _readers_of_what_was_found(clients: Clients, readings: Readings) -> dict[str, Reader]:
    found, currencies, counted = (readings[name] for name in ("trails", "currencies", "summary"))
    ours = [] if isinstance(found, Unread) else [trail for trail in found if trail["own"]]
    of_trails: dict[str, Reader] = {
        "trail_tags": _each(clients, "cloudtrail", {one["arn"]: one["home_region"] for one in ours}, tags),
        "bucket_logging": _each(clients, "s3", {one["bucket"]: "" for one in ours}, bucket_logging),
        "key_rotation": _each(
            clients, "kms", {key: _region_of(key) for one in ours if (key := one["kms_key"])}, key_rotated
        ),
    }
    if isinstance(found, Unread):
        of_trails = dict.fromkeys(of_trails, lambda: found)
    certificates = bool(not isinstance(counted, Unread) and counted.get("ServerCertificates"))
    return {
        **of_trails,
        "expired_certificates": partial(expired_certificates, clients.iam, readings["now"])
        if certificates
        else lambda: counted if isinstance(counted, Unread) else [],
        "charges": lambda: (
            currencies if isinstance(currencies, Unread) else _posture_billing.charges(clients.billing, currencies)
        ),
    }


def _each(clients: Clients, service: str, regions: dict[str, str], reader: Callable[[Any, str], Any]) -> Reader:
    """A reader of several things of a service, each with its region, of which one may be hidden."""
    made = {
        region: clients.make(service, None if region in ("", clients.region) else region)
        for region in set(regions.values())
    }
    return lambda: {thing: attempt_in_region(partial(reader, made[region], thing)) for thing, region in regions.items()}


def _region_of(arn: str) -> str:
    return arn.split(":")[3] if arn.startswith("arn:") else ""


def summary(iam: Any) -> dict[str, int]:
    answer: dict[str, int] = iam.get_account_summary(aws_retry=True)["SummaryMap"]
    return answer


def aliases(iam: Any) -> list[str]:
    answer: list[str] = iam.list_account_aliases(aws_retry=True)["AccountAliases"]
    return answer


def read_identities(iam: Any) -> dict[str, Any]:
    return identities(all_pages(iam, "get_account_authorization_details", Filter=list(KINDS)))


def devices(iam: Any) -> dict[str, Any]:
    """The names of the virtual MFA devices, by whether they are assigned; whose they are; whether root has one."""
    found = all_pages(iam, "list_virtual_mfa_devices")["VirtualMFADevices"]
    told: dict[str, Any] = {"assigned": [], "pending": [], "users": [], "root": False}
    for device in found:
        # Of the device that is root's, AWS does not always name the user.
        root = device["SerialNumber"].endswith(ROOT_DEVICE)
        user = device.get("User", {}).get("UserName")
        told["assigned" if root or device.get("User") else "pending"].append(device["SerialNumber"].rsplit("/", 1)[1])
        told["root"] |= root
        told["users"] += [user] if user else []
    return told


def expired_certificates(iam: Any, now: datetime) -> list[str]:
    found = all_pages(iam, "list_server_certificates")["ServerCertificateMetadataList"]
    return [one["ServerCertificateName"] for one in found if one["Expiration"] < now]


def trails(cloudtrail: Any, account_id: str) -> list[dict[str, Any]]:
    found = cloudtrail.describe_trails(aws_retry=True)["trailList"]
    return [_trail(cloudtrail, item, described(item, account_id)) for item in found]


def _trail(cloudtrail: Any, trail: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    arn = trail["TrailARN"]
    try:
        status = cloudtrail.get_trail_status(aws_retry=True, Name=arn)
        # A trail without selectors of its own records what a new one does.
        selectors = new_trail()
        if trail.get("HasCustomEventSelectors", True):
            selectors = selectors_of(cloudtrail.get_event_selectors(aws_retry=True, TrailName=arn), {})
    except is_boto3_error_code(HIDDEN_TRAIL) as error:
        return {**told, "unread": refused(error, f"Trail '{trail['Name']}'", f"証跡「{trail['Name']}」")}
    return with_status(told, status, selectors)


def tags(cloudtrail: Any, arn: str) -> dict[str, str]:
    (answer,) = cloudtrail.list_tags(aws_retry=True, ResourceIdList=[arn])["ResourceTagList"]
    found: dict[str, str] = boto3_tag_list_to_ansible_dict(answer.get("TagsList", []), "Key", "Value")
    return found


def bucket_logging(s3: Any, bucket: str) -> str:
    """Where access to the bucket is logged; '' for nowhere."""
    try:
        answer = s3.get_bucket_logging(aws_retry=True, Bucket=bucket).get("LoggingEnabled", {})
    except is_boto3_error_code("NoSuchBucket"):
        return ""  # that nothing is delivered there another control tells
    return str(answer.get("TargetBucket", ""))


def key_rotated(kms: Any, key: str) -> bool | Unread:
    try:
        return bool(kms.get_key_rotation_status(aws_retry=True, KeyId=key)["KeyRotationEnabled"])
    except is_boto3_error_code(UNUSABLE_KEY) as error:
        return refused(error, f"The rotation of {key}", f"{key} のローテーション")


def contact(account: Any) -> dict[str, bool]:
    """Which details are there. What they are is nobody's business here."""
    try:
        found = account.get_contact_information(aws_retry=True)["ContactInformation"]
    except is_boto3_error_code("ResourceNotFoundException"):
        return {}
    return {name: bool(found.get(name)) for name in CONTACT_DETAILS}


def alternate_contacts(account: Any) -> dict[str, bool]:
    """Which kinds somebody is named for."""
    return {kind: _alternate_contact(account, kind) for kind in ALTERNATE_CONTACTS}


def _alternate_contact(account: Any, kind: str) -> bool:
    try:
        found = account.get_alternate_contact(aws_retry=True, AlternateContactType=kind)["AlternateContact"]
    except is_boto3_error_code("ResourceNotFoundException"):
        return False
    return bool(found.get("EmailAddress"))


def account_name(account: Any) -> str:
    """The account's name; '' where botocore does not know how to ask for it."""
    if not hasattr(account, "get_account_information"):
        return ""
    return str(account.get_account_information(aws_retry=True).get("AccountName", ""))


def public_access_block(s3control: Any, account_id: str) -> dict[str, bool]:
    try:
        answer: dict[str, bool] = s3control.get_public_access_block(aws_retry=True, AccountId=account_id)[
            "PublicAccessBlockConfiguration"
        ]
    except is_boto3_error_code("NoSuchPublicAccessBlockConfiguration"):
        return {}
    return answer


def recommendations(trusted_advisor: Any) -> list[str]:
    """What Trusted Advisor marks red in its security checks."""
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = trusted_advisor.list_recommendations(aws_retry=True, status="error", pillar="security", **token)
        found += [one["name"] for one in page["recommendationSummaries"]]
        if not page.get("nextToken"):
            return found
        token = {"nextToken": page["nextToken"]}


def analyzers(client: Any) -> list[dict[str, str]]:
    found = all_pages(client, "list_analyzers")["analyzers"]
    return [{name: one[name] for name in ("name", "type", "status")} for one in found]


def recorders(config: Any) -> list[dict[str, Any]]:
    found = config.describe_configuration_recorder_status(aws_retry=True)["ConfigurationRecordersStatus"]
    return [
        {
            "name": one["name"],
            "recording": one["recording"],
            # PENDING until there is something to record.
            "last_status": str(one.get("lastStatus", "")).upper(),
        }
        for one in found
    ]


def client_of_ec2(make: Callable[..., Any], region: str | None = None) -> Any:
    """Made here, for what a module names by itself is loaded ahead for it: EC2's data are many times the others'."""
    return make("ec2", region)


def open_regions(ec2: Any) -> list[str]:
    """The regions that the account has switched on."""
    return sorted(one["RegionName"] for one in ec2.describe_regions(aws_retry=True)["Regions"])


def empty_networks(ec2: Any) -> list[str]:
    """The networks with no network interface in them, which all that runs in a network has."""
    found = all_pages(ec2, "describe_vpcs")["Vpcs"]
    interfaces = all_pages(ec2, "describe_network_interfaces")["NetworkInterfaces"] if found else []
    used = {one.get("VpcId") for one in interfaces}
    return [one["VpcId"] for one in found if one["VpcId"] not in used]


def detectors(guard_duty: Any) -> list[dict[str, str]]:
    found = all_pages(guard_duty, "list_detectors")["DetectorIds"]
    return [{"id": one, "status": guard_duty.get_detector(aws_retry=True, DetectorId=one)["Status"]} for one in found]
