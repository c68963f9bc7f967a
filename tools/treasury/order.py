"""Payment orders: what the books say is due, and the file with which a bank is asked to pay.

An order is prepared and never sent: people release it in the bank. Amounts are whole cents of euro,
accounts IBANs in electronic form (ISO 13616).
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from leitstand.tool import Recorded
from leitstand.values import Frozen, Identifier, Money, Reading, Text, Word
from tools.erp.payment import Iban
from tools.erp.voucher import Currency, Sha256

_MOST = 5_000
Positive = Annotated[Money, Field(gt=0)]
Line = Annotated[Text, Field(max_length=140)]


class FindDue(Frozen):
    """Find what the books propose to pay up to a day and no order has yet."""

    until: date


class DuePayment(Frozen):
    """A payment proposal as the books have it now.

    `iban` is the account for which it was proposed, `known_iban` the one of the master record
    today. `discount_until` is the last day on which the voucher grants what is taken off
    (`discount_cents`). `cleared` are entries of sanctions lists that the supplier is not.
    """

    payment_no: Identifier
    supplier_id: Identifier
    supplier_status: Word
    voucher_no: Identifier
    voucher_state: Literal["posted", "paid", "reversed"]
    creditor_name: Text
    iban: Iban
    known_iban: Text | None
    amount_cents: Positive
    discount_cents: Annotated[Money, Field(ge=0)] = 0
    discount_until: date | None = None
    currency: Currency
    remittance: Text
    execute_on: date
    cleared: tuple[Text, ...] = ()


class Due(Frozen):
    """What is due up to a day, the oldest proposal first."""

    until: date
    payments: tuple[DuePayment, ...] = ()


class FoundDue(Reading[Due]):
    """Reading of what is due."""


class Transfer(Frozen):
    """One credit transfer of an order: a proposal, whom it pays, and what the payee reads."""

    payment_no: Annotated[Identifier, Recorded("treasury.due.find", "value.payments.*.payment_no")]
    creditor_name: Annotated[Text, Field(min_length=1)]
    iban: Annotated[Iban, Recorded("treasury.due.find", "value.payments.*.iban")]
    amount_cents: Positive
    remittance: Line


class PrepareOrder(Frozen):
    """Prepare one file of SEPA credit transfers (pain.001.001.09) for the bank; nothing is sent.

    `debtor_iban` is the own account that is charged, `execute_on` the day on which the bank shall
    pay, `total_cents` the sum of all transfers.
    """

    debtor_name: Annotated[Text, Field(min_length=1, max_length=140)]
    debtor_iban: Iban
    execute_on: date
    total_cents: Positive
    transfers: Annotated[tuple[Transfer, ...], Field(min_length=1, max_length=_MOST)]

    @model_validator(mode="after")
    def _closes(self) -> Self:
        if sum(one.amount_cents for one in self.transfers) != self.total_cents:
            msg = "transfers do not add up to total_cents"
            raise ValueError(msg)
        if len({one.payment_no for one in self.transfers}) != len(self.transfers):
            msg = "a payment stands in transfers twice"
            raise ValueError(msg)
        return self


class PaymentOrder(Frozen):
    """A prepared order: the file of that name lies in the folder `treasury` of the state."""

    order_no: Identifier
    file: Text
    sha256: Sha256
    execute_on: date
    transfers: int
    total_cents: Positive
