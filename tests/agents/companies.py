"""Companies: made up from a seed, each with its own trade, suppliers, tiers, accounts and days."""

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from schwifty import IBAN
from stdnum.at import uid
from stdnum.iso7064 import mod_11_10

from tests.agents.bills import Bill, Position, Row, cent

_PLACES = (
    "Altmark", "Breisgau", "Chiemgau", "Dithmarschen", "Eifel", "Fläming", "Hunsrück", "Isar",
    "Jülich", "Kraichgau", "Lausitz", "Märkische", "Nordhorn", "Odenwald", "Pfalz", "Rhön",
)  # fmt: skip
_TRADES = (
    "Armaturen", "Bäckereibedarf", "Chemietechnik", "Druckerei", "Etiketten", "Fördertechnik",
    "Gerüstbau", "Holzwerk", "Industriebedarf", "Kältetechnik", "Labortechnik", "Molkerei",
)  # fmt: skip
_OWNERS = ("Aurich", "Zwerenz", "Mollig", "Quitzow", "Pfennigwerth", "Uhde", "Wackernagel")
_FORMS = ("GmbH", "AG", "KG", "GmbH & Co. KG", "OHG", "e.K.", "UG (haftungsbeschränkt)")
_BANKS = ("29040090", "10010010", "37040044", "50010517", "70150000")
_GOODS = ("Kartusche", "Flansch", "Palette", "Mehl Type 550", "Prüfgas", "Gebinde", "Ventilsitz")
_ROLES = (("team_lead", "cfo"), ("bereichsleitung", "vorstand"), ("department_head", "owner"))


@dataclass
class Company:
    """A company and what its systems hold; every call makes something that was not there."""

    seed: int
    random: Random = field(init=False)
    policy: Row = field(init=False)
    lists: dict[str, list[Row]] = field(init=False)
    count: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 - any numbers will do
        names = ("suppliers", "purchase_orders", "goods_receipts", "contracts")
        self.lists = {n: [] for n in (*names, "posted_invoices", "sanctions")}
        self.lists["sanctions"].append(
            {"id": "X-1", "name": "ORIENTAL PEARL MARITIME", "type": "organization"}
        )
        self.today = self.pick([date(2026, 11, 20), date(2027, 1, 12), date(2026, 3, 2)])
        self.policy = self._policy()

    def pick(self, of: Any) -> Any:  # noqa: ANN401 - any sequence
        """One of several."""
        return self.random.choice(of)

    def amount(self, low: float, high: float) -> Decimal:
        """An amount in full cents."""
        return cent(Decimal(str(self.random.uniform(low, high))))

    @property
    def closed(self) -> date:
        """The last day of the closed periods: the month before last ended, or the year."""
        return self.today.replace(day=1) - timedelta(days=1)

    @property
    def company(self) -> Row:
        """Its own name, address and VAT ID."""
        return self.policy["company"]

    def vat(self, country: str = "DE") -> str:
        """A valid VAT ID that nobody has."""
        self.count += 1
        if country == "AT":
            body = f"U{6_100_000 + self.seed * 1000 + self.count}"
            return f"AT{body}{uid.calc_check_digit(body)}"
        if country == "CH":
            return f"CHE{100_000_000 + self.seed * 1000 + self.count}"
        body = f"{21_000_000 + self.seed * 10_000 + self.count}"
        return f"DE{body}{mod_11_10.calc_check_digit(body)}"

    def iban(self, country: str = "DE") -> str:
        """A valid account that nobody has."""
        self.count += 1
        bank = {"AT": "19043", "CH": "00762"}.get(country) or self.pick(_BANKS)
        return str(IBAN.generate(country, bank, f"{self.seed * 1000 + self.count + 300_000}"))

    def name(self) -> str:
        """A company's name, unlike all others."""
        self.count += 1
        rest, place = divmod(self.count, len(_PLACES))
        owner, trade = divmod(rest, len(_TRADES))
        return f"{_OWNERS[owner]} {_PLACES[place]} {_TRADES[trade]} {self.pick(_FORMS)}"

    def supplier(self, country: str = "DE", **more: object) -> Row:
        """A supplier on record."""
        number = len(self.lists["suppliers"]) + 1
        row = {
            "id": f"K{self.seed}-{number}", **self.stranger(country),
            "account": self.pick(list(self.policy["accounts"])),
            "terms_days": self.pick([10, 14, 30]),
            "skonto": self.pick([None, "2%/10", "3%/8", "2,5 % / 14"]),
            "status": "active", "screened": str(self.today - timedelta(days=60)), **more,
        }  # fmt: skip
        self.lists["suppliers"].append(row)
        return row

    def stranger(self, country: str = "DE") -> Row:
        """Somebody who is not on record."""
        vat = self.vat(country)
        return {
            "name": self.name(), "street": f"Gewerbering {self.count}", "zip": "1010",
            "city": "Neustadt", "country": country, "vat": vat, "stnr": None,
            "iban": self.iban(country), "mail": f"post{self.count}@firma.example",
        }  # fmt: skip

    def order(self, supplier: Row, lines: list[Position], **more: object) -> str:
        """An order over the lines."""
        self.count += 1
        number = f"{self.pick(['PO', 'B/', '45-'])}{self.seed}{self.count:05d}"
        rows = [
            {
                "line": p.order_line or str(i), "sku": p.sku, "name": p.name, "qty": str(p.qty),
                "price": str(p.price / p.per),
            }
            for i, p in enumerate(lines, 1)
        ]  # fmt: skip
        day = str(self.today - timedelta(days=50))
        head = {"po": number, "supplier": supplier["id"], "date": day, "status": "open"}
        self.lists["purchase_orders"].append({**head, "lines": rows, **more})
        return number

    def receive(self, order: str, lines: list[tuple[str, Decimal]]) -> None:
        """A delivery against an order."""
        self.count += 1
        rows = [{"line": line, "qty": str(qty)} for line, qty in lines]
        day = str(self.today - timedelta(days=12))
        self.lists["goods_receipts"].append(
            {"gr": f"G{self.seed}-{self.count}", "po": order, "date": day, "lines": rows}
        )

    def posted(self, supplier: Row, number: str, gross: Decimal, **more: object) -> None:
        """An invoice in the books."""
        row = {"supplier": supplier["id"], "number": number, "gross": str(gross)}
        day = str(self.today - timedelta(days=20))
        self.lists["posted_invoices"].append({**row, "date": day, "status": "posted", **more})

    def lines(self) -> list[Position]:
        """One to three lines, some per hundred, some with an allowance."""
        return [self._line(i) for i in range(1, self.random.randint(1, 3) + 1)]

    def bill(self, supplier: Row, lines: list[Position], **more: Any) -> Bill:  # noqa: ANN401
        """An invoice of the supplier that nothing is wrong with, if `lines` are ordered."""
        self.count += 1
        day = self.today - timedelta(days=self.random.randint(0, self.today.day - 1))
        due = day + timedelta(days=supplier.get("terms_days") or 30)
        given: dict[str, Any] = {
            "iban": supplier["iban"], "holder": supplier["name"], "terms": terms(supplier),
            "delivered": day - timedelta(days=3), **more,
        }  # fmt: skip
        number = f"{self.pick(['R', 'RG-', '26/'])}{self.count * 7919 % 99_991:05d}-{self.count}"
        return Bill(number, day, due, supplier, self.company, lines, **given)

    def ordered(self, supplier: Row, lines: list[Position] | None = None) -> Bill:
        """A bill on an order of its own, all of it delivered, in two parts at times."""
        lines = lines or self.lines()
        order = self.order(supplier, lines)
        first = self.pick([Decimal(1), Decimal("0.5")])
        for share in {first, 1 - first} - {Decimal(0)} if first != 1 else {first}:
            times = 2 if share == Decimal("0.5") else 1
            for _ in range(times):
                self.receive(order, [(p.order_line or "1", p.qty * share) for p in lines])
        return self.bill(supplier, lines, order=order)

    def tier(self, gross: Decimal) -> Row:
        """The tier of an amount."""
        tiers = self.policy["approval_tiers"]
        return next(t for t in tiers if t["max_gross"] is None or abs(gross) <= t["max_gross"])

    def write(self, folder: Path) -> Path:
        """The folder with all that is known."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "policy.json").write_text(json.dumps(self.policy, ensure_ascii=False), "utf-8")
        for name, rows in self.lists.items():
            text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (folder / f"{name}.jsonl").write_text(text, "utf-8")
        return folder

    def _line(self, number: int) -> Position:
        per = self.pick([1, 1, 1, 100])
        price = self.amount(2, 90) * per
        qty = Decimal(self.random.randint(1, 40))
        rate = self.pick(["19", "19", "7"])
        name = f"{self.pick(_GOODS)} {self.seed}{self.count}{number} mm"
        self.count += 1
        return Position(
            str(number * self.pick([1])), f"A-{self.count}", name, qty, price, rate, per=per
        )

    def _policy(self) -> Row:
        first, second = self.pick([(500, 5000), (1000, 10000), (250.5, 2500), (2500, 40000)])
        lead, chief = self.pick(_ROLES)
        vat = self.vat()
        accounts = {
            self.pick(["goods", "ware", "material"]): {"skr03": "3400", "skr04": "5400"},
            "energy": {"skr03": "4240", "skr04": "6325"},
            "services": {"skr03": "3100", "skr04": "5900"},
        }  # fmt: skip
        return {
            "currency": "EUR", "today": str(self.today),
            "closed_periods_until": str(self.closed),
            "next_open_posting_date": str(self.closed + timedelta(days=1)),
            "approval_tiers": [
                {"max_gross": first, "approvers": 0, "roles": []},
                {"max_gross": second, "approvers": 1, "roles": [lead]},
                {"max_gross": None, "approvers": 2, "roles": [lead, chief]},
            ],
            "three_way_match": {
                "price_tolerance_pct": self.pick([1.0, 2.0, 3]),
                "price_tolerance_abs_line": self.pick([20.0, 50, "35.00"]),
                "quantity_tolerance": 0, "unplanned_charges_max": self.pick([25, 50.0]),
            },
            "small_invoice_gross": 250.0, "own_vat_required": self.pick([True, False]),
            "company": {
                "name": f"{self.pick(_PLACES)} Apparatebau {self.pick(_FORMS)}",
                "street": "Werkstraße 8", "zip": "34117", "city": "Kassel", "country": "DE",
                "vat": vat, "mail": "eingang@haus.example",
            },
            "accounts": accounts, "unknown_key": {"a": [1, None]},
        }  # fmt: skip


def terms(supplier: Row) -> str:
    """The supplier's cash discount as BR-DE-18 writes it."""
    written = supplier.get("skonto")
    if not written:
        return ""
    percent, days = (part.strip() for part in written.replace(",", ".").split("/"))
    return f"#SKONTO#TAGE={days}#PROZENT={Decimal(percent.rstrip('% ')):.2f}#\n"
