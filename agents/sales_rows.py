"""Rows of sales: what a row of a file of cases gives the role, and what a case shows.

What it shows is made of readings, of the arguments that the guard judged and of rules that fired,
never of what the role says of itself.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from leitstand.digest import canonical
from leitstand.project import Told
from leitstand.values import Identifier
from policies.facts.sales.dossier import SalesDossier, known_of
from policies.facts.sales.offer import price_of
from policies.facts.sales.service import asks_for_quote, service_of
from tools.pricing import Price

_LONGEST = 40_000
_MAILS = ("mail", "text", "message", "body")
_CUSTOMERS = ("customer", "customer_id")
_KINDS = ("quote", "ticket", "follow_up")
_PAGE = re.compile(r"<(html|body|p|div|br|table)\b[^<>]*>", re.IGNORECASE)
_IDENTIFIER = TypeAdapter[str](Identifier)
_DATE = TypeAdapter[date](date)


def given(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The input of a case from a row; what cannot be used stays out, and the role names it."""
    found: dict[str, Any] = {"kind": _kind(row), "mail": _mail(row)}
    customer = next((row[n] for n in _CUSTOMERS if row.get(n) is not None), None)
    if isinstance(customer, Mapping):
        customer = cast("Mapping[str, Any]", customer).get("id")
    found["customer_id"] = _identifier(customer)
    found["quote_no"] = _identifier(row.get("quote_no") or row.get("quote"))
    found["received"] = _day(row.get("today") or row.get("received"))
    found["sent_on"] = _day(row.get("sent_on"))
    return {name: value for name, value in found.items() if value not in (None, "")}


def columns(told: Told) -> Mapping[str, object]:
    """The columns of a quote or of a ticket, in the company's own words."""
    dossier = known_of(told.readings, told.limits)
    if dossier is None:
        return {}
    kind = told.given.get("kind")
    quoted = kind == "quote" or (kind == "mail" and asks_for_quote(dossier))
    return _of_quote(told, dossier) if quoted else _of_ticket(told, dossier)


def _of_quote(told: Told, dossier: SalesDossier) -> Mapping[str, object]:
    limits = dossier.limits
    return {
        **_price(told, dossier),
        "guardrails": list(told.guardrails),
        "decision": limits.quote_decisions.get(told.decision, told.decision),
        "approval": limits.quote_approvals.get(told.decision, ""),
    }


def _price(told: Told, dossier: SalesDossier) -> Mapping[str, object]:
    """The price as it was judged, else as the rules make it; amounts with two decimals."""
    if "lines" in told.args:
        judged = {n: told.args[n] for n in Price.model_fields}
        price = Price.model_validate_json(canonical(judged))
    else:
        found = price_of(dossier) if dossier.limits.rules is not None else None
        if found is None:
            return {"lines": []}
        price = found
    return {
        "lines": [
            {
                "sku": line.sku,
                "qty": _number(line.qty),
                "list": _money(line.list_cents),
                "discount_pct": _percent(line.discount_pct),
                "unit": _money(line.unit_cents),
                "net": _money(line.net_cents),
            }
            for line in price.lines
        ],
        "freight": _money(price.freight_cents) if price.freight_cents else "0",
        "net": _money(price.net_cents),
        "vat": _money(price.vat_cents),
        "gross": _money(price.gross_cents),
        "valid_until_days": price.valid_days,
    }


def _of_ticket(told: Told, dossier: SalesDossier) -> Mapping[str, object]:
    service = service_of(dossier)
    return {
        "category": service.category,
        "priority": service.priority,
        "sku": service.sku,
        "serial": service.serial,
        "queue": service.queue,
        "guardrails": list(told.guardrails),
        "decision": dossier.limits.ticket_decisions.get(told.decision, told.decision),
    }


def _kind(row: Mapping[str, Any]) -> str:
    if "kind" in row:
        return row["kind"] if row["kind"] in _KINDS else ""
    if "sent_on" in row and ("quote" in row or "quote_no" in row):
        return "follow_up"
    if any(name in row for name in _CUSTOMERS):
        return "mail"
    return "ticket" if any(name in row for name in _MAILS) else ""


def _mail(row: Mapping[str, Any]) -> str:
    """The text of the mail; broken characters as `?`, nothing where it is longer than any mail."""
    mail = next((row[n] for n in _MAILS if row.get(n)), "")
    if isinstance(mail, Mapping):
        parts = cast("Mapping[str, Any]", mail)
        mail = "\n".join(str(parts[n]) for n in ("subject", "body", "text") if parts.get(n))
    if not isinstance(mail, str) or len(mail) > _LONGEST:
        return ""
    plain = "".join("?" if "\ud800" <= c <= "\udfff" or c == "\0" else c for c in mail)
    return _shown(plain) if _PAGE.search(plain) else plain


def _shown(page: str) -> str:
    from leitstand.triggers.html import shown_text  # noqa: PLC0415 - a server without mail has none

    return shown_text(page).text


def _identifier(value: object) -> str | None:
    try:
        return _IDENTIFIER.validate_python(value)
    except ValidationError:
        return None


def _day(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        return _DATE.validate_json(canonical(value[:10])).isoformat()
    except ValidationError:
        return None


def _number(qty: Decimal) -> int | str:
    return int(qty) if qty == qty.to_integral_value() else str(qty)


def _percent(percent: Decimal) -> str:
    """Without zeros at the end, that a sum of percentages may have: `7`, not `7.0`."""
    return format(percent.normalize(), "f")


def _money(cents: int) -> str:
    return str(Decimal(cents).scaleb(-2).quantize(Decimal("0.01")))
