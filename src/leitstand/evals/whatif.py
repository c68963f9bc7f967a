"""The time machine: what recorded cases would have done under other rules, data or another graph.

Each journal of the time in question is recorded and replayed. What the tape answers is exact; what
an embedded twin answers is simulated; beyond that nothing is said.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_type_hints

from sqlalchemy import select

from leitstand.approval import is_amount
from leitstand.errors import CaseRefused, LeitstandError
from leitstand.evals.case import RecordedCase
from leitstand.evals.grading import decided
from leitstand.evals.record import record
from leitstand.evals.result import CaseResult, Certainty, Made
from leitstand.evals.runner import Job, Told, run_cases
from leitstand.evals.shelf import places, put, take
from leitstand.records import Event
from leitstand.runtime import Leitstand
from leitstand.store.schema import cases
from leitstand.tool import Tool
from leitstand.values import Frozen


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
    """All changes of a time, beside how many cases were looked at and which could not be.

    `asked` cases were put to a live model, for `tokens` of both ways; each once, so that a case
    that would go now so and now otherwise shows one of its ways.
    """

    cases: int
    changes: tuple[Change, ...]
    unknown: tuple[str, ...]
    refused: Mapping[str, str] = {}
    asked: int = 0
    tokens: int = 0

    @property
    def cents(self) -> int:
        """Amounts of all cases whose effects would change, in cents."""
        return sum(c.cents for c in self.changes)

    @property
    def asks(self) -> int:
        """Checkpoints more (or fewer) than there were."""
        return sum(c.asks for c in self.changes)


class Known(NamedTuple):
    """What a journal says of a case: what was decided, how often people were asked, and mended."""

    decision: str
    asks: int
    corrected: frozenset[str]


async def shelve(
    leitstand: Leitstand, since: float, shelf: Path
) -> tuple[Mapping[str, Known], Mapping[str, str]]:
    """Record every case opened since then (seconds since the epoch) onto a shelf.

    What is known of each, and why others are not there. None is left out.
    """
    query = select(cases.c.ulid, cases.c.role, cases.c.title).where(cases.c.opened >= since)
    rows = await leitstand.store.read(lambda c: c.execute(query.order_by(cases.c.ulid)).all())
    known, refused = dict[str, Known](), dict[str, str]()
    for ulid, role, title in rows:
        try:
            if role not in leitstand.project.roles:
                raise CaseRefused(f"no role `{role}` any more", where=ulid)
            found = await record(leitstand.store, leitstand.rules, ulid, ulid)
        except LeitstandError as error:
            refused[title or ulid] = error.text
            continue
        put(shelf / ulid, found.case, found.lines)
        known[ulid] = _known(found.case, found.events)
    return known, refused


async def outlook(
    after: Job,
    shelf: Path,
    tools: Sequence[Tool[Any, Any]],
    known: Mapping[str, Known],
    refused: Mapping[str, str],
    told: Told = lambda _: None,
) -> Outlook:
    """Compare what the cases of a shelf did, as is known, with what they would do under `after`."""
    found = places(shelf)
    amounts = {t.name: _money_fields(t) for t in tools}
    changes: list[Change] = []
    unknown: list[str] = []
    seen = Counter(cases=0, asked=0, tokens=0)
    async for result in run_cases(after, found, told):
        case, _ = take(found[seen["cases"]])
        seen.update(cases=1, asked=bool(result.asked), tokens=result.tokens if result.asked else 0)
        if result.certainty == "unknown":
            unknown.append(case.title or case.name)
        change = _change(case, known[case.name], result, amounts)
        if change is not None:
            changes.append(change)
    return Outlook(changes=tuple(changes), unknown=tuple(unknown), refused=refused, **seen)


def _known(case: RecordedCase, events: Sequence[Event]) -> Known:
    bodies = [(e.kind, e.said()) for e in events]
    verdicts = (body["verdict"] for _, body in bodies if body.get("verdict"))
    mended = (body for kind, body in bodies if kind == "correction")
    return Known(
        decision=decided(case.exit, [verdict["level"] for verdict in verdicts]),
        asks=len({e.address for e in events if e.kind == "checkpoint"}),
        corrected=frozenset(f"{body['tool']}.{body['field']}" for body in mended),
    )


def _change(
    case: RecordedCase, known: Known, result: CaseResult, amounts: Mapping[str, Sequence[str]]
) -> Change | None:
    did = [Made(tool=e.tool, args=e.args) for e in case.expected.effects or ()]
    would = [Made(tool=e.tool, args=e.args) for e in result.effects]
    gone = tuple(e for e in did if e not in would)
    new = tuple(e for e in would if e not in did)
    had, have = known.corrected, _corrected(result)
    asks = result.asks - known.asks
    if not (gone or new or asks or had != have or known.decision != result.decision):
        return None
    mended = {name.rpartition(".")[0] for name in had ^ have}
    about = (*gone, *new) or tuple(e for e in would if e.tool in mended)
    cents = max((_amount(e, amounts) for e in about), default=0)
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
        avoided=tuple(sorted(name for name in had - have if _stays(name, did, would))),
        caused=tuple(sorted(have - had)),
        why=tuple(sorted({r for p in result.proposals for r in p.rules})),
    )


def _stays(name: str, did: Sequence[Made], would: Sequence[Made]) -> bool:
    """Whether a field comes out as people had made it; else their correction would be lost."""
    was, now = (
        {f"{e.tool}.{n}": v for e in one for n, v in e.args.items()} for one in (did, would)
    )
    same = [field for field, value in was.items() if field in now and now[field] == value]
    return any(f"{name}.".startswith(f"{field}.") for field in same)


def _corrected(result: CaseResult) -> frozenset[str]:
    return frozenset(f"{p.tool}.{c.field}" for p in result.proposals for c in p.changes)


def _amount(effect: Made, amounts: Mapping[str, Sequence[str]]) -> int:
    values = (effect.args.get(name) for name in amounts.get(effect.tool, ()))
    return max((abs(v) for v in values if isinstance(v, int)), default=0)


def _money_fields(tool: Tool[Any, Any]) -> tuple[str, ...]:
    """Arguments that are amounts of money, in cents."""
    hints = get_type_hints(tool.args, include_extras=True)
    return tuple(name for name, hint in hints.items() if is_amount(hint))
