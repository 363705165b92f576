"""The report's pages as a person meets them: in two languages and colour schemes, by keyboard, on a phone, on paper."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.dayone.aws_account.plugins.plugin_utils._report import as_json
from ansible_collections.dayone.aws_account.plugins.plugin_utils._report_files import rows_now
from ansible_collections.dayone.aws_account.plugins.plugin_utils._report_pages import index_page, report_page
from axe_playwright_python.sync_playwright import Axe
from browser.chromium import MISSING, launch, opened, program
from conftest import CHECKOUT
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from report_fixtures import HOSTILE, hostile_posture, many_accounts, report

SCREENSHOTS = CHECKOUT / ".cache" / "screenshots"
LOCALES = {"en": "en-GB", "ja": "ja-JP"}
LOOKS = [(language, scheme) for language in LOCALES for scheme in ("light", "dark")]
DESKTOP, PHONE = 1280, 320


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = program()
    if not executable:
        pytest.exit(MISSING, returncode=1)
    with sync_playwright() as playwright, launch(playwright, executable) as started:
        yield started


@pytest.fixture(scope="session")
def report_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("report") / "report.html", report_page(report(), "auto", "mark"))


@pytest.fixture(scope="session")
def index_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("few"), 12)


@pytest.fixture(scope="session")
def long_index_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return index_of(tmp_path_factory.mktemp("many"), 500)


def index_of(directory: Path, number: int) -> Path:
    many_accounts(directory, number)
    rows, _unreadable = rows_now(directory, {})
    return write(directory / "index.html", index_page(rows, "auto"))


def write(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    return file


def look_of(language: str, scheme: str) -> dict[str, Any]:
    return {"locale": LOCALES[language], "color_scheme": scheme}


def keep(page: Page, name: str, whole: bool = True) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=whole)


def focus_by_tab(page: Page, wanted: Locator, most: int = 60) -> None:
    """Press Tab until it is there, and see that one sees it."""
    for _press in range(most):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            assert wanted.evaluate("element => getComputedStyle(element).outlineStyle") != "none"
            return
    pytest.fail(f"{wanted} is not reached by the keyboard")


def too_wide(page: Page) -> list[str]:
    """What sticks out of the page, but for tables that scroll in themselves."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((element) => {
            const box = element.getBoundingClientRect();
            return box.width > 1 && !element.closest(".unseen, .table table") && box.right > innerWidth + 1;
        }).map((element) => element.outerHTML.slice(0, 120))"""
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), found
    return found


def violations(page: Page) -> list[str]:
    """What axe-core finds that is serious or worse."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['impact']} {one['id']}: {[node['html'][:160] for node in one['nodes']][:5]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
def test_a_report_in_each_look(browser: Browser, report_file: Path, language: str, scheme: str) -> None:
    with opened(browser, report_file, width=DESKTOP, **look_of(language, scheme)) as page:
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("html").get_attribute("data-scheme") == scheme
        other = "ja" if language == "en" else "en"
        assert page.locator(f".{other}:visible").count() == 0
        assert ("Account report" in page.title()) == (language == "en")
        heading = {"en": "Open steps", "ja": "残っている作業"}[language]
        assert page.get_by_role("heading", name=heading, exact=True).is_visible()
        keep(page, f"report-{language}-{scheme}-desktop")
        # The first of each area is enough for what takes axe-core its time.
        page.locator("h3 + details").evaluate_all("all => all.forEach((one) => { one.open = true; })")
        assert page.locator(".evidence:visible").count() > 5
        assert violations(page) == []


# The width has nothing to do with the colours.
@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ja", "dark")])
def test_a_report_on_a_phone(browser: Browser, report_file: Path, language: str, scheme: str) -> None:
    with opened(browser, report_file, width=PHONE, **look_of(language, scheme)) as page:
        keep(page, f"report-{language}-{scheme}-phone")
        assert too_wide(page) == []
        page.locator("#unfold").click()
        assert too_wide(page) == []


@pytest.mark.parametrize(("language", "scheme"), LOOKS)
def test_an_index_in_each_look(browser: Browser, index_file: Path, language: str, scheme: str) -> None:
    with opened(browser, index_file, width=DESKTOP, **look_of(language, scheme)) as page:
        assert page.locator("html").get_attribute("lang") == language
        keep(page, f"index-{language}-{scheme}-desktop")
        assert violations(page) == []
        page.set_viewport_size({"width": PHONE, "height": 900})
        keep(page, f"index-{language}-{scheme}-phone", whole=False)
        assert too_wide(page) == []


def test_steps_are_ticked_by_keyboard_and_stay_so(browser: Browser, report_file: Path) -> None:
    with opened(browser, report_file, locale="en-GB") as page:
        box = page.get_by_role("checkbox", name="No credentials lie unused")
        focus_by_tab(page, box)
        page.keyboard.press("Space")
        assert box.is_checked()
        number = page.locator(".step").count()
        assert page.locator("#ticked").inner_text() == f"1 of {number} ticked."
        kept = json.loads(page.evaluate("JSON.stringify(localStorage)"))
        assert list(kept) == ["dayone.tick.123456789012.CIS.1.12"]
        page.reload()
        assert box.is_checked()
        assert page.locator(".step input:checked").count() == 1
        box.press("Space")
        page.reload()
        assert not box.is_checked()


def test_the_switches_by_keyboard(browser: Browser, report_file: Path) -> None:
    with opened(browser, report_file, **look_of("en", "light")) as page:
        focus_by_tab(page, page.get_by_role("button", name="日本語"))
        page.keyboard.press("Enter")
        assert page.locator("html").get_attribute("lang") == "ja"
        assert page.locator("#said").inner_text() == "日本語で表示しています。"
        assert page.title().startswith("アカウントレポート")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert page.locator("html").get_attribute("data-scheme") == "dark"
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 22, 25)"
        assert "ダーク" in page.locator("#said").inner_text()
        page.reload()
        assert page.locator("html").get_attribute("lang") == "ja"
        assert page.locator("html").get_attribute("data-scheme") == "dark"
        page.get_by_role("button", name="English").click()
        assert page.locator("#said").inner_text() == "The page is in English."


def test_the_way_past_the_top_and_to_the_evidence(browser: Browser, report_file: Path) -> None:
    with opened(browser, report_file, locale="en-GB") as page:
        page.keyboard.press("Tab")
        assert page.locator(".skip").evaluate("element => element.getBoundingClientRect().top") >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        control = page.locator("#control-M5")
        assert control.get_attribute("open") is None
        page.locator(".step").first.get_by_role("link", name="Evidence").press("Enter")
        expect(control).to_have_attribute("open", "")
        control.locator("summary").press("Enter")
        assert control.get_attribute("open") is None
        button = page.get_by_role("button", name="Unfold all")
        button.press("Enter")
        assert page.locator("details:not([open])").count() == 0
        keep(page, "report-unfolded")
        assert page.get_by_role("button", name="Fold all").get_attribute("aria-expanded") == "true"


def test_on_paper_nothing_is_folded_and_nothing_is_a_button(browser: Browser, report_file: Path) -> None:
    with opened(browser, report_file, **look_of("ja", "dark")) as page:
        page.emulate_media(media="print", color_scheme="dark")
        keep(page, "report-ja-print")
        heights = page.locator("details > dl").evaluate_all("all => all.map((one) => one.offsetHeight)")
        assert min(heights) > 10
        assert page.locator("details > dl:visible").count() == len(heights)
        assert page.locator("button:visible, input:visible, nav:visible").count() == 0
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        page.emulate_media(media="screen")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details:not([open])").count() == 0
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("details[open]").count() == 0


@pytest.mark.parametrize(("language", "seen", "hidden"), [("auto", ".en", ".ja"), ("ja", ".ja", ".en")])
def test_without_javascript_all_is_there(
    browser: Browser, tmp_path: Path, language: str, seen: str, hidden: str
) -> None:
    file = write(tmp_path / "report.html", report_page(report(), language, "mark"))
    with opened(browser, file, java_script_enabled=False) as page:
        assert page.locator(f"{hidden}:visible").count() == 0
        assert page.locator(f"{seen}:visible").count() > 100
        assert page.locator("details:not([open])").count() == 0
        assert page.locator("button:visible, input:visible").count() == 0
        keep(page, f"report-{language}-without-javascript", whole=False)


def test_a_language_may_be_given(browser: Browser, tmp_path: Path) -> None:
    file = write(tmp_path / "report.html", report_page(report(), "ja", "mark"))
    with opened(browser, file, locale="en-GB") as page:
        assert page.locator("html").get_attribute("lang") == "ja"


def test_markup_stays_text(browser: Browser, tmp_path: Path) -> None:
    spoilt = {**report(**hostile_posture()), "done": list(HOSTILE), "open_beside": list(HOSTILE)}
    file = write(tmp_path / "report.html", report_page(spoilt, "auto", "mark"))
    with opened(browser, file, width=PHONE, locale="en-GB") as page:
        assert "<script>alert(1)</script>" in page.get_by_role("heading", level=1).inner_text()
        assert page.locator("img, main script, [onload], [onmouseover]").count() == 0
        page.locator("#unfold").click()
        assert too_wide(page) == []
        box = page.get_by_role("checkbox").first
        box.check()
        page.reload()
        assert box.is_checked()
        keep(page, "report-hostile-phone")


def test_an_account_with_nothing_to_tell(browser: Browser, tmp_path: Path) -> None:
    first, *_others = report()["controls"]
    calm = report(controls=[{**first, "status": "pass", "remedy": "", "remedy_ja": ""}])
    calm |= {"trails": [], "alarms": [], "charges": [], "costs": [], "done": [], "changes": [], "open_beside": []}
    file = write(tmp_path / "report.html", report_page(calm, "auto", "mark"))
    with opened(browser, file, locale="en-GB") as page:
        assert page.get_by_text("Everything is in order.").is_visible()
        assert violations(page) == []
        keep(page, "report-calm")


def names_shown(page: Page) -> list[str]:
    shown = page.locator(".accounts tbody tr:visible th")
    return [str(name) for name in shown.evaluate_all("all => all.map((one) => one.dataset.value)")]


def test_five_hundred_accounts_are_sorted_and_filtered_by_keyboard(browser: Browser, long_index_file: Path) -> None:
    with opened(browser, long_index_file, locale="en-GB") as page:
        assert page.locator(".accounts tbody tr").count() == 500
        filter_box = page.get_by_role("searchbox")
        focus_by_tab(page, filter_box)
        name = page.get_by_role("columnheader", name="Account")
        focus_by_tab(page, name.get_by_role("button"))
        for order, first in (("ascending", "Data platform 5"), ("descending", "星空書店 本番 499")):
            page.keyboard.press("Enter")
            assert name.get_attribute("aria-sort") == order
            assert page.locator("[aria-sort]").count() == 1
            assert page.locator("#said").inner_text() == f"Sorted by Account, {order}."
            shown = names_shown(page)
            assert len(shown) == 500
            assert shown[0] == first or order == "descending"
        page.get_by_role("columnheader", name="Open").get_by_role("button").press("Space")
        numbers = page.locator(".accounts td:nth-child(2)").evaluate_all("all => all.map((one) => +one.dataset.value)")
        assert numbers == sorted(numbers, reverse=True)
        assert numbers[0] > numbers[-1]

        filter_box.fill("labs 2")
        shown = names_shown(page)
        assert shown
        assert all("Labs" in one for one in shown)
        assert page.locator("#shown").inner_text() == f"{len(shown)} of 500 shown"
        filter_box.fill("Hoshizora Books 0")
        (account,) = long_index_file.parent.glob("210000000000")
        write(account / "report.html", report_page(json.loads((account / "report.json").read_text()), "auto", "mark"))
        page.get_by_role("link", name="Hoshizora Books 0").press("Enter")
        page.wait_for_url("**/210000000000/report.html")
        assert page.get_by_role("heading", level=1).inner_text() == "Hoshizora Books 0"


def test_names_of_accounts_stay_text_in_the_index(browser: Browser, tmp_path: Path) -> None:
    (account,) = many_accounts(tmp_path, 1)
    spoilt = report(account=account, account_name=" ".join(HOSTILE), alias=HOSTILE[0])
    write(tmp_path / account / "report.json", as_json(spoilt))
    rows, unreadable = rows_now(tmp_path, {})
    assert unreadable == []
    file = write(tmp_path / "index.html", index_page(rows, "auto"))
    with opened(browser, file, locale="en-GB") as page:
        assert "<script>alert(1)</script>" in page.locator(".accounts tbody th").inner_text()
        assert page.locator("img, main script").count() == 0
