"""Invoices made for the tests: the same content in UBL and in CII, both valid XRechnungen."""

from dataclasses import dataclass, field
from decimal import Decimal
from xml.sax.saxutils import escape

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
UNECE = "urn:un:unece:uncefact:data:standard"
XRECHNUNG = "urn:cen.eu:en16931:2017#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0"
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"


@dataclass(frozen=True)
class SampleLine:
    """A line of a sample: text, quantity, net price; VAT 19 %."""

    name: str = "Wellendichtring 40x62x8"
    quantity: Decimal = Decimal(12)
    price: Decimal = Decimal("42.50")

    @property
    def net(self) -> Decimal:
        """Quantity times price, rounded to cents."""
        return (self.quantity * self.price).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Sample:
    """What a sample says; the sums follow from the lines."""

    number: str = "RE-2026-0815"
    specification: str = XRECHNUNG
    issued: str = "2026-11-06"
    due: str = "2026-12-06"
    delivered: str = "2026-11-03"
    reference: str = "KST-MAT"
    order: str = "BE-26-0101"
    note: str = "Wir danken für Ihren Auftrag."
    seller: str = "Muster Dichtungstechnik GmbH"
    iban: str = "DE43290400900602051017"
    terms: str = "#SKONTO#TAGE=14#PROZENT=2.00#\nZahlbar bis 06.12.2026 netto."
    lines: tuple[SampleLine, ...] = field(default=(SampleLine(),))

    @property
    def net(self) -> Decimal:
        """Sum of the lines."""
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """19 % of the net, rounded to cents."""
        return (self.net * Decimal("0.19")).quantize(Decimal("0.01"))

    @property
    def gross(self) -> Decimal:
        """Net and tax."""
        return self.net + self.tax


def ubl(sample: Sample | None = None) -> bytes:
    """A sample in UBL."""
    s = sample or Sample()
    delivery = (
        f"<cac:Delivery><cbc:ActualDeliveryDate>{s.delivered}</cbc:ActualDeliveryDate></cac:Delivery>"
        if s.delivered
        else ""
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Invoice xmlns="{UBL}:Invoice-2" xmlns:cac="{UBL}:CommonAggregateComponents-2"
 xmlns:cbc="{UBL}:CommonBasicComponents-2">
<cbc:CustomizationID>{escape(s.specification)}</cbc:CustomizationID>
<cbc:ProfileID>{PROCESS}</cbc:ProfileID>
<cbc:ID>{escape(s.number)}</cbc:ID>
<cbc:IssueDate>{s.issued}</cbc:IssueDate>
<cbc:DueDate>{s.due}</cbc:DueDate>
<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
<cbc:Note>#AAI#{escape(s.note)}</cbc:Note>
<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>
<cbc:BuyerReference>{escape(s.reference)}</cbc:BuyerReference>
<cac:OrderReference><cbc:ID>{escape(s.order)}</cbc:ID></cac:OrderReference>
<cac:AccountingSupplierParty><cac:Party>
{_ubl_party(s.seller, "rechnung@muster.example", "DE999999026", "49074", "Osnabrück")}
</cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party>
{_ubl_party("Nordwerk Maschinenbau GmbH", "ein@nordwerk.example", "DE999999018", "28217", "Bremen")}
</cac:Party></cac:AccountingCustomerParty>
{delivery}
<cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode><cac:PayeeFinancialAccount>
<cbc:ID>{s.iban}</cbc:ID><cbc:Name>{escape(s.seller)}</cbc:Name>
</cac:PayeeFinancialAccount></cac:PaymentMeans>
<cac:PaymentTerms><cbc:Note>{escape(s.terms)}</cbc:Note></cac:PaymentTerms>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">{s.tax}</cbc:TaxAmount><cac:TaxSubtotal>
<cbc:TaxableAmount currencyID="EUR">{s.net}</cbc:TaxableAmount>
<cbc:TaxAmount currencyID="EUR">{s.tax}</cbc:TaxAmount>
<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal>
<cbc:LineExtensionAmount currencyID="EUR">{s.net}</cbc:LineExtensionAmount>
<cbc:TaxExclusiveAmount currencyID="EUR">{s.net}</cbc:TaxExclusiveAmount>
<cbc:TaxInclusiveAmount currencyID="EUR">{s.gross}</cbc:TaxInclusiveAmount>
<cbc:PayableAmount currencyID="EUR">{s.gross}</cbc:PayableAmount>
</cac:LegalMonetaryTotal>
{"".join(_ubl_line(i, line) for i, line in enumerate(s.lines, 1))}
</Invoice>""".encode()


def cii(sample: Sample | None = None) -> bytes:
    """A sample in CII."""
    s = sample or Sample()
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="{UNECE}:CrossIndustryInvoice:100"
 xmlns:ram="{UNECE}:ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="{UNECE}:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext>
<ram:BusinessProcessSpecifiedDocumentContextParameter><ram:ID>{PROCESS}</ram:ID>
</ram:BusinessProcessSpecifiedDocumentContextParameter>
<ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>{escape(s.specification)}</ram:ID>
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{escape(s.number)}</ram:ID><ram:TypeCode>380</ram:TypeCode>
<ram:IssueDateTime>{_day(s.issued)}</ram:IssueDateTime>
<ram:IncludedNote><ram:Content>{escape(s.note)}</ram:Content><ram:SubjectCode>AAI</ram:SubjectCode>
</ram:IncludedNote></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>
{"".join(_cii_line(i, line) for i, line in enumerate(s.lines, 1))}
<ram:ApplicableHeaderTradeAgreement><ram:BuyerReference>{escape(s.reference)}</ram:BuyerReference>
<ram:SellerTradeParty>
{_cii_party(s.seller, "rechnung@muster.example", "DE999999026", "49074", "Osnabrück")}
</ram:SellerTradeParty><ram:BuyerTradeParty>
{_cii_party("Nordwerk Maschinenbau GmbH", "ein@nordwerk.example", "DE999999018", "28217", "Bremen")}
</ram:BuyerTradeParty>
<ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>{escape(s.order)}</ram:IssuerAssignedID>
</ram:BuyerOrderReferencedDocument></ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery><ram:ActualDeliverySupplyChainEvent>
<ram:OccurrenceDateTime>{_day(s.delivered)}</ram:OccurrenceDateTime>
</ram:ActualDeliverySupplyChainEvent></ram:ApplicableHeaderTradeDelivery>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>58</ram:TypeCode>
<ram:PayeePartyCreditorFinancialAccount><ram:IBANID>{s.iban}</ram:IBANID>
<ram:AccountName>{escape(s.seller)}</ram:AccountName></ram:PayeePartyCreditorFinancialAccount>
</ram:SpecifiedTradeSettlementPaymentMeans>
<ram:ApplicableTradeTax><ram:CalculatedAmount>{s.tax}</ram:CalculatedAmount>
<ram:TypeCode>VAT</ram:TypeCode><ram:BasisAmount>{s.net}</ram:BasisAmount>
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent>
</ram:ApplicableTradeTax>
<ram:SpecifiedTradePaymentTerms><ram:Description>{escape(s.terms)}</ram:Description>
<ram:DueDateDateTime>{_day(s.due)}</ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation>
<ram:LineTotalAmount>{s.net}</ram:LineTotalAmount>
<ram:TaxBasisTotalAmount>{s.net}</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="EUR">{s.tax}</ram:TaxTotalAmount>
<ram:GrandTotalAmount>{s.gross}</ram:GrandTotalAmount>
<ram:DuePayableAmount>{s.gross}</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation>
</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>""".encode()


def _ubl_party(name: str, mail: str, vat: str, postcode: str, city: str) -> str:
    return f"""<cbc:EndpointID schemeID="EM">{mail}</cbc:EndpointID>
<cac:PostalAddress><cbc:StreetName>Industriestraße 58</cbc:StreetName>
<cbc:CityName>{city}</cbc:CityName>
<cbc:PostalZone>{postcode}</cbc:PostalZone>
<cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country></cac:PostalAddress>
<cac:PartyTaxScheme><cbc:CompanyID>{vat}</cbc:CompanyID>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>
<cac:PartyLegalEntity><cbc:RegistrationName>{escape(name)}</cbc:RegistrationName></cac:PartyLegalEntity>
<cac:Contact><cbc:Name>Buchhaltung</cbc:Name><cbc:Telephone>+49 000 907796</cbc:Telephone>
<cbc:ElectronicMail>{mail}</cbc:ElectronicMail></cac:Contact>"""


def _cii_party(name: str, mail: str, vat: str, postcode: str, city: str) -> str:
    return f"""<ram:Name>{escape(name)}</ram:Name>
<ram:DefinedTradeContact><ram:PersonName>Buchhaltung</ram:PersonName>
<ram:TelephoneUniversalCommunication><ram:CompleteNumber>+49 000 907796</ram:CompleteNumber>
</ram:TelephoneUniversalCommunication>
<ram:EmailURIUniversalCommunication><ram:URIID>{mail}</ram:URIID></ram:EmailURIUniversalCommunication>
</ram:DefinedTradeContact>
<ram:PostalTradeAddress><ram:PostcodeCode>{postcode}</ram:PostcodeCode>
<ram:LineOne>Industriestraße 58</ram:LineOne><ram:CityName>{city}</ram:CityName>
<ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress>
<ram:URIUniversalCommunication><ram:URIID schemeID="EM">{mail}</ram:URIID>
</ram:URIUniversalCommunication>
<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">{vat}</ram:ID></ram:SpecifiedTaxRegistration>"""


def _ubl_line(number: int, line: SampleLine) -> str:
    return f"""<cac:InvoiceLine><cbc:ID>{number}</cbc:ID>
<cbc:InvoicedQuantity unitCode="H87">{line.quantity}</cbc:InvoicedQuantity>
<cbc:LineExtensionAmount currencyID="EUR">{line.net}</cbc:LineExtensionAmount>
<cac:OrderLineReference><cbc:LineID>{number}</cbc:LineID></cac:OrderLineReference>
<cac:Item><cbc:Name>{escape(line.name)}</cbc:Name>
<cac:SellersItemIdentification><cbc:ID>WD-{number}</cbc:ID></cac:SellersItemIdentification>
<cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent>
<cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item>
<cac:Price><cbc:PriceAmount currencyID="EUR">{line.price}</cbc:PriceAmount></cac:Price>
</cac:InvoiceLine>"""


def _cii_line(number: int, line: SampleLine) -> str:
    return f"""<ram:IncludedSupplyChainTradeLineItem>
<ram:AssociatedDocumentLineDocument><ram:LineID>{number}</ram:LineID>
</ram:AssociatedDocumentLineDocument>
<ram:SpecifiedTradeProduct><ram:SellerAssignedID>WD-{number}</ram:SellerAssignedID>
<ram:Name>{escape(line.name)}</ram:Name></ram:SpecifiedTradeProduct>
<ram:SpecifiedLineTradeAgreement>
<ram:BuyerOrderReferencedDocument><ram:LineID>{number}</ram:LineID></ram:BuyerOrderReferencedDocument>
<ram:NetPriceProductTradePrice><ram:ChargeAmount>{line.price}</ram:ChargeAmount>
</ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
<ram:SpecifiedLineTradeDelivery>
<ram:BilledQuantity unitCode="H87">{line.quantity}</ram:BilledQuantity>
</ram:SpecifiedLineTradeDelivery>
<ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode>
<ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent>
</ram:ApplicableTradeTax><ram:SpecifiedTradeSettlementLineMonetarySummation>
<ram:LineTotalAmount>{line.net}</ram:LineTotalAmount>
</ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
</ram:IncludedSupplyChainTradeLineItem>"""


def _day(text: str) -> str:
    return f'<udt:DateTimeString format="102">{text.replace("-", "")}</udt:DateTimeString>'
