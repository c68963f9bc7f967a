"""Kinds of invoices: each made in a company, with what the text of the guardrails says of it.

Nothing is read off the code: what is special about an invoice follows from how it was made.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from tests.agents.bills import Position, cent
from tests.agents.companies import Company
from tests.agents.troubles import APPROVE, HOLD, NOTE, REJECT, Trouble

EVERYTHING = frozenset([
    "order", "lines", "account", "holder", "text", "time", "vat", "sums", "number", "buyer",
    "seller", "reference", "terms", "day", "small business", "prepaid",
])  # fmt: skip
"""What may be spoilt: nothing more is planted in an invoice that came in with others."""

Base = Callable[[Company], Trouble]
BASES: dict[str, Base] = {}


def base(function: Base) -> Base:
    """Register a kind of invoice."""
    BASES[function.__name__] = function
    return function


@base
def ordinary(c: Company) -> Trouble:
    """On an order that has arrived."""
    return Trouble(c, c.ordered(c.supplier()))


@base
def line_allowance(c: Company) -> Trouble:
    """Ordered at the net price; the list price with an allowance on the line comes to the same."""
    lines = [replace(p, per=1, price=c.amount(5, 50)) for p in c.lines()]
    bill = c.ordered(c.supplier(), lines)
    dearer = [replace(p, price=p.price + 1, off=cent(p.qty)) for p in bill.lines]
    return Trouble(c, bill.again(lines=dearer))


@base
def first_of_two_deliveries(c: Company) -> Trouble:
    """More was ordered than arrived; what arrived is invoiced."""
    supplier, lines = c.supplier(), c.lines()
    order = c.order(supplier, [replace(p, qty=p.qty * 3) for p in lines])
    c.receive(order, [(p.order_line or "", p.qty) for p in lines])
    return Trouble(c, c.bill(supplier, lines, order=order))


@base
def rest_of_an_order(c: Company) -> Trouble:
    """The first half was invoiced before; all of it has arrived."""
    trouble = first_of_two_deliveries(c)
    bill = trouble.bill
    rows = [{"line": p.order_line, "qty": str(p.qty)} for p in bill.lines]
    c.posted(bill.seller, f"ALT-{c.count}", Decimal("9.99"), po=bill.order, lines=rows)
    c.receive(bill.order or "", [(p.order_line or "", p.qty) for p in bill.lines])
    return trouble


@base
def found_by_article_only(c: Company) -> Trouble:
    """No line names its order line, and they come in another order."""
    bill = c.ordered(c.supplier())
    return Trouble(c, bill.again(lines=[replace(p, order_line=None) for p in bill.lines[::-1]]))


@base
def freight_within_the_limit(c: Company) -> Trouble:
    """A charge on the document that nobody ordered, at the limit."""
    bill = c.ordered(c.supplier())
    limit = Decimal(str(c.policy["three_way_match"]["unplanned_charges_max"]))
    return Trouble(c, bill.again(charge=cent(limit)))


@base
def rebate_on_the_document(c: Company) -> Trouble:
    """A deviation to our advantage."""
    bill = c.ordered(c.supplier())
    return Trouble(c, bill.again(allowance=cent(bill.lines[0].net / 10)))


@base
def price_at_the_limit(c: Company) -> Trouble:
    """As much over the ordered price as the tenant lets pass, in percent and on the line."""
    match = c.policy["three_way_match"]
    percent, most = (Decimal(str(match[f"price_tolerance_{n}"])) for n in ("pct", "abs_line"))
    line = Position("1", "Z-1", "Zahnrad M3", Decimal(10), Decimal("20.00"))
    bill = c.ordered(c.supplier(), [line])
    over = min(line.price * percent / 100, most / line.qty)
    return Trouble(c, bill.again(lines=[replace(line, price=line.price + over)]))


@base
def recurring_contract(c: Company) -> Trouble:
    """Rent or the like, without an order; last month's is in the books."""
    supplier = c.supplier()
    net = c.amount(100, 4000)
    c.lists["contracts"].append(
        {"contract": f"V-{c.count}", "supplier": supplier["id"], "monthly_net": str(net)}
    )
    line = Position(None, "V-1", "Monatspauschale", Decimal(1), net)
    bill = c.bill(supplier, [line])
    first = bill.day.replace(day=1)
    end = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    c.posted(supplier, f"VM-{c.count}", bill.gross, date=str(first - timedelta(days=20)))
    return Trouble(c, bill.again(delivered=None, period=(first, end)))


@base
def reverse_charge(c: Company) -> Trouble:
    """§ 13b UStG: a special case that fits."""
    lines = [replace(p, category="AE", rate="0") for p in c.lines()]
    bill = c.ordered(c.supplier(), lines)
    reason = c.pick(["Steuerschuldnerschaft des Leistungsempfängers", "Reverse charge"])
    return Trouble(c, bill.again(reason=reason, vatex="VATEX-EU-AE"), {"G-A14": APPROVE})


@base
def from_another_member_state(c: Company) -> Trouble:
    """§ 1a UStG."""
    lines = [replace(p, category="K", rate="0") for p in c.lines()]
    bill = c.ordered(c.supplier("AT"), lines)
    said = ["Steuerfreie innergemeinschaftliche Lieferung", "Intra-Community supply, Art. 138"]
    return Trouble(c, bill.again(reason=c.pick(said), vatex="VATEX-EU-IC"), {"G-A14": APPROVE})


@base
def in_a_foreign_currency(c: Company) -> Trouble:
    """An intra-Community supply in Swiss francs, to the account on record."""
    trouble = from_another_member_state(c)
    trouble.marks["G-A25"] = APPROVE
    trouble.bill = trouble.bill.again(currency="CHF")
    return trouble


@base
def small_business(c: Company) -> Trouble:
    """§ 19 UStG: no VAT shown, a tax number for a VAT ID."""
    supplier = c.supplier(vat=None, stnr=f"60/123/{10_000 + c.count * 10}", skonto=None)
    lines = [replace(p, category="E", rate="0") for p in c.lines()]
    said = ["Kleinunternehmer gemäß § 19 UStG", "Keine Umsatzsteuer nach § 19 (1) UStG"]
    return Trouble(c, c.ordered(supplier, lines).again(reason=c.pick(said)))


@base
def credit_note(c: Company) -> Trouble:
    """Some of an invoice in the books is given back."""
    bill = c.ordered(c.supplier())
    c.posted(bill.seller, f"ORIG/{c.count}", bill.gross + 100, po=bill.order)
    return Trouble(c, bill.again(code="381", preceding=f"ORIG/{c.count}", due=None, terms=""))


@base
def final_invoice(c: Company) -> Trouble:
    """A prepayment that the books know is taken off."""
    bill = c.ordered(c.supplier())
    paid = cent(bill.gross / 3)
    more = {"kind": "prepayment", "po": bill.order, "status": "paid"}
    c.posted(bill.seller, f"AZ {c.count}", paid, **more)
    return Trouble(c, bill.again(prepaid=paid), {"G-A27": NOTE})


@base
def for_a_department(c: Company) -> Trouble:
    """Made out to us with a department and a post box: name and VAT ID are ours."""
    bill = c.ordered(c.supplier())
    name = f"{c.company['name']}, {c.pick(['Abt. Einkauf', 'Werk 2', 'z. Hd. Frau Ernst'])}"
    return Trouble(c, bill.again(buyer={**c.company, "name": name, "zip": "34001"}))


@base
def from_a_third_country(c: Company) -> Trouble:
    """An export to us: no VAT of his, import VAT is for customs."""
    lines = [replace(p, category="G", rate="0") for p in c.lines()]
    bill = c.ordered(c.supplier("CH"), lines)
    return Trouble(c, bill.again(reason="Ausfuhr / export", vatex="VATEX-EU-G"), {"G-A14": APPROVE})


@base
def registered_here_from_abroad(c: Company) -> Trouble:
    """German VAT with a German VAT ID from an address abroad: a person looks."""
    bill = c.ordered(c.supplier("AT", vat=c.vat()))
    return Trouble(c, bill, {"G-A14": APPROVE})


@base
def foreign_vat(c: Company) -> Trouble:
    """Austrian VAT is not deductible here (§ 15 UStG)."""
    lines = [replace(p, rate="20") for p in c.lines()]
    return Trouble(c, c.ordered(c.supplier("AT"), lines), {"G-A14": HOLD})


@base
def reverse_charge_without_its_words(c: Company) -> Trouble:
    """§ 14a (5) UStG asks for the note; another text is none."""
    trouble = reverse_charge(c)
    trouble.bill = trouble.bill.again(reason="gemäß Rahmenvertrag", vatex=None)
    return Trouble(c, trouble.bill, {"G-A14": HOLD})


@base
def credit_without_a_reference(c: Company) -> Trouble:
    """§ 31 (5) UStDV: a correction names its invoice."""
    return Trouble(c, credit_note(c).bill.again(preceding=None), {"G-A24": HOLD})


@base
def credit_beyond_its_invoice(c: Company) -> Trouble:
    """A cent more than was invoiced."""
    bill = c.ordered(c.supplier())
    c.posted(bill.seller, f"GU/{c.count}", bill.gross - Decimal("0.01"), po=bill.order)
    credit = bill.again(code="381", preceding=f"GU/{c.count}", due=None, terms="")
    return Trouble(c, credit, {"G-A24": HOLD})


@base
def correction_of_a_booked_invoice(c: Company) -> Trouble:
    """The first one has to be reversed, or both are paid."""
    bill = c.ordered(c.supplier())
    c.posted(bill.seller, f"K-{c.count}", bill.gross * 2)
    return Trouble(c, bill.again(code="384", preceding=f"K-{c.count}"), {"G-A24": HOLD})


@base
def split_below_a_tier(c: Company) -> Trouble:
    """Four without an order a little below a limit, within days of each other."""
    supplier, limit = c.supplier(), c.pick(c.policy["approval_tiers"][:2])["max_gross"]
    made: list[Trouble] = []
    for number in range(4):
        net = cent(Decimal(str(limit)) * Decimal("0.975") / Decimal("1.19")) - number
        line = Position(None, f"D-{number}", f"Leistung {number}", Decimal(1), net)
        bill = c.bill(supplier, [line])
        day = c.today - timedelta(days=number * 3)
        bill = bill.again(day=day, due=day + timedelta(days=60), delivered=day)
        closed = {"G-A20": NOTE} if day <= c.closed else {}
        made.append(Trouble(c, bill, {"G-A11": HOLD, "G-A18S": HOLD, **closed}))
    return Trouble(c, made[0].bill, made[0].marks, made[1:], EVERYTHING)


@base
def received_twice(c: Company) -> Trouble:
    """The same again, dated a day later: the first stands."""
    bill = c.ordered(c.supplier())
    first = bill.again(day=c.closed + timedelta(days=1), due=None)
    second = first.again(day=first.day + timedelta(days=1), number=first.number.lower())
    return Trouble(c, second, {"G-A10": REJECT}, [Trouble(c, first)], EVERYTHING)


@base
def next_on_another_order(c: Company) -> Trouble:
    """The same goods bought again cost the same, under the next number."""
    first = c.ordered(c.supplier())
    order = c.ordered(first.seller, first.lines).order
    second = first.again(number=f"{first.number[:-1]}{(int(first.number[-1]) + 1) % 10}")
    other = Trouble(c, second.again(order=order))
    return Trouble(c, first, {}, [other], EVERYTHING)
