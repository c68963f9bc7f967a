"""Sheets: the whole text of a page, and each piece that was copied, whole and in its place."""

from hypothesis import given
from hypothesis import strategies as st

from tools.paper import Copied, Paper, PaperField, sheets_of
from tools.paper.patterns import FIELDS

PAGES = ("Rechnung 4711 vom 03.11.2026", "Summe 2.249,10 EUR", "nichts")


def copied(page: int, start: int, end: int, text: str | None = None) -> Copied:
    """A piece of a page as it stands there, or said to be another text."""
    piece = PAGES[page - 1][start:end] if 0 < page <= len(PAGES) else ""
    return Copied(page=page, start=start, end=end, text=text or piece, value="x", ways=("text",))


def paper(*found: Copied, others: tuple[Copied, ...] = ()) -> Paper:
    """A field for each, the first with others beside it."""
    fields = (
        PaperField(
            name=name,
            copied=one,
            confidence=90,
            check="none",
            others=others if name == FIELDS[0] else (),
        )
        for name, one in zip(FIELDS, found, strict=False)
    )
    return Paper(fields=tuple(fields))


def test_a_page_is_its_text_with_the_pieces_named() -> None:
    """Pages without a piece are left out; a second value of a field has a number."""
    sheets = sheets_of("\f".join(PAGES), paper(copied(1, 9, 13), others=(copied(2, 6, 14),)))
    assert [(s.page, s.pieces) for s in sheets] == [
        (1, (("Rechnung ", ()), ("4711", (FIELDS[0],)), (" vom 03.11.2026", ()))),
        (2, (("Summe ", ()), ("2.249,10", (f"{FIELDS[0]}-1",)), (" EUR", ()))),
    ]


def test_what_does_not_stand_there_has_no_place() -> None:
    """Another text, another page, no such page: nothing is named rather than the wrong thing."""
    for wrong in (copied(1, 9, 13, "4712"), copied(9, 0, 4, "Rech"), copied(0, 0, 4, "nich")):
        assert sheets_of("\f".join(PAGES), paper(wrong)) == ()
    # A form feed inside of a page moves all pages behind it.
    assert sheets_of("\f\f".join(PAGES), paper(copied(2, 6, 14))) == ()


spans = st.lists(
    st.tuples(st.integers(0, 27), st.integers(1, 12)).map(lambda s: (s[0], min(28, s[0] + s[1]))),
    min_size=1,
    max_size=len(FIELDS),
)


@given(spans)
def test_pieces_are_the_whole_text_and_hold_each_copy(found: list[tuple[int, int]]) -> None:
    """However copies lie over one another, no character is lost or doubled and each is whole."""
    given_paper = paper(*(copied(1, start, end) for start, end in found))
    [sheet] = sheets_of("\f".join(PAGES), given_paper)
    assert "".join(piece.text for piece in sheet.pieces) == PAGES[0]
    named = {name: piece.text for piece in sheet.pieces for name in piece.names}
    for field in given_paper.fields:
        assert field.copied.text in named[field.name]
