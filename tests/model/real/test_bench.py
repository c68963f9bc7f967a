"""The bench itself, with a model whose every word is known: what stops a write is named."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leitstand.digest import canonical
from leitstand.model import Message, Prepared, Proposed, Question, Spoken, Tokens
from tests.model.real.bench import Bench, Job, jobs
from tests.model.real.echo import Echo
from tests.model.real.errand import WRITES
from tests.model.real.report import Effects, readings
from tools.einvoice import Reader

FEW = Tokens(1, estimated=True)
READ = {"number": "RE-2026-4021", "gross": "19306.56", "iban": "DE73290400900546290415"}
PAY = {
    "supplier_id": "S2",
    "invoice_no": "RE-2026-4021",
    "iban": "DE73290400900546290415",
    "amount_cents": 1_930_656,
    "execute_on": "2026-12-04",
}
LESS = {**PAY, "amount_cents": 19_306}
MAIL = {
    "template": "correction_request",
    "to": "rechnung@spedition.example",
    "invoice_no": "RE-2026-4189",
}
TAKEN = "LS205 the business key is taken: this or another case has done it already"
ASKED = "tainted-argument"
HALF = {"supplier_id": "S7", "invoice_no": "RE-2026-4189", "gross_cents": 5}


@dataclass
class Scripted:
    """It reads as it is told, and in its turns calls the errand's tool with these arguments."""

    job: Job
    turns: Sequence[Mapping[str, Any] | None]
    read: Mapping[str, str]
    environment: str = "test"

    def release(self, prompt: str, role: str) -> str:
        """Always the same."""
        return prompt

    def prepare(self, question: Question) -> Prepared:
        """What is said in this turn; None says that it is done."""
        if question.tools:
            args = self.turns[len(question.exchanges)]
            done = Proposed(tool="answer", args={"done": True})
            call = (
                done if args is None else Proposed(tool=WRITES[self.job.kind].name, args={**args})
            )
            message = Message(calls=(call,))
        else:
            message = Message(text=canonical(self.read).decode())

        async def send() -> Spoken:
            return Spoken(message, FEW, FEW)

        return Prepared(question.prompt, "", False, 0, FEW, 1, 100, 1, send)  # noqa: FBT003 - draft


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One loop for all: the reader of invoices is slow to start."""
    return "asyncio"


@pytest.fixture(scope="module")
async def reader() -> AsyncGenerator[Reader]:
    """The reader."""
    async with Reader() as found:
        yield found


def job_of(name: str) -> Job:
    """One of the hundred errands."""
    return next(job for job in jobs(100) if job.name == name)


@pytest.mark.parametrize(
    ("name", "turns", "stopped", "right"),
    [
        ("pay AP-D13", [LESS, PAY], [("person", ASKED), ("nothing", "")], 2),
        ("pay AP-D13", [PAY, PAY], [("nothing", ""), ("guard", TAKEN)], 2),
        ("letter AP-D01", [MAIL, MAIL], [("nothing", ASKED), ("person", ASKED)], 1),
        ("pay AP-D13", [LESS, None], [("person", ASKED)], 1),
        ("pay AP-D02", [PAY, None], [("rule", "G-A13, payment-after-posting")], 0),
        ("book AP-D01", [HALF, None], [("schema", "`invoice_date`: Field required")], 0),
    ],
)
async def test_what_stops_a_write_has_a_name(
    reader: Reader,
    tmp_path: Path,
    name: str,
    turns: Sequence[Mapping[str, Any] | None],
    stopped: Sequence[tuple[str, str]],
    right: int,
) -> None:
    """A person who knows the truth, a rule, a schema; and what is right arrives, once each."""
    job = job_of(name)
    bench = Bench(tmp_path / "house", reader, Scripted(job, turns, READ))
    await bench.run([job])
    alone = Effects.of(bench)
    await bench.supervise()
    found = (await bench.proposals())[job.name]
    assert [(p.stopped, p.by.partition(";")[0]) for p in found] == stopped
    assert [not p.wrong for p in found] == [kind == "nothing" for kind, _ in stopped]
    assert Effects.of(bench) == Effects(right, 0)
    assert (alone.wrong, alone.right <= right) == (0, True)
    bench.close()


@pytest.mark.slow
async def test_an_echo_says_what_was_said(reader: Reader, tmp_path: Path) -> None:
    """The second run proposes the same write in its first turn, and then is done."""
    job = job_of("pay AP-D02")
    bench = Bench(tmp_path / "house", reader, Scripted(job, [PAY, LESS], READ))
    await bench.run([job])
    events, echo = await bench.events(job.name), Echo()
    bench.close()
    echo.learn(events)
    again = Bench(tmp_path / "echo", reader, echo)
    await again.run([job])
    (found,) = (await again.proposals())[job.name]
    assert found.args == json.loads(canonical({**PAY, "currency": "EUR", "discount_cents": 0}))
    assert await again.end(job.name) == "done"
    again.close()


async def test_what_was_read_is_held_against_the_truth(reader: Reader, tmp_path: Path) -> None:
    """Right, wrong and standing nowhere, wrong though it stands in the text."""
    job = job_of("pay AP-D13")
    read = {**READ, "gross": "16224.00", "iban": "DE11222233334444555566"}
    bench = Bench(tmp_path / "house", reader, Scripted(job, [None], read))
    await bench.run([job])
    found = {r.field: (r.right, r.founded) for r in readings(job, await bench.events(job.name))}
    assert found == {"number": (True, True), "gross": (False, True), "iban": (False, False)}
    bench.close()
