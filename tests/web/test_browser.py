"""The inbox in a real browser: every decision, two people, a restart, no JavaScript, a phone."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.web.conftest import (
    CLERK,
    DIRECTOR,
    DOUBLE,
    HEAD,
    OTHER_HEAD,
    SIMPLE,
    House,
    Person,
    Server,
    Sit,
)

pytestmark = pytest.mark.slow

PAGES = (
    "/",
    "/?all=1",
    "/exceptions",
    "/history",
    "/cases",
    "/monitor",
    "/sample",
    "/me",
    "/me/chat",
)
KB = 1024


def of_every_kind(person: Person, *more: str) -> list[str]:
    """Pages, and of the other kinds that cards and cases lead to (documents, receipts) one each."""
    found = dict.fromkeys((*PAGES, *more))
    kinds: set[str] = set()
    for path in more:
        person.open(path)
        links = person.page.locator("a[href^='/'], iframe[src^='/']").evaluate_all(
            "all => all.map(e => e.getAttribute('href') || e.getAttribute('src'))"
        )
        for link in links:
            bare = re.sub(r"[?#].*", "", link)
            kind = re.sub(r"/[0-9A-Za-z]*[0-9][0-9A-Za-z]*(?=/|$)", "/*", bare)
            if kind not in kinds and bare not in found:
                found[link] = None
            kinds.add(kind)
    return list(found)


def shot(person: Person, request: pytest.FixtureRequest, name: str) -> None:
    """Keep a screenshot as an artefact of the test run."""
    folder = Path(request.config.rootpath) / "var" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    person.page.screenshot(path=folder / f"{name}.png", full_page=True)


def test_approve(sit: Sit, request: pytest.FixtureRequest) -> None:
    """From the list to the receipt: what happened, and how it is taken back."""
    head = sit(HEAD)
    shot(head, request, "inbox")
    path = head.card(SIMPLE)
    shot(head, request, "card")
    assert "3.391,50" in head.text("h1")
    head.press("approve")
    head.page.wait_for_selector("[role=status]")
    shot(head, request, "receipt")
    assert "2026-000001" in head.text()
    assert "Storno" in head.text()
    head.open(path)
    assert "ausgeführt" in head.text("#live")
    assert head.page.locator("button[name=answer]").count() == 0
    head.open("/history")
    assert "Ben Krüger" in head.text()
    assert head.faults == []


def test_edit_with_an_invalid_and_a_valid_value(sit: Sit) -> None:
    """What is typed wrongly is said and still stands there; the right value is a correction."""
    head = sit(HEAD)
    head.card(SIMPLE)
    field = head.page.locator("#f-gross_cents")
    assert field.input_value() == "3.391,50"
    field.fill("1.190")  # Of either language's reading.
    head.press("edit")
    head.page.wait_for_selector("[role=alert]")
    assert "Brutto" in head.text("[role=alert]")
    assert field.input_value() == "1.190"
    field.fill("3.391,50")
    head.page.locator("#f-account").select_option("office")
    head.press("edit")
    head.page.wait_for_selector("[role=status]")
    assert "2026-000001" in head.text()
    head.open("/monitor")
    assert re.search(r"Konto\s+1", head.text())


def test_a_change_is_not_lost_by_approving_or_by_the_enter_key(sit: Sit) -> None:
    """Typed and then approved as proposed: refused, and told. Enter decides nothing."""
    head = sit(HEAD)
    path = head.card(SIMPLE)
    head.page.locator("#f-account").select_option("office")
    head.press("approve")
    head.page.wait_for_selector("[role=alert]")
    assert "Konto" in head.text("[role=alert]")
    assert head.page.locator("#f-account").input_value() == "office"
    head.page.locator("#f-invoice_no").press("Enter")
    head.page.wait_for_load_state()
    head.open(path)
    assert head.page.locator("#f-account").input_value() == "office"
    assert head.page.locator("button[name=answer]").count() == 3


def test_the_buttons_are_in_sight_and_hide_no_field(sit: Sit) -> None:
    """On a long card they stay at the lower edge; what has the focus stands above them."""
    head = sit(HEAD)
    head.card(SIMPLE)
    bar = head.page.locator(".stay").bounding_box()
    height = head.page.evaluate("innerHeight")
    assert bar is not None
    assert bar["y"] + bar["height"] <= height
    head.page.locator("details:has(.field) > summary").click()  # What is empty is folded.
    fields = head.page.locator(".field input, .field select")
    for field in fields.all():
        field.focus()
        place, bar = field.bounding_box(), head.page.locator(".stay").bounding_box()
        assert place is not None
        assert bar is not None
        assert place["y"] + place["height"] <= bar["y"]


def test_reject_asks_for_a_reason(sit: Sit) -> None:
    """Without one nothing is decided; with one the case is told."""
    head = sit(HEAD)
    path = head.card(SIMPLE)
    head.press("reject")
    head.page.wait_for_selector("[role=alert]")
    assert "Grund" in head.text("[role=alert]")
    head.page.select_option("#reason_listed", index=3)
    head.page.fill("#reason", "liegt zweimal vor")
    head.press("reject")
    head.page.wait_for_selector("[role=status]")
    assert "Doppelt: liegt zweimal vor" in head.text()
    head.open(path)
    assert "abgelehnt" in head.text("#live")


def test_ask_back_pass_on_and_later(sit: Sit) -> None:
    """Words decide nothing; what is passed on is first in the other's list; later is no answer."""
    head, other = sit(HEAD), sit(OTHER_HEAD)
    path = head.card(SIMPLE)
    head.page.fill("#text", "ja, freigeben!")
    head.page.get_by_role("button", name="Senden").click()
    head.page.wait_for_selector(".thread li")
    assert "ja, freigeben!" in head.text(".thread")
    assert "0/1" in head.text("#live")
    head.page.select_option("#to", OTHER_HEAD)
    head.page.get_by_role("button", name="Weitergeben").click()
    head.page.wait_for_url("**/")
    other.open("/")
    assert SIMPLE in other.page.locator(".cards li").first.inner_text()
    assert "für Sie weitergegeben" in other.page.locator(".cards li").first.inner_text()
    other.open(path)
    other.page.get_by_role("button", name="Später").click()
    other.page.wait_for_url("**/")
    assert SIMPLE not in other.text()
    head.open("/")
    assert SIMPLE in head.text()


def test_a_draft_is_one_persons_own(sit: Sit) -> None:
    """It is there after another login, and nobody else sees it."""
    head, other = sit(HEAD), sit(OTHER_HEAD)
    path = head.card(SIMPLE)
    head.page.select_option("#f-account", "office")
    head.page.get_by_role("button", name="Entwurf behalten").click()
    head.page.wait_for_load_state()
    other.open(path)
    assert other.page.input_value("#f-account") == "rent"
    again = sit(HEAD)
    again.open(path)
    assert again.page.input_value("#f-account") == "office"


def test_a_colleague_sees_it_live(sit: Sit) -> None:
    """The open card of a second person loses its buttons by itself; a late answer is told so."""
    head, other = sit(HEAD), sit(OTHER_HEAD)
    path = head.card(SIMPLE)
    other.open(path)
    assert "0/1" in other.text("#live")
    assert other.page.locator("#live").get_attribute("hx-get") == path  # As any news will have it.
    head.press("approve")
    other.page.wait_for_function("() => document.querySelector('#live').innerText.includes('1/1')")
    assert not other.page.locator("button[value=approve]").is_visible()
    other.page.evaluate("document.querySelector('button[value=approve]').click()")  # Too late.
    other.page.wait_for_selector("[role=alert]")
    assert "schon entschieden" in other.text("[role=alert]")
    assert "Ben Krüger" in other.text("#live")
    again = other.page.locator("#live").get_attribute("hx-get")
    assert again == path  # The answer to a form looks at its card for news, not at the form.
    assert other.faults == []


def test_two_signatures_of_two_people(sit: Sit) -> None:
    """The first waits, the same person twice is refused, the second carries it out."""
    head, director = sit(HEAD), sit(DIRECTOR)
    path = head.card(DOUBLE)
    head.press("approve")
    head.page.wait_for_selector("[role=status]")
    assert "Geschäftsführung" in head.text()
    head.open(path)
    assert head.page.locator("button[name=answer]").count() == 0
    director.open(path)
    assert "1/2" in director.text("#live")
    director.press("approve")
    director.page.wait_for_selector("[role=status]")
    assert "2026-000001" in director.text()


def test_a_restart_between_card_and_decision_loses_nothing(sit: Sit, server: Server) -> None:
    """The session outlives the process, the form is still good, the stream comes back."""
    head = sit(HEAD)
    head.card(SIMPLE)
    head.page.select_option("#f-account", "office")
    server.stop()
    server.start()
    head.press("edit")
    head.page.wait_for_selector("[role=status]")
    assert "2026-000001" in head.text()


def test_everything_works_without_javascript(sit: Sit) -> None:
    """Forms and links alone: list, edit, approve, history."""
    head = sit(HEAD, script=False)
    head.card(SIMPLE)
    head.page.select_option("#f-account", "office")
    head.press("edit")
    assert "2026-000001" in head.text()
    head.open("/history")
    assert SIMPLE in head.text()


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone(sit: Sit, width: int, request: pytest.FixtureRequest) -> None:
    """Nothing to scroll sideways, and whatever is touched is 44 pixels high or stands in a line."""
    head = sit(HEAD, width=width)
    path = head.card(SIMPLE)
    shot(head, request, f"card-{width}")
    for page in (*PAGES, path):
        head.open(page)
        wide = head.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, page
        small = head.page.evaluate(
            """() => [...document.querySelectorAll(`button, select, textarea, summary, nav a,
               input:not([type=hidden]):not([type=checkbox]), .button, .cards a, .pick`)]
               .filter(e => e.getClientRects().length && !e.closest('.skip'))
               .filter(e => e.getBoundingClientRect().height < 44)
               .map(e => e.outerHTML.slice(0, 90))"""
        )
        assert small == [], page


def test_with_the_keyboard_alone(sit: Sit) -> None:
    """The first stop leads to the content, every stop is seen, Enter on a button decides."""
    head = sit(HEAD)
    head.card(SIMPLE)
    head.page.keyboard.press("Tab")
    assert head.page.evaluate("document.activeElement.className") == "skip"
    for _ in range(80):
        head.page.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement).outlineStyle"
        assert head.page.evaluate(style) != "none"
        if head.page.evaluate("document.activeElement.value") == "approve":
            break
    head.page.keyboard.press("Enter")
    head.page.wait_for_selector("[role=status]")
    assert "2026-000001" in head.text()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_page_is_accessible_in_both_languages(sit: Sit, lang: str, *, dark: bool) -> None:
    """WCAG 2.2 AA as far as axe can tell: no violation on any page, light and dark."""
    head = sit(HEAD, lang=lang, dark=dark)
    path = head.card(SIMPLE)
    head.open(path)
    case = head.page.locator("a[href^='/case/']").first.get_attribute("href")
    assert case
    for page in (*PAGES, path, case, "/card/nothing", "/login"):
        head.open(page)
        axe: Any = Axe()
        found = axe.run(head.page)
        told = [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]]
        assert told == [], page
        assert head.page.locator("html").get_attribute("lang") == lang
        assert not re.search(r"\b(web|list|card|receipt|status)\.[a-z_]+\b", head.text("body")), (
            page
        )


def test_nothing_is_asked_for_elsewhere_and_pages_are_light(sit: Sit, server: Server) -> None:
    """No request leaves the server; with all that a page loads it stays within 60 kB."""
    head = sit(HEAD)
    path = head.card(SIMPLE)
    session: Any = head.context.new_cdp_session(head.page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    weights: list[float] = []

    def loaded(event: Any) -> None:  # noqa: ANN401 - what the browser says
        weights.append(event["encodedDataLength"])

    session.on("Network.loadingFinished", loaded)
    head.open(path)
    case = head.page.locator("a[href^='/case/']").first.get_attribute("href")
    assert case
    places = of_every_kind(head, path, case)
    documents = [place for place in places if "/document" in place]
    assert len(documents) == 2
    for page in [place for place in places if place not in documents]:
        weights.clear()
        head.open(page)
        head.page.wait_for_load_state("load")
        assert 0 < sum(weights) <= 60 * KB, (page, sum(weights))
    for page in documents:  # In a sandbox of their own, where no session listens.
        answer = head.context.request.get(server.url + page, headers={"accept-encoding": "gzip"})
        assert answer.ok, page
        assert 0 < int(answer.headers["content-length"]) <= 60 * KB, page
    assert {url.split("/", 3)[2] for url in head.asked if not url.startswith("data:")} == {
        f"127.0.0.1:{server.port}"
    }


def test_the_document_stands_beside_the_card(sit: Sit) -> None:
    """The invoice as it was received, rendered without anything that could run."""
    head = sit(HEAD)
    path = head.card(SIMPLE)
    answer = head.context.request.get(f"{server_url(head)}{path}/document")
    assert answer.ok
    assert "RE-2026-4049" in answer.text()
    assert "sandbox" in answer.headers["content-security-policy"]


def server_url(person: Person) -> str:
    """Where the person's server is."""
    return person.server.url


def test_cards_of_one_kind_are_approved_together(sit: Sit) -> None:
    """Each gets a signature of its own; the receipt names each."""
    head = sit(HEAD)
    group = head.page.locator("section", has_text="AP-D33.xml")
    for title in ("AP-D33.xml", "AP-D34.xml"):
        group.locator("li", has_text=title).locator("input").check()
    group.get_by_role("button").click()
    head.page.wait_for_selector("[role=status]")
    assert head.page.locator("[role=status] p").count() == 2
    assert "2026-000002" in head.text()


def test_what_a_clerk_may_not_decide_is_shown_without_buttons(sit: Sit) -> None:
    """She sees the card and who decides."""
    clerk = sit(CLERK)
    clerk.card(SIMPLE)
    assert clerk.page.locator("button[name=answer]").count() == 0
    assert "Abteilungsleitung" in clerk.text()


def test_texts_of_both_languages_have_the_same_keys(root: Path) -> None:
    """No sentence is missing in one of them, and each names the same values.

    `told` says in a language what was said in another: each has what it needs, and puts in no value
    that the sentence does not name.
    """
    import tomllib

    def keys(lang: str) -> dict[str, list[str]]:
        file = root / f"src/leitstand/inbox/texts/{lang}.toml"
        raw: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
        return {
            f"{section}.{name}": sorted(re.findall(r"\{(\w+)", str(text)))
            for section, rows in raw.items()
            if section not in ("locale", "told")
            for name, text in rows.items()
        }

    assert json.dumps(keys("de"), sort_keys=True) == json.dumps(keys("en"), sort_keys=True)
    for lang in ("de", "en"):
        file = root / f"src/leitstand/inbox/texts/{lang}.toml"
        for said, text in tomllib.loads(file.read_text("utf-8"))["told"].items():
            assert set(re.findall(r"\{(\w+)", text)) <= set(re.findall(r"\{(\w+)", said)), said


NASTY = "<script>window.hit=1</script><img src=x onerror=window.hit=1>\u202ejs"


def test_a_script_in_a_document_is_text(sit: Sit) -> None:
    """In the supplier's name, the number, a note: shown as it is on every page, never run."""
    head = sit(HEAD)
    path = head.card(SIMPLE)
    head.page.fill("#text", NASTY)
    head.page.get_by_role("button", name="Senden").click()
    head.page.wait_for_selector(".thread li")
    head.page.fill("#f-invoice_no", NASTY)
    head.press("edit")
    head.page.wait_for_selector("[role=alert], [role=status]")
    for place in (path, "/", "/history", "/exceptions", "/monitor"):
        head.open(place)
        assert head.page.evaluate("() => window.hit === undefined"), place
        assert head.page.locator("main script, main img").count() == 0
    case = head.page.goto(server_case(head, path))
    assert case is not None
    assert "<script>window.hit" in head.text()
    assert head.page.evaluate("() => window.hit === undefined")


def server_case(head: Person, path: str) -> str:
    """The address of a card's case."""
    head.open(path)
    place = head.page.locator("a[href^='/case/']").first.get_attribute("href")
    return f"{head.server.url}{place}"


def test_a_script_in_an_invoice_is_text(house: House, browser: Browser, root: Path) -> None:
    """In names of supplier and file, in number, note and line: on every page and the document."""
    text = (root / "evals/accounting/world/invoices/AP-D16.xml").read_text("utf-8")
    nasty = escape(NASTY)
    for name in ("RegistrationName", "Name", "Note", "Description", "Line1"):
        text = re.sub(rf"(<cbc:{name}>)[^<]*(</cbc:{name}>)", rf"\g<1>{nasty}\g<2>", text)
    text = text.replace("RE-2026-4049", f"RE-77 {nasty}")
    assert text.count("&lt;script") > 3
    file = house.state.parent / "<img src=x onerror=window.hit=1>.xml"
    file.write_text(text, "utf-8")
    code = "import sys; from leitstand.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "run", "accounting", str(file)]
    ran = subprocess.run(
        [*command, "--state", str(house.state), "--json"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    case = json.loads(ran.stdout)["case"]
    server = Server(house)
    server.start()
    page = browser.new_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(server.url)
    page.fill("#name", CLERK)
    page.fill("#passphrase", house.passphrases[CLERK])
    page.locator("main button").click()
    page.wait_for_selector("nav")
    for place in ("/?all=1", "/exceptions", f"/case/{case}", f"/case/{case}/document", "/history"):
        page.goto(server.url + place)
        assert page.evaluate("() => window.hit === undefined"), place
        assert page.locator("main script, main img, body > img").count() == 0
    page.goto(f"{server.url}/case/{case}")
    assert "onerror" in page.inner_text("h1")
    assert {url.split("/", 3)[2] for url in asked if url.startswith("http")} == {
        f"127.0.0.1:{server.port}"
    }
    server.stop()
