# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a control is made of, and what the files of controls share. No AWS call is made here.

A control takes readings and returns how it stands. A reading that AWS refused is an ``Unread``: the control is
``unknown`` then, never ``pass``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

# A refusal that a policy is the reason for, of the caller's or of their organization, says so, and nothing else.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
BY_POLICY = re.compile(r"because no [a-z -]+ allows|explicit deny")
BOOKS = {
    "Access Analyzer": "https://docs.aws.amazon.com/IAM/latest/UserGuide/",
    "Account Management": "https://docs.aws.amazon.com/accounts/latest/reference/",
    "Billing": "https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/",
    "Budgets": "https://docs.aws.amazon.com/cost-management/latest/userguide/",
    "CloudShell": "https://docs.aws.amazon.com/cloudshell/latest/userguide/",
    "CloudTrail": "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/",
    "CloudWatch": "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/",
    "Config": "https://docs.aws.amazon.com/config/latest/developerguide/",
    "GuardDuty": "https://docs.aws.amazon.com/guardduty/latest/ug/",
    "IAM": "https://docs.aws.amazon.com/IAM/latest/UserGuide/",
    "KMS": "https://docs.aws.amazon.com/kms/latest/developerguide/",
    "S3": "https://docs.aws.amazon.com/AmazonS3/latest/userguide/",
    "Support": "https://docs.aws.amazon.com/awssupport/latest/user/",
    "VPC": "https://docs.aws.amazon.com/vpc/latest/userguide/",
}

Readings = dict[str, Any]


class Text(NamedTuple):
    """The same in both languages of the report."""

    en: str
    ja: str


NOTHING = Text("", "")


class Unread(NamedTuple):
    """A reading that there is not, and why."""

    reason: str
    asked: bool = True
    """Whether AWS was asked for it and refused; not where botocore does not know it."""
    reason_ja: str = ""
    applies: bool = True
    """Whether there would be anything to read; not where the account has no such service."""

    @property
    def why(self) -> Text:
        return Text(self.reason, self.reason_ja or self.reason)


class Verdict(NamedTuple):
    """How a control stands. ``manual``: only a person can mend it, as ``remedy`` says."""

    status: str
    evidence: dict[str, Any]
    remedy: str = ""
    remedy_ja: str = ""


class Event(NamedTuple):
    """An event of CloudTrail that can change how a control stands."""

    name: str
    everywhere: bool
    """Whether CloudTrail keeps it in us-east-1, whatever the region."""


class Control(NamedTuple):
    """One thing that should hold, and how to see whether it does."""

    id: str
    title: Text
    pillar: str
    needs: tuple[str, ...]
    """The readings that ``judge`` takes, in order."""
    judge: Callable[..., Verdict]
    role: str
    """What brings it about: a role of this collection; '' where none does."""
    docs: tuple[str, str]
    """A book of AWS's documentation, and the page in it."""
    link: str
    """Where in the console, from its host on; ``{region}`` is the region of the call."""
    meets: tuple[str, ...] = ()
    """Items of benchmarks, as ``CIS 2.5``."""
    variable: str = ""
    """The collection's variable that sets it."""
    changed_by: tuple[Event, ...] = ()
    judges_unread: bool = False
    """Whether ``judge`` takes readings that could not be had too."""


def everywhere(*names: str) -> tuple[Event, ...]:
    """Events of global services, of billing, and of what the collection keeps in us-east-1."""
    return tuple(Event(name, True) for name in names)


def regional(*names: str) -> tuple[Event, ...]:
    return tuple(Event(name, False) for name in names)


def stands(status: str, evidence: dict[str, Any], remedy: Text = NOTHING) -> Verdict:
    return Verdict(status, evidence, *remedy)


def judged(good: bool, evidence: dict[str, Any], remedy: Text, otherwise: str = "fail") -> Verdict:
    return stands("pass", evidence) if good else stands(otherwise, evidence, remedy)


def unread(reading: Unread, evidence: dict[str, Any] | None = None) -> Verdict:
    """How a control stands whose reading could not be had."""
    return stands("unknown" if reading.applies else "not_applicable", evidence or {}, reading.why)


def by_region(readings: dict[str, Any], good: Callable[[Any], bool], remedy: Text) -> Verdict:
    """Of a thing that each region has for itself: good where it is so in all that could be read.

    ``{regions}`` in the remedy stands for the regions where it is not.
    """
    there = {region: value for region, value in readings.items() if not isinstance(value, Unread) or value.applies}
    hidden = {region: value for region, value in there.items() if isinstance(value, Unread)}
    evidence = {region: "unread" if region in hidden else value for region, value in there.items()}
    bad = [region for region, value in there.items() if region not in hidden and not good(value)]
    if bad:
        return stands("fail", evidence, Text(*(text.format(regions=", ".join(bad)) for text in remedy)))
    if hidden:
        return unread(next(iter(hidden.values())), evidence)
    if not there:
        return unread(next(iter(readings.values())))
    return stands("pass", evidence)


def listed(names: Sequence[str], most: int = 5) -> Text:
    """Names for a sentence; of many the first ones, and how many more there are."""
    shown, more = ", ".join(names[:most]), len(names) - most
    return Text(shown, shown) if more <= 0 else Text(f"{shown} and {more} more", f"{shown} ほか {more} 件")
