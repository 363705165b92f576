# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether an account needs a trail of its own, or has one that records the same already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ansible_collections.dayone.aws_account.plugins.module_utils._prices import price_sentence
from ansible_collections.dayone.aws_account.plugins.module_utils._recorded_events import Recorded, covers

ADOPT, KEEP, CREATE, USE = "adopt", "keep", "create", "use"
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
MOST_TRAILS = 5


class RefusalError(Exception):
    """The trail cannot be made; its text says why, and what to do."""


class Other(NamedTuple):
    """A trail that is not the wanted one, as far as it was read."""

    arn: str
    name: str
    home_region: str
    multi_region: bool
    organization: bool
    logging: bool
    delivery_error: str
    """What S3 answers to CloudTrail; empty where log files arrive."""
    recorded: Recorded | None
    """None where it was not read: it is stopped, or this identity may not."""
    unread: str = ""
    """Why it could not be read."""
    mendable: bool = False
    """Whether log files can be made to arrive once it is taken over: they go to a bucket that this account sets up."""

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    @property
    def title(self) -> str:
        of_whom = f", the organization trail of account {self.account}" if self.organization else ""
        return f"'{self.name}' (home region {self.home_region}{of_whom})"


class Wish(NamedTuple):
    """The trail that is wanted."""

    name: str
    region: str
    account: str
    multi_region: bool
    recorded: Recorded


class Choice(NamedTuple):
    """What to do about the wanted trail: adopt, keep or create; the trail that it is about, and why."""

    decision: str
    trail: Other | None
    reason: str
    replaces: str = ""
    """The ARN of the trail in whose place the new one comes."""


def short_of(other: Other, wish: Wish, *, mended: bool = False) -> str:
    """What keeps a trail from covering the wish; empty where it covers it.

    Args:
        other: the trail.
        wish: the trail that is wanted.
        mended: whether its log files will arrive, for it gets the wanted bucket and key.
    """
    if other.unread:
        return f"it could not be read: {other.unread}"
    if not other.logging:
        return "it does not log"
    if other.delivery_error and not mended:
        return f"its log files do not arrive: S3 answers {other.delivery_error}"
    if not other.multi_region and (wish.multi_region or other.home_region != wish.region):
        return "it records one region only"
    if other.recorded is None or not covers(other.recorded, wish.recorded):
        return "it does not record all management events that are wanted"
    return ""


def may_cover(other: Other, wish: Wish) -> bool:
    """Whether an organization trail could cover the wish, of which this account may not read whether it does."""
    reaches = other.multi_region or (not wish.multi_region and other.home_region == wish.region)
    return bool(other.unread) and other.organization and reaches and not other.delivery_error


def bound(other: Other, wish: Wish) -> str:
    """Why a trail cannot be taken over; empty where it can."""
    if other.organization:
        whose = "" if other.account == wish.account else ", which this account cannot change"
        return f"it is an organization trail{whose}"
    if not wish.multi_region and other.home_region != wish.region:
        return f"its home region is {other.home_region}, and it is to record {wish.region} alone"
    return ""


def choose(
    wish: Wish, existing: str, others: Sequence[Other], replaced: str = "", going: Sequence[Other] = ()
) -> Choice:
    """What to do where there is no trail of the wanted name.

    Args:
        wish: the trail that is wanted.
        existing: what is to become of a trail that covers it: ``adopt``, ``keep`` or ``create`` another one.
        others: all trails that are seen from the wanted region, but for those that are going.
        replaced: the ARN of a trail in whose place one that is made comes.
        going: trails that go once one is made. Till then they count among those that AWS allows.

    Raises:
        RefusalError: a trail would have to be made, and the region has as many as AWS allows.
    """
    free = [other for other in others if existing == ADOPT and not bound(other, wish)]
    looked_at = others if wish.recorded.kinds else []
    covering = [other for other in looked_at if not short_of(other, wish, mended=other in free and other.mendable)]
    nearest = sorted(covering, key=lambda other: (other not in free, *_distance(other, wish)))
    hidden = [other for other in looked_at if may_cover(other, wish)]
    if existing != CREATE and hidden and not nearest:
        return Choice(KEEP, hidden[0], _keeping_unread(hidden[0]))
    if existing == CREATE or not nearest:
        _check_room(wish, [*others, *going])
        return Choice(CREATE, None, _creating(wish, others, replaced), replaced)
    trail = nearest[0]
    if trail in free:
        return Choice(ADOPT, trail, _adopting(trail))
    return Choice(KEEP, trail, _keeping(trail, bound(trail, wish)))


def _distance(other: Other, wish: Wish) -> tuple[bool, bool, bool, str]:
    """Which of several to take: one whose log files arrive, the account's own, one of the wanted region."""
    return bool(other.delivery_error), other.account != wish.account, other.home_region != wish.region, other.arn


def _check_room(wish: Wish, others: Sequence[Other]) -> None:
    """A multi-region trail counts in every region."""
    own = [other for other in others if other.account == wish.account]
    if len(own) >= MOST_TRAILS:
        raise RefusalError(
            f"Trail '{wish.name}' cannot be made: AWS allows {MOST_TRAILS} trails in a region, and {wish.region} has "
            f"{', '.join(other.title for other in own)}. Delete one that is not needed, or take one over with "
            "existing 'adopt'. Nothing was changed."
        )


def _creating(wish: Wish, others: Sequence[Other], replaced: str) -> str:
    paid = [other for other in others if other.logging and other.recorded is not None and other.recorded.kinds]
    text = f"Trail '{wish.name}' is to be made"
    if replaced:
        text += f" in place of '{replaced}', which the next run deletes that finds a log file of the new one delivered"
        text += "; the old log files stay"
    unread = [other for other in others if other.unread and other not in paid]
    if not (paid or unread) or not wish.recorded.kinds:
        return f"{text}." if replaced else f"{text}: no other records management events."
    also = [f"{', '.join(other.title for other in paid)} records management events too"] if paid else []
    also += [
        f"{other.title} may record management events too, which could not be read: {other.unread.rstrip('.')}"
        for other in unread
    ]
    return f"{text}, although {', and '.join(also)}. {price_sentence('second_trail')}"


def _adopting(trail: Other) -> str:
    broken = ", and its log files do not arrive" if trail.delivery_error else ""
    return (
        f"Trail {trail.title} records already what is wanted{broken}. It is taken over under its own name, so that "
        "management events are not paid for twice."
    )


def _keeping(trail: Other, why: str) -> str:
    text = f"Trail {trail.title} records already what is wanted of management events. It stays as it is"
    reason = f", for {why}" if why else ""
    return (
        f"{text}{reason}, and no other is made; the bucket, data events, Insights and tags that are wanted besides are "
        "not set up. existing 'adopt' takes over a trail of this account, 'create' makes another one. "
        f"{price_sentence('second_trail')}"
    )


def _keeping_unread(trail: Other) -> str:
    reach = "records all regions" if trail.multi_region else f"records region {trail.home_region}"
    return (
        f"Trail {trail.title} {reach}. Whether it logs all management events that are wanted could not be read "
        f"from this account: {trail.unread.rstrip('.')}. It is taken to cover the account, and no other is made: ask "
        f"who manages the organization. existing 'create' makes another one. {price_sentence('second_trail')}"
    )
