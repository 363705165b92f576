"""Figures of several runs made into rows: medians, ratios, text."""

from __future__ import annotations

import dataclasses
import statistics
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Figures:
    """One measurement, or the medians of several: seconds, MiB, calls to AWS."""

    wall: float
    cpu: float
    memory: float
    calls: int


def medians(measured: Sequence[Figures]) -> Figures:
    """The median of each figure."""
    return Figures(
        statistics.median(one.wall for one in measured),
        statistics.median(one.cpu for one in measured),
        max(one.memory for one in measured),
        round(statistics.median(one.calls for one in measured)),
    )


def ratio(slower: float, faster: float) -> str:
    """How many times faster, as text."""
    return f"{slower / faster:.1f}x" if faster > 0 else "-"


def rows(kind: str, ways: dict[str, Figures], start_up: Figures) -> list[list[str]]:
    """The rows of one kind of run, each way with how it compares."""
    stock, script = ways["stock"], ways["boto3"]

    def compared(way: str, of: Figures) -> list[str]:
        to_stock = ["", ""] if way in ("boto3", "stock") else [ratio(stock.wall, of.wall), ratio(stock.cpu, of.cpu)]
        return [*to_stock, "" if way == "boto3" else ratio(of.wall - start_up.wall, script.wall)]

    return [
        [kind, way, f"{of.wall:.2f}", f"{of.cpu:.2f}", f"{of.memory:.0f}", str(of.calls), *compared(way, of)]
        for way, of in ways.items()
    ]


def text(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, aligned for reading as it is: the first two columns to the left, figures to the right."""
    widths = [max(len(row[column]) for row in [head, *body]) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * width if column < 2 else "-" * (width - 1) + ":" for column, width in enumerate(widths)]
    return "\n".join([line(head), line(rule), *map(line, body)])
