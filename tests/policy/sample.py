"""A small house to test rules in: four tools, one fact function, a bundle of rules over them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, cast

from leitstand.policy import Bundle, FactCall, FactMissing, Request, facts
from leitstand.tool import Port, Recorded, Tool, tool
from leitstand.values import Frozen, Identifier, Money, Reading, Text


class Desk(Port):
    """The system behind the sample's tools; never called in these tests."""


class Find(Frozen):
    """Which supplier."""

    name: Text


class Supplier(Frozen):
    """A supplier on record."""

    id: Identifier
    iban: Identifier


class Found(Reading[Supplier | None]):
    """The supplier found, or that there is none."""


class Line(Frozen):
    """A line of a payment; rules cannot name it."""

    text: Text
    net: Money


class Pay(Frozen):
    """Pay an amount to a supplier."""

    supplier: Annotated[Identifier, Recorded("book.find", "value.id")]
    gross: Money
    currency: Literal["EUR", "USD"] = "EUR"
    due: date | None = None
    rate: Decimal | None = None
    labels: tuple[Identifier, ...] = ()
    lines: tuple[Line, ...] = ()


class Paid(Frozen):
    """The payment's number."""

    no: Identifier


class Mail(Frozen):
    """A mail to somebody outside."""

    to: Identifier
    body: Text


@tool("book.find")
async def find(args: Find, desk: Desk) -> Found:
    """Find a supplier."""
    raise NotImplementedError


@tool("book.pay", writes="book.payment", key=("supplier",))
async def pay(args: Pay, desk: Desk, key: str) -> Paid:
    """Pay."""
    raise NotImplementedError


@tool("mail.send", writes="mail")
async def send(args: Mail, desk: Desk, key: str) -> Paid:
    """Send a mail."""
    raise NotImplementedError


@tool("book.close", writes="book.period")
async def close(args: Find, desk: Desk, key: str) -> Paid:
    """Close a period; nothing grants it."""
    raise NotImplementedError


class PayFacts(Frozen):
    """What is measured of a payment. Amounts in cents."""

    tier: int
    tier_roles: frozenset[str]
    known: bool
    bank: Literal["same", "changed"]
    checked: frozenset[str] = frozenset()


@facts("book.pay", model=PayFacts)
def pay_facts(call: FactCall) -> PayFacts:
    """Facts of a payment. Raises FactMissing: no supplier was read."""
    found = call.evidence.one(find)
    if found is None:
        raise FactMissing("no supplier was read")
    supplier = found.value
    tiers: list[dict[str, Any]] = call.limits["tiers"]
    tier = next(t for t in tiers if t["max"] is None or call.args["gross"] <= t["max"])
    return PayFacts(
        tier=tier["approvers"],
        tier_roles=frozenset(tier["roles"]),
        known=supplier is not None,
        bank="same" if supplier and supplier.iban == "DE1" else "changed",
        checked=frozenset({"gross"}) if supplier else frozenset(),
    )


GRANTS = """
@id("grant-clerk") @grant @owner("finance")
permit(principal in Role::"clerk", action in [Action::"book.find", Action::"book.pay"], resource);

@id("grant-mail") @grant @owner("office")
permit(principal in Role::"clerk", action == Action::"mail.send", resource);
"""

RULES = """
// Obligations: a forbid that an approval discharges.
@id("P-tier") @shows("P1") @decision("approve") @level("approve") @roles_fact("tier_roles")
@approvers_fact("tier") @rank("5") @owner("finance") @version("2")
@reason_de("Betrag über der Freigabegrenze") @reason_en("Amount over the approval limit")
forbid(principal, action == Action::"book.pay", resource)
when { context.facts.tier > 0 }
unless {
  context.call.approval.count >= context.facts.tier
  && context.call.approval.roles.containsAll(context.facts.tier_roles)
};

@id("P-taint") @decision("approve") @level("approve") @roles("clerk") @approvers("1")
@owner("security") @reason_de("Angabe ohne Beleg") @reason_en("Argument rests on nothing")
forbid(principal, action in [Action::"write"], resource)
unless { context.call.tainted.isEmpty() || context.call.approval.count >= 1 };

@id("P-bank") @shows("P2") @decision("deny") @level("escalate") @roles("head") @approvers("2")
@cause("contradictory results") @owner("security") @fix_de("Beim Lieferanten zurückrufen")
@fix_en("Call the supplier back")
@reason_de("Bankverbindung abweichend") @reason_en("Bank details differ")
forbid(principal, action == Action::"book.pay", resource)
when { context.facts.bank == "changed" };

@id("P-known") @shows("P2") @decision("deny") @level("hold") @cause("data missing")
@owner("finance") @reason_de("Lieferant unbekannt") @reason_en("Supplier unknown")
forbid(principal, action == Action::"book.pay", resource)
unless { context.facts.known };

@id("P-usd") @decision("escalate") @level("escalate") @roles("head") @approvers("1")
@owner("finance") @reason_de("Fremdwährung") @reason_en("Foreign currency")
forbid(principal, action == Action::"book.pay", resource)
when { context.args.currency != "EUR" }
unless { context.call.approval.roles.contains("head") };

@id("P-secret") @decision("redact") @level("note") @fields("body") @owner("security")
@reason_de("Geheimnis") @reason_en("Secret")
forbid(principal, action == Action::"mail.send", resource)
when { context.args.body like "*secret*" };

@id("P-due") @note("note") @owner("finance") @reason_de("Fällig") @reason_en("Due")
permit(principal, action == Action::"book.pay", resource)
when { context.args has due && context.args.due < "x" || context.args has due };

@id("P-small") @note("info") @owner("finance") @reason_de("Kleinbetrag") @reason_en("Small")
permit(principal, action == Action::"book.pay", resource)
when { context.args.gross <= 25000 };
""".replace('context.args has due && context.args.due < "x" || ', "")

TEXTS: Mapping[str, str] = {"00_grants.cedar": GRANTS, "10_rules.cedar": RULES}
TOOLS: tuple[Tool[Any, Any], ...] = (find, pay, send, close)
LIMITS: Mapping[str, Any] = {
    "tiers": [
        {"max": 100_000, "approvers": 0, "roles": []},
        {"max": 1_000_000, "approvers": 1, "roles": ["head"]},
        {"max": None, "approvers": 2, "roles": ["head", "director"]},
    ]
}


def bundle_of(texts: Mapping[str, str] = TEXTS) -> Bundle:
    """The sample's rules, or others over the same tools."""
    return Bundle.of(texts, TOOLS, [pay_facts])


def paying(**changes: object) -> Request:
    """A payment of 500 euros to a known supplier, changed as named."""
    values: dict[str, Any] = {
        "tool": "book.pay",
        "role": "clerk",
        "tenant": "t1",
        "requester": "mail",
        "args": {"supplier": "S1", "gross": 50_000, "currency": "EUR", "labels": [], "lines": []},
        "facts": {
            "tier": 0,
            "tier_roles": frozenset[str](),
            "known": True,
            "bank": "same",
            "checked": frozenset({"gross"}),
        },
    }
    for name, change in changes.items():
        part = isinstance(change, Mapping)
        values[name] = {**values[name], **cast("Mapping[str, Any]", change)} if part else change
    return Request(**values)
