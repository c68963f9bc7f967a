"""The state of a compliance case: what is given, then what was found."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal, cast

from leitstand.role import Exit, done
from leitstand.values import Frozen, Identifier, Text
from policies.facts.sales.letter import Export
from tools.dms import Sha256
from tools.privacy import Record

Kind = Literal["suspicion", "supplier", "screening", "request", "report", "sealed", "export", ""]


class ComplianceCase(Frozen):
    """One piece of compliance work.

    Given is one of: a document that a screening stopped (`document_sha256`), or of a supplier who
    is not taken on (`supplier_document`); a name to be screened (`query`), against people and
    companies alike; a data subject's request (`article` or `mail`, `received`, the `deadline` it
    names, and the `records` that were found); the receipt of a `report` that lies with the
    reporting office; an `export` that sales may not offer yet. `unusable` names what was there and
    could not be read. `sealed`: it reports a wrong, so nothing of it is here but this.
    """

    document_sha256: Sha256 | None = None
    supplier_document: Sha256 | None = None
    query: Text = ""
    article: Text = ""
    mail: Text = ""
    received: date | None = None
    deadline: date | None = None
    records: tuple[Record, ...] = ()
    report: Identifier | None = None
    export: Export | None = None
    unusable: tuple[str, ...] = ()
    sealed: bool = False
    evidence: tuple[str, ...] = ()
    title: Text = ""
    people: tuple[Identifier, ...] = ()
    entries: tuple[str, ...] = ()


def kind_of(case: ComplianceCase) -> Kind:
    """What the case is about, by what was given; empty where nothing is."""
    given: tuple[tuple[Kind, bool], ...] = (
        ("suspicion", case.document_sha256 is not None),
        ("supplier", case.supplier_document is not None),
        ("sealed", case.sealed),
        ("report", case.report is not None),
        ("export", case.export is not None),
    )
    for kind, is_given in given:
        if is_given:
            return kind
    if case.article or case.records or (case.mail and not case.query):
        return "request"
    return "screening" if case.query.strip() else ""


def together(ends: Sequence[Exit]) -> Exit:
    """One end of several screenings: done where all are, else the first that is not.

    It names what all of them found and entered.
    """
    left = [end for end in ends if end.kind != "done"]
    entered: list[object] = [end.result["screening_no"] for end in ends if end.kind == "done"]
    if not left:
        return done(screenings=entered)
    found: dict[str, list[object]] = {"screenings": entered}
    for name in ("entries", "undone"):
        found[name] = [one for end in left for one in cast("Any", end.result.get(name, ()))]
    reason = " ".join(dict.fromkeys(end.reason for end in left))
    named = {name: ones for name, ones in found.items() if ones}
    return left[0].model_copy(update={"reason": reason, "result": named})
