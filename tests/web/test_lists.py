"""Lists in parts: every case is found, from page to page, by its words, by those who may see it."""

import re
from typing import Any

import pytest
from sqlalchemy import update

from leitstand.inbox import Sought, report_of
from leitstand.store.schema import cases
from leitstand.web import lists
from tests.web.conftest import DIRECTOR, HEAD, SIMPLE, Client, House, hidden

pytestmark = pytest.mark.slow

LINK = re.compile(r'<a href="/(?:case|card)/(\w+)"><strong>')
NEXT = re.compile(r'class="button" href="([^"]*[?;&]after=[^"]*)"')


async def part(client: Client, path: str) -> tuple[list[str], str]:
    """The entries of one page, and where its link leads on."""
    page = (await client.http.get(path)).text
    following = NEXT.findall(page)
    return LINK.findall(page), following[0].replace("&amp;", "&") if following else ""


async def walked(client: Client, path: str) -> list[str]:
    """The entries of a list, by its own links from part to part."""
    found: list[str] = []
    while path:
        names, path = await part(client, path)
        found += names
    return found


@pytest.mark.parametrize("path", ["/exceptions", "/cases", "/?all=1", "/cases?status=exception"])
async def test_every_entry_is_reached_from_part_to_part(
    head: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """The same entries, each once, however many stand on a page."""
    whole = await walked(head, path)
    monkeypatch.setattr(lists, "SHOWN", 3)
    first, _ = await part(head, path)
    parts = await walked(head, path)
    assert len(first) == 3 < len(whole)
    assert sorted(parts) == sorted({*whole})


async def test_decisions_are_reached_from_part_to_part(
    head: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest first, each once."""
    for name in (await walked(head, "/"))[:3]:
        seen = hidden((await head.http.get(f"/card/{name}")).text, "seen")
        fields = {"seen": seen, "answer": "reject", "reason": "Doppelt"}
        assert (await head.post(f"/card/{name}/decide", fields)).status_code < 400
    whole = await walked(head, "/history")
    monkeypatch.setattr(lists, "SHOWN", 1)
    assert await walked(head, "/history") == whole
    assert len(whole) == 3


async def test_a_part_stays_right_when_entries_come_and_go(
    head: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left of the list follows, though what was shown before is gone."""
    whole = await walked(head, "/exceptions")
    monkeypatch.setattr(lists, "SHOWN", 3)
    first, following = await part(head, "/exceptions")
    gone: Any = update(cases).where(cases.c.ulid.in_(first)).values(status="rejected")
    await head.site.leitstand.store.writer.work(lambda c: c.execute(gone))
    rest = await walked(head, following)
    assert rest == whole[3:]


@pytest.mark.parametrize(
    "asked",
    [
        "find=ap-d16",
        "find=RE-2026-4049",
        "find=gewerbeimmobilien+hansa",
        "find=4049&role=accounting&status=waiting",
    ],
)
async def test_a_case_is_found_by_title_number_and_supplier(head: Client, asked: str) -> None:
    """By whole words, whatever their case; together with the filters."""
    page = (await head.http.get(f"/cases?{asked}")).text
    assert "AP-D16.xml" in page
    assert not re.findall(r"\b(?:web|status|cause|held)\.[a-z_]+\b", page)


async def test_filters_leave_the_rest_out(head: Client) -> None:
    """By role, by day, by status; nothing found is said; what is no filter is refused."""
    everything = await walked(head, "/cases")
    alone = await walked(head, "/cases?status=alone")
    waiting = await walked(head, "/cases?status=waiting")
    assert 0 < len(alone) < len(everything)
    assert not {*alone} & {*waiting}
    assert await walked(head, "/cases?day=2026-11-20") == everything
    assert await walked(head, "/cases?day=2026-11-19") == []
    assert await walked(head, "/cases?find=gibtesnicht") == []
    assert await walked(head, "/cases?find=%25") == []
    for wrong in ("day=morgen", "status=lost", "role=nobody"):
        answer = await head.http.get(f"/cases?{wrong}")
        assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert (await head.http.get("/cases?after=x,y")).status_code == 200


async def test_nobody_finds_what_they_may_not_see(head: Client, house: House) -> None:
    """A head of another area finds no leave request, by no word of it; the director does."""
    assert await walked(head, "/cases?role=hr") == []
    assert await walked(head, "/cases?find=Erholungsurlaub") == []
    await head.post("/logout", {})
    await head.login(DIRECTOR, house.passphrases[DIRECTOR])
    hers = await walked(head, "/cases?role=hr")
    assert hers
    assert {*await walked(head, "/cases?find=Erholungsurlaub")} & {*hers}
    assert head.name != HEAD


async def test_the_overview_has_a_period_and_a_role(head: Client) -> None:
    """Each rule with its words and what people made of it, as the report counts them (R24)."""
    path, seen = await head.card(SIMPLE)
    await head.post(f"{path}/decide", {"seen": seen, "answer": "approve"})
    found = await report_of(head.site.leitstand, Sought(role="accounting"))
    (rule,) = [r for r in found.rules if r.rule == "G-A18"]
    assert rule.unchanged == 1
    page = (await head.http.get("/monitor?days=7&role=accounting")).text
    assert not re.findall(r"\b(?:web|report|status|cause|held)\.[a-z_]+\b", page)
    told = re.findall(r"<tr><th scope=\"row\">([A-Z]-[A-Z]\d+S?)(.*?)</th>", page)
    assert [name for name, words in told if re.search(r"<small>\w+", words)] == [
        r.rule for r in found.rules if r.rule.startswith("G-")
    ]
    row = page.partition("G-A18")[2].partition("</tr>")[0]
    assert re.findall(r"<td>([^<]*)</td>", row)[:3] == [
        *(str(rule.fired), str(rule.asked), "1 (100 %)")
    ]
    assert "contradictory" not in page
    for wrong in ("days=3", "role=nobody"):
        assert (await head.http.get(f"/monitor?{wrong}")).status_code == 400
