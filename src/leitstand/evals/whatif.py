"""The time machine: what recorded cases would have done under other rules, data or another graph.

Each journal of the time in question is recorded and replayed. What the tape answers is exact; what
an embedded twin answers is simulated; beyond that nothing is said.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, get_type_hints

from sqlalchemy import select

from leitstand.errors import CaseRefused, LeitstandError
from leitstand.evals.case import RecordedCase
from leitstand.evals.record import record
from leitstand.evals.result import CaseResult, Certainty, Made
from leitstand.evals.runner import Job, Told, run_cases
from leitstand.evals.shelf import places, put, take
from leitstand.runtime import Leitstand
from leitstand.store.schema import cases
from leitstand.tool import Tool
from leitstand.values import Frozen, Money

__all__ = ["Change", "Outlook", "outlook", "shelve"]


class Change(Frozen):
    """One case that would have gone another way.

    `gone` are effects that happened and would not have, `new` those that would have come instead;
    `cents` is the amount that they are about, `asks` how many more checkpoints there would be.
    `avoided` and `caused` name fields that people would not, or would, have had to correct.
    """

    case: str
    title: str
    certainty: Certainty
    before: str = ""
    after: str = ""
    gone: tuple[Made, ...] = ()
    new: tuple[Made, ...] = ()
    cents: int = 0
    asks: int = 0
    avoided: tuple[str, ...] = ()
    caused: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


class Outlook(Frozen):
    """All changes of a time, beside how many cases were looked at and which could not be."""

    cases: int
    changes: tuple[Change, ...]
    unknown: tuple[str, ...]
    refused: Mapping[str, str] = {}

    @property
    def cents(self) -> int:
        """Amounts of all cases whose effects would change, in cents."""
        return sum(c.cents for c in self.changes)

    @property
    def asks(self) -> int:
        """Checkpoints more (or fewer) than there were."""
        return sum(c.asks for c in self.changes)


async def shelve(leitstand: Leitstand, since: float, shelf: Path) -> dict[str, str]:
    """Record every case opened since then (seconds since the epoch) onto a shelf.

    What could not be recorded, by case, with the reason: it is said, never left out in silence.
    """
    query = select(cases.c.ulid, cases.c.role, cases.c.title).where(cases.c.opened >= since)
    rows = await leitstand.store.read(lambda c: c.execute(query.order_by(cases.c.ulid)).all())
    refused: dict[str, str] = {}
    for ulid, role, title in rows:
        try:
            if role not in leitstand.project.roles:
                raise CaseRefused(f"no role `{role}` any more", where=ulid)
            found = await record(leitstand.store, leitstand.rules, ulid, ulid)
        except LeitstandError as error:
            refused[title or ulid] = error.text
            continue
        put(shelf / ulid, found.case, found.lines)
    return refused


async def outlook(
    before: Job,
    after: Job,
    shelf: Path,
    tools: Sequence[Tool[Any, Any]],
    refused: Mapping[str, str],
    told: Told = lambda _: None,
) -> Outlook:
    """Compare what the cases of a shelf did with what they would do.

    What they did is on their tapes; which of it people were asked about is replayed under `before`.
    """
    found = places(shelf)
    amounts = {t.name: _money_fields(t) for t in tools}
    changes: list[Change] = []
    unknown: list[str] = []
    count = 0
    then = run_cases(before, found)
    async for result in run_cases(after, found, told):
        known = await anext(then)
        case, _ = take(found[count])
        count += 1
        if result.certainty == "unknown":
            unknown.append(case.title or case.name)
        change = _change(case, known, result, amounts)
        if change is not None:
            changes.append(change)
    await _closed(then)
    return Outlook(
        cases=count, changes=tuple(changes), unknown=tuple(unknown), refused=dict(refused)
    )


async def _closed(results: AsyncIterator[CaseResult]) -> None:
    """Let the other run end as well: its workers go with it."""
    async for _ in results:
        pass


def _change(
    case: RecordedCase,
    known: CaseResult,
    result: CaseResult,
    amounts: Mapping[str, Sequence[str]],
) -> Change | None:
    did = [Made(tool=e.tool, args=e.args) for e in case.expected.effects or ()]
    would = [Made(tool=e.tool, args=e.args) for e in result.effects]
    gone = tuple(e for e in did if e not in would)
    new = tuple(e for e in would if e not in did)
    had, have = _corrected(known), _corrected(result)
    asks = result.asks - known.asks
    if not (gone or new or asks or had != have or known.decision != result.decision):
        return None
    cents = max((_amount(e, amounts) for e in (*gone, *new)), default=0)
    return Change(
        case=case.name,
        title=case.title,
        certainty=result.certainty,
        before=known.decision,
        after=result.decision,
        gone=gone,
        new=new,
        cents=cents,
        asks=asks,
        avoided=tuple(sorted(had - have)),
        caused=tuple(sorted(have - had)),
        why=tuple(sorted(set(result.rules) ^ set(known.rules))),
    )


def _corrected(result: CaseResult) -> set[str]:
    return {f"{p.tool}.{c.field}" for p in result.proposals for c in p.changes}


def _amount(effect: Made, amounts: Mapping[str, Sequence[str]]) -> int:
    values = (effect.args.get(name) for name in amounts.get(effect.tool, ()))
    return max((abs(v) for v in values if isinstance(v, int)), default=0)


def _money_fields(tool: Tool[Any, Any]) -> tuple[str, ...]:
    """Arguments that are amounts of money, in cents."""
    hints = get_type_hints(tool.args, include_extras=True)
    return tuple(name for name, hint in hints.items() if _is_money(hint))


def _is_money(hint: object) -> bool:
    return hint == Money or any(option == Money for option in get_args(hint))
