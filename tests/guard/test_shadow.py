"""In the shadow real systems are read and never written, and a case goes on over its twins."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from leitstand.errors import CallFailed, Missing, Unreachable
from leitstand.guard import Shadow
from leitstand.tool import Connection, Tool
from tests.guard.scene import Account, Bank, Books, Find, Pay, book, find, get, pay

SMALL = Pay(no="R1", cents=5)


class Ledger:
    """A bank that knows the payees it is given, and notes what is written to it."""

    def __init__(self, *known: str, silent: bool = False) -> None:
        self.known = set(known)
        self.silent = silent
        self.written: list[str] = []

    async def get(self, what: str) -> int:
        """How many payees are known; nothing without that name."""
        if what not in self.known:
            raise Missing("not known", where="bank.get")
        return len(self.known)

    async def find(self, no: str) -> Account | None:
        """A known payee."""
        if self.silent:
            raise Unreachable("down", where="bank.find")
        return Account(id=no, iban=no) if no in self.known else None

    async def put(self, tool: str, args: Pay, key: str) -> str:
        """Whoever is paid is known from then on."""
        del tool
        self.written.append(key)
        self.known.add(args.no)
        return key

    async def found(self, key: str) -> str | None:
        """What a key did."""
        return key if key in self.written else None


def shadow_of(real: Ledger, twin: Ledger) -> Shadow:
    """Both ends behind one port."""
    return Shadow([Connection("bank", Bank, real)], [Connection("twin", Bank, twin)])


def value(answer: BaseModel) -> Any:  # noqa: ANN401 - whatever was read
    """What a reading says."""
    return answer.model_dump()["value"]


CALLS = st.lists(st.tuples(st.sampled_from([pay, book, find, get]), st.sampled_from("ABC")))


@given(CALLS, st.sets(st.sampled_from("ABC")))
async def test_no_call_writes_to_a_real_system(
    calls: list[tuple[Tool[Any, Any], str]], known: set[str]
) -> None:
    """Whatever is called in whatever order: every write is the twin's, and can be looked up."""
    real, twin = Ledger(*known), Ledger()
    shadow = shadow_of(real, twin)
    for number, (tool, no) in enumerate(calls):
        key = f"k{number}"
        if tool.writes:
            await shadow.write(tool, Pay(no=no, cents=5), key, 1.0)
            assert twin.written[-1] == key
            if tool.reconcile:
                assert await shadow.find(tool, key, 1.0) is not None
        else:
            try:
                answer = await shadow.read(tool, Find(no=no), 1.0)
            except Missing:
                assert no not in known | twin.known
            else:
                assert (value(answer) is not None) == (no in known | twin.known)
    assert real.written == []
    assert real.known == known


async def test_what_the_real_system_knows_is_read_there() -> None:
    """The twin knows the same name; its answer is not asked for."""
    assert value(await shadow_of(Ledger("A", "B"), Ledger("A")).read(get, Find(no="A"), 1.0)) == 2


async def test_what_only_the_twin_knows_is_read_there() -> None:
    """Missing at the real system, or a reading of nothing: a case sees what it wrote."""
    shadow = shadow_of(Ledger(), Ledger("A"))
    assert value(await shadow.read(get, Find(no="A"), 1.0)) == 1
    assert value(await shadow.read(find, Find(no="A"), 1.0)) == {"id": "A", "iban": "A"}


async def test_a_real_system_that_is_down_is_not_replaced() -> None:
    """The twin stands in for what is not known, never for what cannot be asked."""
    with pytest.raises(Unreachable, match="down"):
        await shadow_of(Ledger(silent=True), Ledger("A")).read(find, Find(no="A"), 1.0)


async def test_a_port_without_a_twin_is_read_and_not_written() -> None:
    """Its tools fail before anything is sent."""
    real = Ledger("A")
    shadow = Shadow([Connection("bank", Bank, real)], [])
    assert value(await shadow.read(get, Find(no="A"), 1.0)) == 1
    with pytest.raises(Missing):
        await shadow.read(get, Find(no="B"), 1.0)
    with pytest.raises(Unreachable):
        shadow.connection(pay)
    with pytest.raises(CallFailed):
        await shadow.write(pay, SMALL, "k", 1.0)
    assert real.written == []


async def test_a_port_that_only_the_twins_have_is_read_there() -> None:
    """Hand-overs are such a port: children of a shadow are shadows."""
    shadow = Shadow([], [Connection("twin", Bank, Books())])
    assert value(await shadow.read(get, Find(no="A"), 1.0)) == 100
