"""The place of the evidence: from a card's argument to the value in the document, marked there."""

import json
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.agents.bills import Bill, Position
from tests.agents.cii import cii
from tests.einvoice.paper import pdf
from tests.web.conftest import CLERK, HEAD, SIMPLE, House, Person, Server, Sit, bare

pytestmark = pytest.mark.slow

NASTY = "<script>window.hit=1</script><img src=x onerror=window.hit=1>"
TEXT = f"""Malermeister Krause {NASTY}
Rechnung Nr. 2026/0417
Rechnungsdatum: 03.11.2026
Nettobetrag 1.890,00 €
zzgl. 19 % MwSt. 359,10 €
Gesamtbetrag 2.249,10 €
IBAN: DE02 1203 0000 0000 2020 51
USt-IdNr.: DE136695976"""
RENT = Bill(
    number=f"HG-7781 {NASTY}",
    day=date(2026, 11, 2),
    due=date(2026, 11, 12),
    period=(date(2026, 11, 1), date(2026, 11, 30)),
    seller={},
    buyer={},
    lines=[Position(None, "MI-1", "Hallenmiete November 2026", Decimal(1), Decimal(2850))],
)


def follow(person: Person) -> dict[str, str]:
    """From each argument of the open card to its document: what is marked there, by argument.

    It is the one marked thing of the page, stands in the window, and holds what the card shows (of
    a digest how it begins).
    """
    found: dict[str, str] = {}
    links: list[tuple[str, str, str]] = []
    for note in person.page.locator(".note:has(a)").all():
        name = str(note.get_attribute("id"))
        field = person.page.locator(f"#f-{name.removeprefix('n-')}")
        value = note.locator("xpath=preceding-sibling::*[contains(@class, 'value')]")
        shown = bare(field.input_value() if field.count() else value.inner_text())
        links += [(name, shown, str(a.get_attribute("href"))) for a in note.locator("a").all()]
    for name, shown, href in links:
        person.open(href)
        assert href.endswith("#at")
        mark = person.page.locator("mark#at")
        assert mark.count() == 1, (name, person.page.locator("#at").inner_text())
        assert shown.removesuffix("…") in mark.inner_text(), (name, mark.inner_text())
        box = mark.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 800, (name, box)
        found[name.removeprefix("n-")] = mark.inner_text()
    return found


def violations(page: Page) -> list[tuple[str, str]]:
    """What axe finds on a page; nothing may run on it, so it is put into another."""
    html = page.content()
    blank = page.context.new_page()
    blank.set_content(re.sub(r"<meta http-equiv[^>]*>", "", html))
    axe: Any = Axe()
    found = axe.run(blank).response["violations"]
    blank.close()
    return [(v["id"], v["nodes"][0]["html"]) for v in found]


def test_from_a_card_to_the_place_in_ubl(sit: Sit) -> None:
    """Every argument that was read leads to its value in the rendered XRechnung, by one click."""
    head = sit(HEAD)
    path = head.card(SIMPLE)
    with head.context.expect_page() as opened:
        head.page.locator("#n-gross_cents a").click()
    assert opened.value.inner_text("mark#at") == "3.391,50 EUR"
    marked = follow(head)
    assert marked.keys() == {
        "invoice_no",
        "invoice_date",
        "posting_date",
        "currency",
        "gross_cents",
        "net_cents",
        "tax_cents",
        "payable_cents",
        "document_sha256",
        "due_date",
    }
    assert violations(head.page) == []
    head.open(path)
    assert head.faults == []


@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_place_that_the_page_does_not_show_is_said(sit: Sit, lang: str) -> None:
    """Nothing is marked in its stead, whatever is asked for."""
    head = sit(HEAD, lang=lang, script=False)
    head.card(SIMPLE)
    href = str(head.page.locator("#n-gross_cents a").get_attribute("href"))
    said = {"de": "Diese Stelle zeigt die Seite nicht", "en": "This page does not show the place"}
    for place in (
        "invoice.process",
        "invoice.nothing",
        '"><script>',
        "paper.fields[9].copied.value",
    ):
        other = re.sub(r"at=[^#]*#", f"at={place}#", href)
        head.open(other)
        assert head.page.locator("mark").count() == 0
        assert said[lang] in head.text("#at")


def test_from_a_card_to_the_place_in_cii(
    house: House, browser: Browser, root: Path, tmp_path: Path
) -> None:
    """An unseen invoice in the other syntax: the same, and a script in its number is text."""
    world = root / "evals/accounting/world"
    suppliers = [json.loads(s) for s in (world / "suppliers.jsonl").read_text("utf-8").splitlines()]
    policy = json.loads((world / "policy.json").read_text("utf-8"))
    seller = next(s for s in suppliers if s["id"] == "S4")
    bill = RENT.again(
        seller=seller, buyer=policy["company"], iban=seller["iban"], holder=seller["name"]
    )
    person = run(house, root, tmp_path / "rent.xml", cii(bill), browser, HEAD)
    try:
        person.card("rent.xml")
        marked = follow(person)
        assert len(marked) > 8
        assert NASTY in marked["invoice_no"]
        assert person.page.evaluate("() => window.hit === undefined")
        assert violations(person.page) == []
    finally:
        person.server.stop()


def test_from_a_case_to_the_place_on_a_page_of_a_pdf(
    house: House, browser: Browser, root: Path, tmp_path: Path
) -> None:
    """A plain PDF: every field that was copied is marked in the text of its page."""
    person = run(house, root, tmp_path / "krause.pdf", pdf(text=TEXT), browser, CLERK)
    try:
        person.open("/exceptions")
        person.page.locator("a", has_text="krause.pdf").first.click()
        document = person.page.locator("a[href$='/document']")
        person.open(str(document.get_attribute("href")))
        rows = person.page.locator("tbody tr")
        assert rows.count() == 7
        for row in rows.all():
            row.locator("a").click()
            name = person.page.url.rpartition("#")[2]
            mark = person.page.locator(f"mark[id='{name}'], mark:has([id='{name}'])")
            assert mark.inner_text() == row.locator("td").first.inner_text()
            style = mark.evaluate("e => getComputedStyle(e).outlineStyle")
            assert style == "solid"
            box = mark.bounding_box()
            assert box is not None
            assert 0 <= box["y"] < 800
        case = person.page.url.partition("/document")[0].removeprefix(person.server.url)
        for index in range(7):
            person.open(f"{case}/document?at=paper.fields[{index}].copied.value#at")
            text = person.page.locator("tbody tr").nth(index).locator("td").first.inner_text()
            assert person.page.locator("mark#at").inner_text() == text
        assert NASTY in person.text(".sheet")
        assert person.page.evaluate("() => window.hit === undefined")
        assert person.page.locator("img, script").count() == 0
        assert violations(person.page) == []
    finally:
        person.server.stop()


def run(house: House, root: Path, file: Path, data: bytes, browser: Browser, name: str) -> Person:
    """Run accounting on a file, start the server, and sit somebody down at it."""
    file.write_bytes(data)
    code = "import sys; from leitstand.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "run", "accounting", str(file)]
    ran = subprocess.run(
        [*command, "--state", str(house.state), "--json"],
        cwd=root,
        capture_output=True,
        check=False,
    )
    assert ran.stdout, ran.stderr
    server = Server(house)
    server.start()
    context = browser.new_context(viewport={"width": 1100, "height": 800}, locale="de-DE")
    person = Person(context.new_page(), context, server)
    person.open("/")
    person.page.fill("#name", name)
    person.page.fill("#passphrase", house.passphrases[name])
    person.page.locator("main button").click()
    person.page.wait_for_selector("nav")
    return person


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_document_on_a_phone(sit: Sit, *, dark: bool) -> None:
    """Nothing to scroll sideways but tables of figures; the marked value is in the window."""
    head = sit(HEAD, width=320, dark=dark)
    path = head.card(SIMPLE)
    assert len(follow(head)) > 8
    head.open(path)
    head.open(str(head.page.locator("#n-gross_cents a").get_attribute("href")))
    assert head.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(head.page) == []


def test_a_document_without_a_page_of_its_own_is_shown_value_by_value(sit: Sit) -> None:
    """A request of a data subject: its fields, the one asked for marked, the rest readable."""
    officer = sit("karin.ohm")
    officer.card("DS-D01")
    assert follow(officer).keys() == {"article", "received", "deadline"}
    href = officer.page.url
    axe: Any = Axe()
    assert axe.run(officer.page).response["violations"] == []
    officer.page.goto(re.sub(r"at=[^#]*#", "at=nothing#", href))
    assert officer.page.locator("mark").count() == 0
    assert "nicht zu zeigen" in officer.text("#at")


def test_what_a_system_of_record_answered_is_not_shown(sit: Sit) -> None:
    """A card names what it needs of a master record; the record itself is nobody's to leaf in."""
    head = sit(HEAD)
    path = head.card(SIMPLE)
    href = str(head.page.locator("#n-gross_cents a").get_attribute("href"))
    [reading] = re.findall(r"of=([^&]*)&", href)
    assert head.context.request.get(f"{head.server.url}{path}/document?of={reading}").ok
    for other in ("read%231/3.0%3A0", "nothing"):
        answer = head.context.request.get(f"{head.server.url}{path}/document?of={other}")
        assert answer.status == 404
