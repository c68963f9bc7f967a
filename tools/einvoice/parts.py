"""The parts an invoice is made of: parties, payments, lines, taxes, attachments.

Everything here is as the sender wrote it, absent values are `None` or empty. The names of the
business terms (BT-…, BG-…) are those of EN 16931-1; `terms.toml` says where they stand.
"""

from datetime import date
from decimal import Decimal
from typing import Literal

from leitstand.values import Code, Frozen


class Identifier(Frozen):
    """An identifier with the scheme that issued it (ISO 6523 or EAS code), if one was given."""

    value: str
    scheme: Code | None = None


class Address(Frozen):
    """A postal address (BG-5, BG-8, BG-12, BG-15); `country` is ISO 3166-1 alpha-2."""

    street: str | None = None
    street2: str | None = None
    street3: str | None = None
    city: str | None = None
    zip: str | None = None
    region: str | None = None
    country: Code | None = None

    @property
    def complete(self) -> bool:
        """Whether a letter could be sent there: a city, and a street, a box or a postcode."""
        return bool(self.city and (self.street or self.street2 or self.zip))


class Party(Frozen):
    """Seller (BG-4), buyer (BG-7), payee (BG-10) or tax representative (BG-11).

    name BT-27/44/59/62, trading_name BT-28/45, vat_id BT-31/48/63, tax_number BT-32 (seller only),
    ids BT-29/46/60, legal_id BT-30/47/61, legal_info BT-33, endpoint BT-34/49, contact BG-6/9.
    `vat_id` and `tax_number` have no blanks and are upper case; all else is as written.
    """

    name: str | None = None
    trading_name: str | None = None
    vat_id: str | None = None
    tax_number: str | None = None
    ids: tuple[Identifier, ...] = ()
    legal_id: Identifier | None = None
    legal_info: str | None = None
    endpoint: Identifier | None = None
    address: Address | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    contact_email: str | None = None


class Payment(Frozen):
    """One way to pay (BG-16 to BG-19).

    means_code BT-81, means_text BT-82, remittance BT-83, iban BT-84, holder BT-85, bic BT-86,
    card_number BT-87, card_holder BT-88, mandate BT-89, debited_iban BT-91.
    `iban`, `bic` and `debited_iban` have no blanks and are upper case; nothing was checked.
    """

    means_code: Code | None = None
    means_text: str | None = None
    remittance: str | None = None
    iban: str | None = None
    holder: str | None = None
    bic: str | None = None
    card_number: str | None = None
    card_holder: str | None = None
    mandate: str | None = None
    debited_iban: str | None = None


class Discount(Frozen):
    """A cash discount (Skonto) offered in BT-20 (`#SKONTO#TAGE=14#PROZENT=2.00#`, BR-DE-18).

    `days` after the issue date, `percent` as 2.00, `base` the amount it applies to if not BT-115.
    Also read from the discount terms of Factur-X EXTENDED.
    """

    days: int
    percent: Decimal
    base: Decimal | None = None


class Tax(Frozen):
    """One VAT breakdown (BG-23).

    category BT-118 (S, Z, E, AE, K, G, O, L, M, B), rate BT-119, base BT-116, amount BT-117,
    exemption_reason BT-120, exemption_code BT-121.
    """

    category: Code | None = None
    rate: Decimal | None = None
    base: Decimal | None = None
    amount: Decimal | None = None
    exemption_reason: str | None = None
    exemption_code: Code | None = None


class Adjustment(Frozen):
    """An allowance or a charge of the document (BG-20, BG-21) or of a line (BG-27, BG-28).

    amount BT-92/99/136/141, base BT-93/100/137/142, percent BT-94/101/138/143,
    category BT-95/102, rate BT-96/103 (document level only), reason BT-97/104/139/144,
    reason_code BT-98/105/140/145. The amount is positive as written; the tuple it stands in says
    whether it is added or taken off.
    """

    amount: Decimal | None = None
    base: Decimal | None = None
    percent: Decimal | None = None
    category: Code | None = None
    rate: Decimal | None = None
    reason: str | None = None
    reason_code: Code | None = None


class Attribute(Frozen):
    """A property of an article (BG-32): name BT-160, value BT-161."""

    name: str | None = None
    value: str | None = None


class Line(Frozen):
    """One invoice line (BG-25).

    id BT-126, note BT-127, object_id BT-128, quantity BT-129, unit BT-130 (UN/ECE Rec 20/21),
    net BT-131, order_line BT-132, order_reference (EXTENDED: an order per line), buyer_account
    BT-133, delivery_date (EXTENDED), period BG-26, allowances BG-27, charges BG-28, price BT-146,
    price_discount BT-147, gross_price BT-148, base_quantity BT-149 and base_unit BT-150 (the price
    is for that many), category BT-151, rate BT-152, name BT-153, description BT-154, seller_sku
    BT-155, buyer_sku BT-156, standard_id BT-157, classes BT-158 (scheme: the code list), origin
    BT-159, attributes BG-32.
    `parent_id` and `kind` (GROUP, DETAIL, INFORMATION) order sub-lines of XRechnung Extension and
    Factur-X EXTENDED; sub-lines stand in `Invoice.lines` after their parent.
    """

    id: str | None = None
    note: str | None = None
    object_id: Identifier | None = None
    quantity: Decimal | None = None
    unit: Code | None = None
    net: Decimal | None = None
    order_line: str | None = None
    order_reference: str | None = None
    buyer_account: str | None = None
    delivery_date: date | None = None
    period_start: date | None = None
    period_end: date | None = None
    allowances: tuple[Adjustment, ...] = ()
    charges: tuple[Adjustment, ...] = ()
    price: Decimal | None = None
    price_discount: Decimal | None = None
    gross_price: Decimal | None = None
    base_quantity: Decimal | None = None
    base_unit: Code | None = None
    category: Code | None = None
    rate: Decimal | None = None
    name: str | None = None
    description: str | None = None
    seller_sku: str | None = None
    buyer_sku: str | None = None
    standard_id: Identifier | None = None
    classes: tuple[Identifier, ...] = ()
    origin: Code | None = None
    attributes: tuple[Attribute, ...] = ()
    parent_id: str | None = None
    kind: Code | None = None


class Preceding(Frozen):
    """An earlier invoice this one refers to (BG-3): number BT-25, issue_date BT-26."""

    number: str | None = None
    issue_date: date | None = None


class Note(Frozen):
    """A note of the document (BG-1): subject BT-21 (UNTDID 4451), text BT-22."""

    subject: Code | None = None
    text: str | None = None


class Attachment(Frozen):
    """A supporting document (BG-24), without its bytes.

    reference BT-122, description BT-123, uri BT-124 (never fetched), filename and mime as the
    sender claims them, `content` what the first bytes say it is (a `sniff.Kind`), `size` in bytes
    and `sha256` of the decoded content (0 and None if none is embedded), `eicar` whether the EICAR
    test string is in it, `readable` whether it is base64.
    """

    reference: str | None = None
    description: str | None = None
    uri: str | None = None
    filename: str | None = None
    mime: Code | None = None
    content: Code | None = None
    size: int = 0
    sha256: str | None = None
    eicar: bool = False
    readable: bool = True


class ThirdPartyPayment(Frozen):
    """An amount collected for someone else (XRechnung Extension BG-DEX-09): it raises BT-115."""

    kind: Code | None = None
    amount: Decimal | None = None
    description: str | None = None


class Unread(Frozen):
    """A value that stands in the document and could not be read into its type, or not as one."""

    field: Code
    path: Code
    value: str
    expected: Literal["decimal", "date", "base64", "one value"]
