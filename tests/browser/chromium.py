"""The browser that the tests of pages use, and a page in it that may ask for nothing and complain of nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, Route

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "No browser was found to look at the report's pages with. Install Chromium (on Debian and Ubuntu: apt-get install "
    "chromium), or name the program of one in the variable CHROMIUM."
)


def program() -> str | None:
    """The browser's program: what CHROMIUM says, or else the first on the PATH."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def launch(playwright: Playwright, executable: str) -> Browser:
    # Chromium's sandbox does not work for root.
    return playwright.chromium.launch(executable_path=executable, chromium_sandbox=os.geteuid() != 0)


@contextmanager
def opened(browser: Browser, file: Path, *, width: int = 1280, **context: Any) -> Iterator[Page]:
    """The file in a page of its own; that it had nothing to complain of is seen at the end.

    Args:
        context: as of ``Browser.new_context``.
    """
    problems: list[str] = []

    def only_files(route: Route) -> None:
        if route.request.url.startswith(("file:", "data:")):
            route.continue_()
        else:
            problems.append(f"asked for {route.request.url}")
            route.abort()

    with browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **context) as inside:
        inside.route("**/*", only_files)
        page = inside.new_page()
        page.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(f"dialog {dialog.message}"))
        page.goto(file.as_uri())
        yield page
    assert problems == []
