"""An office without a runtime: real systems, real reading, real rules.

It makes the readings that the role makes and asks the policy bundle for the verdict on the voucher.
Nothing is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from leitstand.guard.provenance import tainted
from leitstand.policy import Bundle, Evidence, FactCall, Request, Resolved, decide
from leitstand.project import load_project
from leitstand.records import Verdict
from leitstand.tool import Connection, Tool
from policies.facts.dossier import Dossier, dossier_of
from policies.facts.limits import limits_of
from policies.facts.parties import other_records, seller_of
from policies.facts.screening import to_screen
from policies.facts.voucher import draft_of
from tools import dms, erp, sanctions
from tools.dms.document import Document, FoundDocument
from tools.einvoice import FoundInvoice, Invoice, ReadInvoice, read_document
from tools.intake import FoundSiblings, find_siblings, sibling_of
from tools.world import connect, disconnect, limits

R = TypeVar("R", bound=BaseModel)

TENANT = "t"
ROOT = Path(__file__).resolve().parents[2]
PROJECT = load_project(ROOT)
TOOLS: tuple[Tool[Any, Any], ...] = PROJECT.tools
BY_NAME = {tool.name: tool for tool in TOOLS}
FACTS = PROJECT.facts


@dataclass(frozen=True)
class Judged:
    """A document with everything that is known of it and what the rules say of its voucher."""

    dossier: Dossier
    evidence: Evidence
    facts: Mapping[str, object]
    verdict: Verdict

    @property
    def decision(self) -> str:
        """auto_draft, approve, hold, escalate or reject."""
        level = self.verdict.level
        return "auto_draft" if level in ("info", "note") else level


@dataclass
class Office:
    """A company's world, open; close it when done."""

    connections: Sequence[Connection]
    limits: Mapping[str, Any]
    bundle: Bundle
    today: date

    @classmethod
    async def open(cls, world: Path, state: Path) -> "Office":
        """Load a world into fresh systems under `state`."""
        data = limits(world)
        connections = await connect(state, world, TENANT)
        bundle = PROJECT.bundle()
        return cls(connections, data, bundle, date.fromisoformat(data["today"]))

    def close(self) -> None:
        """Give the systems back."""
        disconnect(self.connections)

    async def judge(self, read: ReadInvoice, siblings: Sequence[ReadInvoice] = ()) -> Judged:
        """The verdict on drafting the voucher of a document that was read."""
        evidence = Evidence(await Readings(self).of(read, siblings))
        dossier = dossier_of(self.call("erp.voucher.draft", {}, evidence))
        args = draft_of(dossier).model_dump(mode="json")
        facts = self.bundle.measure(self.call("erp.voucher.draft", args, evidence)).values
        verdict = self.ask("erp.voucher.draft", args, evidence)
        return Judged(dossier, evidence, facts, verdict)

    def ask(
        self,
        tool: str,
        args: Mapping[str, Any],
        evidence: Evidence,
        people: Mapping[str, str] | None = None,
        role: str = "accounting",
    ) -> Verdict:
        """The verdict on a call as the guard asks for it; `people` who signed, with their roles."""
        measured = self.bundle.measure(self.call(tool, args, evidence))
        marks = tainted(BY_NAME[tool], args, evidence, measured.checked)
        signed = people or {}
        return decide(
            self.bundle,
            Request(
                tool=tool,
                role=role,
                tenant=TENANT,
                requester="anna",
                args=args,
                facts=measured.values,
                tainted=frozenset(marks),
                approval_count=len(signed),
                approval_roles=frozenset(signed.values()),
                approval_persons=frozenset(signed),
            ),
        )

    def call(self, tool: str, args: Mapping[str, Any], evidence: Evidence) -> FactCall:
        """A call as fact functions see it."""
        return FactCall(tool, args, evidence, self.limits, self.today, TENANT, "anna")


@dataclass
class Readings:
    """What the role reads of a document, resolved as the guard does."""

    office: Office
    found: list[Resolved] = field(default_factory=list[Resolved])

    async def of(self, read: ReadInvoice, siblings: Sequence[ReadInvoice]) -> list[Resolved]:
        """All readings of a document."""
        kept = Document(sha256=read.sha256, media_type="application/xml", size=1)
        self.note(dms.get_document, FoundDocument(value=kept, source="dms"))
        self.note(read_document, FoundInvoice(value=read, source="dms"))
        others = (sibling_of(s) for s in siblings if s.sha256 != read.sha256)
        value = tuple(s for s in others if s is not None)
        self.note(find_siblings, FoundSiblings(value=value, source="intake"))
        if read.invoice is not None:
            await self.look_up(read.invoice)
        return self.found

    async def look_up(self, bill: Invoice) -> None:
        """What the systems know of an invoice."""
        party, rules = bill.seller, limits_of(self.office.limits)
        iban = bill.ibans[0] if bill.ibans else None
        wanted = erp.FindSupplier(
            name=party.name, vat=party.vat_id, stnr=party.tax_number, iban=iban
        )
        match = (await self.take(erp.find_supplier, wanted)).value
        seller = seller_of(bill, match, rules)
        if seller is not None:
            own = seller.supplier.id
            for record in (own, *other_records(match, seller.supplier)):
                await self.take(erp.find_invoices, erp.FindInvoices(supplier_id=record))
            await self.take(erp.find_contracts, erp.FindContracts(supplier_id=own))
        if bill.order_reference:
            wished = erp.GetOrder(order_no=bill.order_reference)
            order = (await self.take(erp.get_order, wished)).value
            if order is not None:
                await self.take(erp.list_receipts, erp.ListReceipts(order_no=order.po))
        known = seller.supplier if seller else None
        if names := to_screen(bill, known):
            await self.take(sanctions.screen, sanctions.Screen(names=names))

    async def take(self, tool: Tool[Any, R], args: BaseModel) -> R:
        """Read from the real system."""
        connections = self.office.connections
        adapter = next(c.adapter for c in connections if c.port is tool.port)
        return self.note(tool, await tool.run(args, adapter))

    def note(self, tool: Tool[Any, R], value: R) -> R:
        """Keep a reading as evidence."""
        self.found.append(Resolved(str(len(self.found)), tool.name, value, 100, tool.authority))
        return value
