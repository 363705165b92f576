# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""report.html and index.html, from the templates of the role account_report. What is reported stays text in them."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from ansible import constants
from ansible_collections.dayone.aws_account.plugins.module_utils._sign_in_url import CONSOLES
from ansible_collections.dayone.aws_account.plugins.plugin_utils._report import (
    FIRST,
    OPEN,
    PILLARS,
    STATUSES,
    counts_of,
)
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from markupsafe import Markup

TEMPLATES = Path(__file__).parents[2] / "roles" / "account_report" / "templates"
# The share of a scale's width that a label takes on a phone.
LABEL = 30.0


def report_page(report: Mapping[str, Any], language: str, mark: str) -> str:
    """The page of one account. The mark tells it from pages of other standings."""
    shown = visible(report)
    controls = sorted(shown["controls"], key=lambda control: STATUSES.index(control["status"]))
    return _page(
        "report.html.j2",
        ("page.js", "report.js"),
        language=language,
        mark=mark,
        report=shown,
        counts=counts_of(controls, len(shown["open_beside"])),
        open_controls=sorted(
            (control for control in shown["controls"] if control["status"] in OPEN),
            key=lambda control: (control["id"] not in FIRST, PILLARS.index(control["pillar"])),
        ),
        unknown_controls=[control for control in controls if control["status"] == "unknown"],
        pillars=[
            {"name": name, "controls": found, "counts": counts_of(found)}
            for name in PILLARS
            if (found := [control for control in controls if control["pillar"] == name])
        ],
        scales=scales(shown["alarms"], shown["charges"]),
    )


def index_page(rows: list[dict[str, Any]], language: str) -> str:
    """The page of all accounts, those first that have most open."""
    shown = sorted(visible(rows), key=lambda row: (-row["open"], -row["unknown"], row["name"], row["id"]))
    return _page("index.html.j2", ("page.js", "index.js"), language=language, rows=shown)


def _page(template: str, scripts: tuple[str, ...], **values: Any) -> str:
    environment = _environment()
    style = _asset(environment, "report.css")
    script = Markup("\n").join(_asset(environment, name) for name in scripts)
    return environment.get_template(template).render(
        style=style, script=script, style_hash=_hash(style), script_hash=_hash(script), **values
    )


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Compiling takes longest, and every account has a process of its own. The directory lasts as long as the run.
        bytecode_cache=FileSystemBytecodeCache(constants.DEFAULT_LOCAL_TMP),
    )
    environment.filters.update(amount=amount, as_time=as_time, as_day=as_day, anchor=anchor)
    environment.tests["https"] = is_https
    environment.globals["bucket_link"] = bucket_link
    return environment


def _asset(environment: Environment, name: str) -> Markup:
    """A style sheet or a script of our own, which goes into the page as it is."""
    return Markup(environment.get_template(name).render())  # noqa: S704 - no word of it is from outside


def _hash(text: str) -> str:
    """What lets a browser run this text in the page, and nothing else.

    https://www.w3.org/TR/CSP3/#grammardef-hash-source
    """
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def visible(value: Any) -> Any:
    """The same with control characters, and those that turn the direction of writing, made visible in its texts."""
    if isinstance(value, str):
        return "".join(_shown(letter) for letter in value)
    if isinstance(value, Mapping):
        return {visible(key): visible(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [visible(item) for item in value]
    return value


def _shown(letter: str) -> str:
    if letter in "\n\t" or (unicodedata.category(letter) != "Cc" and not "\u202a" <= letter <= "\u202e"):
        return letter
    # The pictures of control characters stand in their order.
    return chr(0x2400 + ord(letter)) if ord(letter) < 0x20 else "\N{REPLACEMENT CHARACTER}"


def is_https(url: str) -> bool:
    """Whether it can be a link: to a host, by https, with nothing in it that a browser would read in its own way."""
    if re.search(r"[\s\\<>\"'`]", url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def bucket_link(bucket: str, prefix: str, account: str, partition: str) -> str:
    """Where the console shows a trail's log files; empty where the partition's console is not known."""
    host = CONSOLES.get(partition)
    folder = "/".join(part for part in (prefix, "AWSLogs", account, "CloudTrail", "") if part) + "/"
    return f"https://{host}/s3/buckets/{quote(bucket, safe='')}?prefix={quote(folder, safe='')}" if host else ""


def amount(value: float) -> str:
    """A sum of money, with as many decimals as it needs."""
    return f"{value:,.2f}".removesuffix(".00")


def as_time(text: str) -> str:
    """An ISO time for people; what is none stays as it is."""
    found = _parsed(text)
    return f"{found:%Y-%m-%d %H:%M} UTC" if found else text


def as_day(text: str) -> str:
    found = _parsed(text)
    return f"{found:%Y-%m-%d}" if found else text


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def anchor(name: str) -> str:
    """A control's id as the id of an element."""
    return "control-" + re.sub(r"[^A-Za-z0-9.-]", "-", name)


def scales(alarms: list[dict[str, Any]], charges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each currency the alarms on a scale from nothing, and the charges, with places in per cent of its width."""
    found = []
    measured = {charge["currency"]: charge for charge in charges}
    for currency in sorted({alarm["currency"] for alarm in alarms} | set(measured)):
        charge = measured.get(currency)
        # An alarm on what is unusual has no threshold.
        steps = sorted(
            {alarm["threshold"] for alarm in alarms if alarm["currency"] == currency and alarm["threshold"] is not None}
        )
        end = max([*steps, charge["amount"] if charge else 0, 0]) * 1.1 or 1
        found.append(
            {
                "currency": currency,
                "charge": charge,
                "charged": round(max(charge["amount"], 0) / end * 100, 1) if charge else 0,
                "marks": _marks([(step, round(step / end * 100, 1)) for step in steps]),
                "passed": [step for step in steps if charge and charge["amount"] > step],
                "next": next((step for step in steps if not charge or charge["amount"] <= step), None),
            }
        )
    return found


def _marks(places: list[tuple[float, float]]) -> list[dict[str, Any]]:
    """The thresholds with their places; labels that would touch go into rows of their own."""
    ends: list[float] = []
    marks = []
    for threshold, place in places:
        # Labels stand in the middle under their mark, but do not leave the scale.
        side = "start" if place < LABEL / 2 else "end" if place > 100 - LABEL / 2 else "middle"
        begin = {"start": place, "middle": place - LABEL / 2, "end": place - LABEL}[side]
        row = next((row for row, end in enumerate(ends) if end <= begin), len(ends))
        ends[row:] = [begin + LABEL, *ends[row + 1 :]]
        marks.append({"threshold": threshold, "place": place, "side": side, "row": row})
    return marks
