"""Bills as UN/CEFACT CII in XRechnung 3.0."""

from datetime import date
from decimal import Decimal

from tests.agents.bills import PROCESS, XRECHNUNG, Bill, Position, Row
from tests.agents.markup import document, element, leaf, many

_DATA = "urn:un:unece:uncefact:data"


def cii(b: Bill) -> bytes:
    """The bill as a cross industry invoice."""
    spaces = (
        f'xmlns:rsm="{_DATA}:standard:CrossIndustryInvoice:100" '
        f'xmlns:ram="{_DATA}:standard:ReusableAggregateBusinessInformationEntity:100" '
        f'xmlns:udt="{_DATA}:standard:UnqualifiedDataType:100"'
    )
    root = "rsm:CrossIndustryInvoice"
    return document(f"<{root} {spaces}>{_content(b)}</{root}>")


def _content(b: Bill) -> str:
    def context(tag: str, text: str) -> str:
        return element(f"ram:{tag}SpecifiedDocumentContextParameter", leaf("ram:ID", text))

    notes = many(element("ram:IncludedNote", leaf("ram:Content", note)) for note in b.notes)
    return many(
        (
            element(
                "rsm:ExchangedDocumentContext",
                context("BusinessProcess", PROCESS),
                context("Guideline", XRECHNUNG),
            ),
            element(
                "rsm:ExchangedDocument",
                leaf("ram:ID", b.number),
                leaf("ram:TypeCode", b.code),
                _day("ram:IssueDateTime", b.day),
                notes,
            ),
            element(
                "rsm:SupplyChainTradeTransaction",
                many(_line(b, n, p) for n, p in enumerate(b.lines, 1)),
                _agreement(b),
                _delivery(b),
                _settlement(b),
            ),
        )
    )


def _day(tag: str, day: date | None) -> str:
    if day is None:
        return ""
    return element(tag, leaf("udt:DateTimeString", f"{day:%Y%m%d}", format="102"))


def _line(b: Bill, number: int, p: Position) -> str:
    per = leaf("ram:BasisQuantity", p.per, unitCode="H87") if p.per != 1 else ""
    off = (
        ""
        if not p.off
        else element(
            "ram:SpecifiedTradeAllowanceCharge",
            element("ram:ChargeIndicator", leaf("udt:Indicator", "false")),
            leaf("ram:ActualAmount", p.off),
            leaf("ram:Reason", "Rabatt"),
        )
    )
    total = leaf("ram:LineTotalAmount", p.net)
    return element(
        "ram:IncludedSupplyChainTradeLineItem",
        element("ram:AssociatedDocumentLineDocument", leaf("ram:LineID", number)),
        element(
            "ram:SpecifiedTradeProduct",
            leaf("ram:SellerAssignedID", p.sku),
            leaf("ram:Name", p.name),
        ),
        element(
            "ram:SpecifiedLineTradeAgreement",
            element("ram:BuyerOrderReferencedDocument", leaf("ram:LineID", p.order_line)),
            element("ram:NetPriceProductTradePrice", leaf("ram:ChargeAmount", p.price), per),
        ),
        element(
            "ram:SpecifiedLineTradeDelivery", leaf("ram:BilledQuantity", p.qty, unitCode="H87")
        ),
        element(
            "ram:SpecifiedLineTradeSettlement",
            element(
                "ram:ApplicableTradeTax",
                leaf("ram:TypeCode", "VAT"),
                leaf("ram:CategoryCode", p.category),
                leaf("ram:RateApplicablePercent", None if p.category == "O" else p.rate),
            ),
            off,
            element("ram:SpecifiedTradeSettlementLineMonetarySummation", total),
        ),
    )


def _party(tag: str, row: Row) -> str:
    def registered(number: str | None, scheme: str) -> str:
        return element("ram:SpecifiedTaxRegistration", leaf("ram:ID", number, schemeID=scheme))

    mail = element("ram:EmailURIUniversalCommunication", leaf("ram:URIID", row["mail"]))
    phone = element(
        "ram:TelephoneUniversalCommunication", leaf("ram:CompleteNumber", "+49 000 1234")
    )
    contact = element("ram:DefinedTradeContact", leaf("ram:PersonName", "Buchhaltung"), phone, mail)
    return element(
        tag,
        None if row["vat"] else leaf("ram:ID", row.get("id", "L-1")),
        leaf("ram:Name", row["name"]),
        contact,
        element(
            "ram:PostalTradeAddress",
            leaf("ram:PostcodeCode", row["zip"]),
            leaf("ram:LineOne", row["street"]),
            leaf("ram:CityName", row["city"]),
            leaf("ram:CountryID", row["country"]),
        ),
        element("ram:URIUniversalCommunication", leaf("ram:URIID", row["mail"], schemeID="EM")),
        registered(row.get("stnr"), "FC"),
        registered(row["vat"], "VA"),
    )


def _agreement(b: Bill) -> str:
    return element(
        "ram:ApplicableHeaderTradeAgreement",
        leaf("ram:BuyerReference", b.reference),
        _party("ram:SellerTradeParty", b.seller),
        _party("ram:BuyerTradeParty", b.buyer),
        element("ram:BuyerOrderReferencedDocument", leaf("ram:IssuerAssignedID", b.order)),
    )


def _delivery(b: Bill) -> str:
    place = (leaf("ram:PostcodeCode", b.buyer["zip"]), leaf("ram:CityName", b.buyer["city"]))
    address = element("ram:PostalTradeAddress", *place, leaf("ram:CountryID", b.buyer["country"]))
    where = element("ram:ShipToTradeParty", address) if b.vatex else ""
    when = _day("ram:OccurrenceDateTime", b.delivered)
    inside = where + element("ram:ActualDeliverySupplyChainEvent", when)
    tag = "ram:ApplicableHeaderTradeDelivery"
    return f"<{tag}>{inside}</{tag}>"


def _settlement(b: Bill) -> str:
    account = (leaf("ram:IBANID", b.iban), leaf("ram:AccountName", b.holder))
    start, end = b.period or (None, None)
    return element(
        "ram:ApplicableHeaderTradeSettlement",
        leaf("ram:InvoiceCurrencyCode", b.currency),
        element(
            "ram:SpecifiedTradeSettlementPaymentMeans",
            leaf("ram:TypeCode", b.means),
            element("ram:PayeePartyCreditorFinancialAccount", *account),
        ),
        many(_tax(b, *g) for g in b.groups),
        element(
            "ram:BillingSpecifiedPeriod",
            _day("ram:StartDateTime", start),
            _day("ram:EndDateTime", end),
        ),
        _adjustment(b, "false", b.allowance),
        _adjustment(b, "true", b.charge),
        element(
            "ram:SpecifiedTradePaymentTerms",
            leaf("ram:Description", b.terms or None),
            _day("ram:DueDateDateTime", b.due),
        ),
        _sums(b),
        element("ram:InvoiceReferencedDocument", leaf("ram:IssuerAssignedID", b.preceding)),
    )


def _tax(b: Bill, category: str, rate: str, base: Decimal, tax: Decimal) -> str:
    reason, code = (None, None) if category == "S" else (b.reason, b.vatex)
    return element(
        "ram:ApplicableTradeTax",
        leaf("ram:CalculatedAmount", tax),
        leaf("ram:TypeCode", "VAT"),
        leaf("ram:ExemptionReason", reason),
        leaf("ram:BasisAmount", base),
        leaf("ram:CategoryCode", category),
        leaf("ram:ExemptionReasonCode", code),
        leaf("ram:RateApplicablePercent", None if category == "O" else rate),
    )


def _adjustment(b: Bill, charge: str, amount: Decimal) -> str:
    if not amount:
        return ""
    first = b.lines[0]
    return element(
        "ram:SpecifiedTradeAllowanceCharge",
        element("ram:ChargeIndicator", leaf("udt:Indicator", charge)),
        leaf("ram:ActualAmount", amount),
        leaf("ram:Reason", "Fracht" if charge == "true" else "Rabatt"),
        element(
            "ram:CategoryTradeTax",
            leaf("ram:TypeCode", "VAT"),
            leaf("ram:CategoryCode", first.category),
            leaf("ram:RateApplicablePercent", first.rate),
        ),
    )


def _sums(b: Bill) -> str:
    sums = b.totals
    return element(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        leaf("ram:LineTotalAmount", sums["lines"]),
        leaf("ram:ChargeTotalAmount", b.charge or None),
        leaf("ram:AllowanceTotalAmount", b.allowance or None),
        leaf("ram:TaxBasisTotalAmount", sums["net"]),
        leaf("ram:TaxTotalAmount", sums["tax"], currencyID=b.currency),
        leaf("ram:GrandTotalAmount", sums["gross"]),
        leaf("ram:TotalPrepaidAmount", b.prepaid or None),
        leaf("ram:DuePayableAmount", sums["payable"]),
    )
