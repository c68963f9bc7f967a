"""Fidelity: every recorded call executed, and a verdict from what the environments have become.

Guards observe only. The verdicts are compared with a reference where the rows bring one; none is
made from it.
"""

import asyncio
import os
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from leitstand.errors import CaseRefused, UsageRefused
from leitstand.evals.foreign.office import ROLE, Call, Course, Worlds, office_of, tool_name
from leitstand.evals.foreign.rows import Row, files_of, hash_of, rows_of
from leitstand.evals.foreign.world import Setting
from leitstand.evals.interval import pass_hat
from leitstand.project import Project, named
from leitstand.runtime import Leitstand, open_leitstand, settle_memory
from leitstand.values import Frozen

AT_ONCE = 16
"""Runs whose worlds are in memory at one time."""
_FILE = "recordings.json"


class Recordings(Frozen):
    """What a suite of foreign recordings is: their format, where they lie, and their hashes.

    `kind` is what reads the format (`module:Class`), `project` the root that it is loaded from.
    """

    format: str
    path: str
    rows: int
    files: dict[str, str]
    kind: str
    project: str


class Fidelity(Frozen):
    """What came of a set. `effective_writes` and `corrected` where its truth names writes."""

    rows: int
    excluded: int
    actions: int
    effective_writes: int
    corrected: int | None
    pass_hat_k: dict[str, float]
    environment: str
    verdicts: dict[str, dict[str, Any]]
    agree: int | None = None
    disagree: tuple[str, ...] = ()


class _Came(NamedTuple):
    """What came of one run."""

    id: str
    verdict: dict[str, Any] | None = None
    reference: dict[str, Any] | None = None
    actions: int = 0
    changed: int = 0
    corrected: int | None = None
    group: str = ""


def import_recordings(form: str, path: Path, out: Path, project: Project) -> Recordings:
    """Make a folder of recordings a suite; every row is looked at once.

    `path` may also be a file with rows in that folder, `form` is a format that the project names.
    Raises UsageRefused: no such format; CaseRefused: rows that are no runs of it, with file and
    number; NoVerdict: what judges them is not installed.
    """
    path = path.parent if path.is_file() else path
    known = project.table.recordings
    if form not in known:
        names = ", ".join(sorted({*known, *project.table.worlds, "rows"}))
        raise UsageRefused(f"no format `{form}`", mend=f"one of {names}")
    if not path.is_dir():
        raise UsageRefused("no such folder", where=str(path))
    setting = named(project.root, known[form])(path)
    count = 0
    for row in _rows(path, setting):
        _looked(setting, row)
        count += 1
    if not count:
        raise CaseRefused("no recording in it", where=str(path))
    hashes = {f.relative_to(path).as_posix(): hash_of(f) for f in files_of(path)}
    made = Recordings(
        format=form,
        path=str(path.resolve()),
        rows=count,
        files=hashes,
        kind=known[form],
        project=str(project.root.resolve()),
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / _FILE).write_text(made.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return made


def open_recordings(suite: Path) -> Recordings:
    """The recordings of a suite. Raises CaseRefused: they are not there, or others by now."""
    try:
        found = Recordings.model_validate_json((suite / _FILE).read_bytes())
    except (OSError, ValueError) as error:
        raise CaseRefused(f"no suite of recordings: {error}", where=str(suite)) from error
    for name, known in found.files.items():
        file = Path(found.path) / name
        if not file.is_file() or hash_of(file) != known:
            raise CaseRefused("the recordings are not those that were imported", where=str(file))
    return found


async def fidelity(suite: Path, state: Path, told: Callable[[int], None]) -> Fidelity:
    """Run all recordings of a suite; their journals lie in `state`, one folder a process.

    Raises CaseRefused, NoVerdict.
    """
    recordings = open_recordings(suite)
    _clear(state)
    workers = min(os.cpu_count() or 1, 1 + recordings.rows // 20)
    jobs = [(recordings, state / str(n), n, workers) for n in range(workers)]
    came: list[_Came] = []
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        loop = asyncio.get_running_loop()
        for done in asyncio.as_completed([loop.run_in_executor(pool, _part, *j) for j in jobs]):
            came += await done
            told(len(came))
    kind: type[Setting] = named(Path(recordings.project), recordings.kind)
    return _summed(came, kind.environment)


def _clear(state: Path) -> None:
    """Remove the journals of an earlier run. Raises UsageRefused: the folder holds other things."""
    earlier = list(state.iterdir()) if state.is_dir() else []
    if not all(f.name.isdecimal() and (f / "place.json").is_file() for f in earlier):
        mend = "name an empty folder, or that of an earlier run"
        raise UsageRefused("this folder holds something else", where=str(state), mend=mend)
    for folder in earlier:
        shutil.rmtree(folder)


def _summed(came: Sequence[_Came], environment: str) -> Fidelity:
    known = [c for c in sorted(came, key=_order) if c.verdict is not None]
    judged = [c for c in known if c.reference is not None]
    corrected = [c.corrected for c in known if c.corrected is not None]
    return Fidelity(
        rows=len(came),
        excluded=len(came) - len(known),
        actions=sum(c.actions for c in known),
        effective_writes=sum(c.changed for c in known),
        corrected=sum(corrected) if corrected else None,
        pass_hat_k=_pass_hat(known),
        environment=environment,
        verdicts={c.id: c.verdict for c in known if c.verdict is not None},
        agree=sum(map(_agrees, judged)) if judged else None,
        disagree=tuple(c.id for c in judged if not _agrees(c)),
    )


def _agrees(came: _Came) -> bool:
    """Whether both say the same; a list of the reference names what must be among ours."""
    ours, theirs = came.verdict or {}, came.reference or {}
    return ours.keys() == theirs.keys() and all(_meets(ours[n], theirs[n]) for n in theirs)


def _meets(ours: Any, theirs: Any) -> bool:  # noqa: ANN401 - JSON
    return set(theirs) <= set(ours) if isinstance(theirs, list) else ours == theirs  # pyright: ignore[reportUnknownArgumentType]


def _order(came: _Came) -> tuple[str, int]:
    file, _, number = came.id.rpartition("#")
    return file, int(number)


def _pass_hat(came: Sequence[_Came]) -> dict[str, float]:
    """pass^k: the chance that k trials of a task all pass, over tasks with so many trials."""
    trials: dict[str, list[int]] = defaultdict(list)
    for one in came:
        if one.group and one.verdict is not None:
            trials[one.group].append(int(one.verdict["reward"]))
    found: dict[str, float] = {}
    for k in range(1, max(map(len, trials.values()), default=0) + 1):
        tasks = [t for t in trials.values() if len(t) >= k]
        chances = [pass_hat(sum(t), len(t), k) for t in tasks]
        found[str(k)] = round(sum(chances) / len(chances), 6)
    return found


def _part(recordings: Recordings, state: Path, number: int, workers: int) -> list[_Came]:
    """One process's share of the rows."""
    with asyncio.Runner() as runner:
        return runner.run(_Share(recordings, state, number, workers).run())


class _Share:
    def __init__(self, recordings: Recordings, state: Path, number: int, workers: int) -> None:
        self._folder = Path(recordings.path)
        self._setting: Setting = named(Path(recordings.project), recordings.kind)(self._folder)
        self._state = state
        self._number, self._workers = number, workers
        self._worlds = Worlds()

    async def run(self) -> list[_Came]:
        writes: Counter[str] = Counter({tool_name(""): 0})  # A share without any call has a tool.
        for row in self._rows():
            for asked in self._setting.calls(row.data):
                writes[tool_name(asked.tool)] += asked.writes
        project = office_of({name: bool(count) for name, count in writes.items()}, self._worlds)
        leitstand = await open_leitstand(project, state=self._state)
        settle_memory()
        came: list[_Came] = []
        try:
            rows = self._rows()
            while batch := list(islice(rows, AT_ONCE)):
                came += await self._replayed(leitstand, batch)
        finally:
            await leitstand.close()
        return came

    def _rows(self) -> Iterator[Row]:
        return islice(_rows(self._folder, self._setting), self._number, None, self._workers)

    async def _replayed(self, leitstand: Leitstand, rows: Sequence[Row]) -> list[_Came]:
        kept = [row for row in rows if not self._setting.excluded(row.data)]
        for row in kept:
            asked = self._setting.calls(row.data)
            self._worlds.open[row.id] = (self._setting.world(row.data), asked)
            calls = (
                Call(run=row.id, number=n, tool=tool_name(a.tool), arguments=a.arguments)
                for n, a in enumerate(asked)
            )
            own = {"tenant": leitstand.tenant, "requester": "evals", "title": row.id[:200]}
            await leitstand.runtime.start(ROLE, Course(calls=tuple(calls)), **own)
        await leitstand.runtime.run_until_idle()
        self._worlds.answered.clear()
        known = {row.id for row in kept}
        return [self._judged(row) if row.id in known else _Came(row.id) for row in rows]

    def _judged(self, row: Row) -> _Came:
        world, asked = self._worlds.open[row.id]
        verdict, corrected = world.verdict(), world.corrected()
        return _Came(
            row.id,
            verdict,
            self._setting.reference(row.answers),
            len(asked),
            self._worlds.close(row.id),
            corrected,
            self._setting.group(row.data),
        )


def _rows(folder: Path, setting: Setting) -> Iterator[Row]:
    files = files_of(folder)
    return chain.from_iterable(rows_of(folder, file, setting.answers) for file in files)


def _looked(setting: Setting, row: Row) -> None:
    """Read a row as it will be read; what is wrong names the row."""
    try:
        setting.calls(row.data)
        setting.excluded(row.data)
        setting.group(row.data)
    except CaseRefused as error:
        raise CaseRefused(error.text, where=row.id) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CaseRefused(f"no run of this format: {error!r}", where=row.id) from error
