"""Write docs/compliance.md from the controls; with `--check` say whether it is as they have it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
# The plugins find one another under the collection's name.
sys.path.insert(0, os.fspath(CHECKOUT / ".cache" / "collections"))

from ansible_collections.dayone.aws_account.plugins.filter.posture_lines import PILLARS  # noqa: E402
from ansible_collections.dayone.aws_account.plugins.module_utils._benchmarks import (  # noqa: E402
    CIS,
    CIS_PAGE,
    CIS_VERSION,
    NOT_COVERED,
    SSB,
    STEPS_WITHOUT,
)
from ansible_collections.dayone.aws_account.plugins.module_utils._control import Control  # noqa: E402
from ansible_collections.dayone.aws_account.plugins.module_utils._controls import CONTROLS  # noqa: E402

FILE = CHECKOUT / "docs" / "compliance.md"
SSB_OVERVIEW = "https://docs.aws.amazon.com/prescriptive-guidance/latest/aws-startup-security-baseline/welcome.html"
HEAD = f"""# Controls and benchmarks

What `account_posture_info` looks at, what brings it about, and which items of benchmarks it meets. This page is made
from the controls themselves, by `python tools/compliance.py`.

- **SSB** is the [AWS Startup Security Baseline]({SSB_OVERVIEW}), of
  which the first twelve items on the account are looked at.
- **CIS** is the [CIS AWS Foundations Benchmark]({CIS_PAGE}) {CIS_VERSION}, its
  sections 2 (identity), 3 (storage) and 4 (logging), which were 1 to 3 until version 5, as far as they concern the
  account itself. The items are given in our words.
- Ids of a letter and a number are steps of the article that this collection started from; the others are the items of
  the benchmarks that are no such step. An id stays, whatever number a later version of a benchmark gives the item.
- What a permission hides is `unknown`, and never passes. What costs, is a choice and is not chosen is
  `not_applicable`, and so is what an account has no use for, or its region or partition does not have. What a person
  alone can judge or do is `manual`.
- Figures are the benchmarks': 14 characters, 24 passwords, 45 days unused, 90 days for a key. For the root user CIS
  names no number of days; here it is thirty without its use. `AdministratorAccess` through a group is what the article
  asks for, so CIS 2.14 is looked at for policies of one's own alone.
- AWS makes a credential report every four hours at most. Devices and users that came or went since are known all the
  same; of keys and last uses it says what was.
"""


def main() -> int:
    """Write the page, or compare it."""
    text = page()
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text)
        return 0
    if FILE.exists() and FILE.read_text() == text:
        return 0
    print("docs/compliance.md is not as the controls have it: run `.venv/bin/python tools/compliance.py`.")
    return 1


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for pillar, name in PILLARS.items():
        rows = [row(control) for control in CONTROLS if control.pillar == pillar]
        parts.append(f"## {name}\n\n" + table(("id", "what should hold", "done by", "variable", "meets"), rows))
    parts.append("## The benchmarks, item by item\n\n" + table(("item", "in short", "control"), items()))
    parts.append(
        "## Steps without a control\n\n" + table(("step", "why"), [(step, why) for step, why in STEPS_WITHOUT.items()])
    )
    return "\n".join(parts)


def row(control: Control) -> tuple[str, ...]:
    """A control's."""
    role = f"[`{control.role}`](../roles/{control.role}/README.md)" if control.role else "by hand"
    return (
        control.id,
        control.title.en,
        role,
        f"`{control.variable}`" if control.variable else "",
        ", ".join(control.meets),
    )


def items() -> Iterator[tuple[str, ...]]:
    """Every item, with the controls that meet it, or why none does."""
    for item, short in {**SSB, **CIS}.items():
        met = [control.id for control in CONTROLS if item in control.meets]
        yield item, short, ", ".join(met) or f"none: {NOT_COVERED[item]}"


def table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    """A table of Markdown."""
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
