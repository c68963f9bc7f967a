"""The facts of a supplier's invoice: all that the rules of `accounting.cedar` judge."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from leitstand.policy import FactCall, facts
from leitstand.values import Frozen
from policies.facts.account import AccountFacts, account_facts
from policies.facts.arithmetic import ArithmeticFacts, arithmetic_facts
from policies.facts.bank import BankFacts, bank_facts
from policies.facts.brief import brief_of, payment_of
from policies.facts.correction import CorrectionFacts, correction_facts
from policies.facts.document import DocumentFacts, document_facts
from policies.facts.dossier import Dossier, dossier_of
from policies.facts.duplicate import DuplicateFacts, duplicate_facts
from policies.facts.matching import MatchFacts, contract_match, no_match, order_match
from policies.facts.order import OrderFacts, contracts_like
from policies.facts.parties import PartyFacts, party_facts
from policies.facts.payment import PaymentFacts, payment_facts
from policies.facts.period import PeriodFacts, period_facts
from policies.facts.prepayment import PrepaymentFacts, prepayment_facts
from policies.facts.screening import ScreeningFacts, screening_facts
from policies.facts.splitting import SplitFacts, split_facts
from policies.facts.tax import TaxFacts, tax_facts
from policies.facts.terms import TermsFacts, terms_facts
from policies.facts.tier import TierFacts, tier_amount, tier_facts
from policies.facts.voucher import draft_of
from policies.facts.wording import WordingFacts, wording_facts


class InvoiceFacts(
    DocumentFacts,
    PartyFacts,
    BankFacts,
    WordingFacts,
    ArithmeticFacts,
    DuplicateFacts,
    OrderFacts,
    MatchFacts,
    TaxFacts,
    TermsFacts,
    TierFacts,
    AccountFacts,
    SplitFacts,
    PeriodFacts,
    CorrectionFacts,
    PrepaymentFacts,
    ScreeningFacts,
    PaymentFacts,
    Frozen,
):
    """All facts of an invoice, flat; each part's own class says what they mean.

    `checked`: arguments that equal what the dossier comes to (see `policies.facts.voucher`).
    """

    checked: frozenset[str]


@facts("erp.voucher.draft", "erp.voucher.post", "erp.payment.propose", model=InvoiceFacts)
def invoice_facts(call: FactCall) -> InvoiceFacts:
    """The facts of the invoice that a voucher or a payment is for.

    Raises FactMissing: a reading that a rule needs is not among the evidence.
    """
    dossier = dossier_of(call)
    return facts_of(dossier, call.args)


def facts_of(dossier: Dossier, args: Mapping[str, Any]) -> InvoiceFacts:
    """The facts of a dossier and of the arguments (as JSON data) that are proposed for it."""
    values = {name: value for part in _parts(dossier, args) for name, value in part}
    return InvoiceFacts(**values, checked=checked_of(dossier, args))


def checked_of(dossier: Dossier, args: Mapping[str, Any]) -> frozenset[str]:
    """Names of the arguments that equal what the dossier comes to, found by computing it again.

    A payment is told by its day of execution.
    """
    paying = "execute_on" in args
    expected = payment_of(brief_of(dossier), dossier.today) if paying else draft_of(dossier)
    if expected is None:
        return frozenset()
    known = expected.model_dump(mode="json")
    if known["invoice_no"] != dossier.invoice.number:  # it could not be taken over as it stands
        del known["invoice_no"]
    return frozenset(n for n, v in args.items() if n in known and known[n] == v)


def _parts(dossier: Dossier, args: Mapping[str, Any]) -> tuple[BaseModel, ...]:
    return (*_of_document(dossier), *_of_trade(dossier), *_of_money(dossier, args))


def _of_document(dossier: Dossier) -> tuple[BaseModel, ...]:
    """What the document says for itself and against the master data."""
    invoice, limits, supplier = dossier.invoice, dossier.limits, dossier.supplier
    debited = (p.debited_iban for p in invoice.payments if p.means_code in limits.settled_means)
    own_accounts = [*invoice.ibans, *(i or "" for i in debited)]
    own_accounts += [supplier.iban or ""] if supplier else []
    return (
        document_facts(dossier.read, dossier.stored_sha256, limits),
        party_facts(invoice, dossier.seller, limits),
        bank_facts(invoice, supplier, limits),
        wording_facts(invoice.free_texts, own_accounts),
        arithmetic_facts(invoice, limits),
        tax_facts(invoice, limits),
        screening_facts(dossier.names_due, dossier.screening, limits, dossier.cleared),
    )


def _of_trade(dossier: Dossier) -> tuple[BaseModel, ...]:
    """What the invoice rests on, and what went before it."""
    invoice, limits = dossier.invoice, dossier.limits
    alike = contracts_like(invoice, dossier.contract, dossier.contracts)
    return (
        OrderFacts(basis=dossier.basis),
        _match(dossier),
        duplicate_facts(
            dossier.read, dossier.ledger, dossier.own_siblings, limits, by_contract=alike
        ),
        split_facts(invoice, dossier.booked, dossier.own_siblings, limits),
        correction_facts(
            invoice,
            dossier.booked,
            dossier.own_siblings,
            dossier.known_numbers,
            dossier.own_order,
            limits,
        ),
        prepayment_facts(invoice, dossier.booked, dossier.own_siblings, limits),
    )


def _match(dossier: Dossier) -> MatchFacts:
    invoice, limits = dossier.invoice, dossier.limits
    if dossier.contract is not None:
        return contract_match(invoice, dossier.contract, dossier.contracts, limits)
    if dossier.order is None or dossier.basis != "order":
        return no_match(limits)
    return order_match(
        invoice,
        dossier.order,
        dossier.receipts,
        dossier.invoiced(),
        dossier.invoiced_unseen(),
        limits,
    )


def _of_money(dossier: Dossier, args: Mapping[str, Any]) -> tuple[BaseModel, ...]:
    """Terms, tier, account, period and payment."""
    invoice, limits = dossier.invoice, dossier.limits
    asked = args.get("posting_date")
    proposed = Decimal(args.get("gross_cents") or 0) / 100
    rate = Decimal(args.get("exchange_micros") or 0) / 1_000_000
    return (
        terms_facts(invoice, dossier.supplier),
        tier_facts(tier_amount(invoice, limits, proposed, rate), limits),
        account_facts(args, limits),
        period_facts(
            invoice.issue_date,
            date.fromisoformat(asked) if asked else None,
            dossier.today,
            limits,
        ),
        payment_facts(dossier.read, dossier.ledger_after),
    )
