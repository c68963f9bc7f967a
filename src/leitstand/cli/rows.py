"""Rows of cases as a table for people."""

from collections.abc import Iterable, Sequence

import typer

from leitstand.cli.output import hint, show_table
from leitstand.evals.agreement import Agreement
from leitstand.inbox import Row, Texts
from leitstand.records import Effect


def print_rows(rows: Sequence[Row], texts: Texts, title: str = "") -> None:
    """One line a case: read, decided, by which rules, written where, waiting for whom, and why."""
    names = ("file", "read", "decision", "rules", "written", "waits", "why")
    columns = [texts.known(f"row.{n}") for n in names]
    show_table(title, columns, [tuple(_cells(row, texts)) for row in rows])


def print_agreement(found: Agreement, texts: Texts) -> None:
    """In which fields role and people agree, then each document in which they do not."""
    columns = [texts.known(f"agreement.{n}") for n in ("field", "n", "same", "low", "high")]
    rows = [
        (f.field, f.n, f"{f.agreed / f.n:.1%}", f"{f.low:.1%}", f"{f.high:.1%}")
        for f in found.fields
    ]
    typer.echo(_rate(found, texts))
    show_table("", columns, rows)
    differing = [(d.file, f.field, d.proposed, d.done) for f in found.fields for d in f.differing]
    if differing:
        columns = [texts.known(f"agreement.{n}") for n in ("file", "field", "proposed", "done")]
        show_table("", columns, sorted(differing))
    for name in ("not_done", "not_seen"):
        if files := getattr(found, name):
            hint(f"{texts.known(f'agreement.{name}')}: {', '.join(files)}")


def _rate(found: Agreement, texts: Texts) -> str:
    if found.corrections_per_100 is None:
        return texts.known("agreement.nothing")
    return texts.say(
        "agreement.rate",
        rate=f"{found.corrections_per_100:.1f}",
        n=found.compared,
        low=f"{found.low:.1f}",
        high=f"{found.high:.1f}",
    )


def _cells(row: Row, texts: Texts) -> Iterable[str]:
    yield row.file
    yield str(row.columns.get("read", ""))
    yield texts.decision(row.shown)
    yield " ".join(row.marks)
    yield ", ".join(_written(e, texts) for e in row.effects if e.state == "done")
    people = f"{row.approval.approvers}: {texts.roles(row.approval.roles)}"
    yield people if row.approval.approvers else ""
    cause = row.exit.cause or ""
    yield texts.known(f"cause.{cause}") or texts.known(f"held.{cause}")


def _written(effect: Effect, texts: Texts) -> str:
    """What was done, and the number that the system gave it."""
    given = effect.args.values()
    new = (v for k, v in effect.result.items() if k.endswith("_no") and v and v not in given)
    return f"{texts.tool(effect.tool)} {next(new, '')}".rstrip()
