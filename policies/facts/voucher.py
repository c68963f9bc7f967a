"""What an invoice comes to in the books, computed from the dossier alone.

The role proposes what these functions give, and the guard computes it again from its own evidence:
an argument that is equal was found good by this computation, any other is foreign text. What the
document does not say stands as a neutral value (`unread`, 0, the day of processing); such a
proposal is never carried out, G-A01, G-A02, G-A03 and G-A09 see to that.
"""

import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from policies.facts.arithmetic import cent, totals_of
from policies.facts.dossier import Dossier
from policies.facts.period import posting_date
from policies.facts.prepayment import KINDS
from policies.facts.tax import tax_case_of
from policies.facts.terms import Skonto, due_date, skonto_of, skontos_of
from tools.einvoice.invoice import Invoice
from tools.erp import (
    DraftVoucher,
    MatchedLine,
    PostVoucher,
    TaxCase,
    TaxShare,
    VoucherDiscount,
)

_UNKNOWN = "unknown"
_UNREAD = "unread"
_LARGEST = 10**14
_BUYER_OWES: frozenset[TaxCase] = frozenset({"reverse_charge_13b", "intra_eu"})


def draft_of(dossier: Dossier) -> DraftVoucher:
    """The voucher that the invoice comes to."""
    invoice, limits, supplier = dossier.invoice, dossier.limits, dossier.supplier
    issued = invoice.issue_date or dossier.today
    tax_case = tax_case_of(invoice, limits)
    net, tax = _net_and_tax(invoice, tax_case)
    order = dossier.order if dossier.basis == "order" else None
    granted = skonto(dossier)
    return DraftVoucher(
        supplier_id=supplier.id if supplier else _UNKNOWN,
        invoice_no=plain_text(invoice.number) or _UNREAD,
        invoice_date=issued,
        posting_date=posting_date(issued, limits),
        currency=_currency(invoice, limits.currency),
        gross_cents=net + tax,
        net_cents=net,
        tax_cents=tax,
        payable_cents=cents_in(totals_of(invoice).payable),
        tax_case=tax_case,
        taxes=_shares(invoice, tax_case, limits.standard_rate),
        account=_account(dossier),
        kind="final" if invoice.prepaid else KINDS.get(invoice.type_code or "", "invoice"),
        credit=invoice.credit_note,
        order_no=order.po if order else None,
        matched=_matched(dossier),
        document_sha256=dossier.read.sha256,
        due_date=due_date(invoice, supplier),
        discount_until=granted.until if granted else None,
        discount_percent=granted.percent if granted else None,
        discount_cents=cents_in(granted.discount) if granted else None,
        later_discounts=_later(invoice, granted),
    )


def posting_of(draft: DraftVoucher) -> PostVoucher:
    """The same voucher, to be posted."""
    return PostVoucher(**{name: getattr(draft, name) for name in DraftVoucher.model_fields})


def skonto(dossier: Dossier) -> Skonto | None:
    """The cash discount of the invoice."""
    return skonto_of(dossier.invoice, dossier.today)


def _later(invoice: Invoice, granted: Skonto | None) -> tuple[VoucherDiscount, ...]:
    """The lower discounts that can still be had once the one that counts has lapsed."""
    return tuple(
        VoucherDiscount(
            discount_until=s.until,
            discount_percent=s.percent,
            discount_cents=cents_in(s.discount),
        )
        for s in skontos_of(invoice)
        if granted is not None and s.until > granted.until
    )


def _net_and_tax(invoice: Invoice, tax_case: TaxCase) -> tuple[int, int]:
    totals = totals_of(invoice)
    return cents_in(totals.net), cents_in(totals.tax) if tax_case == "domestic" else 0


def _shares(invoice: Invoice, tax_case: TaxCase, standard: Decimal) -> tuple[TaxShare, ...]:
    net, tax = _net_and_tax(invoice, tax_case)
    if tax_case in _BUYER_OWES:
        return (TaxShare(rate_permyriad=_permyriad(standard), net_cents=net, tax_cents=0),)
    shares = tuple(
        TaxShare(
            rate_permyriad=_permyriad(t.rate),
            net_cents=cents_in(t.base),
            tax_cents=cents_in(t.amount) if tax_case == "domestic" else 0,
        )
        for t in invoice.taxes
    )
    closes = (sum(s.net_cents for s in shares), sum(s.tax_cents for s in shares)) == (net, tax)
    if closes:
        return shares
    rate = shares[0].rate_permyriad if shares else 0
    return (TaxShare(rate_permyriad=rate, net_cents=net, tax_cents=tax),)


def _matched(dossier: Dossier) -> tuple[MatchedLine, ...]:
    taken: dict[str, Decimal] = {}
    for match in () if dossier.invoice.credit_note else dossier.on_order:
        if match.order_line is not None:
            line = match.order_line.line
            taken[line] = taken.get(line, Decimal(0)) + (match.line.quantity or Decimal(0))
    return tuple(MatchedLine(line=line, qty=qty) for line, qty in taken.items())


def _account(dossier: Dossier) -> str:
    """The key of the expense account: the supplier's, else the one his contract is for.

    Without either it is the tenant's default, which the books refuse where the tenant has no such
    account: people choose then, no list decides by its order.
    """
    limits, supplier, contract = dossier.limits, dossier.supplier, dossier.contract
    if supplier is None:
        return limits.stranger_account
    agreed = contract.type if contract and contract.type in limits.accounts else None
    return supplier.account or agreed or limits.default_account


def _permyriad(rate: Decimal | None) -> int:
    share = ((rate or Decimal(0)) * 100).to_integral_value(ROUND_HALF_UP)
    return min(max(int(share), 0), 10_000)


def cents_in(amount: Decimal | None) -> int:
    """Whole cents; an amount beyond all sense counts as none (rules see the gross as it is)."""
    if amount is None or not amount.is_finite() or abs(amount) * 100 > _LARGEST:
        return 0
    return int(cent(amount) * 100)


def _currency(invoice: Invoice, own: str) -> str:
    code = invoice.currency or ""
    return code if len(code) == 3 and code.isascii() and code.isupper() else own  # noqa: PLR2004


def plain_text(text: str | None) -> str:
    """`text` without hidden and control characters, at most 120 long."""
    kept = (
        c for c in unicodedata.normalize("NFC", text or "") if unicodedata.category(c)[0] != "C"
    )
    return "".join(kept).strip()[:120]
