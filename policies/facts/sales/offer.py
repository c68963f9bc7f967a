"""What a request comes to: the quote that the role proposes and the guard computes again."""

import re
from decimal import Decimal

from leitstand.policy import FactMissing
from policies.facts.patterns import fold, read_patterns
from policies.facts.sales.dossier import SalesDossier
from policies.facts.sales.limits import LEXICON, lexicon
from tools.pricing import CalculatePrice, Price, PriceRules, Wanted, calculate
from tools.quotes import CreateQuote

_FIGURES = re.compile(r"\d+")


def rules_of(dossier: SalesDossier) -> PriceRules:
    """The company's price rules. Raises FactMissing: it has none."""
    if dossier.limits.rules is None:
        raise FactMissing("the company has no price rules", where="sales.price_rules")
    return dossier.limits.rules


def wanted_of(dossier: SalesDossier) -> CalculatePrice | None:
    """What has to be priced; None where nothing that the catalogue has is asked for."""
    request = dossier.request
    prices = {p.sku: p.price_cents for p in dossier.products}
    lines = tuple(
        Wanted(sku=w.sku, qty=w.qty, list_cents=prices[w.sku], asked_pct=request.asked_pct)
        for w in request.wishes
    )
    customer = dossier.customer.id if dossier.customer else None
    return CalculatePrice(customer_id=customer, lines=lines) if lines else None


def price_of(dossier: SalesDossier) -> Price | None:
    """What the request costs under the price rules."""
    wanted = wanted_of(dossier)
    return None if wanted is None else calculate(rules_of(dossier), wanted)


def quote_of(dossier: SalesDossier, price: Price) -> CreateQuote:
    """The quote for a price; a new version of the quote that the mail is about, if there is one."""
    return CreateQuote(
        customer_id=dossier.customer.id if dossier.customer else None,
        quote_no=dossier.quote.quote_no if dossier.quote else None,
        **{n: getattr(price, n) for n in Price.model_fields},
    )


def open_questions(dossier: SalesDossier) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What data are missing, and what contradicts itself, in words for people."""
    request = dossier.request
    wrong = list(request.contradictions)
    wrong += [
        f"{pct} % Rabatt als üblich genannt, hinterlegt ist anderes" for pct in _untrue(dossier)
    ]
    own = rules_of(dossier).currency if dossier.limits.rules else ""
    wrong += [
        f"Preise in {code} gewünscht, hinterlegt sind sie in {own}"
        for code in _currencies(dossier)
        if own and code != own
    ]
    wrong += [f"Kundennummer {number} genannt, das ist ein anderer" for number in _others(dossier)]
    return request.missing, tuple(wrong)


def _others(dossier: SalesDossier) -> list[str]:
    """Customers' numbers in the mail that are written as ours are, and not this customer's."""
    if dossier.customer is None:
        return []
    own = dossier.customer.id.upper()
    said = re.finditer(lexicon()["customer"]["number"], f"{dossier.text}\n{dossier.mail.signature}")
    numbers = [m["id"].upper() for m in said]
    return [n for n in numbers if n != own and _FIGURES.sub("0", n) == _FIGURES.sub("0", own)]


def _currencies(dossier: SalesDossier) -> list[str]:
    """Codes of the currencies that the mail names."""
    said = fold(dossier.text)
    return [p.id for p in read_patterns(LEXICON, "says")["currency"] if p.found_in(said)]


def _untrue(dossier: SalesDossier) -> list[Decimal]:
    """Discounts that the customer takes for granted, and that no price rule grants."""
    claimed = dossier.request.claimed_pct
    if not claimed or dossier.limits.rules is None or (price := price_of(dossier)) is None:
        return []
    asked = dossier.request.asked_pct
    granted = {line.discount_pct - asked for line in price.lines}
    if dossier.customer is not None:
        granted.add(rules_of(dossier).customer_discounts.get(dossier.customer.id, Decimal(0)))
    granted |= {step.pct for step in rules_of(dossier).quantity_discounts}
    return [pct for pct in claimed if pct not in granted]
