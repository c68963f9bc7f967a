"""Paper: an e-invoice of the reference world, changed in one or several places."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

WORLD = Path(__file__).resolve().parents[2] / "evals" / "accounting" / "world"
CAC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
EXTENSION = (
    "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
    "#conformant#urn:xeinkauf.de:kosit:extension:xrechnung_3.0"
)
SPACES = {"cac": CAC[1:-1], "cbc": CBC[1:-1]}
Node = etree._Element  # pyright: ignore[reportPrivateUsage] lxml has no public name for it


class Item(NamedTuple):
    """A line: order line, article, name, quantity, price, VAT rate."""

    order_line: str | None
    sku: str
    name: str
    quantity: str
    price: str
    rate: str = "19"

    @property
    def net(self) -> Decimal:
        """Quantity times price."""
        return money(Decimal(self.quantity) * Decimal(self.price))


SEAL = Item("1", "WD-1", "Wellendichtring 40x62x8", "12", "42.50")


class Paper:
    """A UBL invoice that is changed by XPath and written out again. Starts from a clean one."""

    def __init__(self, base: str = "AP-D17") -> None:
        self.root = etree.fromstring((WORLD / "invoices" / f"{base}.xml").read_bytes())

    @property
    def data(self) -> bytes:
        """The XML."""
        return etree.tostring(self.root, xml_declaration=True, encoding="UTF-8")

    def nodes(self, path: str) -> list[Node]:
        """All elements of an XPath with the prefixes cac and cbc."""
        found: Any = self.root.xpath(path, namespaces=SPACES)
        return list(found)

    def set(self, path: str, text: str) -> "Paper":
        """Write a text into all elements of a path. There must be some."""
        found = self.nodes(path)
        assert found, path
        for node in found:
            node.text = text
        return self

    def drop(self, path: str) -> "Paper":
        """Take all elements of a path out."""
        for node in self.nodes(path):
            parent = node.getparent()
            assert parent is not None
            parent.remove(node)
        return self

    def number(self, number: str) -> "Paper":
        """BT-1."""
        return self.set("/*/cbc:ID", number)

    def issued(self, day: str, due: str | None = None) -> "Paper":
        """BT-2 and BT-9."""
        self.set("/*/cbc:IssueDate", day)
        return self.set("/*/cbc:DueDate", due) if due else self

    def type(self, code: str) -> "Paper":
        """BT-3."""
        return self.set("/*/cbc:InvoiceTypeCode", code)

    def order(self, number: str | None) -> "Paper":
        """BT-13; None takes it out, and BT-132 of all lines with it."""
        if number is None:
            return self.drop("/*/cac:OrderReference").drop("//cac:OrderLineReference")
        return self.set("/*/cac:OrderReference/cbc:ID", number)

    def note(self, text: str) -> "Paper":
        """BT-22."""
        return self.after("/*/cbc:InvoiceTypeCode", f"{CBC}Note", text)

    def terms(self, text: str) -> "Paper":
        """BT-20."""
        return self.set("//cac:PaymentTerms/cbc:Note", text)

    def iban(self, iban: str, holder: str | None = None) -> "Paper":
        """BT-84 and BT-85."""
        self.set("//cac:PayeeFinancialAccount/cbc:ID", iban)
        return self.set("//cac:PayeeFinancialAccount/cbc:Name", holder) if holder else self

    def debited(self, iban: str) -> "Paper":
        """BT-89 and BT-91: a mandate, and our account that the supplier debits."""
        payee = self.nodes("//cac:PayeeFinancialAccount")[0]
        mandate = etree.Element(f"{CAC}PaymentMandate")
        etree.SubElement(mandate, f"{CBC}ID").text = "M-1"
        account = etree.SubElement(mandate, f"{CAC}PayerFinancialAccount")
        etree.SubElement(account, f"{CBC}ID").text = iban
        payee.addnext(mandate)
        return self

    def preceding(self, number: str) -> "Paper":
        """BT-25."""
        after = self.nodes("/*/cac:OrderReference") or self.nodes("/*/cbc:BuyerReference")
        reference = etree.Element(f"{CAC}BillingReference")
        document = etree.SubElement(reference, f"{CAC}InvoiceDocumentReference")
        etree.SubElement(document, f"{CBC}ID").text = number
        after[-1].addnext(reference)
        return self

    def seller(self, row: Mapping[str, Any]) -> "Paper":
        """Name, address, VAT ID and account of a supplier's master record; his account's holder."""
        party = "/*/cac:AccountingSupplierParty/cac:Party"
        self.set(f"{party}/cac:PartyLegalEntity/cbc:RegistrationName", row["name"])
        for field, tag in (("street", "StreetName"), ("city", "CityName"), ("zip", "PostalZone")):
            self.set(f"{party}/cac:PostalAddress/cbc:{tag}", row[field])
        country = f"{party}/cac:PostalAddress/cac:Country/cbc:IdentificationCode"
        self.set(country, row["country"])
        self.set(f"{party}/cac:PartyTaxScheme/cbc:CompanyID", row["vat"] or row["stnr"])
        return self.iban(row["iban"], row["name"])

    def seller_vat(self, vat_id: str) -> "Paper":
        """BT-31."""
        path = "/*/cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID"
        return self.set(path, vat_id)

    def items(self, *items: Item) -> "Paper":
        """The lines, with all totals made to fit."""
        lines = self.nodes("/*/cac:InvoiceLine")
        pattern = deepcopy(lines[0])
        for line in lines[1:]:
            self.root.remove(line)
        at = lines[0]
        for position, item in enumerate(items, start=1):
            node = _line(pattern, position, item)
            at.addnext(node)
            at = node
        self.root.remove(lines[0])
        return self.totals(items)

    def totals(self, items: Sequence[Item]) -> "Paper":
        """VAT breakdown and sums of `items`."""
        net = sum((i.net for i in items), Decimal(0))
        rates = sorted({i.rate for i in items}, key=Decimal, reverse=True)
        bases = {r: sum((i.net for i in items if i.rate == r), Decimal(0)) for r in rates}
        taxes = {r: money(bases[r] * Decimal(r) / 100) for r in rates}
        tax = sum(taxes.values(), Decimal(0))
        self._breakdown(bases, taxes)
        self.set("/*/cac:TaxTotal/cbc:TaxAmount", str(tax))
        return self.sums(net, tax, net + tax)

    def sums(self, net: Decimal, tax: Decimal, payable: Decimal) -> "Paper":
        """BT-106, BT-109, BT-112 and BT-115."""
        total = "/*/cac:LegalMonetaryTotal/cbc"
        self.set(f"{total}:LineExtensionAmount", str(net))
        self.set(f"{total}:TaxExclusiveAmount", str(net))
        self.set(f"{total}:TaxInclusiveAmount", str(net + tax))
        return self.set(f"{total}:PayableAmount", str(payable))

    def prepaid(self, amount: str, payable: str) -> "Paper":
        """BT-113 and BT-115."""
        path = "/*/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount"
        self.after(path, f"{CBC}PrepaidAmount", amount, currencyID="EUR")
        return self.set("/*/cac:LegalMonetaryTotal/cbc:PayableAmount", payable)

    def rounded(self, amount: str, payable: str) -> "Paper":
        """BT-114 and BT-115."""
        path = "/*/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount"
        self.after(path, f"{CBC}PayableRoundingAmount", amount, currencyID="EUR")
        return self.set("/*/cac:LegalMonetaryTotal/cbc:PayableAmount", payable)

    def allowed(self, amount: str, rate: str = "19") -> "Paper":
        """An allowance on the whole (BG-20), with all totals made to fit."""
        node = etree.Element(f"{CAC}AllowanceCharge")
        etree.SubElement(node, f"{CBC}ChargeIndicator").text = "false"
        etree.SubElement(node, f"{CBC}AllowanceChargeReason").text = "Nachlass"
        etree.SubElement(node, f"{CBC}Amount", currencyID="EUR").text = amount
        category = etree.SubElement(node, f"{CAC}TaxCategory")
        etree.SubElement(category, f"{CBC}ID").text = "S"
        etree.SubElement(category, f"{CBC}Percent").text = rate
        scheme = etree.SubElement(category, f"{CAC}TaxScheme")
        etree.SubElement(scheme, f"{CBC}ID").text = "VAT"
        self.nodes("/*/cac:TaxTotal")[0].addprevious(node)
        lines = Decimal(self.nodes("//cac:LegalMonetaryTotal/cbc:LineExtensionAmount")[0].text or 0)
        net = lines - Decimal(amount)
        tax = money(net * Decimal(rate) / 100)
        self.set("//cac:TaxSubtotal/cbc:TaxableAmount", str(net))
        self.set("//cac:TaxTotal//cbc:TaxAmount", str(tax)).sums(net, tax, net + tax)
        total = "/*/cac:LegalMonetaryTotal/cbc"
        self.set(f"{total}:LineExtensionAmount", str(lines))
        return self.after(
            f"{total}:TaxInclusiveAmount", f"{CBC}AllowanceTotalAmount", amount, currencyID="EUR"
        )

    def charged(self, amount: str, reason: str) -> "Paper":
        """A charge on the whole (BG-21) at 19 percent, with all totals made to fit."""
        self.allowed(f"-{amount}")
        self.set("/*/cac:AllowanceCharge/cbc:ChargeIndicator", "true")
        self.set("/*/cac:AllowanceCharge/cbc:AllowanceChargeReason", reason)
        self.set("/*/cac:AllowanceCharge/cbc:Amount", amount)
        self.drop("/*/cac:LegalMonetaryTotal/cbc:AllowanceTotalAmount")
        path = "/*/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount"
        return self.after(path, f"{CBC}ChargeTotalAmount", amount, currencyID="EUR")

    def for_another(self, amount: str) -> "Paper":
        """BG-DEX-09, in the extension of XRechnung: paid on top, for somebody else."""
        self.set("/*/cbc:CustomizationID", EXTENSION)
        node = etree.Element(f"{CAC}PrepaidPayment")
        etree.SubElement(node, f"{CBC}ID").text = "01"
        etree.SubElement(node, f"{CBC}PaidAmount", currencyID="EUR").text = amount
        etree.SubElement(node, f"{CBC}InstructionID").text = "Abrechnung für Dritte"
        self.nodes("/*/cac:TaxTotal")[0].addprevious(node)
        (payable,) = self.nodes("/*/cac:LegalMonetaryTotal/cbc:PayableAmount")
        payable.text = str(Decimal(payable.text or 0) + Decimal(amount))
        return self

    def exempt(self, category: str, reason: str | None, code: str | None = None) -> "Paper":
        """No VAT, of one category, for a reason (BT-118 to BT-121), in totals and lines."""
        net = self.nodes("/*/cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount")[0].text or "0"
        self.set("//cac:TaxTotal//cbc:TaxAmount", "0.00")
        self.set("//cac:TaxSubtotal/cbc:TaxableAmount", net)
        for tag in ("TaxCategory", "ClassifiedTaxCategory"):
            self.set(f"//cac:{tag}/cbc:ID", category)
            self.set(f"//cac:{tag}/cbc:Percent", "0")
        for name, text in (("TaxExemptionReason", reason), ("TaxExemptionReasonCode", code)):
            if text:
                self.after("//cac:TaxCategory/cbc:Percent", f"{CBC}{name}", text)
        return self.sums(Decimal(net), Decimal(0), Decimal(net))

    def currency(self, code: str) -> "Paper":
        """BT-5 and every amount's currency."""
        self.set("/*/cbc:DocumentCurrencyCode", code)
        for node in self.nodes("//*[@currencyID]"):
            node.set("currencyID", code)
        return self

    def _breakdown(self, bases: Mapping[str, Decimal], taxes: Mapping[str, Decimal]) -> None:
        subtotals = self.nodes("/*/cac:TaxTotal/cac:TaxSubtotal")
        pattern, total = deepcopy(subtotals[0]), subtotals[0].getparent()
        assert total is not None
        for node in subtotals:
            total.remove(node)
        for rate, base in bases.items():
            node = deepcopy(pattern)
            _text(node, f"{CBC}TaxableAmount", str(base))
            _text(node, f"{CBC}TaxAmount", str(taxes[rate]))
            _text(node, f"{CAC}TaxCategory/{CBC}Percent", rate)
            total.append(node)

    def after(self, path: str, tag: str, text: str, **attributes: str) -> "Paper":
        """An element with a text after each that a path names."""
        for at in self.nodes(path):
            node = etree.Element(tag, attributes)
            node.text = text
            at.addnext(node)
        return self


def money(amount: Decimal) -> Decimal:
    """Two decimals, half up."""
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _line(pattern: Node, position: int, item: Item) -> Node:
    node = deepcopy(pattern)
    _text(node, f"{CBC}ID", str(position))
    _text(node, f"{CBC}InvoicedQuantity", item.quantity)
    _text(node, f"{CBC}LineExtensionAmount", str(item.net))
    reference = node.find(f"{CAC}OrderLineReference")
    if reference is not None:
        if item.order_line is None:
            node.remove(reference)
        else:
            _text(reference, f"{CBC}LineID", item.order_line)
    _text(node, f"{CAC}Item/{CBC}Name", item.name)
    _text(node, f"{CAC}Item/{CBC}Description", item.name)
    _text(node, f"{CAC}Item/{CAC}SellersItemIdentification/{CBC}ID", item.sku)
    _text(node, f"{CAC}Item/{CAC}ClassifiedTaxCategory/{CBC}Percent", item.rate)
    _text(node, f"{CAC}Price/{CBC}PriceAmount", item.price)
    return node


def _text(node: Node, path: str, text: str) -> None:
    found = node.find(path)
    assert found is not None, path
    found.text = text
