"""A re-recording: nobody is named any more, and the case takes the same way."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from evals.accounting.truth import Truth
from leitstand.evals.grading import grade
from leitstand.evals.pseudonym import Retold, retell
from leitstand.evals.record import Recorded
from leitstand.evals.replay import Bench, replay
from leitstand.evals.result import CaseResult
from leitstand.evals.runner import Job, bench_of
from leitstand.evals.shelf import case_bytes, places, take
from leitstand.evals.supervisor import supervisor_of
from leitstand.evals.tape import Recording, tape_bytes
from leitstand.evals.vocabulary import Vocabulary
from leitstand.evals.worlds import import_world
from leitstand.project import load_project

ROOT = Path(__file__).parents[2]
DATA = ROOT / "evals" / "accounting"


class Told(NamedTuple):
    """A case before and after."""

    before: Recorded
    after: Retold


@pytest.fixture(scope="module")
def bench() -> Bench:
    """The reference project as it stands."""
    return bench_of(Job(ROOT), load_project(ROOT))


@pytest.fixture(scope="module")
def told(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> list[Told]:
    """All cases of the demo's world, worked off, recorded and told anew."""
    shelf = tmp_path_factory.mktemp("shelf")
    project, truth = load_project(ROOT), DATA / "truth.jsonl"
    told = Truth(project, truth)
    asyncio.run(import_world(project, "accounting", DATA / "world", truth, shelf, told))

    async def all_of() -> list[Told]:
        found: list[Told] = []
        for place in places(shelf):
            case, recording = take(place)
            before = Recorded(case, recording.lines, ())
            found.append(Told(before, await _retold(bench, before)))
        return found

    return asyncio.run(all_of())


async def _retold(bench: Bench, before: Recorded, secret: bytes = b"secret") -> Retold:
    names = [*bench.roles, *(t.name for t in bench.tools), *(h.name for h in before.case.heard)]
    files = [ROOT / "policies" / "lexicon.toml"]
    return await retell(before, bench, secret, Vocabulary.of(files, dict(bench.limits), names))


@pytest.mark.slow
@pytest.mark.kernel(34)
def test_every_case_takes_the_same_way(told: list[Told], bench: Bench) -> None:
    """Decision, rules, exit, effects and ways of all 35 cases; from the tape alone (R21)."""
    assert len(told) == 35
    for before, after in told:
        assert after.differences == ()
        first = _graded(bench, before.case, Recording(before.lines))
        second = _graded(bench, after.case, Recording(after.lines))
        assert second.problems == first.problems, after.case.name
        assert second.certainty == "exact"
        assert second.course == after.case.course
        for name in ("decision", "rules", "edges", "branches"):
            assert getattr(first, name) == getattr(second, name), after.case.name
        assert [e.tool for e in first.effects] == [e.tool for e in second.effects]


@pytest.mark.kernel(34)
def test_nobody_is_named(told: list[Told]) -> None:
    """No name, account, tax id, number, hash or mail address of the originals is in the files.

    Of numbers of documents, those of the very case: an invented one may be somebody else's.
    """
    personal, numbers = set(_personal()), _numbers()
    named = re.compile(rf"\b(?:{'|'.join(sorted(_names()))})\b", re.IGNORECASE)
    assert named.search(case_bytes(told[0].before.case).decode())
    for before, after in told:
        text = (case_bytes(after.case) + tape_bytes(after.lines)).decode()
        original = (case_bytes(before.case) + tape_bytes(before.lines)).decode()
        found = [value for value in personal if _stands(value, text)]
        found += [v for v in numbers if _stands(v, original) and _stands(v, text)]
        assert (found, named.findall(text)) == ([], []), after.case.name


def test_the_same_bytes(told: list[Told], bench: Bench) -> None:
    """Recorded twice it is the same to the byte; another secret gives other names."""
    before, after = told[0]
    again = asyncio.run(_retold(bench, before))
    assert case_bytes(again.case) == case_bytes(after.case)
    assert tape_bytes(again.lines) == tape_bytes(after.lines)
    other = asyncio.run(_retold(bench, before, b"another"))
    assert tape_bytes(other.lines) != tape_bytes(after.lines)


def test_lines_that_nobody_asks_are_dropped(told: list[Told], bench: Bench) -> None:
    """An answer that the replay does not need is not in the tape of the re-recording."""
    before, after = told[0]
    more = before.lines[1].model_copy(update={"address": "nowhere#1/:0"})
    again = asyncio.run(_retold(bench, Recorded(before.case, [*before.lines, more], ())))
    assert [line.address for line in again.lines] == [line.address for line in after.lines]


@pytest.mark.slow
def test_a_difference_is_named(told: list[Told], bench: Bench) -> None:
    """Without the lexicon an order to a machine is not recognised any more: it is said where."""
    [found] = [t for t in told if t.before.case.expected.rules == ("G-A26",)]
    names = Vocabulary((), dict(bench.limits), [*bench.roles])
    lost = asyncio.run(retell(found.before, bench, b"secret", names))
    assert any(d.startswith("decision: escalate, before hold") for d in lost.differences)


def _graded(bench: Bench, case: Any, recording: Recording) -> CaseResult:  # noqa: ANN401
    done = replay(bench, case, recording, supervisor_of("recorded", case))
    return grade(asyncio.run(done))


def _stands(value: str, text: str) -> bool:
    """Whether it is said: five digits alone are also met by chance inside a digest."""
    if len(value) > 8:
        return value in text
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])", text) is not None


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def _personal() -> Iterator[str]:
    """Values that name somebody, but for the tenant's own."""
    own = set(_texts(json.loads((DATA / "world" / "policy.json").read_text("utf-8"))))
    rows = [(r, "name vat iban mail tel stnr street creditor") for r in _suppliers()]
    for truth in _rows(DATA / "truth.jsonl"):
        rows.append((truth["fields"], "seller seller_vat iban"))
        yield truth["sha256"]
    for row, names in rows:
        for name in names.split():
            value = row.get(name)
            if value and value not in own and not re.search(r"# ?[A-Z]+=", value):
                yield value


def _numbers() -> set[str]:
    """Numbers of invoices and orders: four invented digits meet one of them now and then."""
    fields = [truth["fields"] for truth in _rows(DATA / "truth.jsonl")]
    return {row[name] for row in fields for name in ("number", "po") if row.get(name)}


def _names() -> set[str]:
    words = (re.findall(r"[^\W\d_]{5,}", r["name"]) for r in _suppliers())
    own = " ".join(_texts(load_project(ROOT).limits(DATA / "world")))
    return {w for found in words for w in found if w.casefold() not in own.casefold()}


def _suppliers() -> list[dict[str, Any]]:
    return _rows(DATA / "world" / "suppliers.jsonl")


def _texts(node: object) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(value)  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(node, list):
        for value in node:  # pyright: ignore[reportUnknownVariableType]
            yield from _texts(value)  # pyright: ignore[reportUnknownArgumentType]
