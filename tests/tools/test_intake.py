"""Intakes: what came in together, read once, told to each without itself."""

import asyncio
from pathlib import Path

import pytest

from leitstand.errors import Missing
from tests.agents.paper import Paper
from tools.einvoice import FoundInvoice, ReadDocument, Reader, ReadInvoice
from tools.intake import FindSiblings, FolderIntakes, RememberedEInvoices


class Shelf:
    """Readings by hash; counts how often each is asked for, and fails once where it is told to."""

    def __init__(self, reads: dict[str, ReadInvoice]) -> None:
        self.reads, self.asked, self.broken = reads, list[str](), set[str]()

    async def read(self, args: ReadDocument) -> FoundInvoice:
        """The reading of a hash."""
        self.asked.append(args.sha256)
        await asyncio.sleep(0)
        if args.sha256 in self.broken:
            self.broken.remove(args.sha256)
            raise Missing("not stored yet", where="dms")
        return FoundInvoice(value=self.reads[args.sha256], source="dms")


@pytest.fixture(scope="module")
def reads() -> dict[str, ReadInvoice]:
    """Two invoices and a file that is none, read."""
    files = (Paper().data, Paper().number("RE-2").data, b"no invoice")

    async def read() -> dict[str, ReadInvoice]:
        async with Reader() as reader:
            found = [await reader.read(data) for data in files]
        return {r.sha256: r for r in found}

    return asyncio.run(read())


async def test_siblings_are_the_other_invoices(
    reads: dict[str, ReadInvoice], tmp_path: Path
) -> None:
    """Not the document itself, not what is no invoice; by whatever order they came in."""
    first, second, other = reads
    intakes = FolderIntakes(tmp_path, Shelf(reads))
    intakes.take_in("a", [other, second, first, first])
    found = await intakes.siblings(FindSiblings(intake="a", sha256=first))
    assert [s.sha256 for s in found.value] == [second]
    assert found.value[0].number == "RE-2"
    assert str(found.value[0].gross) == "606.90"
    assert found.value[0].lines[0].order_line == "1"


async def test_a_later_copy_is_told_of_the_first(
    reads: dict[str, ReadInvoice], tmp_path: Path
) -> None:
    """Where the same bytes came in before, the document itself is among the others."""
    first, second, _ = reads
    intakes = FolderIntakes(tmp_path, Shelf(reads))
    intakes.take_in("a", [first, second], before=[first])
    for sha256, others in ((first, {first, second}), (second, {first})):
        found = await intakes.siblings(FindSiblings(intake="a", sha256=sha256))
        assert sorted(s.sha256 for s in found.value) == sorted(others)


async def test_an_intake_is_read_once_for_all_who_ask(
    reads: dict[str, ReadInvoice], tmp_path: Path
) -> None:
    """Its documents are gone through once, not once for each: ten ask, everyone reads but itself.

    One that was not stored yet is looked for again.
    """
    first, second, other = reads
    shelf = Shelf(reads)
    intakes = FolderIntakes(tmp_path, shelf)
    intakes.take_in("a", [first, second, other])
    shelf.broken.add(other)
    asked = FindSiblings(intake="a", sha256=first)
    with pytest.raises(Missing):
        await intakes.siblings(asked)
    shelf.asked.clear()
    found = await asyncio.gather(*(intakes.siblings(asked) for _ in range(10)))
    assert {tuple(s.sha256 for s in one.value) for one in found} == {(second,)}
    assert shelf.asked.count(second) == shelf.asked.count(other) == 1
    intakes.take_in("a", [first])
    assert (await intakes.siblings(asked)).value == ()


async def test_an_unknown_intake_is_missing(reads: dict[str, ReadInvoice], tmp_path: Path) -> None:
    """No guess: an intake that nobody wrote down is not an empty one."""
    intakes = FolderIntakes(tmp_path, Shelf(reads))
    with pytest.raises(Missing):
        await intakes.siblings(FindSiblings(intake="b", sha256=next(iter(reads))))
    with pytest.raises(ValueError, match="identifier"):
        intakes.take_in("../b", [])


async def test_a_document_is_read_once_for_all_who_ask(reads: dict[str, ReadInvoice]) -> None:
    """Side by side or later; a reading that failed is tried again; the oldest is forgotten."""
    first, second, _ = reads
    shelf = Shelf(reads)
    shelf.broken.add(first)
    invoices = RememberedEInvoices(shelf, size=1)
    with pytest.raises(Missing):
        await invoices.read(ReadDocument(sha256=first))
    await asyncio.gather(*(invoices.read(ReadDocument(sha256=first)) for _ in range(3)))
    assert shelf.asked == [first, first]
    await invoices.read(ReadDocument(sha256=second))
    await invoices.read(ReadDocument(sha256=first))
    assert shelf.asked == [first, first, second, first]
