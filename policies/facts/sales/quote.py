"""The facts of a quote: all that the rules of `sales.cedar` judge before one is drafted."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from leitstand.policy import FactCall, facts
from leitstand.values import Frozen
from policies.facts.patterns import fold, read_patterns
from policies.facts.sales.dossier import SalesDossier, dossier_of
from policies.facts.sales.export import export_findings
from policies.facts.sales.limits import LEXICON
from policies.facts.sales.offer import open_questions, price_of, quote_of, rules_of
from policies.facts.wording import wording_facts
from tools.crm import Customer
from tools.einvoice.invoice import FreeText
from tools.quotes import FoundQuote, get_quote


class QuoteFacts(Frozen):
    """What is measured of a quote.

    `discount_permyriad`: the highest discount of a line, in hundredths of a percent, and the one up
    to which nobody is asked. `owed_cents`: what the customer would owe, open items and this quote
    with VAT, and the limit (0 where there is none; then the customer is not known either).
    `promises_*`: what the mail asks, or demands, to be promised. `abroad`, `embargo`, `controlled`:
    see `export_findings`. `number_sound`: the quote is new, or one of this customer's. `orders`:
    the mail orders a machine about. `missing`, `contradictions`: what it leaves open. `checked`:
    arguments that equal what mail, catalogue and price rules come to.
    """

    discount_permyriad: int
    limit_discount_permyriad: int
    credit_checked: bool
    owed_cents: int
    limit_owed_cents: int
    customer_known: bool
    promises_asked: frozenset[str]
    promises_demanded: frozenset[str]
    abroad: frozenset[str]
    embargo: frozenset[str]
    controlled: frozenset[str]
    number_sound: bool
    orders: frozenset[str]
    missing: frozenset[str]
    contradictions: frozenset[str]
    lead_roles: frozenset[str]
    rep_roles: frozenset[str]
    export_roles: frozenset[str]
    checked: frozenset[str]


@facts("quote.create_draft", model=QuoteFacts)
def quote_facts(call: FactCall) -> QuoteFacts:
    """The facts of the quote that a mail is answered with.

    Raises FactMissing: the mail is not among the evidence, or there are no price rules.
    """
    dossier = dossier_of(call)
    limits, rules = dossier.limits, rules_of(dossier)
    customer, text = dossier.customer, dossier.text
    limit = customer.credit_limit_cents if customer else None
    export = export_findings(text, _offered(dossier, call.args), limits)
    missing, contradictions = open_questions(dossier)
    return QuoteFacts(
        discount_permyriad=_permyriad(_highest(call.args)),
        limit_discount_permyriad=_permyriad(rules.max_discount_without_approval_pct),
        credit_checked=rules.credit_limit_check and limit is not None,
        owed_cents=(customer.open_cents if customer else 0) + call.args["gross_cents"],
        limit_owed_cents=limit or 0,
        customer_known=is_customer(customer, limits.active_statuses),
        promises_asked=_promises("asked", text),
        promises_demanded=_promises("demanded", text),
        abroad=export.abroad,
        embargo=export.embargo,
        controlled=export.controlled,
        number_sound=_is_sound(call.evidence.one(get_quote), call.args),
        orders=orders_in(dossier),
        missing=frozenset(missing),
        contradictions=frozenset(contradictions),
        lead_roles=frozenset(limits.sales_lead),
        rep_roles=frozenset(limits.sales_rep),
        export_roles=frozenset(limits.export_roles),
        checked=_checked(dossier, call.args),
    )


def is_customer(customer: Customer | None, active: frozenset[str]) -> bool:
    """Whether somebody has been taken on as a customer: in the CRM, active, with a credit limit."""
    return (
        customer is not None
        and customer.credit_limit_cents is not None
        and customer.status.casefold() in active
    )


def orders_in(dossier: SalesDossier) -> frozenset[str]:
    """Patterns by which a mail orders a machine about, wherever in it."""
    text = FreeText(field="mail", term="", text=dossier.mail.text)
    return wording_facts([text], ()).instructions


def _is_sound(found: FoundQuote | None, args: Mapping[str, Any]) -> bool:
    """A number that somebody names and nobody knows is no new quote."""
    if found is None:
        return args["quote_no"] is None
    quote = found.value
    return (
        quote is not None
        and quote.quote_no == args["quote_no"]
        and quote.customer_id == args["customer_id"]
    )


def _offered(dossier: SalesDossier, args: Mapping[str, Any]) -> tuple[Any, ...]:
    skus = {line["sku"] for line in args["lines"]}
    return tuple(p for p in dossier.products if p.sku in skus)


def _highest(args: Mapping[str, Any]) -> Decimal:
    return max(Decimal(line["discount_pct"]) for line in args["lines"])


def _permyriad(pct: Decimal) -> int:
    """Hundredths of a percent, up: a discount is never taken for less than it is."""
    return -int(-pct * 100 // 1)


def _promises(kind: str, text: str) -> frozenset[str]:
    said = fold(text)
    return frozenset(p.id for p in read_patterns(LEXICON, "promise")[kind] if p.found_in(said))


def _checked(dossier: SalesDossier, args: Mapping[str, Any]) -> frozenset[str]:
    price = price_of(dossier)
    if price is None:
        return frozenset()
    known = quote_of(dossier, price).model_dump(mode="json")
    return frozenset(name for name, value in args.items() if known[name] == value)
