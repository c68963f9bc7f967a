"""A brief: what the role needs of a dossier to act on an invoice, as plain data for its state.

The guard makes it again from its own evidence: what the role proposes is good where it is equal.
"""

from datetime import date
from decimal import Decimal

from leitstand.values import Frozen, Identifier, Text
from policies.facts.bank import sound_iban
from policies.facts.dossier import Dossier
from policies.facts.finding import Named, findings_of
from policies.facts.limits import Limits
from policies.facts.terms import bank_day, due_date, skontos_of
from policies.facts.voucher import cents_in, draft_of, plain_text, skonto
from tools.einvoice.invoice import Invoice
from tools.erp import DraftVoucher, ProposeBankChange, ProposePayment
from tools.mail.mail import quotable

_TITLE = 200


class Accounts(Frozen):
    """The numbers of an account key in both charts."""

    skr03: str
    skr04: str


class Discount(Frozen):
    """Skonto as it is told to people: amounts with two decimals, in the invoice's currency."""

    until: date
    percent: Decimal
    discount: Decimal
    pay_with_discount: Decimal


class Offer(Frozen):
    """What has to be paid with a cash discount, which bank days `until` this one take."""

    until: date
    pay_cents: int


class Newcomer(Frozen):
    """A supplier who is not taken on: what compliance is asked, and its answer in words.

    `open` is said where it could not clear the name; `{reason}` in it is what compliance says.
    """

    title: Text
    clear: Text
    open: Text


class Brief(Frozen):
    """What an invoice comes to, and what may be done about it.

    `pay_to` and `mail_to` are those of the master record; `pay_to` is None where the money is there
    already or fetched by the supplier. `discount` is what people are told, `offers` are all cash
    discounts, the highest first; `due_on` is the last bank day for the full amount. `findings`
    say what is wrong with the invoice, where that can be named.
    """

    title: Text
    draft: DraftVoucher
    accounts: Accounts | None = None
    discount: Discount | None = None
    pay_to: Text | None = None
    offers: tuple[Offer, ...] = ()
    due_on: date
    mail_to: Text | None = None
    invoice_no: Text | None = None
    invoice_date: date | None = None
    order_no: Text | None = None
    stated_gross_cents: int | None = None
    findings: tuple[Named, ...] = ()
    bank_change: ProposeBankChange | None = None
    compliance: Identifier
    suspicion: Text
    newcomer: Newcomer


def brief_of(dossier: Dossier) -> Brief:
    """The brief of a dossier."""
    invoice, limits, supplier = dossier.invoice, dossier.limits, dossier.supplier
    draft, granted = draft_of(dossier), skonto(dossier)
    due = due_date(invoice, supplier) or draft.invoice_date
    return Brief(
        title=title_of(invoice, limits, dossier.filename),
        draft=draft,
        accounts=_accounts(draft.account, limits),
        discount=Discount(**dict(granted)) if granted else None,
        pay_to=supplier.iban if supplier and not _is_settled(invoice, limits) else None,
        offers=_offers(invoice, limits),
        due_on=bank_day(due, limits),
        mail_to=(supplier.mail or None) if supplier else None,
        invoice_no=quotable(invoice.number),
        invoice_date=invoice.issue_date,
        order_no=quotable(invoice.order_reference),
        stated_gross_cents=cents_in(invoice.gross_total) if invoice.gross_total else None,
        findings=tuple(findings_of(dossier)),
        bank_change=_bank_change(dossier),
        compliance=limits.compliance_role,
        suspicion=limits.compliance_title,
        newcomer=Newcomer(
            title=limits.newcomer_title, clear=limits.newcomer_clear, open=limits.newcomer_open
        ),
    )


def payment_of(brief: Brief, today: date) -> ProposePayment | None:
    """The payment to the account of the master record, with the highest Skonto still to be had.

    None where nothing is to be paid: a credit note, a prepaid invoice, a supplier who debits the
    amount or has no account.
    """
    draft = brief.draft
    if draft.credit or draft.payable_cents <= 0 or brief.pay_to is None:
        return None
    full = Offer(until=max(brief.due_on, today), pay_cents=draft.payable_cents)
    offer = next((o for o in brief.offers if o.until >= today), full)
    return ProposePayment(
        supplier_id=draft.supplier_id,
        invoice_no=draft.invoice_no,
        iban=brief.pay_to,
        amount_cents=offer.pay_cents,
        discount_cents=draft.payable_cents - offer.pay_cents,
        currency=draft.currency,
        execute_on=offer.until,
    )


def title_of(invoice: Invoice, limits: Limits, filename: str = "") -> str:
    """What tasks about the invoice are called; by its file where nothing of it could be read."""
    number, seller, name = map(plain_text, (invoice.number, invoice.seller.name, filename))
    if name and not (number or seller):
        return limits.file_title.format(name=name)[:_TITLE]
    return limits.task_title.format(number=number or "?", seller=seller or "?")[:_TITLE]


def _offers(invoice: Invoice, limits: Limits) -> tuple[Offer, ...]:
    return tuple(
        Offer(until=bank_day(s.until, limits), pay_cents=cents_in(s.pay_with_discount))
        for s in skontos_of(invoice)
    )


def _is_settled(invoice: Invoice, limits: Limits) -> bool:
    """Whether every way to pay that the invoice names needs no transfer of ours."""
    codes = {p.means_code for p in invoice.payments if p.means_code}
    return bool(codes) and codes <= limits.settled_means


def _accounts(key: str, limits: Limits) -> Accounts | None:
    numbers = limits.numbers_of(key)
    if numbers is None:
        return None
    return Accounts(skr03=numbers["skr03"], skr04=numbers["skr04"])


def _bank_change(dossier: Dossier) -> ProposeBankChange | None:
    """The one account that the invoice names and the master record does not, if it can be one."""
    supplier = dossier.supplier
    others = [i for i in dossier.invoice.ibans if supplier and i != supplier.iban]
    if supplier is None or len(others) != 1 or not sound_iban(others[0], dossier.limits):
        return None
    return ProposeBankChange(
        supplier_id=supplier.id, iban=others[0], document_sha256=dossier.read.sha256
    )
