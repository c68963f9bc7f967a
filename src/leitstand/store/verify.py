"""`journal verify`: every case's chain made anew and held against row, key and anchors.

The check reads part by part, beside a running process.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, bindparam, exists, literal_column, select

from leitstand.store.anchored import Anchored, anchored
from leitstand.store.anchors import anchors_at, anchors_in
from leitstand.store.examined import Examined
from leitstand.store.fault import Fault
from leitstand.store.schema import PAGE_SHIFT, blobs, cases, keys, pages
from leitstand.store.shelf import pages_of
from leitstand.store.store import Store

PART = 200
"""Cases checked between two other questions to the store."""


@dataclass(slots=True)
class Report:
    """What was checked and what is wrong. `restores`: when the store owned to a restored backup."""

    cases: int = 0
    events: int = 0
    erased: int = 0
    anchors: int = 0
    restores: tuple[float, ...] = ()
    faults: list[Fault] = field(default_factory=list[Fault])

    @property
    def sound(self) -> bool:
        """Whether nothing was altered, truncated or taken away, as far as it can be proven."""
        return not self.faults


async def verify(store: Store, path: Path | None = None, trusted: Collection[str] = ()) -> Report:
    """Check every case and anchor; `path`: the anchors' file; `trusted`: public keys (hex).

    Raises StoreFailed: the file cannot be read as anchors.
    """
    filed = anchors_at(path) if path is not None else None
    proof = anchored(await store.read(anchors_in), filed, trusted)
    report = Report(anchors=proof.count, faults=proof.faults)
    report.restores = tuple(sorted(set(proof.restores)))
    after: int | None = 0
    while after is not None:
        after = await store.read(_Part(store.master, proof, report, after).run)
    for no in await store.read(lambda conn: conn.execute(_ORPHANS).scalars().all()):
        text = "pages without a case: its row is gone"
        report.faults.append(Fault("missing", f"case number {no}", -1, text))
    for ulid in (name for name, heads in proof.heads.items() if heads):
        text = f"the case is gone; it was anchored for tenant {proof.tenants[ulid]}"
        report.faults.append(Fault("missing", ulid, -1, text))
    return report


@dataclass(slots=True)
class _Part:
    """Cases with numbers above `after`; what is anchored of them is taken out of `proof`."""

    master: bytes
    proof: Anchored
    report: Report
    after: int

    def run(self, conn: Connection) -> int | None:
        """Check them; the number to go on after, None when there is no more."""
        given = {"after": self.after, "many": PART}
        rows = [dict(row) for row in conn.execute(_CASES, given).mappings()]
        found = pages_of(conn, [row["case_no"] for row in rows])
        for row in rows:
            no = int(row["case_no"])
            heads = self.proof.heads.pop(row["ulid"], {})
            case = Examined(row, self.master, heads)
            case.read(found.pop(no, ()))
            if case.names:
                case.compare(dict(conn.execute(_BLOBS, {"of": no}).all()))
            self._count(case)
        return rows[-1]["case_no"] if len(rows) == PART else None

    def _count(self, case: Examined) -> None:
        self.report.cases += 1
        self.report.events += case.seq
        self.report.erased += case.erased
        self.report.faults += case.faults


_NUMBER: ColumnElement[int] = pages.c.page.op(">>")(literal_column(str(PAGE_SHIFT)))
_CASES = (
    select(cases, keys.c.wrapped)
    .select_from(cases.outerjoin(keys, keys.c.case_no == cases.c.case_no))
    .where(cases.c.case_no > bindparam("after"))
    .order_by(cases.c.case_no)
    .limit(bindparam("many"))
)
_ORPHANS = (
    select(_NUMBER).distinct().where(~exists().where(cases.c.case_no == _NUMBER)).order_by(_NUMBER)
)
_BLOBS = select(blobs.c.name, blobs.c.body).where(blobs.c.case_no == bindparam("of"))
