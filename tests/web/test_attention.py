"""What keeps people looking: replies from the journal, samples, proposals; no one's own figure."""

import re

import pytest

from tests.web.conftest import (
    HEAD,
    OTHER_HEAD,
    SIMPLE,
    Client,
    House,
    hidden,
    untouched,
)

pytestmark = pytest.mark.anyio


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Auf welches Konto wird gebucht?", "Konto: rent"),
        ("Warum werde ich gefragt?", "G-A18"),
        ("Wie hoch ist der Bruttobetrag, Brutto?", "3.391,50"),
        ("Was gibt es heute in der Kantine?", "steht dazu nichts"),
    ],
)
async def test_a_question_is_answered_from_the_journal(
    head: Client, question: str, said: str
) -> None:
    """With lines that stand there, marked as what they are; what is not there is not made up."""
    path, _ = await head.card(SIMPLE)
    assert (await head.post(f"{path}/ask", {"text": question})).status_code == 303
    page = (await head.http.get(path)).text
    thread = page.partition('class="thread"')[2].partition("</ul>")[0]
    assert question in thread
    assert "Leitstand, aus dem Journal" in thread
    assert said in thread
    if "nichts" not in said:
        assert "keine Entscheidung" in thread


@pytest.mark.slow
async def test_there_is_no_always_but_a_proposal(head: Client, house: House) -> None:
    """It is kept for those who answer for the rule, and changes nothing."""
    path, seen = await head.card(SIMPLE)
    with untouched(house):
        for fields in ({"rule": "G-A18", "text": ""}, {"rule": "G-X", "text": "weg damit"}):
            assert (await head.post(f"{path}/propose", fields)).status_code == 400
        fields = {"rule": "G-A18", "text": "Mieten bis 4.000 € ohne Freigabe"}
        assert (await head.post(f"{path}/propose", fields)).status_code == 303
    assert "Mieten bis 4.000" in (await head.http.get("/monitor")).text
    assert (await head.card(SIMPLE))[1] == seen


@pytest.mark.slow
async def test_a_blind_sample(head: Client, house: House) -> None:
    """The document first, what was done only afterwards; each case once a person (R14, R43)."""
    seen: set[str] = set()
    with untouched(house):
        for turn in range(9):
            page = (await head.http.get("/sample")).text
            name = hidden(page, "ulid")
            assert name not in seen
            seen.add(name)
            assert "Entwurf" not in page.partition("<main")[2]
            document = await head.http.get(f"/case/{name}/document")
            assert "<script" not in document.text
            said = "yes" if turn % 3 else "no"
            told = await head.post("/sample", {"ulid": name, "said": said})
            assert ("sind sich einig" in told.text) == (said == "yes")
        assert "keine Stichprobe" in (await head.http.get("/sample")).text
    assert "6 von 9" in (await head.http.get("/monitor")).text


@pytest.mark.slow
async def test_a_forged_sample_is_refused(head: Client, house: House) -> None:
    """Another case, another answer."""
    name = hidden((await head.http.get("/sample")).text, "ulid")
    path, _ = await head.card(SIMPLE)
    case = re.search(r'href="/case/(\w+)"', (await head.http.get(path)).text)
    assert case
    with untouched(house):
        for fields in ({"ulid": name, "said": "maybe"}, {"ulid": case[1], "said": "yes"}):
            assert (await head.post("/sample", fields)).status_code == 400


@pytest.mark.slow
async def test_how_fast_people_decide_is_nobodys_figure(head: Client, house: House) -> None:
    """Below five people no figure of time is shown (works council) (R36)."""
    path, seen = await head.card(SIMPLE)
    await head.post(f"{path}/decide", {"answer": "approve", "seen": seen})
    page = (await head.http.get("/monitor")).text
    assert "erst ab 5 Personen" in page
    assert "Arbeitsstunden von der Vorlage" not in page
    assert HEAD not in page
    assert OTHER_HEAD not in page
