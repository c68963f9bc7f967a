"""Company accounts in a real browser: out to another site and back, clean pages, no script."""

import re
import sys
from collections.abc import Iterator
from socket import create_server
from typing import Any

import orjson
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.web.conftest import House, Server
from tests.web.login_service import CLIENT, SECRET, Service, running

pytestmark = pytest.mark.slow

SERVE = """
import sys
from leitstand.cli import main
from leitstand import project
import orjson
table = orjson.loads(sys.argv.pop(1))
load = project.load_project
def loaded(root):
    found = load(root)
    object.__setattr__(found, "table", found.table.model_copy(update={"oidc": table}))
    return found
project.load_project = loaded
sys.exit(main())
"""
"""`leitstand serve` of the repository's project, with a table of its own for single sign-on."""


class Signing(Server):
    """A server whose people come by a login service."""

    service: Service
    local = "all"

    def command(self) -> list[str]:
        """With the table for single sign-on."""
        table: dict[str, Any] = {
            "issuer": self.service.url,
            "client": CLIENT,
            "secret": "env:TEST_OIDC_SECRET",
            "key": "env:TEST_OIDC_KEY",
            "url": f"http://127.0.0.1:{self.port}/",
            "local": self.local,
            "roles": {"heads": ["department_head"], "owners": ["admin"]},
        }
        return [sys.executable, "-W", "error", "-c", SERVE, orjson.dumps(table).decode(), "serve"]


def clean(page: Page) -> None:
    """No violation, no sideways scrolling, no key in place of a text."""
    axe: Any = Axe()
    found = axe.run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not re.findall(r"\b(?:me|people|oidc|web)\.[a-z_]+\b", page.inner_text("main"))


@pytest.fixture
def service() -> Iterator[Service]:
    """A login service on `localhost`: another site than the inbox on `127.0.0.1`."""
    with running() as found:
        found.take("subject-1", "owners", "heads", name="Dagmar Haas")
        yield found


@pytest.fixture
def signing(house: House, service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Signing]:
    """A server over a demo's state, on a port that is known before it starts."""
    monkeypatch.setenv("TEST_OIDC_SECRET", SECRET)
    monkeypatch.setenv("TEST_OIDC_KEY", "0123456789abcdef0123456789abcdef")
    with create_server(("127.0.0.1", 0)) as at:
        port = int(at.getsockname()[1])
    made = Signing(house, port)
    made.service = service
    service.back = f"http://127.0.0.1:{port}/oidc/callback"
    made.start()
    yield made
    made.stop()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("lang", ["de", "en"])
def test_out_and_back(signing: Signing, browser: Browser, lang: str, *, script: bool) -> None:
    """By clicks alone: the strict cookie of the session is there on the first page."""
    context = browser.new_context(
        viewport={"width": 320, "height": 700}, locale=f"{lang}-DE", java_script_enabled=script
    )
    page = context.new_page()
    page.goto(f"{signing.url}/monitor")
    assert page.url.endswith("/login?next=/monitor")
    if script:
        clean(page)
    page.locator("a.button.main").click()
    page.wait_for_selector("#go")
    assert "localhost" in page.url
    page.locator("#go").click()
    page.wait_for_url("**/monitor")
    assert "Dagmar Haas" in page.inner_text("header")
    for path in ("/people", "/me"):
        page.goto(signing.url + path)
        if script:
            clean(page)
    page.locator("header button", has_text=re.compile("Abmelden|Log out")).click()
    page.wait_for_url(re.compile("/login"))
    assert page.locator("nav").count() == 0
    context.close()


def test_a_refusal_is_a_clean_page(signing: Signing, service: Service, browser: Browser) -> None:
    """At 320 px, with what to do next."""
    service.users["subject-1"]["groups"] = []
    context = browser.new_context(viewport={"width": 320, "height": 700}, locale="de-DE")
    page = context.new_page()
    page.goto(f"{signing.url}/login")
    page.locator("a.button.main").click()
    page.locator("#go").click()
    page.wait_for_selector("[role=alert]")
    assert "keine Rolle" in page.inner_text("main")
    clean(page)
    context.close()
