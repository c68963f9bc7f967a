"""What is wrong with an invoice, as letters name it: a line, an amount, a field, a broken rule.

Broken rules of EN 16931 (G-A02), missing fields (G-A03) and a self-billed document (G-A24) stand
under their own codes, all else under the guardrail's.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain

from leitstand.values import Frozen
from policies.facts.arithmetic import cent, line_due, totals_of, undue_rounding
from policies.facts.document import missing_fields
from policies.facts.dossier import Dossier
from policies.facts.matching import is_unordered, quantities_over
from policies.facts.pairing import unit_price
from policies.facts.voucher import cents_in
from tools.mail import Finding
from tools.mail.mail import quotable

_RULE = re.compile(r"[A-Z][A-Za-z0-9-]{1,60}", re.ASCII)


class Named(Frozen):
    """A finding and the guardrail that it belongs to."""

    guardrail: str
    finding: Finding


def findings_of(dossier: Dossier) -> Iterator[Named]:
    """Everything that can be named, whether or not its guardrail fires."""
    found = {
        "G-A02": _broken_rules(dossier),
        "G-A03": _missing_fields(dossier),
        "G-A05": chain(_of_lines(dossier), _of_totals(dossier)),
        "G-A12": chain(_of_prices(dossier), _of_quantities(dossier)),
        "G-A24": _of_kind(dossier),
    }
    for guardrail, findings in found.items():
        yield from (Named(guardrail=guardrail, finding=finding) for finding in findings)


def _broken_rules(dossier: Dossier) -> Iterator[Finding]:
    """Fatal rules by their ids; what stopped the check as a whole has none."""
    fatal = (r.id for r in dossier.read.validation.rules if r.severity == "fatal")
    for rule in dict.fromkeys(fatal):
        if rule and _RULE.fullmatch(rule):
            yield Finding(rule=rule)


def _missing_fields(dossier: Dossier) -> Iterator[Finding]:
    """What § 14 (4) UStG asks for; of values that cannot be read it is said once that there are."""
    codes = missing_fields(dossier.read, dossier.limits)
    for code in dict.fromkeys("unread" if c.startswith("unread ") else c for c in codes):
        yield Finding(rule=code)


def _of_lines(dossier: Dossier) -> Iterator[Finding]:
    """Lines that do not add up."""
    limit = Decimal(dossier.limits.line_rounding_cents) / 100
    for line in dossier.invoice.lines:
        due = line_due(line)
        if due is not None and line.net is not None and abs(due - line.net) > limit:
            yield _amounts("G-A05", line.id, due, line.net)


def _of_totals(dossier: Dossier) -> Iterator[Finding]:
    """The gross amount where it is not net and VAT, the payable one where a rounding is none."""
    invoice = dossier.invoice
    gross, stated = totals_of(invoice).gross, invoice.gross_total
    if gross is not None and stated is not None and gross != stated:
        yield _amounts("G-A05", None, gross, stated)
    undue = undue_rounding(invoice, dossier.limits)
    if undue and invoice.payable is not None:
        yield _amounts("G-A05", None, invoice.payable - undue, invoice.payable)


def _of_prices(dossier: Dossier) -> Iterator[Finding]:
    """Lines that cost more than was ordered."""
    for match in dossier.on_order:
        line, ordered = match.line, match.order_line
        quantity, unit = line.quantity or Decimal(0), unit_price(line)
        if ordered is not None and unit > ordered.price:
            yield _amounts("G-A12", line.id, cent(quantity * ordered.price), cent(quantity * unit))


def _of_quantities(dossier: Dossier) -> Iterator[Finding]:
    """Lines for more than arrived and was not invoiced yet, and lines that were not ordered."""
    order, pairs = dossier.order, dossier.on_order
    if order is None or not pairs or dossier.invoice.credit_note:
        return
    limit = dossier.limits.three_way_match.quantity_tolerance
    for match, over in quantities_over(order, pairs, dossier.receipts, dossier.invoiced()):
        if over > limit:
            yield Finding(rule="G-A12", line=quotable(match.line.id))
    for match in filter(is_unordered, pairs):
        yield Finding(rule="G-A12", line=quotable(match.line.id))


def _of_kind(dossier: Dossier) -> Iterator[Finding]:
    """A document that calls itself self-billed (§ 14 (2) UStG): a supplier cannot have made it."""
    if dossier.invoice.type_code in dossier.limits.self_billed_types:
        yield Finding(rule="self-billed")


def _amounts(rule: str, line: str | None, expected: Decimal, found: Decimal) -> Finding:
    return Finding(
        rule=rule,
        line=quotable(line),
        expected_cents=cents_in(expected),
        found_cents=cents_in(found),
    )
