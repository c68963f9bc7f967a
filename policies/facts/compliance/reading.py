"""A document given to people to read: which workflow of the DMS it is, and for whom."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leitstand.policy import FactCall, facts
from leitstand.values import Frozen
from policies.facts.compliance.limits import compliance_limits
from tools.dms import StartWorkflow
from tools.einvoice import read_document


class WorkflowFacts(Frozen):
    """`known`: the tenant's DMS has the workflow, and it may go to that role.

    `checked`: arguments that rest on the document that was read and on the tenant's data.
    """

    known: bool
    checked: frozenset[str]


@facts("dms.start_workflow", model=WorkflowFacts)
def workflow_facts(call: FactCall) -> WorkflowFacts:
    """The facts of a workflow that is to be started on a document."""
    known = call.args["role"] in _workflows(call.limits).get(call.args["workflow"], ())
    return WorkflowFacts(known=known, checked=frozenset(_checked(call, known=known)))


def reading_of(sha256: str, tenant: Mapping[str, Any]) -> tuple[StartWorkflow, ...]:
    """Let the compliance officers read a document; nothing where the DMS has no such workflow."""
    limits, known = compliance_limits(tenant), _workflows(tenant)
    return tuple(
        StartWorkflow(
            document_sha256=sha256,
            workflow=limits.reading_workflow,
            role=role,
            note=limits.reading_note,
        )
        for role in sorted(limits.compliance_people)
        if role in known.get(limits.reading_workflow, ())
    )


def _workflows(tenant: Mapping[str, Any]) -> Mapping[str, Sequence[str]]:
    found: Mapping[str, Sequence[str]] = tenant.get("dms", {}).get("workflows", {})
    return found


def _checked(call: FactCall, *, known: bool) -> Iterator[str]:
    if known:
        yield from ("workflow", "role")
    if any(
        read.value.sha256 == call.args["document_sha256"]
        for read in call.evidence.all(read_document)
    ):
        yield "document_sha256"
    if call.args["note"] in ("", compliance_limits(call.limits).reading_note):
        yield "note"
