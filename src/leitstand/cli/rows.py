"""Rows of cases as a table for people."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from leitstand.cli.output import show_table

if TYPE_CHECKING:
    from leitstand.inbox import Row, Texts
    from leitstand.records import Effect

__all__ = ["print_rows"]


def print_rows(rows: "Sequence[Row]", texts: "Texts", title: str = "") -> None:
    """One line a case: read, decided, by which rules, written where, waiting for whom, and why."""
    names = ("file", "read", "decision", "rules", "written", "waits", "why")
    columns = [texts.known(f"row.{n}") for n in names]
    show_table(title, columns, [tuple(_cells(row, texts)) for row in rows])


def _cells(row: "Row", texts: "Texts") -> Iterable[str]:
    yield row.file
    yield str(row.columns.get("read", ""))
    yield texts.known(f"decision.{row.decision}", row.decision)
    yield " ".join(row.guardrails)
    yield ", ".join(_written(e, texts) for e in row.effects if e.state == "done")
    people = f"{row.approval.approvers}: {texts.roles(row.approval.roles)}"
    yield people if row.approval.approvers else ""
    cause = texts.known(f"cause.{row.exit.cause}") if row.exit.cause else ""
    yield cause or (texts.known(f"held.{row.exit.reason}") if row.status == "held" else "")


def _written(effect: "Effect", texts: "Texts") -> str:
    """What was done, and the number that the system gave it."""
    given = effect.args.values()
    new = (v for k, v in effect.result.items() if k.endswith("_no") and v and v not in given)
    return f"{texts.tool(effect.tool)} {next(new, '')}".rstrip()
