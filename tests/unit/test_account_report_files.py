"""The files of a report: what is in them, when they count as changed, where they may lie, and the index above them."""

from __future__ import annotations

import json
import re
from concurrent.futures import ProcessPoolExecutor
from html.parser import HTMLParser
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.action.account_report_files import OPTIONS, ActionModule
from ansible_collections.dayone.aws_account.plugins.modules import account_report_files as stub
from ansible_collections.dayone.aws_account.plugins.plugin_utils import _report, _report_files, _report_pages
from conftest import CHECKOUT
from jsonschema import Draft202012Validator
from report_fixtures import (
    ACCOUNT,
    BESIDE,
    CHANGES,
    DONE,
    HOSTILE,
    SINCE,
    hostile_posture,
    loaded,
    many_accounts,
    posture,
    report,
)

SCHEMA = loaded(CHECKOUT / "docs" / "report.schema.json")
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER)
OTHER = "210987654321"


def run(directory: Path, *, check: bool = False, **arguments: Any) -> dict[str, Any]:
    """What the task returns."""
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=""))
    given = {"posture": posture(), "directory": str(directory), **arguments}
    task = SimpleNamespace(args=given, check_mode=check, async_val=0, action="account_report_files")
    module: Any = ActionModule(task, connection, None, None, None, None)
    result: dict[str, Any] = module.run(task_vars={})
    return result


def written(directory: Path, **arguments: Any) -> dict[str, Any]:
    result = run(directory, **arguments)
    assert not result.get("failed"), result
    return result


def names(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


class TestReport:
    def test_it_is_what_the_schema_says(self, tmp_path: Path) -> None:
        Draft202012Validator.check_schema(SCHEMA)
        account = tmp_path / "out" / ACCOUNT
        result = written(account, changes=CHANGES, since=SINCE, done=DONE, beside=BESIDE)
        assert names(account) == {"account", "report.json", "report.html"}
        assert result["files"] == [str(account / "report.html"), str(account / "report.json")]
        assert {path.stat().st_mode & 0o777 for path in account.iterdir()} == {0o600}
        assert {path.stat().st_mode & 0o777 for path in (account, account.parent)} == {0o700}
        made = loaded(account / "report.json")
        VALIDATOR.validate(made)
        assert made["controls"][0]["since"] == SINCE["M5"]
        assert (made["changes"], made["done"], made["open_beside"]) == (CHANGES, DONE, BESIDE)

    def test_fields_are_those_of_the_schema(self) -> None:
        definitions = SCHEMA["$defs"]
        assert {*_report.FIELDS["controls"], "since"} == set(definitions["control"]["required"])
        assert set(_report.OF_CHANGE) == set(definitions["change"]["required"])
        assert set(_report.PILLARS) == set(definitions["control"]["properties"]["pillar"]["enum"])
        assert set(_report.STATUSES) == set(definitions["status"]["enum"])
        for part, definition in (("trails", "trail"), ("alarms", "alarm")):
            assert set(_report.FIELDS[part]) == set(definitions[definition]["required"])
        for part in ("charges", "costs"):
            assert set(_report.FIELDS[part]) == set(SCHEMA["properties"][part]["items"]["required"])

    def test_the_schema_refuses_what_is_none(self) -> None:
        made = report()
        spoils: list[dict[str, Any]] = [
            {"version": 2},
            {"made": "2026-11-25 13:00"},
            {"controls": [{**made["controls"][0], "status": "good"}]},
            {"account": {}},
        ]
        for spoil in spoils:
            assert not VALIDATOR.is_valid({**made, **spoil})

    def test_options_are_those_that_are_documented(self) -> None:
        for name, option in OPTIONS.items():
            assert re.search(rf"^  {name}:$", stub.DOCUMENTATION, re.MULTILINE)
            if "default" in option and option["type"] in ("str", "bool"):
                assert f"default: {str(option['default']).lower()}" in stub.DOCUMENTATION

    @pytest.mark.parametrize(
        ("spoil", "words"),
        [
            (lambda given: given.pop("alias"), "cannot be made: alias is missing"),
            (lambda given: given.pop("controls"), "cannot be made: controls is missing"),
            (lambda given: given["controls"][1].pop("id"), r"controls\[1\].id is missing"),
            (lambda given: given["controls"][2].pop("remedy"), r"controls\[2\].remedy is missing"),
            (lambda given: given["controls"][1].update(status="good"), r"controls\[1\].status is missing, or has a"),
            (lambda given: given["alarms"][0].pop("threshold"), r"alarms\[0\].threshold"),
        ],
    )
    def test_a_posture_that_lacks_something_is_refused_with_its_name(
        self, tmp_path: Path, spoil: Any, words: str
    ) -> None:
        given = posture()
        spoil(given)
        result = run(tmp_path / ACCOUNT, posture=given)
        assert result["failed"]
        assert re.search(words, result["msg"])
        assert names(tmp_path) == set()

    def test_fields_that_nothing_publishes_stay_out(self, tmp_path: Path) -> None:
        given = posture(password="Planted-1")
        given["controls"][0]["secret"] = given["trails"][0]["secret"] = given["alarms"][0]["secret"] = "Planted-2"
        written(tmp_path / ACCOUNT, posture=given)
        assert not any("Planted" in path.read_text() for path in (tmp_path / ACCOUNT).iterdir())


class TestChanged:
    def test_only_a_standing_that_differs_is_a_change(self, tmp_path: Path) -> None:
        account = tmp_path / ACCOUNT
        assert written(account, check=True)["changed"]
        assert names(tmp_path) == set()
        first = written(account, done=DONE, beside=BESIDE, changes=CHANGES, since=SINCE)
        assert first["changed"]
        assert "M5 manual: The root user has MFA" in first["diff"]["after"]
        (account / "report.json").write_text((account / "report.json").read_text().replace("2026-11-25", "2026-11-24"))
        again = written(account)
        assert not again["changed"]
        assert (again["diff"]["before"], again["diff"]["after"]) == ("", "")
        assert loaded(account / "report.json")["done"] == []

        given = posture(charges=[])
        given["controls"][0]["status"] = "pass"
        for check in (True, False):
            other = written(account, posture=given, check=check)
            assert other["changed"]
            assert other["diff"]["before"].startswith("M5 manual:")
            assert other["diff"]["after"].startswith("M5 pass:")
        assert not written(account, posture=given, check=True)["changed"]

    def test_times_and_charges_are_none(self, tmp_path: Path) -> None:
        written(tmp_path / ACCOUNT)
        given = posture(charges=[{"currency": "JPY", "amount": 500.0, "at": "2026-11-26T09:00:00Z"}])
        given["controls"][3]["evidence"] = {
            "last_used": "2026-11-20T09:14:00Z",
            "reported": "2026-11-25T16:10:00+00:00",
        }
        assert not written(tmp_path / ACCOUNT, posture=given)["changed"]

    def test_a_file_that_is_not_there_is_one(self, tmp_path: Path) -> None:
        account = tmp_path / ACCOUNT
        for formats in (["html"], ["json"]):
            assert written(account, formats=formats)["changed"]
            assert not written(account, formats=formats)["changed"]
        (account / "report.html").unlink()
        assert written(account)["changed"]

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 0}', '{"version": 1}'])
    def test_a_last_report_that_is_none_does_not_matter(self, tmp_path: Path, content: str) -> None:
        account = tmp_path / ACCOUNT
        account.mkdir(mode=0o700)
        (account / "report.json").write_text(content)
        assert written(account)["changed"]
        VALIDATOR.validate(loaded(account / "report.json"))


class TestDirectory:
    def test_one_that_others_could_turn_is_refused(self, tmp_path: Path) -> None:
        real, link, open_to_all = tmp_path / "real", tmp_path / "link", tmp_path / "open"
        real.mkdir(mode=0o700)
        link.symlink_to(real)
        open_to_all.mkdir()
        open_to_all.chmod(0o770)
        (tmp_path / "file").touch()
        for place, words in ((link, "symbolic link"), (open_to_all, "chmod go-w"), (tmp_path / "file", "no directory")):
            for check in (True, False):
                result = run(place, check=check)
                assert result["failed"]
                assert words in result["msg"]
                assert str(place) in result["msg"]
        assert names(real) == names(open_to_all) == set()

    def test_another_accounts_is_refused(self, tmp_path: Path) -> None:
        written(tmp_path / "report")
        result = run(tmp_path / "report", posture=posture(account=OTHER))
        assert f"belongs to another account than {OTHER}" in result["msg"]

    def test_a_place_that_cannot_be_written_to_is_named(self, tmp_path: Path) -> None:
        result = run(Path("/proc/nowhere") / ACCOUNT)
        assert result["failed"]
        assert f"Could not write the report of account {ACCOUNT} to '/proc/nowhere" in result["msg"]

    def test_a_file_that_is_a_link_is_replaced(self, tmp_path: Path) -> None:
        account, elsewhere = tmp_path / ACCOUNT, tmp_path / "elsewhere"
        account.mkdir(mode=0o700)
        elsewhere.write_text("as it was")
        (account / "report.html").symlink_to(elsewhere)
        written(account)
        assert elsewhere.read_text() == "as it was"
        assert not (account / "report.html").is_symlink()


class TestIndex:
    def test_it_comes_with_the_second_account(self, tmp_path: Path) -> None:
        written(tmp_path / ACCOUNT)
        assert names(tmp_path) == {ACCOUNT}
        second = written(tmp_path / OTHER, posture=posture(account=OTHER, account_name=""), changes=CHANGES)
        assert second["files"][2:] == [str(tmp_path / "index.html"), str(tmp_path / "index.json")]
        rows = {row["id"]: row for row in loaded(tmp_path / "index.json")["accounts"]}
        counts = _report.counts_of(posture()["controls"])
        assert rows.keys() == {ACCOUNT, OTHER}
        assert (rows[ACCOUNT]["name"], rows[ACCOUNT]["changes"], rows[OTHER]["changes"]) == ("Hoshizora Books", 0, 2)
        assert (rows[OTHER]["open"], rows[OTHER]["passed"], rows[OTHER]["unknown"]) == (
            counts.open,
            counts.passed,
            counts.unknown,
        )
        page = (tmp_path / "index.html").read_text()
        assert f'href="{ACCOUNT}/report.html"' in page
        assert f'href="{OTHER}/report.html"' in page
        assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("index.*")} == {0o600}

    def test_only_a_page_that_is_there_is_led_to(self, tmp_path: Path) -> None:
        many_accounts(tmp_path, 1)
        written(tmp_path / ACCOUNT, formats=["json"])
        assert f'href="{ACCOUNT}/' not in (tmp_path / "index.html").read_text()
        written(tmp_path / ACCOUNT)
        assert f'href="{ACCOUNT}/' in (tmp_path / "index.html").read_text()

    def test_a_directory_of_another_name_has_none(self, tmp_path: Path) -> None:
        written(tmp_path / "one")
        written(tmp_path / "two", posture=posture(account=OTHER))
        assert names(tmp_path) == {"one", "two"}

    def test_what_was_read_is_not_read_again_and_what_is_gone_goes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ids = many_accounts(tmp_path, 5)
        written(tmp_path / ACCOUNT)
        read: list[str] = []
        really = _report_files.last_report

        def reading(file: Path) -> dict[str, Any] | None:
            read.append(file.parent.name)
            return really(file)

        monkeypatch.setattr(_report_files, "last_report", reading)
        (tmp_path / ids[0] / "report.json").unlink()
        (tmp_path / ids[1] / "report.json").write_text("{}")
        written(tmp_path / ACCOUNT)
        # The last report, the index, and what is new since.
        assert read == [ACCOUNT, tmp_path.name, ACCOUNT, ids[1]]
        assert [row["id"] for row in loaded(tmp_path / "index.json")["accounts"]] == [ACCOUNT, *ids[2:]]

    def test_hosts_at_once_leave_all_in_it(self, tmp_path: Path) -> None:
        ids = [f"{number:012}" for number in range(8)]
        with ProcessPoolExecutor(4, mp_context=get_context("fork")) as hosts:
            results = list(hosts.map(_of_account, [tmp_path] * len(ids), ids))
        assert not any(result.get("failed") for result in results)
        assert [row["id"] for row in loaded(tmp_path / "index.json")["accounts"]] == ids

    @pytest.mark.parametrize("lost", ["index.json", "index.html"])
    def test_one_that_was_killed_in_between_is_made_whole(self, tmp_path: Path, lost: str) -> None:
        many_accounts(tmp_path, 2)
        written(tmp_path / ACCOUNT)
        before = (tmp_path / "index.html").read_text()
        (tmp_path / lost).unlink()
        written(tmp_path / ACCOUNT)
        assert len(loaded(tmp_path / "index.json")["accounts"]) == 3
        assert len((tmp_path / "index.html").read_text()) == len(before)

    @pytest.mark.parametrize("content", ["", '{"version": 1}', '{"version": 1, "accounts": [1, {"id": "1"}]}'])
    def test_one_that_cannot_be_used_is_made_anew(self, tmp_path: Path, content: str) -> None:
        many_accounts(tmp_path, 2)
        (tmp_path / "index.json").write_text(content)
        written(tmp_path / ACCOUNT)
        assert all(row.keys() == _report_files.ROW for row in loaded(tmp_path / "index.json")["accounts"])

    def test_others_may_not_write_where_it_is(self, tmp_path: Path) -> None:
        many_accounts(tmp_path, 1)
        tmp_path.chmod(0o777)
        result = run(tmp_path / ACCOUNT)
        assert result["failed"]
        assert (
            f"it is written, but not the index of all accounts, for others than its owner may write in '{tmp_path}'"
            in (result["msg"])
        )


def _of_account(directory: Path, account: str) -> dict[str, Any]:
    return run(directory / account, posture=posture(account=account))


class Page(HTMLParser):
    """The elements of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


def test_what_endangers_the_whole_account_is_the_first_step(tmp_path: Path) -> None:
    given = posture()
    given["controls"].reverse()
    written(tmp_path / ACCOUNT, posture=given)
    page = Page((tmp_path / ACCOUNT / "report.html").read_text())
    steps = [attributes["data-tick"] for tag, attributes in page.elements if tag == "input"]
    assert steps[:2] == ["M5", "R4"]
    assert len(steps) == _report.counts_of(given["controls"]).open


class TestText:
    def test_markup_stays_text(self, tmp_path: Path) -> None:
        text = " ".join(HOSTILE)
        many_accounts(tmp_path, 1)
        arguments: dict[str, Any] = {"done": [text], "beside": [text]}
        change = {**CHANGES[0], "title": text, "title_ja": text, "by": [{"who": text, "event": text, "at": text}]}
        written(tmp_path / ACCOUNT, posture=hostile_posture(), changes=[change], **arguments)
        honest, spoilt = (
            Page(file.read_text()) for file in (self._honest(tmp_path / "honest"), tmp_path / ACCOUNT / "report.html")
        )
        kinds = {tag for tag, _attributes in honest.elements}
        assert {tag for tag, _attributes in spoilt.elements} <= kinds
        for page in (spoilt, Page((tmp_path / "index.html").read_text())):
            assert sum(tag == "script" for tag, _attributes in page.elements) == 1
            (policy,) = [at["content"] or "" for _tag, at in page.elements if at.get("http-equiv")]
            assert policy.startswith("default-src 'none'; style-src 'sha256-")
            assert "unsafe" not in policy
            attributes = {name for _tag, attributes in page.elements for name in attributes}
            assert not any(name.startswith("on") for name in attributes)
            links = [attributes["href"] or "" for tag, attributes in page.elements if tag == "a"]
            assert all(re.match(r"https://|#|\d{12}/report\.html$", link) for link in links)
        for name in (f"{ACCOUNT}/report.html", f"{ACCOUNT}/report.json", "index.html", "index.json"):
            content = (tmp_path / name).read_text()
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", content)
        assert "{{ 7 * 7 }}" in (tmp_path / ACCOUNT / "report.html").read_text()
        assert loaded(tmp_path / ACCOUNT / "report.json")["done"] == [text]

    @staticmethod
    def _honest(directory: Path) -> Path:
        written(directory, changes=CHANGES, done=DONE, beside=BESIDE)
        return directory / "report.html"

    @pytest.mark.parametrize(
        ("url", "is_one"),
        [
            ("https://console.aws.amazon.com/iam/home#/security_credentials", True),
            ("https://eu-central-1.console.aws.amazon.com/ec2/home?region=eu-central-1#Settings:", True),
            ("http://console.aws.amazon.com/", False),
            ("javascript:alert(1)", False),
            (" https://example.com", False),
            ('https://example.com/" onclick="x', False),
            ("https://console.aws.amazon.com@example.com/", False),
            ("https:///nowhere", False),
            ("https://[::1", False),
            ("data:text/html,x", False),
            ("", False),
        ],
    )
    def test_only_https_makes_a_link(self, url: str, is_one: bool) -> None:
        assert _report_pages.is_https(url) == is_one

    def test_where_logs_are(self) -> None:
        link = _report_pages.bucket_link
        assert link("logs", "a b", ACCOUNT, "aws") == (
            f"https://console.aws.amazon.com/s3/buckets/logs?prefix=a%20b%2FAWSLogs%2F{ACCOUNT}%2FCloudTrail%2F"
        )
        assert link("logs", "", ACCOUNT, "aws-cn").startswith("https://console.amazonaws.cn/s3/buckets/logs?")
        assert link("logs", "", ACCOUNT, "aws-iso") == ""


class TestScale:
    def scale(self, *thresholds: float | None, charged: float | None = None) -> dict[str, Any]:
        alarms = [{"threshold": threshold, "currency": "JPY"} for threshold in thresholds]
        charges = [] if charged is None else [{"currency": "JPY", "amount": charged, "at": "2026-11-25T09:00:00Z"}]
        (found,) = _report_pages.scales(alarms, charges)
        return found

    def test_charges_and_thresholds_have_their_places(self) -> None:
        found = self.scale(1000, 500, charged=600)
        assert [(mark["threshold"], mark["place"], mark["side"]) for mark in found["marks"]] == [
            (500, 45.5, "middle"),
            (1000, 90.9, "end"),
        ]
        assert (found["charged"], found["passed"], found["next"]) == (54.5, [500], 1000)

    def test_labels_do_not_touch(self) -> None:
        found = self.scale(10, 11, 12, 100)
        assert [mark["row"] for mark in found["marks"]] == [0, 1, 2, 0]

    @pytest.mark.parametrize("thresholds", [(), (None,), (0,)])
    def test_there_may_be_nothing_to_measure(self, thresholds: tuple[float | None, ...]) -> None:
        assert self.scale(*thresholds, charged=0.0)["charged"] == 0

    def test_currencies_have_scales_of_their_own(self) -> None:
        alarms = [{"threshold": 10.0, "currency": currency} for currency in ("USD", "JPY", "USD")]
        assert [found["currency"] for found in _report_pages.scales(alarms, [])] == ["JPY", "USD"]
        assert _report_pages.scales([], []) == []


def test_json_is_sorted_and_unicode_stays_legible(tmp_path: Path) -> None:
    written(tmp_path / ACCOUNT)
    text = (tmp_path / ACCOUNT / "report.json").read_text()
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert "ルートユーザーに MFA がある" in text
    assert text.startswith('{\n  "account": {\n')
