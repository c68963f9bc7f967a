"""Double entry: what a supplier's invoice means on the accounts. Pure functions, whole cents.

Debit is positive, credit negative; every booking adds up to zero. Commercial rounding (half up) is
used where VAT is assessed or a currency converted (§ 16 Abs. 6, § 13b, § 1a UStG).
"""

from dataclasses import dataclass

from leitstand.errors import Contradiction
from tools.erp.chart import Chart
from tools.erp.voucher import DraftVoucher, TaxShare, VoucherLine

_STANDARD_RATE = 1900
_OWED = {"reverse_charge_13b": "13b", "intra_eu": "ige"}


@dataclass(frozen=True, slots=True)
class Booking:
    """The lines of a booking and the VAT that the buyer assesses itself, in cents."""

    lines: tuple[VoucherLine, ...]
    self_assessed_cents: int = 0


def book(args: DraftVoucher, chart: Chart, creditor: str, micros: int = 1_000_000) -> Booking:
    """The booking of an invoice: expense and input VAT against the creditor.

    `creditor` is the supplier's personal account (the liability account where it is empty),
    `micros` the exchange rate in millionths. VAT that the buyer owes is booked on both
    sides at once.

    Raises Missing: the chart lacks an account. Contradiction: a share of VAT without a rate.
    """
    sign = -1 if args.credit else 1
    gross = convert(args.gross_cents, micros) * sign
    shares = [s for s in args.taxes if s.tax_cents]
    tax = [(_input_key(s), convert(s.tax_cents, micros) * sign) for s in shares]
    owed = [(key, cents * sign) for key, cents in _owed(args, micros)]
    sides = [
        (args.account, gross - sum(cents for _, cents in tax)),
        *tax,
        *((f"vst{key}", cents) for key, cents in owed),
        *((f"ust{key}", -cents) for key, cents in owed),
    ]
    lines = [_line(chart, key, cents) for key, cents in sides if cents]
    liability = VoucherLine(
        key="creditor", account=creditor or chart.number("creditor"), amount_cents=-gross
    )
    return Booking((*lines, liability), sum(cents for _, cents in owed))


def reverse(lines: tuple[VoucherLine, ...]) -> tuple[VoucherLine, ...]:
    """The counter-entry on the same side with the opposite sign (Generalumkehr)."""
    return tuple(line.model_copy(update={"amount_cents": -line.amount_cents}) for line in lines)


def convert(cents: int, micros: int) -> int:
    """Cents of the books' currency for `cents` of one whose unit is worth `micros` millionths."""
    return _half_up(cents * micros, 1_000_000)


def _owed(args: DraftVoucher, micros: int) -> list[tuple[str, int]]:
    """Rate key and VAT that the buyer assesses per rate, on the base in the books' currency."""
    suffix = _OWED.get(args.tax_case)
    if suffix is None:
        return []
    whole = TaxShare(rate_permyriad=_STANDARD_RATE, net_cents=args.net_cents, tax_cents=0)
    return [
        (
            f"{_percent(s)}_{suffix}",
            _half_up(convert(s.net_cents, micros) * s.rate_permyriad, 10_000),
        )
        for s in args.taxes or (whole,)
        if s.rate_permyriad
    ]


def _input_key(share: TaxShare) -> str:
    if not share.rate_permyriad:
        raise Contradiction("VAT is charged at a rate of 0", where="erp.voucher")
    return f"vst{_percent(share)}"


def _percent(share: TaxShare) -> str:
    whole, part = divmod(share.rate_permyriad, 100)
    return f"{whole}.{part:02d}" if part else str(whole)


def _line(chart: Chart, key: str, cents: int) -> VoucherLine:
    return VoucherLine(key=key, account=chart.number(key), amount_cents=cents)


def _half_up(value: int, divisor: int) -> int:
    half = divisor // 2
    return -((-value + half) // divisor) if value < 0 else (value + half) // divisor
