# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a trail records no more when its selectors change, in words for a person."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.dayone.aws_account.plugins.module_utils._event_selectors import (
    Selector,
    Selectors,
    in_words,
    new_trail,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._recorded_events import KINDS, covers, recorded


def lost(now: Selectors, wanted: Selectors) -> list[str]:
    """What goes, a clause each, about the trail ("it"); none where nothing does."""
    return [*_lost_events(now, wanted), *_lost_insights(now, wanted)]


def _lost_events(now: Selectors, wanted: Selectors) -> list[str]:
    """What a trail records unasked goes unsaid where classic selectors narrow it, or others record as much."""
    unasked = now.classic == new_trail().classic
    if now.classic and wanted.classic:
        gone = [] if unasked else [*_lost_management(now, wanted), *_lost_data(now, wanted)]
        return [f"it no longer records {', '.join(gone)}"] if gone else []
    if now.advanced and wanted.classic:
        return [f"its advanced event selectors give way to classic ones, which cannot filter so: {in_words(now)}"]
    if now.classic and wanted.advanced:
        if unasked and covers(recorded(wanted), recorded(now)):
            return []
        given_up = in_words(now)
        return [f"its classic event selectors give way to advanced ones, which alone count from now on: {given_up}"]
    kept = [item["FieldSelectors"] for item in wanted.advanced]
    replaced = [item for item in now.advanced if item["FieldSelectors"] not in kept]
    return [f"advanced event selectors of it give way: {in_words(Selectors([], replaced, {}))}"] if replaced else []


def _lost_management(now: Selectors, wanted: Selectors) -> Iterator[str]:
    """Of classic selectors, whole kinds of management events, or those of a service."""
    has, will = recorded(now).left_out, recorded(wanted).left_out
    yield from (f"management {kind} events" for kind in has if kind not in will)
    sources = {source for kind in has.keys() & will.keys() for source in will[kind] - has[kind]}
    yield from (f"management events of {source}" for source in sorted(sources))


def _lost_data(now: Selectors, wanted: Selectors) -> Iterator[str]:
    for selector in now.classic:
        for resource in selector["DataResources"]:
            for arn in resource["Values"]:
                left = [kind for kind in KINDS[selector["ReadWriteType"]] if not _records(wanted, kind, resource, arn)]
                if left:
                    which = "" if len(left) == len(KINDS["All"]) else f"{left[0]} "
                    yield f"data {which}events of {resource['Type']} {arn}"


def _records(selectors: Selectors, kind: str, resource: Selector, arn: str) -> bool:
    """Whether classic selectors record the data events of this kind, read or write, of a resource."""
    return any(
        kind in KINDS[selector["ReadWriteType"]] and item["Type"] == resource["Type"] and _holds(value, arn)
        for selector in selectors.classic
        for item in selector["DataResources"]
        for value in item["Values"]
    )


def _holds(value: str, arn: str) -> bool:
    """A value is one resource, all of a kind, as arn:aws:s3, or all objects of S3 that begin so."""
    return value == arn or (arn.startswith(value) and (value.count(":") == 2 or value.split(":")[2:3] == ["s3"]))


def _lost_insights(now: Selectors, wanted: Selectors) -> list[str]:
    gone = [
        f"{kind} of {category.lower()} events"
        for kind, categories in sorted(now.insights.items())
        for category in categories
        if category not in wanted.insights.get(kind, [])
    ]
    return [f"Insights go off it: {', '.join(gone)}"] if gone else []
