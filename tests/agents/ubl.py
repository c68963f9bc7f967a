"""Bills as UBL 2.1 in XRechnung 3.0."""

from decimal import Decimal

from tests.agents.bills import PROCESS, XRECHNUNG, Bill, Position, Row
from tests.agents.markup import document, element, leaf, many

_SCHEMA = "urn:oasis:names:specification:ubl:schema:xsd"


def ubl(b: Bill) -> bytes:
    """The bill as a UBL invoice or credit note."""
    kind = "CreditNote" if b.credit else "Invoice"
    spaces = many(
        f' xmlns:{p}="{_SCHEMA}:Common{n}Components-2"'
        for p, n in (("cac", "Aggregate"), ("cbc", "Basic"))
    )
    return document(f'<{kind} xmlns="{_SCHEMA}:{kind}-2"{spaces}>{_content(b)}</{kind}>')


def _content(b: Bill) -> str:
    due = None if b.credit else b.due
    code = leaf("cbc:CreditNoteTypeCode" if b.credit else "cbc:InvoiceTypeCode", b.code)
    return many(
        (
            leaf("cbc:CustomizationID", XRECHNUNG),
            leaf("cbc:ProfileID", PROCESS),
            leaf("cbc:ID", b.number),
            leaf("cbc:IssueDate", b.day),
            leaf("cbc:DueDate", due),
            code,
            many(leaf("cbc:Note", note) for note in b.notes),
            leaf("cbc:DocumentCurrencyCode", b.currency),
            leaf("cbc:BuyerReference", b.reference),
            _period(b),
            element("cac:OrderReference", leaf("cbc:ID", b.order)),
            element(
                "cac:BillingReference",
                element("cac:InvoiceDocumentReference", leaf("cbc:ID", b.preceding)),
            ),
            element("cac:AccountingSupplierParty", _party(b.seller)),
            element("cac:AccountingCustomerParty", _party(b.buyer)),
            _delivery(b),
            _payment(b),
            element("cac:PaymentTerms", leaf("cbc:Note", b.terms or None)),
            _adjustment(b, "true", b.charge),
            _adjustment(b, "false", b.allowance),
            _tax(b),
            _sums(b),
            many(_line(b, n, p) for n, p in enumerate(b.lines, 1)),
        )
    )


def _period(b: Bill) -> str:
    start, end = b.period or (None, None)
    return element("cac:InvoicePeriod", leaf("cbc:StartDate", start), leaf("cbc:EndDate", end))


def _party(row: Row) -> str:
    scheme = element("cac:TaxScheme", leaf("cbc:ID", "VAT"))
    other = element("cac:TaxScheme", leaf("cbc:ID", "FC"))
    vat = (
        element("cac:PartyTaxScheme", leaf("cbc:CompanyID", row["vat"]), scheme)
        if row["vat"]
        else ""
    )
    number = row.get("stnr")
    fiscal = element("cac:PartyTaxScheme", leaf("cbc:CompanyID", number), other) if number else ""
    own = (
        ""
        if row["vat"]
        else element("cac:PartyIdentification", leaf("cbc:ID", row.get("id", "L-1")))
    )
    country = element("cac:Country", leaf("cbc:IdentificationCode", row["country"]))
    address = element(
        "cac:PostalAddress",
        leaf("cbc:StreetName", row["street"]),
        leaf("cbc:CityName", row["city"]),
        leaf("cbc:PostalZone", row["zip"]),
        country,
    )
    contact = element(
        "cac:Contact",
        leaf("cbc:Name", "Buchhaltung"),
        leaf("cbc:Telephone", "+49 000 1234"),
        leaf("cbc:ElectronicMail", row["mail"]),
    )
    legal = element("cac:PartyLegalEntity", leaf("cbc:RegistrationName", row["name"]))
    endpoint = leaf("cbc:EndpointID", row["mail"], schemeID="EM")
    return element("cac:Party", endpoint, own, address, vat, fiscal, legal, contact)


def _delivery(b: Bill) -> str:
    land = element("cac:Country", leaf("cbc:IdentificationCode", b.buyer["country"]))
    place = (leaf("cbc:CityName", b.buyer["city"]), leaf("cbc:PostalZone", b.buyer["zip"]), land)
    where = element("cac:DeliveryLocation", element("cac:Address", *place)) if b.vatex else ""
    return element("cac:Delivery", leaf("cbc:ActualDeliveryDate", b.delivered), where)


def _payment(b: Bill) -> str:
    account = element(
        "cac:PayeeFinancialAccount", leaf("cbc:ID", b.iban), leaf("cbc:Name", b.holder)
    )
    return element("cac:PaymentMeans", leaf("cbc:PaymentMeansCode", b.means), account)


def _category(tag: str, category: str, rate: str, *reasons: str) -> str:
    scheme = element("cac:TaxScheme", leaf("cbc:ID", "VAT"))
    percent = None if category == "O" else rate
    return element(tag, leaf("cbc:ID", category), leaf("cbc:Percent", percent), *reasons, scheme)


def _adjustment(b: Bill, charge: str, amount: Decimal) -> str:
    if not amount:
        return ""
    first = b.lines[0]
    return element(
        "cac:AllowanceCharge",
        leaf("cbc:ChargeIndicator", charge),
        leaf("cbc:AllowanceChargeReason", "Fracht" if charge == "true" else "Rabatt"),
        leaf("cbc:Amount", amount, currencyID=b.currency),
        _category("cac:TaxCategory", first.category, first.rate),
    )


def _tax(b: Bill) -> str:
    def group(category: str, rate: str, base: Decimal, tax: Decimal) -> str:
        reasons = (
            ()
            if category == "S"
            else (
                leaf("cbc:TaxExemptionReasonCode", b.vatex),
                leaf("cbc:TaxExemptionReason", b.reason),
            )
        )
        return element(
            "cac:TaxSubtotal",
            leaf("cbc:TaxableAmount", base, currencyID=b.currency),
            leaf("cbc:TaxAmount", tax, currencyID=b.currency),
            _category("cac:TaxCategory", category, rate, *reasons),
        )

    total = leaf("cbc:TaxAmount", b.totals["tax"], currencyID=b.currency)
    return element("cac:TaxTotal", total, *(group(*g) for g in b.groups))


def _sums(b: Bill) -> str:
    def money(tag: str, value: object) -> str:
        return leaf(f"cbc:{tag}", value, currencyID=b.currency)

    sums = b.totals
    return element(
        "cac:LegalMonetaryTotal",
        money("LineExtensionAmount", sums["lines"]),
        money("TaxExclusiveAmount", sums["net"]),
        money("TaxInclusiveAmount", sums["gross"]),
        money("AllowanceTotalAmount", b.allowance or None),
        money("ChargeTotalAmount", b.charge or None),
        money("PrepaidAmount", b.prepaid or None),
        money("PayableAmount", sums["payable"]),
    )


def _line(b: Bill, number: int, p: Position) -> str:
    kind, quantity = ("CreditNote", "Credited") if b.credit else ("Invoice", "Invoiced")
    off = (
        ""
        if not p.off
        else element(
            "cac:AllowanceCharge",
            leaf("cbc:ChargeIndicator", "false"),
            leaf("cbc:AllowanceChargeReason", "Rabatt"),
            leaf("cbc:Amount", p.off, currencyID=b.currency),
        )
    )
    item = element(
        "cac:Item",
        leaf("cbc:Name", p.name),
        element("cac:SellersItemIdentification", leaf("cbc:ID", p.sku)),
        _category("cac:ClassifiedTaxCategory", p.category, p.rate),
    )
    per = leaf("cbc:BaseQuantity", p.per, unitCode="H87") if p.per != 1 else ""
    price = element("cac:Price", leaf("cbc:PriceAmount", p.price, currencyID=b.currency), per)
    return element(
        f"cac:{kind}Line",
        leaf("cbc:ID", number),
        leaf(f"cbc:{quantity}Quantity", p.qty, unitCode="H87"),
        leaf("cbc:LineExtensionAmount", p.net, currencyID=b.currency),
        element("cac:OrderLineReference", leaf("cbc:LineID", p.order_line)),
        off,
        item,
        price,
    )
