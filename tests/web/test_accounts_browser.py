"""Accounts in a real browser: the first person by the link of the terminal, clean pages."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.web.conftest import House, Server

PHRASE = "korrekt pferd batterie"
KEY = re.compile(r"(http://127\.0\.0\.1:\d+/begin\?key=[\w-]+) ")


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Server]:
    """A server over a state without people."""
    made = Server(House(tmp_path / "state", {}))
    made.start()
    yield made
    made.stop()


def clean(page: Page, *, script: bool = True) -> None:
    """No violation, no sideways scrolling, at most 60 kB, no key in place of a text.

    What only a script can tell is left out where there is none.
    """
    if script:
        axe: Any = Axe()
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert len(page.content().encode()) < 60_000
    assert not re.findall(r"\b(?:me|people|due|web|card)\.[a-z_]+\b", page.inner_text("main"))


@pytest.mark.slow
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("lang", ["de", "en"])
def test_from_the_link_to_an_invitation(
    fresh: Server, browser: Browser, lang: str, *, script: bool
) -> None:
    """At 320 px: begin, log in, invite, set up a second factor, name a substitute, look at chat."""
    assert fresh.process is not None
    assert fresh.process.stderr is not None
    found = KEY.search(fresh.process.stderr.readline())
    assert found
    context = browser.new_context(
        viewport={"width": 320, "height": 700}, locale=f"{lang}-DE", java_script_enabled=script
    )
    page = context.new_page()
    page.goto(found[1])
    clean(page, script=script)
    page.fill("#name", "Ida Admin")
    page.check("#begin-department_head")
    page.fill("#passphrase", PHRASE)
    page.fill("#again", PHRASE)
    page.locator("main button").click()
    page.wait_for_url("**/login")
    page.fill("#name", "ida.admin")
    page.fill("#passphrase", PHRASE)
    page.locator("main button").click()
    page.wait_for_selector("nav")
    page.goto(f"{fresh.url}/people")
    clean(page, script=script)
    page.locator("summary").click()
    clean(page, script=script)
    page.fill("#name", "Bea Blum")
    page.check("#new-clerk")
    page.locator("section[aria-labelledby=invite] button").click()
    page.wait_for_selector("code.link")
    clean(page, script=script)
    link = page.inner_text("code.link")
    page.goto(f"{fresh.url}/me")
    clean(page, script=script)
    page.locator("section[aria-labelledby=factor] button").click()
    page.wait_for_selector("code")
    clean(page, script=script)
    page.goto(f"{fresh.url}/me/chat")
    assert ("Chat verbinden" if lang == "de" else "Link chat") in page.inner_text("h1")
    clean(page, script=script)
    page.goto(link)
    assert "Bea Blum" in page.inner_text("main")
    clean(page, script=script)
    context.close()
