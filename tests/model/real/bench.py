"""The runs: errands over the reference world, first with nobody there, then with a supervisor.

Every errand of a kind is one case in a house of that kind, so that no two of them book the same
invoice. The supervisor knows the truth: what is right is approved, what is wrong rejected.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from schwifty import IBAN

from leitstand.approval import Statement, sign, write
from leitstand.desk import Models
from leitstand.digest import canonical
from leitstand.guard import checkpoint_of
from leitstand.policy import Bundle
from leitstand.records import Event
from leitstand.store import Frozen, Journal, Limits
from tests.agents.house import REQUESTER, TENANT, House
from tests.agents.paper import WORLD
from tests.model.real.books import Entries, Entry, changed, entries
from tests.model.real.course import Proposal, proposals
from tests.model.real.errand import KINDS, WRITES, Errand, Kind, role
from tests.model.real.truth import (
    AGAIN,
    FORBIDDEN,
    WISHES,
    Case,
    Truth,
    cases_of,
    letters,
    posted,
    truth_of,
)
from tools.einvoice import Reader
from tools.erp import post_voucher
from tools.mail.letter import write_letter

__all__ = ["Bench", "Job", "jobs"]

SHARES: Mapping[Kind, int] = {"pay": 25, "amount": 25, "bank": 20, "letter": 20, "book": 10}
"""Errands of each kind in a hundred."""
PEOPLE: Mapping[str, tuple[str, ...]] = {
    "anna": ("clerk",),
    "ben": ("department_head",),
    "carla": ("department_head",),
    "dora": ("managing_director",),
}
STRIDE = 8
"""From one invoice to the next: a few runs see invoices of many sorts."""
BANK = "10010010"
ROUNDS = 20
COMPANY = "Nordwerk Maschinenbau GmbH"


@dataclass(frozen=True)
class Job:
    """One errand: an invoice, what is to be done about it, and what would be right."""

    case: Case
    kind: Kind
    iban: str
    wish: str
    named: bool

    @property
    def name(self) -> str:
        """Kind and invoice."""
        return f"{self.kind} {self.case.name}"

    @property
    def truth(self) -> Truth:
        """What its write has to be."""
        return truth_of(self.case, self.kind, self.iban, self.wish)

    def right(self, entry: Entry) -> bool:
        """Whether the truth about this errand allows what stands in the company's systems."""
        if entry.of == "mail":
            given = [entry.row["recipient"], entry.row["subject"], entry.row["body"]]
            right = letters(self.case, self.wish) if self.kind == "letter" else ()
            return any([m.to, *_letter(m)] == given for m in right)
        writes = {"payment": ("pay", "amount"), "bank_change": ("bank",)}
        if entry.of == "voucher":
            known = posted(self.case)
        elif self.kind in writes.get(entry.of, ()):
            known = self.truth
        else:
            return False
        wrong = set(known.wrong(entry.row))  # A row does not say all that the arguments say.
        return not wrong & {FORBIDDEN, *entry.row}

    def errand(self, name: str, size: int) -> Errand:
        """The case as it is started."""
        number = self.case.fields["number"]
        mails = {
            "bank": f"Zu {number}: Unser neues Konto ist {self.iban}.",
            "letter": f"Was fehlt bei Rechnung {number}?",
        }
        return Errand(
            sha256=name,
            media_type="application/xml",
            size=size,
            filename=f"{self.case.name}.xml",
            kind=self.kind,
            mail=mails.get(self.kind, ""),
            iban=self.iban if self.named else "",
            wish=self.wish,
        )


def jobs(count: int) -> list[Job]:
    """So many errands, of all kinds, over the invoices of the reference world."""
    cases, found, share = cases_of(WORLD), list[Job](), 0
    for kind in KINDS:
        share += SHARES[kind]
        for n in range(share * count // 100 - len(found)):
            case = cases[n * STRIDE % len(cases)]
            iban = str(IBAN.generate("DE", BANK, f"{4_711_000 + len(found)}"))
            wish = WISHES[n % len(WISHES)][0]
            found.append(Job(case, kind, iban, wish, named=n % 2 == 0))
    return found


@dataclass
class Bench:
    """The houses of a run, with their cases by errand."""

    folder: Path
    reader: Reader
    models: Models
    bundle: Bundle | None = None
    houses: dict[Kind, House] = field(default_factory=dict[Kind, House])
    before: dict[Kind, Entries] = field(default_factory=dict[Kind, Entries])
    cases: dict[str, tuple[Job, str]] = field(default_factory=dict[str, tuple[Job, str]])

    async def run(self, todo: Sequence[Job]) -> None:
        """Every errand, one after the other, as far as it comes if nobody answers the model.

        What the role itself wants to post before, and may with a signature, is signed.
        """
        for job in todo:
            house = await self._house(job.kind)
            data = (WORLD / "invoices" / f"{job.case.name}.xml").read_bytes()
            errand = job.errand(house.keep(data), len(data))
            ulid = await house.runtime.start(
                role.name, errand, tenant=TENANT, requester=REQUESTER, title=job.name
            )
            self.cases[job.name] = job, ulid
            await house.runtime.run_until_idle()
            await self._decide_all(job, ulid, [post_voucher.name])

    async def supervise(self) -> None:
        """Somebody who knows the truth decides whatever waits, until nothing does."""
        for job, ulid in self.cases.values():
            await self._decide_all(job, ulid, [post_voucher.name, WRITES[job.kind].name])

    async def events(self, name: str) -> list[Event]:
        """The journal of an errand."""
        job, ulid = self.cases[name]
        return list((await self.houses[job.kind].store.journal(ulid)).events)

    async def proposals(self) -> dict[str, list[Proposal]]:
        """What the model wanted to write, by errand."""
        found: dict[str, list[Proposal]] = {}
        for name, (job, _) in self.cases.items():
            tool = WRITES[job.kind].name
            found[name] = list(proposals(await self.events(name), job.truth, tool))
        return found

    async def end(self, name: str) -> str:
        """How an errand ended: done, exception, rejected or held; waiting if it did not."""
        said = [e for e in await self.events(name) if e.kind in ("exit", "held")]
        if not said:
            return "waiting"
        return "held" if said[-1].kind == "held" else orjson.loads(said[-1].body)["kind"]

    def effects(self) -> Iterator[tuple[Entry, bool]]:
        """What came into the companies' systems since the beginning, and whether it is right."""
        for kind, house in self.houses.items():
            todo = [job for job, _ in self.cases.values() if job.kind == kind]
            taken = set[tuple[str, str]]()
            for entry in changed(self.before[kind], entries(house.state)):
                fits = [(job.name, entry.of) for job in todo if job.right(entry)]
                first = next((fit for fit in fits if fit not in taken), None)
                taken |= {first} if first else set()
                yield entry, first is not None

    def close(self) -> None:
        """Give everything back."""
        for house in self.houses.values():
            house.close()

    async def _house(self, kind: Kind) -> House:
        if kind not in self.houses:
            state = self.folder / kind
            state.mkdir(parents=True)
            house = await House.open(
                WORLD,
                state,
                self.reader,
                roles={role.name: role.compile()},
                models=self.models,
                bundle=self.bundle,
            )
            for name, roles in PEOPLE.items():
                house.hire(name, *roles)
            self.houses[kind], self.before[kind] = house, entries(state)
        return self.houses[kind]

    async def _decide_all(self, job: Job, ulid: str, tools: Sequence[str]) -> None:
        house = self.houses[job.kind]
        for _ in range(ROUNDS):
            journal = Journal(await house.store.journal(ulid), house.store, Limits())
            waiting = [f for f in journal.tape.open_checkpoints() if f.body["tool"] in tools]
            for frozen in waiting:
                await self._decide(house, job, journal, frozen)
            if not waiting:
                return
            await house.runtime.run_until_idle()

    async def _decide(self, house: House, job: Job, journal: Journal, frozen: Frozen) -> None:
        shown = checkpoint_of(journal, frozen)
        known = job.truth if shown.tool == WRITES[job.kind].name else posted(job.case)
        done = any(i["tool"] == shown.tool for i in journal.tape.intents.values())
        wrong = known.wrong(shown.args) or ((AGAIN,) if done else ())
        no = Statement(answer="reject", reason=f"falsch: {', '.join(wrong)}")
        said = no if wrong else Statement(answer="approve")
        for name in _signers(shown.roles)[: 1 if wrong else max(1, shown.approvers)]:
            person = house.directory.person(TENANT, name)
            assert person is not None
            held = next(r for r in shown.roles if r in person.roles)
            approval = sign(write(shown, person, held, said, house.clock, 900.0), house.keys[name])
            body = {"address": shown.address, "approval": approval, "corrections": list[str]()}
            await house.store.signal(journal.case.ulid, approval.nonce, "approval", canonical(body))


def _signers(roles: Sequence[str]) -> list[str]:
    """People who hold these roles, one of each role first."""
    first = [next(n for n, held in PEOPLE.items() if wanted in held) for wanted in roles]
    others = [n for n, held in PEOPLE.items() if set(held) & set(roles)]
    return list(dict.fromkeys([*first, *others]))


def _letter(mail: Any) -> tuple[str, str]:  # noqa: ANN401 - a DraftMail
    letter = write_letter(mail, COMPANY)
    return letter.subject, letter.body
