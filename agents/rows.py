"""What a row of an invoice shows: what was read, where it would be booked, when, and the Skonto.

Made of readings and of the arguments that the guard judged, never of what the role says of itself.
"""

from collections.abc import Mapping
from typing import Any

from leitstand.digest import canonical
from leitstand.project import Told
from leitstand.values import cents_of, show_money
from policies.facts.arithmetic import cent
from policies.facts.terms import skonto_of
from tools.einvoice import Invoice, ReadInvoice


def invoice_row(told: Told) -> Mapping[str, object]:
    """The columns `read`, `accounts`, `posting_date` and `skonto` of an invoice.

    Of a file in which no structured invoice could be read nothing is booked: no account, no day.
    """
    read = _found(told)
    invoice = read.invoice if read else None
    args: Mapping[str, Any] = told.args if invoice else {}
    chart = told.limits.get("accounts", {}).get(args.get("account"), {})
    paid = told.decision != "reject" and "discount_cents" in args
    return {
        "read": _read(invoice) if invoice else _on_paper(read),
        "accounts": {n: str(chart[n]) if n in chart else None for n in ("skr03", "skr04")},
        "posting_date": args.get("posting_date"),
        "skonto": _skonto(told, invoice) if paid and invoice else None,
    }


def _found(told: Told) -> ReadInvoice | None:
    found = told.readings.get("einvoice.read", {}).get("value")
    return ReadInvoice.model_validate_json(canonical(found)) if found else None


def _on_paper(read: ReadInvoice | None) -> str:
    """Number and gross amount as they stand on the page of a plain PDF, and how sure each is."""
    if read is None or read.paper is None:
        return ""
    fields = (read.paper.field("number"), read.paper.field("gross"))
    return ", ".join(f"{one.copied.text} ({one.confidence} %)" for one in fields if one)


def _read(invoice: Invoice) -> str:
    """Supplier, number and gross amount as the document says them."""
    gross = invoice.gross_total
    money = show_money(cents_of(cent(gross)), invoice.currency or "EUR") if gross else ""
    return ", ".join(part for part in (invoice.seller.name, invoice.number, money) if part)


def _skonto(told: Told, invoice: Invoice) -> dict[str, str] | None:
    """The last cash discount that counts, amounts with two decimals in the invoice's currency."""
    granted = skonto_of(invoice, told.today)
    if granted is None:
        return None
    return {
        "until": granted.until.isoformat(),
        "percent": str(granted.percent),
        "discount": str(granted.discount),
        "pay_with_discount": str(granted.pay_with_discount),
    }
