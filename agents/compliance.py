"""The compliance role: screenings, requests of data subjects, reports, and what others stopped.

    sort -> look -> tell        a document that a screening stopped
         -> screen_supplier     everybody whom a new supplier's invoice wants paid
         -> screen_name         a name
         -> answer              a request under Art. 15 to 18 GDPR
         -> goods               what that sales may not offer yet
         -> report              that something lies with the reporting office

It freezes and it asks; it has no tool that clears, releases or books anything: people decide, in
the systems themselves. Nothing is erased before the data protection officer has signed.
"""

from agents.compliance_case import ComplianceCase, kind_of, together
from agents.words import refusal_words
from leitstand.desk import Desk
from leitstand.errors import CallFailed, Refused, Rejected
from leitstand.role import (
    CONTRADICTORY,
    DATA_MISSING,
    Exit,
    Goto,
    Role,
    done,
    exception,
    goto,
    rejected,
)
from policies.facts.brief import title_of
from policies.facts.clarification import task_of
from policies.facts.compliance.limits import compliance_limits
from policies.facts.compliance.listed import hits_of
from policies.facts.compliance.reading import reading_of
from policies.facts.compliance.retention import answer_to
from policies.facts.compliance.tasks import report_tasks, suspicion_task
from policies.facts.limits import limits_of
from policies.facts.sales.limits import sales_limits
from policies.facts.sales.ticket import export_task
from policies.facts.screening import all_names
from tools.dms import start_workflow
from tools.einvoice import Invoice, ReadDocument, read_document
from tools.privacy import ReadRequest, answer_request, read_request
from tools.reporting import FindReceipt, find_receipt
from tools.sanctions import (
    LogScreening,
    Screen,
    Screening,
    SetBlock,
    log_screening,
    screen,
    set_block,
)
from tools.task import create_task
from tools.tenant import GetTenant, tenant_data

_RULE = "G-C01"

role = Role(
    "compliance",
    ComplianceCase,
    tools=[
        tenant_data,
        read_document,
        screen,
        log_screening,
        set_block,
        read_request,
        answer_request,
        find_receipt,
        create_task,
        start_workflow,
    ],
    queue={
        "system unreachable": ["compliance_officer"],
        "data missing": ["compliance_officer"],
        "contradictory results": ["compliance_officer"],
    },
)


@role.step(then=["look", "screen_supplier", "screen_name", "answer", "goods", "report"])
async def sort(case: ComplianceCase, desk: Desk) -> Goto | Exit:
    """What kind of work it is; a report (G-C05) is the reporting office's alone."""
    if case.sealed:
        limits = compliance_limits((await desk.call(tenant_data, GetTenant())).data())
        return exception(CONTRADICTORY, limits.sealed_reason, roles=limits.reporting_people)
    steps = {
        "suspicion": "look",
        "supplier": "screen_supplier",
        "screening": "screen_name",
        "request": "answer",
        "export": "goods",
    }
    kind = kind_of(case)
    if case.unusable:
        return exception(DATA_MISSING, "Nicht lesbar: " + ", ".join(case.unusable))
    if not kind:
        return exception(
            DATA_MISSING, "Es ist weder ein Name noch ein Antrag noch ein Beleg angegeben."
        )
    return goto(steps.get(kind, kind))


@role.step()
async def goods(case: ComplianceCase, desk: Desk) -> Exit:
    """Open the task about goods that may leave the country, and leave them to the officers."""
    try:
        tenant = await desk.call(tenant_data, GetTenant())
        limits = sales_limits(tenant.data())
        await desk.call(create_task, export_task(limits), evidence=(tenant.id,))
    except CallFailed as error:
        return exception(error.cause, error.text, export=_goods(case))
    return exception(
        CONTRADICTORY, limits.compliance_title, roles=limits.export_roles, export=_goods(case)
    )


def _goods(case: ComplianceCase) -> dict[str, object]:
    return case.export.model_dump(mode="json") if case.export else {}


@role.step(then=["tell"])
async def look(case: ComplianceCase, desk: Desk) -> Goto | Exit:
    """Read the document and screen everybody it names."""
    if case.document_sha256 is None:
        return exception(DATA_MISSING, "Es ist kein Dokument angegeben.")
    tenant, found = await desk.gather(
        desk.call(tenant_data, GetTenant()),
        desk.call(read_document, ReadDocument(sha256=case.document_sha256)),
    )
    limits, invoice = limits_of(tenant.data()), found.value.invoice or Invoice(syntax="cii")
    names = all_names(invoice)
    matches = (await desk.call(screen, Screen(names=names))).value.matches if names else ()
    hits = hits_of(matches, compliance_limits(tenant.data()))
    return goto(
        "tell",
        evidence=(found.id,),
        title=title_of(invoice, limits),
        people=tuple(sorted(limits.compliance_people)),
        entries=tuple(f"{m.entry} {m.name}" for m in hits),
    )


@role.step()
async def tell(case: ComplianceCase, desk: Desk) -> Exit:
    """Open the task, give the officers the document to read, and leave the case to them.

    All stays frozen until they have decided.
    """
    undone: list[str] = []
    for prepare in (_ask_officers, _let_read):
        try:
            await prepare(case, desk)
        except CallFailed as error:
            undone.append(error.text)
    return exception(
        CONTRADICTORY,
        "Sanktionsprüfung: " + (", ".join(case.entries) or "Treffer nicht wiedergefunden"),
        roles=case.people,
        entries=list(case.entries),
        **({"undone": undone} if undone else {}),
    )


async def _ask_officers(case: ComplianceCase, desk: Desk) -> None:
    task = task_of(case.title, case.people, (_RULE,))
    await desk.call(create_task, task, evidence=case.evidence)


async def _let_read(case: ComplianceCase, desk: Desk) -> None:
    """Start the DMS's workflow for reading, where the tenant's has one."""
    tenant = await desk.call(tenant_data, GetTenant())
    for reading in reading_of(case.document_sha256 or "", tenant.data()):
        await desk.call(start_workflow, reading, evidence=case.evidence)


@role.step()
async def screen_name(case: ComplianceCase, desk: Desk) -> Exit:
    """Screen a name: enter that nobody resembles it, or freeze and ask the officers."""
    return await _screened(desk, case.query.strip())


@role.step()
async def screen_supplier(case: ComplianceCase, desk: Desk) -> Exit:
    """Screen everybody whom the invoice of an unknown supplier wants paid, name by name."""
    if case.supplier_document is None:
        return exception(DATA_MISSING, "Es ist kein Dokument angegeben.")
    found = await desk.call(read_document, ReadDocument(sha256=case.supplier_document))
    names = all_names(found.value.invoice or Invoice(syntax="cii"))
    if not names:
        return exception(DATA_MISSING, "Das Dokument nennt niemanden, der zu prüfen wäre.")
    return together([await _screened(desk, name) for name in names])


async def _screened(desk: Desk, name: str) -> Exit:
    """Enter that nobody resembles the name, or freeze it and ask the officers."""
    found = await desk.call(screen, Screen(names=(name,)))
    entry = LogScreening(
        name=name,
        list_version=found.value.list_version,
        list_sha256=found.value.list_sha256,
    )
    try:
        logged = await desk.call(log_screening, entry, evidence=[found.id])
    except Refused as refused:
        return await _suspect(desk, found.value, found.id, refused)
    return done(screening_no=logged.screening_no)


async def _suspect(desk: Desk, screening: Screening, reading: str, refused: Refused) -> Exit:
    limits = compliance_limits((await desk.call(tenant_data, GetTenant())).data())
    hits = hits_of(screening.matches, limits)
    if not hits:
        return _refused(refused, limits.compliance_people)
    block = SetBlock(
        name=screening.names[0],
        entries=tuple(hit.entry for hit in hits),
        list_version=screening.list_version,
    )
    undone: list[str] = []
    try:
        await desk.call(set_block, block, evidence=[reading])
    except CallFailed as error:
        undone.append(error.text)
    try:
        await desk.call(create_task, suspicion_task(screening.names, limits), evidence=[reading])
    except CallFailed as error:
        undone.append(error.text)
    return exception(
        CONTRADICTORY,
        "Sanktionsprüfung: " + ", ".join(f"{hit.entry} {hit.name}" for hit in hits),
        roles=limits.compliance_people,
        entries=[hit.entry for hit in hits],
        **({"undone": undone} if undone else {}),
    )


@role.step()
async def answer(case: ComplianceCase, desk: Desk) -> Exit:
    """Propose what becomes of each record; it happens once the data protection officer signs."""
    received = case.received or (await desk.now()).date()
    tenant, found = await desk.gather(
        desk.call(tenant_data, GetTenant()),
        desk.call(
            read_request,
            ReadRequest(
                article=case.article,
                mail=case.mail,
                received=received,
                deadline=case.deadline,
                records=case.records,
            ),
        ),
    )
    limits = compliance_limits(tenant.data())
    proposal = answer_to(found.value, limits)
    if proposal is None:
        text = "Der Antrag nennt kein Recht, mehrere, oder keinen Datensatz, der einzuordnen wäre."
        return exception(DATA_MISSING, text, roles=limits.privacy_people)
    try:
        answered = await desk.call(answer_request, proposal, evidence=[found.id])
    except Rejected as error:
        return rejected(error.text)
    except Refused as refused:
        return _refused(refused, limits.privacy_people)
    return done(answer_no=answered.answer_no)


@role.step()
async def report(case: ComplianceCase, desk: Desk) -> Exit:
    """Have a report acknowledged and answered in time; nobody here knows what it says."""
    if case.report is None:
        return exception(DATA_MISSING, "Es ist kein Beleg angegeben.")
    tenant, found = await desk.gather(
        desk.call(tenant_data, GetTenant()),
        desk.call(find_receipt, FindReceipt(receipt_no=case.report)),
    )
    tasks = report_tasks(found.value, compliance_limits(tenant.data()))
    for task in tasks:
        await desk.call(create_task, task, evidence=[found.id])
    return done(due=[task.due.isoformat() for task in tasks if task.due])


def _refused(refused: Refused, roles: tuple[str, ...]) -> Exit:
    """To people, with the cause that the rules name."""
    cause = refused.detail.get("cause") or CONTRADICTORY
    end = {"kind": "exception", "cause": cause, "reason": refusal_words(refused), "roles": roles}
    return Exit.model_validate(end)
