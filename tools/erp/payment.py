"""Payment proposals, and proposals to change bank details: both only ever proposed, never done."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from leitstand.tool import Recorded
from leitstand.values import Frozen, Identifier, Money, Text, Word
from tools.erp.voucher import Currency, Number, Sha256

Iban = Annotated[str, Field(strict=True, pattern=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$")]
"""Electronic form without blanks (ISO 13616); its check digits are for the rules."""


class ProposePayment(Frozen):
    """Propose the payment of a posted invoice; people release it in the bank.

    `iban` must be the one of the supplier's master record: the ERP compares again when it writes
    and refuses any other. `amount_cents` is at most what is open, `discount_cents` the cash
    discount taken off.
    """

    supplier_id: Annotated[Identifier, Recorded("erp.supplier.find", "value.supplier.id")]
    invoice_no: Number
    iban: Annotated[Iban, Recorded("erp.supplier.find", "value.supplier.iban")]
    amount_cents: Annotated[Money, Field(gt=0)]
    discount_cents: Annotated[Money, Field(ge=0)] = 0
    currency: Currency = "EUR"
    execute_on: date


class Payment(Frozen):
    """A payment proposal: creditor, account and remittance text are the ERP's own.

    `scheme` is sepa for euro amounts, foreign for all others.
    """

    payment_no: Identifier
    supplier_id: Identifier
    voucher_no: Identifier
    creditor_name: Text
    iban: Text
    amount_cents: Money
    currency: Word
    remittance: Text
    execute_on: date
    scheme: Literal["sepa", "foreign"]
    state: Literal["proposed"] = "proposed"


class ProposeBankChange(Frozen):
    """Propose new bank details of a supplier: two people check them by a call on the known number.

    The master record stays as it is.
    """

    supplier_id: Annotated[Identifier, Recorded("erp.supplier.find", "value.supplier.id")]
    iban: Iban
    document_sha256: Annotated[Sha256, Recorded("dms.document.get", "value.sha256")]


class BankChange(Frozen):
    """A proposed change of bank details: `known_iban` is the one that stays in force."""

    proposal_no: Identifier
    supplier_id: Identifier
    iban: Text
    known_iban: Text | None
    call_back: Text
    state: Literal["proposed"] = "proposed"
