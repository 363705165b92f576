#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudtrail_trails_info
version_added: 0.2.0
short_description: Read the trail that is wanted, or find one that records the same already
description:
  - Reads the trail of a name, with its status and tags. Where there is none, it looks at the other trails that are seen
    from the region, those of other home regions and of the organization too. Of them it tells whether one records all
    management events that are wanted, and what to do. It changes nothing.
  - A second trail's management events cost. The reason says how much.
  - A member account may not be let to read what its organization's trail records. Such a trail, if it reaches all that
    is wanted, is kept for one that covers it, and the reason says what could not be read.
  - A trail of this account is read in its home region. Where the account has that region switched off, it counts as one
    that could not be read.
  - A trail of the wanted name is used as it is found, even if it does not log yet, and no other is looked at. That
    takes one call each of DescribeTrails, GetTrailStatus and ListTags.
  - Otherwise it takes one call of GetTrailStatus for each other trail, and one of GetEventSelectors for each that logs
    and has selectors of its own.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
  - dayone.aws_account.event_selectors
options:
  name:
    description: The name of the wanted trail, in the region.
    type: str
    required: true
  account_id:
    description: The id of the account, which tells its own trails from those of its organization.
    type: str
    required: true
  existing:
    description:
      - What is to be done where a trail of another name covers what is wanted.
      - C(keep) leaves it as it is and makes no other. C(adopt) takes it over under its own name and home region; an
        organization trail is kept all the same. C(create) makes another one.
    type: str
    choices: [adopt, keep, create]
    default: keep
  multi_region:
    description: Whether the events of all regions are wanted.
    type: bool
    default: true
  read_write_type:
    description:
      - Which management events are wanted, those that only read, those that write, or all.
      - Where I(advanced_event_selectors) are given, these say which, and neither this option nor
        I(include_management_events) and I(exclude_management_event_sources) count.
    type: str
    choices: [all, read, write]
    default: all
  include_management_events:
    description:
      - Whether management events are wanted. Without them no other trail covers the wish, nor does a second one cost.
    type: bool
    default: true
  exclude_management_event_sources:
    description: Services whose management events are not wanted.
    type: list
    elements: str
    choices: [kms.amazonaws.com, rdsdata.amazonaws.com]
    default: []
  bucket:
    description:
      - The bucket for the log files of a trail that is made or taken over; one that is taken over keeps its own unless
        given.
      - With I(existing=adopt), a trail whose log files do not arrive can be taken over where they will arrive then, in
        this bucket, or in one of its own that belongs to this account, or to nobody yet. Of the latter, it takes one
        call of HeadBucket to know.
    type: str
  replaced:
    description: ARNs of trails that are about to go. They cover nothing, and count among those that AWS allows.
    type: list
    elements: str
    default: []
  own_tags:
    description:
      - Tags by which a trail is known that has been made for the same wish, under another name or in another home
        region. Where there is one such trail of this account, and no more, it covers nothing, and a trail that is made
        is to replace it. With I(existing=create) none is looked for.
      - A trail that sends its events to CloudWatch Logs as well is not replaced by one that does not. Where it would
        be, the module fails.
      - Looking for it takes one call of ListTags for each home region. No tags, no such trail.
    type: dict
    default: {}
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: It only reads.
  idempotent:
    support: full
seealso:
  - module: amazon.aws.cloudtrail_info
  - module: dayone.aws_account.cloudtrail_event_selectors
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Look for a trail, so as not to pay twice
  dayone.aws_account.cloudtrail_trails_info:
    name: management-events
    account_id: "{{ caller.account }}"
    existing: adopt
    region: eu-central-1
  register: trails

- name: Say what is done
  ansible.builtin.debug:
    msg: "{{ trails.reason }}"
"""

RETURN = r"""
decision:
  description:
    - C(use) the trail of the wanted name; C(adopt) the trail that covers it; C(keep) that trail as it is and make none;
      or C(create) the trail.
  type: str
  returned: always
  sample: use
reason:
  description: Why, in sentences for a person. With C(create) it says what a second trail costs, where it is one.
  type: str
  returned: always
  sample: Trail 'management-events' is there.
replaces:
  description: With C(create), the ARN of the trail that the new one is to replace, see I(own_tags); empty for none.
  type: str
  returned: always
  sample: ''
trail:
  description:
    - The trail to use, adopt or keep, as M(amazon.aws.cloudtrail_info) tells of it; empty with C(create).
    - The tags of a trail that is kept are not read.
  type: dict
  returned: always
  contains:
    name:
      description: Its name.
      type: str
      sample: management-events
    trail_arn:
      description: Its ARN.
      type: str
      sample: arn:aws:cloudtrail:eu-central-1:123456789012:trail/management-events
    home_region:
      description: The region that it is changed in.
      type: str
      sample: eu-central-1
    is_logging:
      description: Whether it logs; null where that could not be read.
      type: bool
      sample: true
    tags:
      description: Its tags.
      type: dict
      sample: {}
    latest_delivery_error:
      description: What S3 answered when a log file was last delivered; empty where it arrived.
      type: str
      sample: ''
    latest_digest_delivery_error:
      description: The same of a digest.
      type: str
      sample: ''
    latest_notification_error:
      description: What SNS answered when a log file was last told of; empty where that worked.
      type: str
      sample: ''
delivery_errors:
  description: What does not arrive of the trail to use, adopt or keep, in sentences for a person.
  type: list
  elements: str
  returned: always
  sample: []
others:
  description: The other trails that are seen from the region.
  type: list
  elements: dict
  returned: always
  contains:
    name:
      description: Its name.
      type: str
      sample: all-of-us
    trail_arn:
      description: Its ARN.
      type: str
      sample: arn:aws:cloudtrail:us-east-1:210987654321:trail/all-of-us
    home_region:
      description: The region that it is changed in.
      type: str
      sample: us-east-1
    s3_bucket_name:
      description: The bucket that it writes to.
      type: str
      sample: logs-of-all
    covers:
      description: Whether it records what is wanted. False, too, where none was looked at, for the wanted one is there.
      type: bool
      sample: false
    why_not:
      description: What keeps it from that; empty where nothing does, or where it was not looked at.
      type: str
      sample: it does not log
"""

from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict
from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule
from ansible_collections.amazon.aws.plugins.module_utils.retries import AWSRetry
from ansible_collections.amazon.aws.plugins.module_utils.tagging import boto3_tag_list_to_ansible_dict
from ansible_collections.dayone.aws_account.plugins.module_utils._event_selectors import (
    ADVANCED_OPTION,
    EXCLUDABLE_SOURCES,
    READ_WRITE_TYPES,
    new_trail,
    selectors_of,
    wanted_selectors,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import fail_aws, said
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

# Of GetTrailStatus, what is returned, with what stands for "nothing".
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

    def __init__(self, module: Any) -> None:
        self._module = module
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
            retry = AWSRetry.jittered_backoff()
            self._clients[region] = self._module.client("cloudtrail", retry_decorator=retry, region=region)
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
        gone = [*self._module.params["replaced"], moved]
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
        if self._module.params["bucket"]:
            return True  # whether log files can go there is another module's to see
        s3 = self._module.client("s3", retry_decorator=AWSRetry.jittered_backoff())
        try:
            s3.head_bucket(aws_retry=True, Bucket=trail["S3BucketName"], ExpectedBucketOwner=self.wish.account)
        except is_boto3_error_code(["404", "NoSuchBucket"]):
            return True  # one can be made
        except is_boto3_error_code("403"):
            return False
        return True

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


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
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
            "replaced": {"type": "list", "elements": "str", "default": []},
            "own_tags": {"type": "dict", "default": {}},
        },
        supports_check_mode=True,
    )
    try:
        result = Trails(module).result()
    except RefusalError as refusal:
        module.fail_json(msg=str(refusal))
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        fail_aws(module, error, f"read the trails of region {module.region}")
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
