"""Two saved runs side by side: what fails newly, what passes newly, which values changed."""

from collections.abc import Iterator
from typing import Any

from leitstand.digest import canonical, plain
from leitstand.evals.figures import Figures, Tally
from leitstand.evals.result import CaseResult, FieldDiff
from leitstand.evals.saved import Saved
from leitstand.values import Frozen, leaves

MOST = 1000
"""Cases whose changed values are kept; `changed` counts them all."""


class Changed(Frozen):
    """What a case came to in the first run (`expected`) and in the second (`actual`)."""

    case: str
    fields: tuple[FieldDiff, ...]


class Difference(Frozen):
    """What lies between two runs; `cases` holds the first thousand that changed."""

    newly_failing: tuple[str, ...]
    newly_passing: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    changed: int
    cases: tuple[Changed, ...]
    first: Figures
    second: Figures


def difference(first: Saved, second: Saved) -> Difference:
    """Compare two saved runs case by case. Of the first one a digest a case is kept, no more."""
    one, two = Tally(first.run.coverable), Tally(second.run.coverable)
    before: dict[str, tuple[bool, str]] = {}
    for result in first.results():
        one.add(result)
        before[result.case] = result.good, _digest(result)
    failing, passing, new, other = list[str](), list[str](), list[str](), set[str]()
    for result in second.results():
        two.add(result)
        was = before.pop(result.case, None)
        if was is None:
            new.append(result.case)
            continue
        if was[0] != result.good:
            (failing if was[0] else passing).append(result.case)
        if was[1] != _digest(result):
            other.add(result.case)
    return Difference(
        newly_failing=tuple(failing),
        newly_passing=tuple(passing),
        only_first=tuple(before),
        only_second=tuple(new),
        changed=len(other),
        cases=tuple(_changed(first, second, set(sorted(other)[:MOST]))),
        first=one.figures(),
        second=two.figures(),
    )


def _changed(first: Saved, second: Saved, wanted: set[str]) -> Iterator[Changed]:
    before = {r.case: r for r in first.results() if r.case in wanted} if wanted else {}
    for now in second.results() if before else ():
        if now.case in before:
            old, new = _values(before[now.case]), _values(now)
            names = sorted(n for n in old.keys() | new.keys() if old.get(n) != new.get(n))
            fields = (FieldDiff(field=n, expected=old.get(n), actual=new.get(n)) for n in names)
            yield Changed(case=now.case, fields=tuple(fields))


def _digest(result: CaseResult) -> str:
    return plain(canonical(_values(result)))


def _values(result: CaseResult) -> dict[str, Any]:
    """What a case came to, by dotted path: its decision, its end, every effect's arguments."""
    values: dict[str, Any] = {
        "certainty": result.certainty,
        "decision": result.decision,
        "held": result.held,
    }
    if result.exit:
        values |= {"exit": result.exit.kind, "exit.cause": result.exit.cause}
        values |= leaves(result.exit.result, "exit.result.")
    seen: dict[str, int] = {}
    for effect in result.effects:
        number = seen[effect.tool] = seen.get(effect.tool, 0) + 1
        name = effect.tool if number == 1 else f"{effect.tool}#{number}"
        values |= {name: "done", **dict(leaves(effect.args, f"{name}."))}
    return values
