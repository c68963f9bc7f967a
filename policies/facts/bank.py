"""G-A07, G-A08: the accounts an invoice names. Only the master record's is ever paid."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pydantic import BaseModel, ConfigDict
from schwifty import IBAN

from policies.facts.likeness import is_called, name_permille
from policies.facts.limits import Limits
from tools.einvoice.invoice import Invoice, Payment
from tools.erp.supplier import Supplier

_FORM = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}", re.ASCII)


class BankFacts(BaseModel):
    """The invoice's accounts (BT-84, BT-85) for themselves and against the master record.

    `account_faults`: `form`, `checksum`, `bank` (not in a complete register), `zone` (no SEPA
    country), `holder`, `payee` (somebody else is to be paid, and no account is named for him).
    `account_differs`: an account that stands beside the one of the known supplier's master record
    and is another. `account_foreign`: an account for another currency, which the master record does
    not hold: it is shown to the approver of G-A25 and never paid.
    """

    model_config = ConfigDict(frozen=True)

    account_faults: frozenset[str]
    account_differs: bool
    account_foreign: bool


def bank_facts(invoice: Invoice, supplier: Supplier | None, limits: Limits) -> BankFacts:
    """The accounts of `invoice`; `supplier` is None where the seller is unknown."""
    accounts = [p for p in invoice.payments if p.iban]
    names = [n for n in (*_names(invoice, supplier), _payee(invoice)) if n]
    faults = {f for p in accounts for f in _faults(p, invoice, limits)}
    if any(_strange(p.holder, names, limits) for p in accounts):
        faults.add("holder")
    if not accounts and _strange(_payee(invoice), _names(invoice, supplier), limits):
        faults.add("payee")
    others = [p for p in accounts if supplier and _plain(p.iban) != _plain(supplier.iban)]
    foreign = [p for p in others if foreign_account(p, invoice.currency, limits)]
    return BankFacts(
        account_faults=frozenset(faults),
        account_differs=len(others) > len(foreign),
        account_foreign=bool(foreign),
    )


def sound_iban(text: str | None, limits: Limits) -> bool:
    """Whether a text is an IBAN with right check digits, of a bank that exists if one can know."""
    return bool(text) and not list(_iban_faults(_plain(text), limits))


def foreign_account(payment: Payment, currency: str | None, limits: Limits) -> bool:
    """An account in another currency and country: the master's account is no measure for it.

    The invoice is in a foreign currency, it asks for no SEPA payment, and the account is not kept
    in a country of the euro. Money goes to the master's account all the same, after a person's
    approval.
    """
    abroad = _plain(payment.iban)[:2] not in limits.euro_countries
    return _is_foreign(currency, limits) and not _is_sepa(payment, limits) and abroad


def _faults(payment: Payment, invoice: Invoice, limits: Limits) -> Iterator[str]:
    iban = _plain(payment.iban)
    sepa = _is_sepa(payment, limits) or not _is_foreign(invoice.currency, limits)
    if not sepa and not _FORM.fullmatch(iban):
        return
    yield from _iban_faults(iban, limits)
    if sepa and _FORM.fullmatch(iban) and iban[:2] not in limits.sepa_countries:
        yield "zone"


def _iban_faults(iban: str, limits: Limits) -> Iterator[str]:
    if not _FORM.fullmatch(iban):
        yield "form"
        return
    valid, at_bank = _checked(iban)
    if not valid:
        yield "checksum"
    elif iban[:2] in limits.bank_register_countries and not at_bank:
        yield "bank"


@lru_cache(maxsize=8192)
def _checked(iban: str) -> tuple[bool, bool]:
    """Whether the check digits are right, and whether the register knows the bank."""
    account = IBAN(iban, allow_invalid=True)
    return account.is_valid, account.is_valid and account.bank is not None


def _names(invoice: Invoice, supplier: Supplier | None) -> list[str]:
    """What the supplier is called, here and in the master record."""
    seller = invoice.seller
    names = (seller.name, seller.trading_name, supplier.name if supplier else None)
    return [name for name in names if name]


def _payee(invoice: Invoice) -> str | None:
    """Whom the invoice wants paid where that is not the seller (BT-59)."""
    return invoice.payee.name if invoice.payee else None


def _strange(holder: str | None, names: Iterable[str], limits: Limits) -> bool:
    """Whether an account is in a name that is none of the supplier's; no name is no doubt."""
    if any(is_called(holder, name) for name in names):
        return False
    best = max((name_permille(holder, name) for name in names), default=1000)
    return bool(holder) and best < limits.holder_name_permille


def _is_sepa(payment: Payment, limits: Limits) -> bool:
    return payment.means_code in limits.sepa_means


def _is_foreign(currency: str | None, limits: Limits) -> bool:
    return currency is not None and currency != limits.currency


def _plain(iban: str | None) -> str:
    return "".join((iban or "").split()).upper()
