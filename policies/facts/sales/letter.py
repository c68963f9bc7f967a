"""Letters about quotes, and what compliance is given of an export: no words of a mail."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from pydantic import ValidationError

from leitstand.policy import FactCall, facts
from leitstand.values import Frozen, Identifier
from policies.facts.sales.dossier import SalesDossier
from policies.facts.sales.export import export_findings
from policies.facts.sales.limits import sales_limits
from tools.crm import Customer, get_customer
from tools.mail import DraftMail, TemplateId, quotable
from tools.quotes import Quote, get_quote

_TEMPLATES: tuple[TemplateId, ...] = ("quote_letter", "quote_follow_up")


class LetterFacts(Frozen):
    """`checked`: arguments that equal what quote and customer come to."""

    checked: frozenset[str]


class Export(Frozen):
    """What compliance is given: the customer, the articles, the countries (ISO 3166), and why."""

    customer_id: Identifier | None = None
    skus: tuple[Identifier, ...] = ()
    abroad: tuple[Identifier, ...] = ()
    embargo: tuple[Identifier, ...] = ()
    controlled: tuple[Identifier, ...] = ()


@facts("mail.draft", model=LetterFacts)
def letter_facts(call: FactCall) -> LetterFacts:
    """A letter against the quote that it is about; letters of other departments are not ours."""
    found, customer = call.evidence.one(get_quote), call.evidence.one(get_customer)
    if found is None or found.value is None or call.args["template"] not in _TEMPLATES:
        return LetterFacts(checked=frozenset())
    template: TemplateId = call.args["template"]
    letter = letter_of(template, found.value, customer.value if customer else None)
    return LetterFacts(checked=frozenset(_equal(letter.model_dump(mode="json"), call.args)))


@facts("case.hand_over", model=LetterFacts)
def handed_facts(call: FactCall) -> LetterFacts:
    """A hand-over to compliance: `given` can only name codes and article numbers."""
    return LetterFacts(checked=frozenset(_handed(call)) if "sales" in call.limits else frozenset())


def letter_of(template: TemplateId, quote: Quote, customer: Customer | None) -> DraftMail:
    """The letter about a quote, to the address that the CRM has."""
    return DraftMail(
        template=template,
        to=(customer.mail or None) if customer else None,
        quote_no=quotable(quote.quote_no),
        quote_date=quote.quoted_on,
        valid_until=quote.valid_until,
        gross_cents=quote.gross_cents,
        currency=quote.currency,
    )


def export_of(dossier: SalesDossier) -> Export:
    """What there is to check of an export."""
    found = export_findings(dossier.text, dossier.wanted, dossier.limits)
    return Export(
        customer_id=dossier.customer.id if dossier.customer else None,
        skus=tuple(p.sku for p in dossier.wanted),
        abroad=tuple(sorted(found.abroad)),
        embargo=tuple(sorted(found.embargo)),
        controlled=tuple(sorted(found.controlled)),
    )


def _handed(call: FactCall) -> Iterator[str]:
    limits = sales_limits(call.limits)
    if not _is_export(call.args["given"]):
        return
    yield from ("parent", "given")
    if call.args["role"] == limits.compliance_role:
        yield "role"
    if call.args["title"] == limits.compliance_title:
        yield "title"


def _is_export(given: str) -> bool:
    try:
        wanted: Mapping[str, Any] = orjson.loads(given)
        Export.model_validate_json(orjson.dumps(wanted["export"]))
    except (ValidationError, orjson.JSONDecodeError, KeyError, TypeError):
        return False
    return set(wanted) == {"export"}


def _equal(known: Mapping[str, Any], args: Mapping[str, Any]) -> Iterator[str]:
    return (name for name, value in args.items() if name in known and known[name] == value)
