"""Corrections and what became of them: open, a recorded case, mended, or declined.

What people changed stands in the journals. What was made of it is nothing that happened to a case
but the bookkeeping of those who mend roles, so it stands in a file beside the store, each line with
its author and time: `corrections.jsonl`, appended to and never rewritten.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import orjson
from pydantic import ValidationError
from sqlalchemy import select

from leitstand.errors import StoreFailed, UsageRefused
from leitstand.records import Approval, Correction
from leitstand.runtime import Leitstand
from leitstand.store import Claimed
from leitstand.store.schema import approvals, cases, checkpoints
from leitstand.values import Frozen

State = Literal["open", "case", "mended", "declined"]
_PAGE = 200


class Settled(Frozen):
    """What was made of a correction: `text` is the case's name, the version, or why not."""

    id: str
    state: State
    text: str
    person: str
    at: float


class Corrected(Correction):
    """A field that a person changed, or with an empty `field` a write that she refused.

    `id` names it: the checkpoint's number and the field.
    """

    id: str
    case: str
    title: str
    role: str
    state: State = "open"
    text: str = ""


async def corrected(leitstand: Leitstand) -> list[Corrected]:
    """Every correction and rejection of a tenant with its state, the oldest first.

    Raises StoreFailed: the file beside the store cannot be read. Erased cases are left out.
    """
    store, tenant = leitstand.store, leitstand.tenant
    query = (
        select(cases.c.ulid)
        .join(checkpoints, checkpoints.c.case_no == cases.c.case_no)
        .join(approvals, approvals.c.checkpoint == checkpoints.c.id)
        .where(cases.c.tenant == tenant, cases.c.status != "erased", cases.c.reason != "restricted")
        .where(approvals.c.answer.in_(("edit", "reject")))
        .distinct()
    )
    names = await store.read(lambda c: [str(row[0]) for row in c.execute(query)])
    settled = _settled(leitstand.state / _FILE)
    known = {one.id: one.model_dump(include={"state", "text"}) for one in settled}
    found: list[Corrected] = []
    for at in range(0, len(names), _PAGE):
        for claimed in (await store.journals(names[at : at + _PAGE])).values():
            found += _of(claimed)
    found.sort(key=lambda c: (c.at, c.id))
    return [one.model_copy(update=known.get(one.id)) for one in found]


async def settle(leitstand: Leitstand, settled: Settled) -> None:
    """Say what became of a correction. Raises UsageRefused: there is no such correction."""
    if settled.id not in {one.id for one in await corrected(leitstand)}:
        text = f"no correction `{settled.id}`"
        raise UsageRefused(text, mend="`leitstand corrections list` names them")
    with (leitstand.state / _FILE).open("ab") as file:
        file.write(orjson.dumps(settled.model_dump()) + b"\n")


_FILE = "corrections.jsonl"


def _of(claimed: Claimed) -> Iterator[Corrected]:
    case = claimed.case
    head = {"case": case.ulid, "title": case.title, "role": case.role}
    for event in claimed.events:
        if event.kind == "correction":
            one = Correction.model_validate_json(event.body)
            yield Corrected(id=f"{one.checkpoint}.{one.field}", **head, **one.model_dump())
        elif event.kind == "approval":
            said = Approval.model_validate_json(event.body)
            if said.answer == "reject":
                data = said.model_dump(include={"checkpoint", "tool", "person", "reason", "at"})
                yield Corrected(id=said.checkpoint, **head, field="", old="", new="", **data)


def _settled(file: Path) -> Iterator[Settled]:
    """The lines of the file: of several on one correction the last counts."""
    lines = file.read_bytes().splitlines() if file.is_file() else []
    for line in lines:
        try:
            yield Settled.model_validate_json(line)
        except ValidationError as error:
            text = f"a line says nothing of a correction: {error}"
            raise StoreFailed(text, where=str(file)) from error
