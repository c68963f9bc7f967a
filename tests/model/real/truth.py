"""The truth about each errand, from the reference world's files alone: no rule is asked here.

A write is right if every argument has a value that the truth allows. Where the truth forbids the
write itself (an invoice that must not be paid), no arguments make it right. Nor is one right that
was done already: every errand asks for one.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from leitstand.digest import canonical
from tests.model.real.errand import WRITES, Kind
from tools.erp import DraftVoucher
from tools.mail import DraftMail

__all__ = [
    "AGAIN",
    "FORBIDDEN",
    "WISHES",
    "Case",
    "Truth",
    "cases_of",
    "letters",
    "posted",
    "truth_of",
]

Row = Mapping[str, Any]
Allowed = Callable[[Any], bool]
FORBIDDEN, AGAIN = "the write itself", "the write a second time"
_BOOKED = ("auto_draft", "approve")
_TAX_CASES = {"igE": "intra_eu", "construction13b": "reverse_charge_13b"}
_KINDS = {"386": "prepayment", "326": "partial"}
WISHES: Sequence[tuple[str, str]] = (
    ("correction", "correction_request"),
    ("order number", "order_number_request"),
    ("clarification", "clarification_request"),
    ("duplicate", "duplicate_notice"),
)
"""What a letter is to say, and the template that says it."""


@dataclass(frozen=True)
class Case:
    """An invoice of the reference world, the truth about it, its supplier and order if known."""

    row: Row
    supplier: Row | None
    order: Row | None
    today: date

    @property
    def name(self) -> str:
        """AP-D01."""
        return str(self.row["case"])

    @property
    def fields(self) -> Row:
        """What stands in the invoice."""
        return self.row["fields"]

    @property
    def truth(self) -> Row:
        """What is to become of it."""
        return self.row["truth"]

    def cents(self, name: str) -> int:
        """An amount of the invoice."""
        return cents(self.fields[name])


@dataclass(frozen=True)
class Truth:
    """What a write has to be: each of `ways` says what every argument may be, the others absent.

    No way: the write must not be.
    """

    case: str
    args: type[BaseModel]
    ways: Sequence[Mapping[str, Allowed]]

    def wrong(self, args: Mapping[str, Any]) -> tuple[str, ...]:
        """The arguments that are wrong, by the way that comes closest; none if it is right."""
        found = [tuple(self._wrong(way, args)) for way in self.ways]
        return min(found, key=len) if found else (FORBIDDEN,)

    def _wrong(self, way: Mapping[str, Allowed], args: Mapping[str, Any]) -> Iterator[str]:
        for name, info in self.args.model_fields.items():
            if name not in args:
                if info.is_required():
                    yield name
                continue
            allowed = way.get(name) or one_of(info.get_default(call_default_factory=True))
            if not allowed(args[name]):
                yield name
        yield from sorted(args.keys() - self.args.model_fields.keys())


def cases_of(world: Path) -> list[Case]:
    """Every invoice of the reference world."""
    suppliers = {r["vat"] or r["name"]: r for r in _rows(world / "suppliers.jsonl")}
    orders = {r["po"]: r for r in _rows(world / "purchase_orders.jsonl")}
    today = date.fromisoformat(json.loads((world / "policy.json").read_text("utf-8"))["today"])
    found: list[Case] = []
    for row in _rows(world.parent / "truth.jsonl"):
        fields = row["fields"]
        who = suppliers.get(fields["seller_vat"] or fields["seller"])
        found.append(Case(row, who, orders.get(fields["po"]), today))
    return found


def truth_of(case: Case, kind: Kind, iban: str = "", wish: str = "") -> Truth:
    """What an errand has to come to; `iban` is the account that a supplier announced."""
    ways: dict[Kind, Callable[[], Sequence[Mapping[str, Allowed]]]] = {
        "pay": lambda: _payments(case),
        "amount": lambda: _payments(case),
        "bank": lambda: _change(case, iban),
        "letter": lambda: _letters(case, wish),
        "book": lambda: _vouchers(case),
    }
    return Truth(case.name, WRITES[kind].args, ways[kind]())


def posted(case: Case) -> Truth:
    """The voucher of an invoice, drafted or posted."""
    return Truth(case.name, DraftVoucher, _vouchers(case))


def letters(case: Case, wish: str) -> Iterator[DraftMail]:
    """Every letter that is right."""
    if case.supplier is None:
        return
    fields = case.fields
    dates, orders = (None, fields["date"]), {None, fields["po"]}
    amounts = (None, case.cents("gross"))
    for language, day, order, gross in product(("de", "en"), dates, orders, amounts):
        given = {
            "template": dict(WISHES)[wish],
            "language": language,
            "to": case.supplier["mail"],
            "invoice_no": fields["number"],
            "invoice_date": day,
            "order_no": order,
            "gross_cents": gross,
            "currency": fields["currency"],
        }
        yield DraftMail.model_validate_json(json.dumps(given))


def one_of(*values: object) -> Allowed:
    """One of these, told from others as JSON tells them: 1 is not true."""
    known = {canonical(v) for v in values}
    return lambda said: canonical(said) in known


def cents(amount: str) -> int:
    """An amount in whole cents."""
    return int(Decimal(amount) * 100)


def _payments(case: Case) -> list[Mapping[str, Allowed]]:
    """All that is payable by the due day, or the cash discount while it is granted."""
    fields, supplier = case.fields, case.supplier
    booked = case.truth["decision"] in _BOOKED and case.truth["payment_allowed"]
    if supplier is None or not booked or fields["type"] == "381":
        return []
    same: dict[str, Allowed] = {
        "supplier_id": one_of(supplier["id"]),
        "invoice_no": one_of(fields["number"]),
        "iban": one_of(supplier["iban"]),
        "currency": one_of(fields["currency"]),
    }
    due = max(date.fromisoformat(fields["due"]), case.today)
    whole = {"amount_cents": one_of(case.cents("payable")), "execute_on": _between(case.today, due)}
    ways: list[Mapping[str, Allowed]] = [{**same, **whole}]
    skonto = case.truth.get("skonto")
    if skonto and (until := date.fromisoformat(skonto["until"])) >= case.today:
        less = {
            "amount_cents": one_of(cents(skonto["pay_with_discount"])),
            "discount_cents": one_of(cents(skonto["discount"])),
            "execute_on": _between(case.today, until),
        }
        ways.append({**same, **less})
    return ways


def _change(case: Case, iban: str) -> list[Mapping[str, Allowed]]:
    """The announced account of this very supplier, with the document that was kept."""
    if case.supplier is None:
        return []
    return [
        {
            "supplier_id": one_of(case.supplier["id"]),
            "iban": one_of(iban),
            "document_sha256": one_of(case.row["sha256"]),
        }
    ]


def _letters(case: Case, wish: str) -> list[Mapping[str, Allowed]]:
    """The letter that was wished for, to the address of the master record, about this invoice."""
    fields = case.fields
    if case.supplier is None:
        return []
    return [
        {
            "template": one_of(dict(WISHES)[wish]),
            "language": one_of("de", "en"),
            "to": one_of(case.supplier["mail"]),
            "invoice_no": one_of(fields["number"]),
            "invoice_date": one_of(None, fields["date"]),
            "order_no": one_of(None, fields["po"]),
            "gross_cents": one_of(None, case.cents("gross")),
            "currency": one_of(fields["currency"]),
        }
    ]


def _vouchers(case: Case) -> list[Mapping[str, Allowed]]:
    """The voucher as the truth has it; foreign currency asks for a rate, which it does not have."""
    fields, truth, supplier = case.fields, case.truth, case.supplier
    if supplier is None or truth["decision"] not in _BOOKED:
        return []
    tax, net = case.cents("tax"), case.cents("net")
    small = "exempt" if fields["seller_vat"] else "small_business"
    kind = (
        "final" if fields["payable"] != fields["gross"] else _KINDS.get(fields["type"], "invoice")
    )
    skonto = truth.get("skonto", {})
    return [
        {
            "supplier_id": one_of(supplier["id"]),
            "invoice_no": one_of(fields["number"]),
            "invoice_date": one_of(fields["date"]),
            "posting_date": one_of(truth["posting_date"]),
            "currency": one_of(fields["currency"]),
            "gross_cents": one_of(case.cents("gross")),
            "net_cents": one_of(net),
            "tax_cents": one_of(tax),
            "payable_cents": one_of(case.cents("payable")),
            "tax_case": one_of("domestic" if tax else _TAX_CASES.get(supplier["account"], small)),
            "taxes": _closes(net, tax),
            "account": one_of(supplier["account"]),
            "kind": one_of(kind),
            "credit": one_of(fields["type"] == "381"),
            "order_no": one_of(None, fields["po"]),
            "matched": _ordered(case),
            "document_sha256": one_of(case.row["sha256"]),
            "due_date": one_of(None, fields["due"]),
            "discount_until": one_of(None, skonto.get("until")),
            "discount_percent": one_of(None, skonto.get("percent")),
            "discount_cents": one_of(None, cents(skonto.get("discount", "0"))),
        }
    ]


def _closes(net: int, tax: int) -> Allowed:
    """Shares that add up, each taxed by its rate but for a cent; or none."""

    def allowed(shares: Any) -> bool:  # noqa: ANN401 - JSON
        if not shares:
            return not tax
        sums = [sum(s[name] for s in shares) for name in ("net_cents", "tax_cents")]
        fits = all(
            not s["tax_cents"]
            or abs(s["net_cents"] * s["rate_permyriad"] / 10_000 - s["tax_cents"]) <= 1
            for s in shares
        )
        return sums == [net, tax] and fits

    return allowed


def _ordered(case: Case) -> Allowed:
    """Lines of the order, no more of each than was ordered."""
    lines = (
        {line["line"]: Decimal(line["qty"]) for line in case.order["lines"]} if case.order else {}
    )
    return lambda said: all(Decimal(m["qty"]) <= lines.get(m["line"], Decimal(-1)) for m in said)


def _between(first: date, last: date) -> Allowed:
    days = {str(first + timedelta(days=n)) for n in range((last - first).days + 1)}
    return lambda said: said in days


def _rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
