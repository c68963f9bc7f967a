"""Worlds: a company's data and documents with the truth about each, made a suite of recorded cases.

The role works off the documents over the embedded systems, people sign what waits, and each journal
is recorded. What is expected is the truth of the world's own file, which no role ever sees.
"""

import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError
from sqlalchemy import select

from leitstand.approval import Statement
from leitstand.errors import CaseRefused
from leitstand.evals.case import Expected, RecordedCase
from leitstand.evals.record import record
from leitstand.evals.shelf import put
from leitstand.evals.supervisor import People, grant_all
from leitstand.guard import checkpoint_of
from leitstand.project import Project
from leitstand.records import INTAKE, SENDER
from leitstand.runtime import CaseRow, Leitstand, open_leitstand, read_rows
from leitstand.store import Journal, Limits
from leitstand.store.schema import cases

Expecting = Callable[[RecordedCase, Mapping[str, Any]], RecordedCase]
"""The case with what is expected of it, as its row of the truth says."""


async def import_world(
    project: Project, role: str, world: Path, truth: Path, out: Path, expecting: Expecting
) -> int:
    """Record every document of `world` that `truth` (JSON lines) knows; how many cases were laid.

    Documents came in together where their rows name one `intake`, or none. Raises CaseRefused:
    there is no truth, or a document of it is missing.
    """
    rows = _truth(truth)
    files = [_document(world, row) for row in rows]
    async with _fresh(project, world) as leitstand:
        intakes = [str(row.get("intake", "")) for row in rows]
        names = await _worked_off(leitstand, role, files, intakes)
        for row, ulid in zip(rows, names, strict=True):
            name = str(row["case"])
            found = await record(leitstand.store, leitstand.rules, ulid, name)
            put(out / name, expecting(found.case, row), found.lines)
    return len(rows)


class Laid(NamedTuple):
    """How many rows became cases, and in which fields others are not what their truth says."""

    cases: int
    differing: tuple[str, ...]


Shown = Callable[[Leitstand, str], Awaitable[Mapping[str, Any]]]
"""A case's row as people are shown it."""


async def import_rows(project: Project, role: str, file: Path, out: Path, shown: Shown) -> Laid:
    """Record every row of a file of cases over the project's world; people sign what waits.

    What is expected of a case is what was recorded, once its row is what its truth says in all that
    both name (a row that is not is left out), and what the row itself has under `expected`.

    Raises UsageRefused: no such role, or a row is no case. Raises CaseRefused: `expected` is none.
    """
    rows = read_rows(project, role, file)
    differing: list[str] = []
    async with _fresh(project, None) as leitstand:
        names = [await _begun(leitstand, role, r.given, r.name) for r in rows]
        await leitstand.runtime.run_until_idle()
        told = [await shown(leitstand, name) for name in names]
        await _signed(leitstand, names, People())
        for row, name, said in zip(rows, names, told, strict=True):
            differing += (wrong := [f"{row.name}: {f}" for f in _unlike(row.truth, said)])
            if not wrong:
                found = await record(leitstand.store, leitstand.rules, name, row.name)
                put(out / row.name, _as_said(found.case, row), found.lines)
    return Laid(len(rows) - len({d.partition(":")[0] for d in differing}), tuple(differing))


@asynccontextmanager
async def _fresh(project: Project, world: Path | None) -> AsyncGenerator[Leitstand]:
    """The project over a world, else its own, in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="leitstand-world-") as folder:
        leitstand = await open_leitstand(project, state=Path(folder), world=world)
        try:
            yield leitstand
        finally:
            await leitstand.close()


def _as_said(case: RecordedCase, row: CaseRow) -> RecordedCase:
    try:
        own = case.expected.model_dump(mode="json") | row.whole.get("expected", {})
        expected = Expected.model_validate_json(orjson.dumps(own))
    except (TypeError, ValidationError) as error:
        raise CaseRefused(f"`expected`: {error}", where=row.name) from error
    known = {"origin": "world", "note": str(row.whole.get("why") or "")}
    return case.model_copy(update={**known, "expected": expected})


def _unlike(truth: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[str]:
    """Fields that truth and row both name and that differ."""
    for name in sorted(truth.keys() & said.keys()):
        if truth[name] != said[name]:
            yield f"{name} is {said[name]}, by its truth {truth[name]}"


async def _worked_off(
    leitstand: Leitstand, role: str, files: Sequence[Path], intakes: Sequence[str]
) -> list[str]:
    """Take everything in, judge it, then let people sign what they are asked."""
    intake, runtime = leitstand.project.intake, leitstand.runtime
    if intake is None:
        raise CaseRefused("this project takes no documents in", where="intake")
    together = {i: [f for f, own in zip(files, intakes, strict=True) if own == i] for i in intakes}
    inputs = {i: iter(await intake(leitstand.state, group)) for i, group in together.items()}
    names = [
        await _begun(leitstand, role, next(inputs[own]), file.stem)
        for own, file in zip(intakes, files, strict=True)
    ]
    await runtime.run_until_idle()
    for name in names:
        await runtime.signal(name, INTAKE, {}, f"{name}:{INTAKE}")
    await runtime.run_until_idle()
    await _signed(leitstand, names, People())
    return names


async def _begun(leitstand: Leitstand, role: str, given: Mapping[str, Any], title: str) -> str:
    """A case of the intake; its name."""
    own = {"tenant": leitstand.tenant, "requester": SENDER, "title": title}
    return await leitstand.runtime.start(role, given, **own)


async def _signed(leitstand: Leitstand, names: Sequence[str], people: People) -> None:
    """People approve what waits in these cases, then what waits in those that they handed over."""
    for name in names:
        await _approved(leitstand, name, people)
    await leitstand.runtime.run_until_idle()
    given = select(cases.c.ulid).where(cases.c.parent.in_(names)).order_by(cases.c.case_no)
    if born := await leitstand.store.read(lambda conn: conn.execute(given).scalars().all()):
        await _signed(leitstand, born, people)


async def _approved(leitstand: Leitstand, ulid: str, people: People) -> None:
    """Everybody whom the rules name approves; their names are those of the scripted supervisor."""
    claimed = await leitstand.store.journal(ulid)
    journal = Journal(claimed, leitstand.store, Limits())
    for frozen in journal.tape.open_checkpoints():
        shown = checkpoint_of(journal, frozen)
        for said in grant_all(shown):
            statement, clock = Statement(answer="approve"), leitstand.rules.clock
            person, approval = people.signed(shown, said, statement, clock)
            if leitstand.directory.person(person.tenant, person.id) is None:
                leitstand.directory.add(person)
            signed = {"address": approval.address, "approval": approval.model_dump(mode="json")}
            body = orjson.dumps({**signed, "corrections": []})
            await leitstand.store.signal(ulid, approval.nonce, "approval", body)


def _truth(file: Path) -> list[dict[str, Any]]:
    try:
        rows = [orjson.loads(line) for line in file.read_bytes().splitlines() if line.strip()]
    except (OSError, orjson.JSONDecodeError) as error:
        raise CaseRefused(f"no truth: {error}", where=str(file)) from error
    if not rows or any("case" not in row or "truth" not in row for row in rows):
        raise CaseRefused("every line needs `case`, `file` and `truth`", where=str(file))
    return rows


def _document(world: Path, row: Mapping[str, Any]) -> Path:
    file = world / str(row.get("file", ""))
    if not file.is_file():
        raise CaseRefused("a document of the truth is not there", where=str(file))
    return file
