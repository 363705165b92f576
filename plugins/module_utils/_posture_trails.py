# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the controls have to know of a trail, made of CloudTrail's answers. No AWS call is made here."""

from __future__ import annotations

from typing import Any

from ansible_collections.dayone.aws_account.plugins.module_utils._control import Unread
from ansible_collections.dayone.aws_account.plugins.module_utils._event_selectors import Selectors
from ansible_collections.dayone.aws_account.plugins.module_utils._recorded_events import objects_recorded, recorded

# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
DELIVERY_ERRORS = ("LatestDeliveryError", "LatestDigestDeliveryError", "LatestNotificationError")
# What a report tells of a trail, and what it says where that is not known.
TOLD = {
    "name": "",
    "home_region": "",
    "multi_region": False,
    "logging": False,
    "bucket": "",
    "prefix": "",
    "kms_key": "",
    "log_file_validation": False,
    "delivery_error": "",
}


def described(trail: dict[str, Any], account: str) -> dict[str, Any]:
    """What DescribeTrails says of it."""
    return {
        "name": trail["Name"],
        "arn": trail["TrailARN"],
        "own": trail["TrailARN"].split(":")[4] == account,
        "home_region": trail["HomeRegion"],
        "multi_region": trail["IsMultiRegionTrail"],
        "log_file_validation": trail.get("LogFileValidationEnabled", False),
        "bucket": trail["S3BucketName"],
        "prefix": trail.get("S3KeyPrefix", ""),
        "kms_key": trail.get("KmsKeyId", ""),
        "sns_topic": trail.get("SnsTopicARN", ""),
        "insights": trail.get("HasInsightSelectors", False),
    }


def with_status(trail: dict[str, Any], status: dict[str, Any], selectors: Selectors) -> dict[str, Any]:
    """The same with what GetTrailStatus says, and what the trail records."""
    events = recorded(selectors)
    return {
        **trail,
        "logging": status["IsLogging"],
        "delivery_error": delivery_error(status),
        "management_events": bool(events.kinds),
        "left_out": {kind: sorted(sources) for kind, sources in events.left_out.items()},
        "data_events": events.data,
        "objects": sorted(objects_recorded(selectors)),
    }


def delivery_error(status: dict[str, Any]) -> str:
    """What CloudTrail was answered when it last delivered; empty where log file, digest and notification arrived."""
    return next((str(status[name]) for name in DELIVERY_ERRORS if status.get(name)), "")


def told(trails: list[dict[str, Any]] | Unread) -> list[dict[str, Any]]:
    """The trails for a report."""
    return [
        {
            **{name: trail.get(name, unknown) for name, unknown in TOLD.items()},
            "unread": trail["unread"].reason if trail.get("unread") else "",
        }
        for trail in ([] if isinstance(trails, Unread) else trails)
    ]
