"""Recording: what a journal of production says, as a case that comes to the same again."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from leitstand.digest import plain
from leitstand.errors import CaseRefused, Missing
from leitstand.evals.grading import grade
from leitstand.evals.record import Recorded, record
from leitstand.evals.replay import Bench
from leitstand.evals.tape import Recording, tape_bytes
from leitstand.guard import Rules
from leitstand.project import load_project
from leitstand.runtime import Leitstand, open_leitstand
from tests.desk.endpoint import http, of, serving
from tests.desk.test_endpoint import GOOD, ask, settings_of, talk
from tests.evals.conftest import SHOP, Kept
from tests.guard.scene import GRANT, Scene
from tests.model.vendors.openai import completion
from tests.model.vendors.vendor import KEY

Ask = Callable[[Leitstand, str], Awaitable[Any]]
Told = Callable[[Ask], Any]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """A bill that waits for its signature, in a store of its own, and what is asked of it."""

    async def asked(ask: Ask) -> Any:  # noqa: ANN401 - whatever it gives
        state = tmp_path / "state"
        (state / "bills").mkdir(parents=True)
        bill = (SHOP / "world" / "invoices" / "r1.json").read_bytes()
        (state / "bills" / "r1.json").write_bytes(bill)
        leitstand = await open_leitstand(load_project(SHOP), state=state)
        try:
            runtime, given = leitstand.runtime, {"name": "r1.json"}
            case = await runtime.start("buying", given, tenant="corner", requester="i", title="r1")
            await runtime.run_until_idle()
            await runtime.signal(case, "intake", {}, "one")
            await runtime.run_until_idle()
            return await ask(leitstand, case)
        finally:
            await leitstand.close()

    return lambda ask: asyncio.run(asked(ask))


async def as_r1(leitstand: Leitstand, case: str) -> Recorded:
    """The recording under another name."""
    return await record(leitstand.store, leitstand.rules, case, "r1")


def test_it_holds_what_was_asked_and_answered(told: Told) -> None:
    """Every call in the journal's order with its answer; the tape's hash is in the case (R21)."""
    found: Recorded = told(as_r1)
    assert [(line.kind, line.name) for line in found.lines] == [
        ("call", "shop.bill.read"),
        ("wait", "intake"),
        ("call", "shop.supplier.find"),
    ]
    assert found.lines[0].value["value"]["gross_cents"] == 50_000
    assert found.case.tape == plain(tape_bytes(found.lines))
    assert [heard.name for heard in found.case.heard] == ["intake"]
    assert (found.case.role, found.case.origin) == ("buying", "production")
    assert found.case.given["name"] == "r1.json"


def test_it_comes_to_the_same_again(told: Told, counter: Bench) -> None:
    """A case that waits is one that waits: nothing is expected of it that did not happen."""
    found: Recorded = told(as_r1)
    assert (found.case.exit, found.case.expected.effects) == (None, ())
    done = Kept(found.case, Recording(found.lines)).again(counter)
    assert (done.exit, grade(done).passed) == (None, True)
    assert len(done.journal.tape.open_checkpoints()) == 1


@pytest.mark.kernel(34)
def test_its_own_name_is_that_of_the_recording(told: Told) -> None:
    """No name of production is in the files, though the journal is full of it."""

    async def both(leitstand: Leitstand, case: str) -> tuple[str, Recorded]:
        return case, await as_r1(leitstand, case)

    name, found = told(both)
    assert name not in found.case.model_dump_json()
    assert name.encode() not in tape_bytes(found.lines)


def test_twice_is_the_same(told: Told) -> None:
    """Recording reads, and changes nothing."""

    async def twice(leitstand: Leitstand, case: str) -> list[Recorded]:
        return [await as_r1(leitstand, case) for _ in range(2)]

    first, second = told(twice)
    assert (first.case, tape_bytes(first.lines)) == (second.case, tape_bytes(second.lines))


def test_a_tool_that_is_gone_is_said(told: Told) -> None:
    """What it was asked cannot be told any more: refused by its name."""

    async def less(leitstand: Leitstand, case: str) -> Recorded:
        known = leitstand.rules
        tools = [t for t in leitstand.project.tools if t.name != "shop.supplier.find"]
        people = leitstand.directory
        rules = Rules(known.bundle, tools, known.limits, people, known.clock, bytes(32))
        return await record(leitstand.store, rules, case, "r1")

    with pytest.raises(CaseRefused, match=r"shop\.supplier\.find"):
        told(less)


def test_a_case_that_is_not_there_is_said(told: Told) -> None:
    """Nothing is recorded of nothing."""

    async def other(leitstand: Leitstand, case: str) -> Recorded:
        del case
        return await record(leitstand.store, leitstand.rules, "nothing", "r1")

    with pytest.raises(Missing):
        told(other)


async def test_the_tape_has_the_tokens_of_every_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that failed, one of no use, one that answers: what the case has taken, and no less."""
    monkeypatch.setenv("VENDOR_KEY", KEY)
    scene = Scene(tmp_path, GRANT)
    said = [of(completion(text)) for text in ("no json", GOOD)]
    async with serving(http("500 Oops", b"{}"), *said) as one:
        talk(scene, settings_of(one.url))
        ulid = await scene.begin(ask)
        assert (await scene.status(ulid))[0] == "done"
    found = await record(scene.store, scene.rules, ulid, "c")
    [line] = [line for line in found.lines if line.kind == "ask"]
    assert line.tokens == (await scene.tape(ulid)).tokens > 2 * 49
    scene.store.close()
