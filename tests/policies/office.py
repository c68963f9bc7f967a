"""An office without a runtime: real systems, real reading, real rules.

It makes the readings that the role makes, in the order of the role, and asks the policy bundle for
the verdict on the voucher. Nothing is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from leitstand.desk import hand_over
from leitstand.policy import Bundle, Evidence, FactCall, Request, Resolved, decide, facts_in
from leitstand.records import Verdict
from leitstand.tool import Connection, Tool
from policies.facts import clarification, invoice, original
from policies.facts.dossier import Dossier, dossier_of
from policies.facts.limits import limits_of
from policies.facts.parties import seller_of
from policies.facts.screening import to_screen
from policies.facts.voucher import draft_of
from tools import dms, erp, mail, sanctions, task
from tools.dms.document import Document, FoundDocument
from tools.einvoice import FoundInvoice, ReadInvoice, read_document
from tools.intake import FoundSiblings, find_siblings, sibling_of
from tools.tenant import tenant_data
from tools.world import connect, disconnect, limits

TENANT = "t"
ROOT = Path(__file__).resolve().parents[2]
TOOLS: tuple[Tool[Any, Any], ...] = (
    dms.get_document, dms.store_original, read_document,
    erp.find_supplier, erp.get_order, erp.list_receipts, erp.find_contracts, erp.find_invoices,
    erp.draft_voucher, erp.post_voucher, erp.propose_payment, erp.propose_bank_change,
    find_siblings, tenant_data, mail.draft_mail, task.create_task, sanctions.screen, hand_over,
)  # fmt: skip
FACTS = facts_in(invoice, clarification, original)


@dataclass(frozen=True)
class Judged:
    """A document with everything that is known of it and what the rules say of its voucher."""

    dossier: Dossier
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
    async def open(cls, world: Path, state: Path, policies: Path = ROOT / "policies") -> "Office":
        """Load a world into fresh systems under `state`."""
        data = limits(world)
        connections = await connect(state, world, TENANT)
        bundle = Bundle.load(policies, TOOLS, FACTS)
        return cls(connections, data, bundle, date.fromisoformat(data["today"]))

    def close(self) -> None:
        """Give the systems back."""
        disconnect(self.connections)

    async def judge(self, read: ReadInvoice, siblings: Sequence[ReadInvoice] = ()) -> Judged:
        """The verdict on drafting the voucher of a document that was read."""
        evidence = Evidence(await self.readings(read, siblings))
        call = self.asked("erp.voucher.draft", {}, evidence)
        dossier = dossier_of(call)
        args = draft_of(dossier).model_dump(mode="json")
        measured = self.bundle.measure(self.asked("erp.voucher.draft", args, evidence))
        from leitstand.guard.provenance import tainted

        verdict = decide(
            self.bundle,
            Request(
                tool="erp.voucher.draft", role="accounting", tenant=TENANT, requester="anna",
                case="c", args=args, facts=measured.values,
                tainted=frozenset(tainted(erp.draft_voucher, args, evidence, measured.checked)),
            ),
        )  # fmt: skip
        return Judged(dossier, measured.values, verdict)

    def asked(self, tool: str, args: Mapping[str, Any], evidence: Evidence) -> FactCall:
        """A call as fact functions see it."""
        return FactCall(tool, args, evidence, self.limits, self.today, TENANT, "anna")

    async def readings(self, read: ReadInvoice, siblings: Sequence[ReadInvoice]) -> list[Resolved]:
        """What the role reads of a document, resolved as the guard does."""
        found: list[Resolved] = []

        async def take(tool: Tool[Any, Any], args: BaseModel) -> Any:
            adapter = next(c.adapter for c in self.connections if c.port is tool.port)
            return note(tool, await tool.run(args, adapter))

        def note(tool: Tool[Any, Any], value: BaseModel) -> Any:
            name = str(len(found))
            found.append(Resolved(name, tool.name, value, 100, tool.authority))
            return value

        kept = Document(sha256=read.sha256, media_type="application/xml", size=1)
        note(dms.get_document, FoundDocument(value=kept, source="dms"))
        note(read_document, FoundInvoice(value=read, source="dms"))
        bill = read.invoice
        if bill is None:
            return found
        party, rules = bill.seller, limits_of(self.limits)
        iban = bill.ibans[0] if bill.ibans else None
        wanted = erp.FindSupplier(
            name=party.name, vat=party.vat_id, stnr=party.tax_number, iban=iban
        )
        match = (await take(erp.find_supplier, wanted)).value
        seller = seller_of(bill, match, rules)
        if seller is not None:
            await take(erp.find_invoices, erp.FindInvoices(supplier_id=seller.supplier.id))
            await take(erp.find_contracts, erp.FindContracts(supplier_id=seller.supplier.id))
        if bill.order_reference:
            order = (await take(erp.get_order, erp.GetOrder(order_no=bill.order_reference))).value
            if order is not None:
                await take(erp.list_receipts, erp.ListReceipts(order_no=order.po))
        if siblings:
            others = (sibling_of(s) for s in siblings if s.sha256 != read.sha256)
            value = tuple(s for s in others if s is not None)
            note(find_siblings, FoundSiblings(value=value, source="intake"))
        names = to_screen(bill, seller.supplier if seller else None, rules, self.today)
        if names:
            await take(sanctions.screen, sanctions.Screen(names=names))
        return found
