#!/usr/bin/python
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: account_changes_info
version_added: 0.2.0
short_description: What changed in an AWS account since its last report, and by whom
description:
  - Compares where an account stands with its last report. It changes nothing.
  - Who changed something, it looks up in CloudTrail's event history (C(LookupEvents)), which is there without a trail.
    Only what changed is looked up; where nothing did, AWS is not called at all.
  - CloudTrail keeps events for 90 days, and shows one up to 15 minutes after it happened. Where it shows none, or may
    not be asked, C(by_unknown) says so.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - dayone.aws_account.attributes
options:
  posture:
    description: Where the account stands, as M(dayone.aws_account.account_posture_info) returns it.
    type: dict
    required: true
  last:
    description:
      - The file of the last report, C(report.json). It need not exist.
      - A report that cannot be read, is of another version or of another account is not compared, and C(not_compared)
        says why.
    type: path
attributes:
  diff_mode:
    support: none
    details: It only reads.
notes:
  - It asks CloudTrail up to 20 times, twice a second in each region, which is the rate that AWS allows.
  - Events of IAM, sign-in and billing are looked up where the partition records them (C(us-east-1), C(cn-north-1),
    C(us-gov-west-1)), those of a trail in its home region, others in the region of the posture.
seealso:
  - module: dayone.aws_account.account_posture_info
author:
  - The dayone.aws_account contributors (@dayone)
"""

EXAMPLES = r"""
- name: Read where the account stands
  dayone.aws_account.account_posture_info:
  register: posture

- name: See what changed since the last report, and by whom
  dayone.aws_account.account_changes_info:
    posture: "{{ posture }}"
    last: /srv/dayone/123456789012/report.json
  register: changed
"""

RETURN = r"""
changes:
  description: What changed; first what stands otherwise now, then what still stands and is something else.
  type: list
  elements: dict
  returned: success
  contains:
    id:
      description: The control's id.
      type: str
      sample: R5
    title:
      description: What should hold.
      type: str
      sample: The account has an alias
    title_ja:
      description: The same in Japanese.
      type: str
      sample: アカウントエイリアスがある
    was:
      description: The status that it had, or the value; empty where there was none.
      type: str
      sample: 'aliases: example-books'
    is:
      description: The same now.
      type: str
      sample: 'aliases: example-shop'
    between:
      description: When the last report was made, and when this one.
      type: list
      elements: str
      sample: ['2026-11-24T13:00:00Z', '2026-11-25T13:00:00Z']
    by:
      description:
        - Who can have done it, newest first, up to five. C(who) is an ARN (of an assumed role that of the session),
          V(root), or the service of AWS that did it. C(event) is what was called, C(at) when.
      type: list
      elements: dict
      sample:
        - who: arn:aws:iam::123456789012:user/ada
          event: CreateAccountAlias
          at: '2026-11-25T09:30:00Z'
    by_unknown:
      description: Why nobody is named; empty where somebody is.
      type: str
      sample: ''
since:
  description: Of each control by its id, when a report first saw the status that it has.
  type: dict
  returned: success
  sample:
    R5: '2026-11-24T13:00:00Z'
last:
  description: When the report was made that this one was compared with; empty where there is none.
  type: str
  returned: success
  sample: '2026-11-24T13:00:00Z'
not_compared:
  description: Why a report that is there was not compared; empty otherwise.
  type: str
  returned: success
  sample: ''
"""

import time
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

try:
    import botocore.exceptions
except ImportError:
    pass  # AnsibleAWSModule says so

from ansible_collections.dayone.aws_account.plugins.module_utils._account_events import (
    authors,
    global_region,
    is_enough,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._explain import said
from ansible_collections.dayone.aws_account.plugins.module_utils._posture_changes import (
    TIME_FORMAT,
    UNUSABLE,
    Change,
    as_result,
    changes,
    last_report,
    since,
    time_of,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._whole_answers import AnsibleAWSModule

# https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html: two a second, in each region.
REQUESTS_AT_ONCE = 2
SECONDS = 1.0
PAGE = 50
KEPT_DAYS = 90
MOST_REQUESTS = 20


class SpentError(Exception):
    """CloudTrail was asked as often as one report asks."""


class RefusedError(Exception):
    """CloudTrail could not be asked: the words say why."""


class History:
    """The events since a time, looked up page by page as they are needed, and each page once."""

    def __init__(self, module: Any, begin: datetime) -> None:
        self._module = module
        self._begin = begin
        self._left = MOST_REQUESTS
        self._clients: dict[str, Any] = {}
        self._asked: dict[str, deque[float]] = {}
        self._events: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._tokens: dict[tuple[str, str], str | None] = {}

    def named(self, region: str, name: str, change: Change) -> list[dict[str, Any]]:
        """The events of this name, newest first, as far back as to one that is the change; without any, all.

        Raises:
            SpentError: there would be more to look up.
        """
        key = (region, name)
        while key not in self._events or (self._tokens[key] and not is_enough(self._events[key], change)):
            self._read_page(key)
        return self._events[key]

    def _read_page(self, key: tuple[str, str]) -> None:
        if not self._left:
            raise SpentError
        self._left -= 1
        region, name = key
        token = {"NextToken": self._tokens[key]} if self._tokens.get(key) else {}
        self._wait(region)
        answer = self._client(region).lookup_events(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}],
            StartTime=self._begin,
            MaxResults=PAGE,
            **token,
        )
        # It reached AWS by now: counted from here, no request comes too early.
        self._asked[region].append(time.monotonic())
        self._events.setdefault(key, []).extend(answer.get("Events", []))
        self._tokens[key] = answer.get("NextToken")

    def _client(self, region: str) -> Any:
        if region not in self._clients:
            self._clients[region] = self._module.client("cloudtrail", region=region)
        return self._clients[region]

    def _wait(self, region: str) -> None:
        """Keep to the rate that AWS allows."""
        asked = self._asked.setdefault(region, deque(maxlen=REQUESTS_AT_ONCE))
        if len(asked) == REQUESTS_AT_ONCE:
            time.sleep(max(0.0, asked[0] + SECONDS - time.monotonic()))


class Authors:
    """Who made the changes between two reports."""

    def __init__(self, module: Any, posture: dict[str, Any], begin: str, now: str) -> None:
        last = time_of(begin)
        oldest = time_of(now) - timedelta(days=KEPT_DAYS) + timedelta(minutes=1)
        self._from_the_future = last > time_of(now)
        self._is_long_ago = last < oldest
        self._history = History(module, max(last, oldest))
        self._global = global_region(posture.get("partition") or "aws", posture["region"])
        self._refused: dict[str, str] = {}

    def of(self, change: Change) -> tuple[list[dict[str, str]], str]:
        """Who may have done it, newest first, and why nobody is named."""
        if change.unasked:
            return [], change.unasked
        if self._from_the_future:
            return [], "The last report is dated in the future: the clock of this machine, or of that one, is wrong."
        found: list[Any] = []
        spent, refused = False, ""
        for region, name in self._lookups(change):
            try:
                found += self._events(region, name, change)
            except SpentError:
                spent = True
            except RefusedError as refusal:
                refused = str(refusal)
        by = authors(found, change)
        return by, "" if by else refused or self._nothing(change, spent)

    def _lookups(self, change: Change) -> list[tuple[str, str]]:
        """Where to look for what, each once."""
        return list(
            dict.fromkeys(
                (region, event.name)
                for event in change.events
                for region in ((self._global,) if event.is_global else change.regions)
            )
        )

    def _events(self, region: str, name: str, change: Change) -> list[dict[str, Any]]:
        """The events; a region that refused is not asked again.

        Raises:
            RefusedError: it cannot be looked up.
        """
        if region not in self._refused:
            try:
                return self._history.named(region, name, change)
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
                self._refused[region] = f"It could not be looked up: {said(str(error)).rstrip('.')}."
        raise RefusedError(self._refused[region])

    def _nothing(self, change: Change, spent: bool) -> str:
        if spent:
            return f"It was not looked up to the end: a report asks CloudTrail {MOST_REQUESTS} times at most."
        names = ", ".join(dict.fromkeys(event.name for event in change.events))
        ago = f" It keeps events for {KEPT_DAYS} days, and the last report is older." if self._is_long_ago else ""
        return f"CloudTrail shows no event of {names} about it. One is seen up to 15 minutes after it happened.{ago}"


def read(file: str | None) -> tuple[str | None, str]:
    """The content of the last report's file, None where there is none, and why it cannot be read."""
    if file is None:
        return None, ""
    try:
        return Path(file).read_text(encoding="utf-8"), ""
    except FileNotFoundError:
        return None, ""
    except (OSError, UnicodeDecodeError) as error:
        return None, UNUSABLE.format(error)


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={"posture": {"type": "dict", "required": True}, "last": {"type": "path"}},
        supports_check_mode=True,
    )
    posture = {"region": module.region, **module.params["posture"]}
    if "account" not in posture or "controls" not in posture:
        module.fail_json(msg="The option 'posture' takes what the module account_posture_info returns, all of it.")
    now = f"{datetime.now(UTC):{TIME_FORMAT}}"
    text, unreadable = read(module.params["last"])
    last, not_compared = last_report(text, posture["account"])
    result: list[dict[str, Any]] = []
    if last is not None:
        known = Authors(module, posture, last["made"], now)
        result = [as_result(change, (last["made"], now), *known.of(change)) for change in changes(posture, last)]
    module.exit_json(
        changed=False,
        changes=result,
        since=since(posture, last, now),
        last=last["made"] if last is not None else "",
        not_compared=unreadable or not_compared,
    )


if __name__ == "__main__":
    main()
