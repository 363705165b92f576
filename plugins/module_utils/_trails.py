# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The trails that are seen from a region: the wanted one, or another that records the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict
from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict
from ansible_collections.dayone.aws_account.plugins.module_utils._event_selectors import (
    ADVANCED_OPTION,
    EXCLUDABLE_SOURCES,
    READ_WRITE_TYPES,
    new_trail,
    selectors_of,
    wanted_selectors,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import said
from ansible_collections.dayone.aws_account.plugins.module_utils._log_bucket import head_bucket
from ansible_collections.dayone.aws_account.plugins.module_utils._readings import CLOSED_REGION, HIDDEN_TRAIL
from ansible_collections.dayone.aws_account.plugins.module_utils._recorded_events import Recorded, recorded
from ansible_collections.dayone.aws_account.plugins.module_utils._trail_choice import (
    ADOPT,
    CREATE,
    KEEP,
    USE,
    Choice,
    Other,
    RefusalError,
    Wish,
    choose,
    short_of,
)

# What says which trail is wanted, and what is to be done about others.
OPTIONS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "account_id": {"type": "str", "required": True},
    "existing": {"type": "str", "choices": [ADOPT, KEEP, CREATE], "default": KEEP},
    "multi_region": {"type": "bool", "default": True},
    "read_write_type": {"type": "str", "choices": list(READ_WRITE_TYPES), "default": "all"},
    "include_management_events": {"type": "bool", "default": True},
    "exclude_management_event_sources": {
        "type": "list",
        "elements": "str",
        "choices": list(EXCLUDABLE_SOURCES),
        "default": [],
    },
    "advanced_event_selectors": ADVANCED_OPTION,
    "bucket": {"type": "str"},
    "own_tags": {"type": "dict", "default": {}},
}
STATUS: dict[str, Any] = {
    "IsLogging": False,
    "LatestDeliveryError": "",
    "LatestDigestDeliveryError": "",
    "LatestNotificationError": "",
}
NOT_ARRIVED = {
    "latest_delivery_error": "The last log file did not arrive in bucket '{bucket}': S3 answered {error}.",
    "latest_digest_delivery_error": "The last digest did not arrive in bucket '{bucket}': S3 answered {error}.",
    "latest_notification_error": "Topic '{topic}' was not told of the last log file: SNS answered {error}.",
}


class Trails:
    """The trails that are seen from the region."""

    def __init__(self, module: Any, replaced: Sequence[str] = ()) -> None:
        self._module = module
        self._replaced = replaced
        self._clients: dict[str, Any] = {}
        self._statuses: dict[str, dict[str, Any]] = {}
        self._tags_read: dict[str, dict[str, str]] = {}
        params = module.params
        self.wish = Wish(
            params["name"],
            module.region,
            params["account_id"],
            params["multi_region"],
            recorded(wanted_selectors(params, "aws")),
        )

    def client(self, region: str) -> Any:
        if region not in self._clients:
            self._clients[region] = self._module.client("cloudtrail", region=region)
        return self._clients[region]

    @property
    def _here(self) -> Any:
        return self.client(self.wish.region)

    def result(self) -> dict[str, Any]:
        """What the module returns."""
        found = self._here.describe_trails(aws_retry=True, includeShadowTrails=True)["trailList"]
        wanted = [trail for trail in found if self._is_wanted(trail)]
        rest = [trail for trail in found if not self._is_wanted(trail)]
        if wanted:
            trail = self._with_tags({**wanted[0], **self._status(wanted[0])})
            return self._answer(Choice(USE, None, _using(trail)), trail, [_told(other) for other in rest])
        looked_at = {trail["TrailARN"]: self._look(trail) for trail in rest}
        moved = self._moved(rest)
        gone = [*self._replaced, moved]
        known = [other for arn, other in looked_at.items() if arn not in gone]
        going = [other for arn, other in looked_at.items() if arn in gone]
        choice = choose(self.wish, self._module.params["existing"], known, moved, going)
        if choice.replaces:
            self._refuse_fewer(next(trail for trail in rest if trail["TrailARN"] == moved))
        others = [_told(trail, short_of(looked_at[trail["TrailARN"]], self.wish)) for trail in rest]
        return self._answer(choice, self._chosen(choice, rest), others)

    def _moved(self, rest: list[dict[str, Any]]) -> str:
        """The ARN of the one trail that was made for the same wish; empty for none, and for several."""
        params = self._module.params
        if not params["own_tags"] or params["existing"] == CREATE:
            return ""
        homes: dict[str, list[str]] = {}
        for trail in rest:
            if trail["TrailARN"].split(":")[4] == params["account_id"] and not trail.get("IsOrganizationTrail"):
                homes.setdefault(trail["HomeRegion"], []).append(trail["TrailARN"])
        tags = {arn: found for home, arns in homes.items() for arn, found in self._tags_at(home, arns).items()}
        ours = [arn for arn, found in tags.items() if params["own_tags"].items() <= found.items()]
        return ours[0] if len(ours) == 1 else ""

    def _tags_at(self, home: str, arns: list[str]) -> dict[str, dict[str, str]]:
        """The tags of trails of one home region; none where that is closed, so that nothing can be changed there."""
        try:
            return self._tags(home, arns)
        except is_boto3_error_code(CLOSED_REGION):
            return {}

    def _refuse_fewer(self, old: dict[str, Any]) -> None:
        """Metric filters and alarms may hang on what goes to CloudWatch Logs, where the new trail sends nothing."""
        group = old.get("CloudWatchLogsLogGroupArn")
        if group:
            raise RefusalError(
                f"Trail '{self.wish.name}' would replace trail '{old['TrailARN']}', which sends its events to "
                f"CloudWatch Logs too (log group {group}), and would not do that itself. Keep the old name and home "
                "region, or take CloudWatch Logs off the old trail first; existing 'create' makes another trail beside "
                "it. Nothing was changed."
            )

    def _is_wanted(self, trail: dict[str, Any]) -> bool:
        """The trail of that name here; elsewhere, or of another account, one may have the same name."""
        home = ":".join(trail["TrailARN"].split(":")[3:5])
        return bool(trail["Name"] == self.wish.name and home == f"{self.wish.region}:{self.wish.account}")

    def _look(self, trail: dict[str, Any]) -> Other:
        """As much of another trail as decides whether it covers the wish."""
        arn, status, events, unread = trail["TrailARN"], dict(STATUS), None, ""
        try:
            status = self._status(trail)
            if status["IsLogging"]:
                events = self._recorded(trail)
        except is_boto3_error_code([*HIDDEN_TRAIL, *CLOSED_REGION]) as error:
            unread = said(str(error))
            self._statuses.setdefault(arn, {**STATUS, "IsLogging": None})
        return Other(
            arn,
            trail["Name"],
            trail["HomeRegion"],
            trail["IsMultiRegionTrail"],
            trail.get("IsOrganizationTrail", False),
            status["IsLogging"],
            status["LatestDeliveryError"],
            events,
            unread,
            bool(status["LatestDeliveryError"]) and self._can_mend(trail),
        )

    def _can_mend(self, trail: dict[str, Any]) -> bool:
        """Whether the bucket for the log files of a trail that is taken over can be set up by this account."""
        if self._module.params["existing"] != ADOPT or trail.get("IsOrganizationTrail"):
            return False
        if self._module.params["bucket"] not in (None, trail["S3BucketName"]):
            return True  # whether log files can go there is another module's to see
        s3 = self._module.client("s3")
        try:
            return head_bucket(s3, trail["S3BucketName"], self.wish.account) is not None
        except is_boto3_error_code("403"):
            return False

    def _reader(self, trail: dict[str, Any]) -> Any:
        """A trail of this account is read at home; elsewhere it is but a shadow."""
        own = trail["TrailARN"].split(":")[4] == self.wish.account
        return self.client(trail["HomeRegion"]) if own else self._here

    def _status(self, trail: dict[str, Any]) -> dict[str, Any]:
        arn = trail["TrailARN"]
        if arn not in self._statuses:
            answer = self._reader(trail).get_trail_status(aws_retry=True, Name=arn)
            self._statuses[arn] = {name: answer.get(name) or nothing for name, nothing in STATUS.items()}
        return self._statuses[arn]

    def _recorded(self, trail: dict[str, Any]) -> Recorded:
        """A trail without selectors of its own records what a new one does."""
        if not trail.get("HasCustomEventSelectors", True):
            return recorded(new_trail())
        answer = self._reader(trail).get_event_selectors(aws_retry=True, TrailName=trail["TrailARN"])
        return recorded(selectors_of(answer, {}))

    def _chosen(self, choice: Choice, rest: list[dict[str, Any]]) -> dict[str, Any]:
        """The trail to adopt or keep. Tags are read of one that is to be changed, in its home region."""
        if choice.trail is None:
            return {}
        arn = choice.trail.arn
        trail = next({**item, **self._status(item)} for item in rest if item["TrailARN"] == arn)
        return self._with_tags(trail) if choice.decision == ADOPT else trail

    def _with_tags(self, trail: dict[str, Any]) -> dict[str, Any]:
        return {**trail, "Tags": self._tags(trail["HomeRegion"], [trail["TrailARN"]])[trail["TrailARN"]]}

    def _tags(self, home: str, arns: list[str]) -> dict[str, dict[str, str]]:
        """The tags of trails of one home region, which alone knows them; there cannot be more than one call takes."""
        if not self._tags_read.keys() >= set(arns):
            answer = self.client(home).list_tags(aws_retry=True, ResourceIdList=arns)["ResourceTagList"]
            for item in answer:
                tags = boto3_tag_list_to_ansible_dict(item.get("TagsList", []), "Key", "Value")
                self._tags_read[item["ResourceId"]] = tags
        return {arn: self._tags_read.get(arn, {}) for arn in arns}

    def _answer(self, choice: Choice, trail: dict[str, Any], others: list[dict[str, Any]]) -> dict[str, Any]:
        told = camel_dict_to_snake_dict(trail, ignore_list=["Tags"])
        return {
            "decision": choice.decision,
            "reason": choice.reason,
            "replaces": choice.replaces,
            "trail": told,
            "delivery_errors": [
                text.format(bucket=told["s3_bucket_name"], topic=told.get("sns_topic_name"), error=told[name])
                for name, text in NOT_ARRIVED.items()
                if told.get(name)
            ],
            "others": others,
        }


def _using(trail: dict[str, Any]) -> str:
    there = f"Trail '{trail['Name']}' is there"
    return (
        f"{there}." if trail["IsLogging"] else f"{there} and does not log: a run that was interrupted may have left it."
    )


def _told(trail: dict[str, Any], why_not: str | None = None) -> dict[str, Any]:
    return {
        "name": trail["Name"],
        "trail_arn": trail["TrailARN"],
        "home_region": trail["HomeRegion"],
        "s3_bucket_name": trail["S3BucketName"],
        "covers": why_not == "",
        "why_not": why_not or "",
    }
