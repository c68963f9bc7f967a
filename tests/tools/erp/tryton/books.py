"""The books of a small company, entered by an administrator over Tryton's own interface."""

import datetime as dt
from decimal import Decimal
from typing import Any

from tests.tools.erp.tryton.rpc import Person

YEAR = 2026
DAY = dt.date(YEAR, 11, 6)
SUPPLIER_VAT = "DE999999026"
SUPPLIER_IBAN = "DE43290400900602051017"
PASSWORD = "password of a person 7"


def enter(admin: Person) -> dict[str, str]:
    """Company, chart, year, suppliers, users; the REST keys by login."""
    company = _company(admin)
    admin.reload()
    accounts = _chart(admin, company)
    _year(admin, company)
    term = _term(admin)
    _suppliers(admin, term, accounts)
    _payments(admin)
    _product(admin, accounts)
    return {
        "leitstand": _user(admin, "leitstand", company, ["Accounting", "Payment", "Purchase"]),
        "stranger": _user(admin, "stranger", company, ["Stock"]),
        "boss": _user(
            admin,
            "boss",
            company,
            [
                "Accounting",
                "Accounting Administration",
                "Payment",
                "Payment Approval",
                "Purchase",
                "Purchase Administrator",
                "Stock",
                "Party Administration",
            ],
        ),
    }


def _company(admin: Person) -> int:
    euro = admin.create(
        "currency.currency",
        name="Euro",
        symbol="€",
        code="EUR",
        numeric_code="978",
        rounding=Decimal("0.01"),
        digits=2,
        rates=[["create", [{"date": dt.date(YEAR, 1, 1), "rate": Decimal(1)}]]],
    )
    admin.create("country.country", name="Deutschland", code="DE", code3="DEU", code_numeric="276")
    party = admin.create("party.party", name="Leitstand Musterbetrieb GmbH")
    company = admin.create("company.company", party=party, currency=euro, timezone="Europe/Berlin")
    user = admin.one("res.user", ["login", "=", "admin"])
    admin.write("res.user", user, companies=[["add", [company]]], company=company)
    return company


def _chart(admin: Person, company: int) -> dict[str, int]:
    template = admin.one(
        "account.account.template", ["parent", "=", None], ["name", "like", "%SKR%"]
    )
    wizard, *_ = admin.call("account.create_chart", "create", kind="wizard")

    def step(state: str, button: str, **values: object) -> None:
        data = {state: values}
        admin.call("account.create_chart", "execute", wizard, data, button, kind="wizard")

    step(
        "account",
        "create_account",
        account_template=template,
        company=company,
    )
    rows = admin.read("account.account", [["company", "=", company]], "code")
    accounts = {row["code"]: row["id"] for row in rows if row["code"]}
    step(
        "properties",
        "create_properties",
        company=company,
        account_receivable=accounts["1400"],
        account_payable=accounts["1600"],
        category_account_expense=accounts["3400"],
        category_account_revenue=accounts["8400"],
    )
    return accounts


def _year(admin: Person, company: int) -> None:
    def strict(kind: str, prefix: str) -> int:
        which = admin.one("ir.sequence.type", ["name", "=", kind])
        return admin.create(
            "ir.sequence.strict",
            name=prefix,
            sequence_type=which,
            company=company,
            prefix=f"{prefix}{YEAR}-",
            padding=5,
        )

    received, sent = strict("Invoice", "ER"), strict("Invoice", "AR")
    year = admin.create(
        "account.fiscalyear",
        name=str(YEAR),
        company=company,
        start_date=dt.date(YEAR, 1, 1),
        end_date=dt.date(YEAR, 12, 31),
        move_sequence=strict("Account Move", "B"),
        invoice_sequences=[
            [
                "create",
                [
                    {
                        "company": company,
                        "in_invoice_sequence": received,
                        "in_credit_note_sequence": received,
                        "out_invoice_sequence": sent,
                        "out_credit_note_sequence": sent,
                    }
                ],
            ]
        ],
    )
    admin.press("account.fiscalyear", year, "create_period")
    for month in range(1, 11):
        day = dt.date(YEAR, month, 1)
        period = admin.one("account.period", ["start_date", "=", day])
        admin.press("account.period", period, "close")


def _term(admin: Person) -> int:
    line = {"type": "remainder", "relativedeltas": [["create", [{"days": 30}]]]}
    return admin.create(
        "account.invoice.payment_term", name="30 Tage netto", lines=[["create", [line]]]
    )


def _suppliers(admin: Person, term: int, accounts: dict[str, int]) -> None:
    germany = admin.one("country.country", ["code", "=", "DE"])
    material = admin.create("party.category", name="Material")
    address = {"street": "Hafenstr. 3", "postal_code": "28195", "city": "Bremen"}
    own = {"addresses": [["create", [{**address, "country": germany}]]]}
    supplier = admin.create(
        "party.party",
        name="Keller Dichtungstechnik GmbH",
        code="S1",
        supplier_payment_term=term,
        categories=[["add", [material]]],
        identifiers=[["create", [{"type": "eu_vat", "code": SUPPLIER_VAT}]]],
        contact_mechanisms=[["create", [{"type": "phone", "value": "+49 421 907796"}]]],
        **own,
    )
    admin.create("party.party", name="Bauhof Lesum GmbH", code="S2", **own)
    number: dict[str, Any] = {"type": "iban", "number": SUPPLIER_IBAN}
    admin.create("bank.account", owners=[["add", [supplier]]], numbers=[["create", [number]]])


def _payments(admin: Person) -> None:
    euro = admin.one("currency.currency", ["code", "=", "EUR"])
    admin.create("account.payment.journal", name="Bank", currency=euro, process_method="manual")


def _product(admin: Person, accounts: dict[str, int]) -> None:
    category = admin.create(
        "product.category",
        name="Goods",
        accounting=True,
        account_expense=accounts["3400"],
        account_revenue=accounts["8400"],
    )
    unit = admin.one("product.uom", ["name", "=", "Unit"])
    template = admin.create(
        "product.template",
        name="Wellendichtring",
        code="WD",
        type="goods",
        default_uom=unit,
        purchasable=True,
        purchase_uom=unit,
        account_category=category,
        products=[["create", [{"suffix_code": "1"}]]],
    )
    admin.one("product.product", ["template", "=", template])


def order(person: Person, supplier: str, lines: list[tuple[Decimal, int]]) -> str:
    """A confirmed order over prices and quantities, all of it received; its number."""
    party = person.one("party.party", ["code", "=", supplier])
    product = person.one("product.product", ["code", "=", "WD1"])
    unit = person.one("product.uom", ["name", "=", "Unit"])
    rows = [
        {"product": product, "unit": unit, "quantity": qty, "unit_price": price}
        for price, qty in lines
    ]
    number = person.create(
        "purchase.purchase",
        party=party,
        invoice_address=person.one("party.address", ["party", "=", party]),
        currency=person.one("currency.currency", ["code", "=", "EUR"]),
        purchase_date=dt.date(YEAR, 10, 12),
        invoice_method="manual",
        lines=[["create", rows]],
    )
    for button in ("quote", "confirm", "process"):
        person.press("purchase.purchase", number, button)
    (house,) = person.read(
        "stock.location", [["type", "=", "warehouse"]], "input_location", "storage_location"
    )
    moves = person.read("stock.move", [["origin.purchase.id", "=", number, "purchase.line"]])
    shipment = person.create(
        "stock.shipment.in",
        supplier=party,
        effective_date=DAY,
        warehouse=house["id"],
        warehouse_input=house["input_location"],
        warehouse_storage=house["storage_location"],
        incoming_moves=[["add", [move["id"] for move in moves]]],
    )
    for button in ("receive", "do"):
        person.press("stock.shipment.in", shipment, button)
    return person.read("purchase.purchase", [["id", "=", number]], "number")[0]["number"]


def _user(admin: Person, login: str, company: int, groups: list[str]) -> str:
    user = admin.create(
        "res.user",
        name=login,
        login=login,
        password=PASSWORD,
        companies=[["add", [company]]],
        company=company,
        groups=[["add", [admin.one("res.group", ["name", "=", name]) for name in groups]]],
    )
    key = admin.create("res.user.application", user=user, application="rest", state="validated")
    return admin.read("res.user.application", [["id", "=", key]], "key")[0]["key"]
