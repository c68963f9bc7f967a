"""The facts of a payment order: each transfer against the books, every payee against the list.

The role proposes what `order_of` gives; the guard compares it with what is due by its own reading.
Which difference stops it stands in `treasury.cedar`.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from leitstand.policy import FactCall, FactMissing, facts
from leitstand.values import Frozen
from policies.facts.bank import sound_iban
from policies.facts.limits import Limits, limits_of
from policies.facts.treasury.limits import Left, TreasuryLimits, treasury_limits_of
from tools.sanctions import Screening, screen
from tools.treasury import DuePayment, PrepareOrder, Transfer, find_due

Screenings = Mapping[str, Screening]
_SEPA = "EUR"


class OrderFacts(Frozen):
    """What decides on an order.

    `due`: each transfer is what the books propose, letter for letter. `left`: why payments of it
    should have been left out (`Left`). `own_account`: it charges the company's own account.
    `day`: it is for today or a day that is not far ahead. `screened`: everybody who is paid was
    looked up in the list of today, where the company has one.
    """

    due: bool
    left: frozenset[str]
    own_account: bool
    day: bool
    screened: bool
    order_roles: frozenset[str]
    order_approvers: int
    checked: frozenset[str]


class Sorted(NamedTuple):
    """Payments that an order may have, and those that are left to people with the reason."""

    sound: tuple[DuePayment, ...]
    left: tuple[tuple[DuePayment, Left], ...]


@facts("treasury.order.prepare", model=OrderFacts)
def order_facts(call: FactCall) -> OrderFacts:
    """The facts of an order. Raises FactMissing: what is due was not read."""
    found = call.evidence.one(find_due)
    if found is None:
        raise FactMissing("what is due must be read", where=call.tool)
    args = PrepareOrder.model_validate(call.args, strict=False)
    limits, own = limits_of(call.limits), treasury_limits_of(call.limits)
    screened = screenings_of(reading.value for reading in call.evidence.all(screen))
    known = {p.payment_no: p for p in found.value.payments}
    paid = [known[one.payment_no] for one in args.transfers if one.payment_no in known]
    due = len(paid) == len(args.transfers) and all(map(_same, args.transfers, paid))
    account = bool(own.iban) and (args.debtor_iban, args.debtor_name) == (own.iban, own.holder)
    return OrderFacts(
        due=due,
        left=frozenset(why for p in paid for why in _why(p, args.execute_on, screened, limits)),
        own_account=account and sound_iban(own.iban, limits),
        day=0 <= (args.execute_on - call.today).days <= own.ahead_days,
        screened=not own.screening or {p.creditor_name for p in paid} <= set(screened),
        order_roles=own.signers,
        order_approvers=own.approvers,
        checked=_checked(due=due, account=account),
    )


def order_of(
    payments: Iterable[DuePayment], execute_on: date, own: TreasuryLimits
) -> PrepareOrder | None:
    """The order of these payments; None where there are none."""
    transfers = tuple(
        Transfer.model_validate(p.model_dump(include=set(Transfer.model_fields))) for p in payments
    )
    if not transfers:
        return None
    return PrepareOrder(
        debtor_name=own.holder,
        debtor_iban=own.iban,
        execute_on=execute_on,
        total_cents=sum(one.amount_cents for one in transfers),
        transfers=transfers,
    )


def screenings_of(screenings: Iterable[Screening]) -> Screenings:
    """Screenings of one name each, by that name."""
    return {s.names[0]: s for s in screenings if len(s.names) == 1}


def sorted_out(
    payments: Iterable[DuePayment], execute_on: date, screened: Screenings, limits: Limits
) -> Sorted:
    """Payments that may go into an order for a day, and the others."""
    judged: list[tuple[DuePayment, Left | None]] = [
        (p, next(_why(p, execute_on, screened, limits), None)) for p in payments
    ]
    return Sorted(
        sound=tuple(p for p, why in judged if why is None),
        left=tuple((p, why) for p, why in judged if why is not None),
    )


def _same(one: Transfer, due: DuePayment) -> bool:
    return all(getattr(due, name) == getattr(one, name) for name in Transfer.model_fields)


def _why(payment: DuePayment, day: date, screened: Screenings, limits: Limits) -> Iterator[Left]:
    if payment.voucher_state != "posted":
        yield "voucher"
    if payment.supplier_status not in limits.active_supplier_statuses:
        yield "supplier"
    sepa = payment.iban[:2] in limits.sepa_countries and sound_iban(payment.iban, limits)
    if payment.iban != payment.known_iban or not sepa:
        yield "account"
    if payment.currency != _SEPA:
        yield "currency"
    until = payment.discount_until
    if payment.discount_cents and (until is None or day > until):
        yield "discount"
    if _is_listed(payment, screened.get(payment.creditor_name), limits):
        yield "listed"


def _is_listed(payment: DuePayment, screening: Screening | None, limits: Limits) -> bool:
    """Entries that people found to be somebody else do not count."""
    matches = screening.matches if screening else ()
    return any(
        (m.score >= limits.screening_permille or m.contained) and m.entry not in payment.cleared
        for m in matches
    )


def _checked(*, due: bool, account: bool) -> frozenset[str]:
    """What rests on the books and the company's own data; the day is the errand's own."""
    names = {"execute_on"}
    if due:
        names |= {"transfers", "total_cents"}
    if account:
        names |= {"debtor_name", "debtor_iban"}
    return frozenset(names)
