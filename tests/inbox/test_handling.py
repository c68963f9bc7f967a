"""The exception queue, worked: each cause met for real, taken out of the queue, and its effect."""

import json
import shutil
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leitstand.clock import FixedClock
from leitstand.errors import ApprovalRefused, Erased, Missing, ValueRefused
from leitstand.evals.pseudonym import retell
from leitstand.evals.record import record
from leitstand.evals.replay import Bench, replay
from leitstand.evals.supervisor import supervisor_of
from leitstand.evals.tape import Recording
from leitstand.evals.vocabulary import Vocabulary
from leitstand.inbox import (
    Act,
    Decision,
    Exceptional,
    Handling,
    Notice,
    Signer,
    card_of,
    decide,
    exceptions_of,
    find_pending,
    handle,
    open_dossier,
    queue_of,
    texts_of,
)
from leitstand.project import load_project
from leitstand.records import Absence, Person
from leitstand.runtime import Leitstand, open_leitstand
from leitstand.store.rebuild import rebuild
from leitstand.store.schema import keys
from leitstand.store.verify import verify
from leitstand.web import open_site

DEPOT = Path(__file__).parent / "depot"
DE, EN = texts_of("de", DEPOT / "texts"), texts_of("en", DEPOT / "texts")
NAMES = {"anna": ("clerk",), "otto": ("clerk",), "ben": ("head",), "gast": ("guest",)}


@dataclass
class Depot:
    """The project in a state folder of its own; a test says what the systems say."""

    state: Path
    leitstand: Leitstand
    signers: dict[str, Signer] = field(default_factory=dict[str, Signer])

    def says(self, system: str, **deliveries: dict[str, Any]) -> None:
        """What a system knows; what was written to it stays."""
        self._change(system, deliveries=deliveries)

    def down(self, system: str, *, away: bool) -> None:
        """Whether a system does not answer."""
        self._change(system, down=away)

    def done(self, what: str) -> list[dict[str, Any]]:
        """What was written to the ERP."""
        rows = json.loads((self.state / "erp.json").read_bytes()).get("done", {})
        return [row["args"] for row in rows.values() if row["what"] == what]

    async def begin(self, no: str = "L1") -> str:
        """A delivery comes in."""
        runtime, given = self.leitstand.runtime, {"no": no}
        ulid = await runtime.start(
            "receiving", given, tenant="depot", requester="trigger", title=f"Lieferung {no}"
        )
        await runtime.run_until_idle()
        return ulid

    async def status(self, ulid: str) -> str:
        """How a case stands."""
        leitstand = self.leitstand
        return (await open_dossier(leitstand, ulid)).status

    async def entry(self, person: str = "anna") -> Exceptional:
        """The one entry of the queue."""
        (found,), total = await exceptions_of(self.leitstand, DE, person=person)
        assert total == 1
        return found

    async def retry(self, ulid: str, person: str = "anna") -> Handling:
        """The cause is gone."""
        who = self.signers[person].person
        return await handle(
            self.leitstand, who, Act(kind="retry", case=ulid, reason="läuft wieder"), DE
        )

    async def supply(self, ulid: str, person: str = "anna", **values: str) -> Handling:
        """Somebody fills something in."""
        who = self.signers[person].person
        return await handle(
            self.leitstand,
            who,
            Act(kind="supply", case=ulid, values=values, reason="laut Lieferschein"),
            DE,
        )

    async def assign(self, ulid: str, to: str, person: str = "anna") -> Handling:
        """Somebody hands it over."""
        who = self.signers[person].person
        return await handle(
            self.leitstand, who, Act(kind="assign", case=ulid, to=to, reason="kennt sich aus"), DE
        )

    async def sound(self) -> None:
        """Chain, rows and journal agree, before and after rows are made anew."""
        store, seal = self.leitstand.store, self.leitstand.seal
        assert (await verify(store, seal.file, seal.trusted)).faults == []
        await rebuild(store)
        assert (await verify(store, seal.file, seal.trusted)).faults == []

    def _change(self, system: str, **rows: object) -> None:
        file = self.state / f"{system}.json"
        known: dict[str, Any] = {"deliveries": {}}
        if file.is_file():
            known = json.loads(file.read_bytes())
        file.write_text(json.dumps({**known, **rows}), "utf-8")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the project; its modules are forgotten afterwards."""
    copied = tmp_path / "depot"
    shutil.copytree(DEPOT, copied, ignore=shutil.ignore_patterns("__pycache__", "var"))
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield copied
    for name in ("depot", "receiving"):
        sys.modules.pop(name, None)


@pytest.fixture
async def depot(folder: Path, tmp_path: Path) -> AsyncIterator[Depot]:
    """Two clerks, a head and a guest; both systems say the same of delivery L1."""
    state = tmp_path / "state"
    state.mkdir()
    async with opened(folder, state) as found:
        for name, roles in NAMES.items():
            key = Ed25519PrivateKey.generate()
            public = key.public_key().public_bytes_raw().hex()
            person = Person(
                id=name, name=name.title(), tenant="depot", roles=roles, public_key=public
            )
            found.leitstand.directory.add(person)
            found.signers[name] = Signer(person, key)
        found.says("erp", L1={"supplier_id": "K7", "cents": 1000})
        found.says("portal", L1={"cents": 1000})
        yield found


@asynccontextmanager
async def opened(folder: Path, state: Path) -> AsyncGenerator[Depot]:
    """The project, open."""
    found = Depot(state, await open_leitstand(load_project(folder), state=state))
    try:
        yield found
    finally:
        await found.leitstand.close()


async def test_an_amount_is_typed_as_the_card_shows_it(depot: Depot) -> None:
    """Who writes what stands there changes nothing, whatever the field is called (`cents`)."""
    depot.says("erp", L1={"supplier_id": "K7", "cents": 250_000})
    depot.says("portal", L1={"cents": 250_000})
    await depot.begin()
    (waits,) = (await queue_of(depot.leitstand, DE)).waiting
    number = waits.id
    card = await card_of(depot.leitstand, await find_pending(depot.leitstand, number, DE), DE)
    (amount,) = [a for a in card.arguments if a.field == "cents"]
    assert (amount.kind, amount.shown) == ("amount", "2.500,00 €")
    same = Decision(checkpoint=number, answer="edit", reason="so", edits={"cents": "2500.00"})
    with pytest.raises(ApprovalRefused, match="ändert nichts"):
        await decide(depot.leitstand, depot.signers["ben"], same, DE)


async def test_a_system_that_was_away(depot: Depot) -> None:
    """Unreachable in the middle: retried from the queue, noted once, booked once."""
    depot.down("portal", away=True)
    ulid = await depot.begin()
    entry = await depot.entry()
    assert (entry.cause, entry.roles, entry.yours) == ("system unreachable", ("clerk",), True)
    assert entry.resolve == DE.known("resolve.system unreachable")
    early = await depot.retry(ulid)
    assert (early.won, early.status) == (True, "exception")
    depot.down("portal", away=False)
    found = await depot.retry(ulid, "otto")
    assert (found.won, found.status) == (True, "done")
    assert found.lines == ("Der Vorgang läuft weiter.", "Der Vorgang ist abgeschlossen.")
    assert depot.done("note") == [{"no": "L1"}]
    assert depot.done("booking") == [{"no": "L1", "supplier_id": "K7", "cents": 1000}]
    assert (await queue_of(depot.leitstand, DE)).exceptions == ()
    await depot.sound()


async def test_a_record_that_was_missing_is_supplied(depot: Depot) -> None:
    """The value is validated first, stands as a person's reading, and grounds the booking (R15)."""
    depot.says("erp", L1={"supplier_id": None, "cents": 1000})
    ulid = await depot.begin()
    entry = await depot.entry()
    assert (entry.cause, entry.supply, entry.resolve) == (
        *("data missing", ("supplier_id",)),
        "Lieferanten nachtragen",
    )
    with pytest.raises(ValueRefused, match="supplier_id"):
        await depot.supply(ulid, supplier_id="kein Bezeichner!")
    with pytest.raises(ApprovalRefused, match="cents"):
        await depot.supply(ulid, cents="12.00")
    assert await depot.status(ulid) == "exception"
    found = await depot.supply(ulid, supplier_id="K9")
    assert (found.status, depot.done("booking")) == (
        *("done",),
        [{"no": "L1", "supplier_id": "K9", "cents": 1000}],
    )
    leitstand = depot.leitstand
    dossier = await open_dossier(leitstand, ulid)
    (address,) = dossier.tape.supplied.values()
    said = dossier.outcome(address)
    assert said is not None
    assert said["value"] == {
        "field": "supplier_id",
        "value": "K9",
        "person": depot.signers["anna"].person.id,
        "source": "Anna",
        "confidence": 100,
    }
    await depot.sound()


async def test_a_contradiction_is_resolved_by_a_persons_choice(depot: Depot) -> None:
    """Which of two amounts holds; who chose is no second pair of eyes for the booking."""
    depot.says("portal", L1={"cents": 250_000})
    ulid = await depot.begin()
    assert (await depot.entry("ben")).reason == "ERP 1000, Portal 250000"
    found = await depot.supply(ulid, "ben", cents="2500.00")
    assert found.status == "waiting"
    (card,) = (await queue_of(depot.leitstand, DE)).waiting
    yes = Decision(checkpoint=card.id, answer="approve")
    with pytest.raises(ApprovalRefused, match="Vier-Augen-Prinzip"):
        await decide(depot.leitstand, depot.signers["ben"], yes, DE)
    assert depot.done("booking") == []


async def test_the_effect_of_a_persons_choice(depot: Depot) -> None:
    """A smaller amount needs nobody else: it is booked."""
    depot.says("portal", L1={"cents": 900})
    ulid = await depot.begin()
    assert (await depot.supply(ulid, cents="9.00")).status == "done"
    assert depot.done("booking") == [{"no": "L1", "supplier_id": "K7", "cents": 900}]
    await depot.sound()


async def test_who_may_handle_a_case(depot: Depot) -> None:
    """Its roles, who was given it, and who stands in for them; nobody else."""
    depot.down("portal", away=True)
    ulid = await depot.begin()
    for person in ("ben", "gast"):
        with pytest.raises(ApprovalRefused, match="Buchhaltung"):
            await depot.retry(ulid, person)
    with pytest.raises(ApprovalRefused, match="niemand"):
        await depot.assign(ulid, "niemand")
    ben, gast = depot.signers["ben"].person.id, depot.signers["gast"].person.id
    assert (await depot.assign(ulid, ben)).lines == (f"Zur Klärung übergeben an: {ben}.",)
    entry = await depot.entry("ben")
    assert (entry.assigned, entry.yours, (await depot.entry()).yours) == (ben, True, False)
    with pytest.raises(ApprovalRefused):
        await depot.retry(ulid, "anna")
    now = depot.leitstand.rules.clock.time()
    absence = Absence(
        tenant="depot", person=ben, substitute=gast, since=now - 60.0, until=now + 3600.0
    )
    depot.leitstand.directory.leave(absence)
    depot.down("portal", away=False)
    assert (await depot.retry(ulid, "gast")).status == "done"


async def test_whoever_gave_it_away_may_give_it_elsewhere(depot: Depot) -> None:
    """A hand-over to a role: that role handles it; the deadline stays as it was."""
    depot.down("portal", away=True)
    ulid = await depot.begin()
    due = (await depot.entry()).due
    await depot.assign(ulid, "guest")
    assert ((await depot.entry("gast")).yours, (await depot.entry()).due) == (True, due)
    await depot.assign(ulid, "head", "anna")
    with pytest.raises(ApprovalRefused):
        await depot.retry(ulid, "gast")
    assert (await depot.retry(ulid, "ben")).won


async def test_the_second_hears_who_was_first(depot: Depot) -> None:
    """Retried twice: one wins, the other is told by whom and when; nothing happens twice."""
    depot.down("portal", away=True)
    ulid = await depot.begin()
    depot.down("portal", away=False)
    first, second = await depot.retry(ulid), await depot.retry(ulid, "otto")
    assert (first.won, second.won) == (True, False)
    assert second.lines[0].startswith("Anna hat den Vorgang schon fortgesetzt")
    assert len(depot.done("booking")) == 1


async def test_a_closed_case_is_closed(depot: Depot) -> None:
    """It takes a reason, leaves the queue, is told so to whoever comes later, and runs no more."""
    depot.down("portal", away=True)
    ulid = await depot.begin()
    anna = depot.signers["anna"].person
    with pytest.raises(ApprovalRefused, match="Grund"):
        await handle(depot.leitstand, anna, Act(kind="close", case=ulid, reason="  "), DE)
    closed = await handle(
        depot.leitstand, anna, Act(kind="close", case=ulid, reason="von Hand gebucht"), EN
    )
    assert (closed.won, closed.status, closed.lines) == (True, "rejected", ("The case is closed.",))
    late = await depot.retry(ulid, "otto")
    assert (late.won, late.lines[0].partition(",")[0]) == (
        *(False,),
        "Anna hat den Vorgang schon geschlossen",
    )
    assert depot.done("booking") == []
    await depot.sound()


async def test_what_is_not_in_the_queue_is_not_handled(depot: Depot) -> None:
    """A finished case, one that there is not, and an erased one."""
    ulid = await depot.begin()
    with pytest.raises(ApprovalRefused, match="nicht zur Klärung"):
        await depot.retry(ulid)
    with pytest.raises(Missing):
        await depot.retry("01J0000000000000000000000X")
    store = depot.leitstand.store
    await store.writer.work(lambda c: c.execute(keys.update().values(wrapped=b"")) and None)
    with pytest.raises(Erased):
        await depot.retry(ulid)


async def test_a_later_version_of_the_role_takes_the_case(
    depot: Depot, folder: Path, tmp_path: Path
) -> None:
    """The role was at fault and was mended: the new round is walked by the new version."""
    depot.says("erp", L1={"supplier_id": None, "cents": 1000})
    ulid = await depot.begin()
    await depot.leitstand.close()
    file = folder / "receiving.py"
    mended = file.read_text("utf-8").replace("or ours.value.supplier_id", 'or "K0"')
    file.write_text(mended, "utf-8")
    for name in ("depot", "receiving"):
        sys.modules.pop(name, None)
    depot.leitstand = await open_leitstand(load_project(folder), state=tmp_path / "state")
    found = await depot.retry(ulid)
    assert found.status == "waiting"  # What nobody has said rests on nothing: the head is asked.
    await depot.sound()


async def test_the_deadline_is_in_days_of_work(depot: Depot) -> None:
    """Friday, 20 November 2026: one day of work ends on Monday, three on Wednesday (R15)."""

    def at(day: int) -> float:
        return datetime(2026, 11, day, 17, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()

    depot.says("erp", L1={"supplier_id": None, "cents": 1000})
    ulid = await depot.begin()
    entry = await depot.entry()
    assert (entry.due, entry.overdue) == (at(23), False)
    depot.down("portal", away=True)
    await depot.supply(ulid, supplier_id="K9")
    assert (await depot.entry()).due == at(25)


@pytest.mark.parametrize("supplied", [True, False])
async def test_its_last_round_is_replayed(depot: Depot, *, supplied: bool) -> None:
    """As a recorded case it comes to the same exit and effects: as if it had gone well at once."""
    if supplied:
        depot.says("erp", L1={"supplier_id": None, "cents": 1000})
    depot.down("portal", away=True)
    ulid = await depot.begin()
    depot.down("portal", away=False)
    assert (await depot.retry(ulid)).status == ("exception" if supplied else "done")
    if supplied:
        assert (await depot.supply(ulid, supplier_id="K9")).status == "done"
    leitstand = depot.leitstand
    found = await record(leitstand.store, leitstand.rules, ulid, "l1")
    project = leitstand.project
    bench = Bench(project.roles, project.tools, leitstand.rules.bundle, leitstand.limits)
    again = await replay(
        bench, found.case, Recording(found.lines), supervisor_of("recorded", found.case)
    )
    assert (again.held, again.exit) == ("", found.case.exit)
    made = [(effect.tool, effect.args) for effect in again.systems.made]
    assert made == [(e.tool, e.args) for e in found.case.expected.effects or ()]
    assert [tool for tool, _ in made] == ["erp.delivery.note", "erp.delivery.book"]
    told = await retell(found, bench, b"secret", Vocabulary())
    assert told.differences == ()
    assert [x.kind for x in told.lines].count("supply") == supplied


async def test_an_overdue_exception_is_told_and_never_decided(depot: Depot) -> None:
    """At its deadline those who take over, four hours later the chain; the case stays as it is."""
    told: list[Notice] = []

    class Told:
        async def tell(self, notice: Notice) -> None:
            """Note it."""
            told.append(notice)

    depot.down("portal", away=True)
    ulid = await depot.begin()
    leitstand, berlin = depot.leitstand, ZoneInfo("Europe/Berlin")
    async with open_site(leitstand, tell=Told().tell) as site:
        for moment in ("2026-11-25T16:59", "2026-11-25T17:00", "2026-11-26T12:00"):
            now = datetime.fromisoformat(moment).replace(tzinfo=berlin)
            leitstand.rules.clock = FixedClock(now)
            before = len(told)
            await site.reminders.look()
            await site.reminders.look()
            found = sorted((n.person, n.level, n.path) for n in told[before:])
            expected = {
                "2026-11-25T16:59": [],
                "2026-11-25T17:00": [(n, 0, f"case/{ulid}") for n in ("anna", "otto")],
                "2026-11-26T12:00": [("ben", 1, f"case/{ulid}")],
            }
            assert found == expected[moment]
        assert [n.level for n in await site.reminders.of("ben")] == [1]
        assert await depot.status(ulid) == "exception"
        depot.down("portal", away=False)
        await depot.retry(ulid)
        assert await site.reminders.of("ben") == []
