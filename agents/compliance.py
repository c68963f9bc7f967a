"""The compliance role: takes over what a sanctions screening stopped, and puts it before people.

It reads the document and screens once more, opens a task for the compliance officers, and leaves
the case to them. It has no tool that clears, releases or books anything: people decide, in the
systems themselves.
"""

from leitstand.desk import Desk
from leitstand.errors import CallFailed
from leitstand.role import CONTRADICTORY, Exit, Goto, Role, exception, goto
from leitstand.values import Frozen, Identifier, Text
from policies.facts.brief import title_of
from policies.facts.clarification import task_of
from policies.facts.limits import limits_of
from policies.facts.screening import all_names
from tools.dms import Sha256
from tools.einvoice import Invoice, ReadDocument, read_document
from tools.sanctions import Screen, screen
from tools.task import create_task
from tools.tenant import GetTenant, tenant_data

__all__ = ["SuspicionCase", "role"]

_RULE = "G-C01"


class SuspicionCase(Frozen):
    """A document that a screening stopped: what is given, then what was found."""

    document_sha256: Sha256
    evidence: tuple[str, ...] = ()
    title: Text = ""
    people: tuple[Identifier, ...] = ()
    entries: tuple[str, ...] = ()


role = Role(
    "compliance",
    SuspicionCase,
    tools=[tenant_data, read_document, screen, create_task],
    queue={
        "system unreachable": ["compliance_officer"],
        "data missing": ["compliance_officer"],
        "contradictory results": ["compliance_officer"],
    },
)


@role.step(then=["tell"])
async def look(case: SuspicionCase, desk: Desk) -> Goto:
    """Read the document and screen everybody it names."""
    tenant, found = await desk.gather(
        desk.call(tenant_data, GetTenant()),
        desk.call(read_document, ReadDocument(sha256=case.document_sha256)),
    )
    limits, invoice = limits_of(tenant.data()), found.value.invoice or Invoice(syntax="cii")
    names = all_names(invoice)
    matches = (await desk.call(screen, Screen(names=names))).value.matches if names else ()
    hits = (m for m in matches if m.contained or m.score >= limits.screening_permille)
    return goto(
        "tell",
        evidence=(found.id,),
        title=title_of(invoice, limits),
        people=tuple(sorted(limits.compliance_people)),
        entries=tuple(f"{m.entry} {m.name}" for m in hits),
    )


@role.step()
async def tell(case: SuspicionCase, desk: Desk) -> Exit:
    """Open the task and leave the case to the compliance officers; all stays frozen until then."""
    undone: list[str] = []
    try:
        task = task_of(case.title, case.people, (_RULE,))
        await desk.call(create_task, task, evidence=case.evidence)
    except CallFailed as error:
        undone.append(error.text)
    return exception(
        CONTRADICTORY,
        "Sanktionsprüfung: " + (", ".join(case.entries) or "Treffer nicht wiedergefunden"),
        roles=case.people,
        entries=list(case.entries),
        **({"undone": undone} if undone else {}),
    )
