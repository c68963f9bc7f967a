"""The mark: one line in the comment of an invoice in Tryton that says which writes made it.

What Tryton has no field for and a later case must find again stands there too: the hash of the
original, the kind of the invoice, the order lines that it takes. People's own lines stay as they
are.
"""

from typing import Any

from pydantic import Field, ValidationError

from leitstand.digest import canonical, plain
from leitstand.values import Frozen
from tools.erp.ledger import InvoiceKind
from tools.erp.voucher import DraftVoucher, MatchedLine

_BEGINS = "Leitstand: "


class Stamp(Frozen):
    """A write: its idempotency key, and the digest of what it was asked for."""

    key: str = Field(pattern=r"^[A-Za-z0-9._:-]+$")
    said: str


class Mark(Frozen):
    """What the comment of an invoice says of the writes that made it.

    `gross_cents` is the sum that was asked for, negative of a credit note; `discounts` the cash
    discounts that may be taken: until which day, how many cents. `reverses` is the number of the
    invoice that this one takes back.
    """

    draft: Stamp | None = None
    post: Stamp | None = None
    discard: Stamp | None = None
    reverse: Stamp | None = None
    document_sha256: str = ""
    kind: InvoiceKind = "invoice"
    order_no: str = ""
    matched: tuple[MatchedLine, ...] = ()
    gross_cents: int = 0
    payable_cents: int | None = None
    discounts: tuple[tuple[str, int], ...] = ()
    reverses: str = ""

    @classmethod
    def of(
        cls, args: DraftVoucher, *, draft: Stamp | None = None, post: Stamp | None = None
    ) -> "Mark":
        """The mark of an invoice as it is to be entered."""
        first = (args.discount_until, args.discount_cents)
        later = ((d.discount_until, d.discount_cents) for d in args.later_discounts)
        return cls(
            draft=draft,
            post=post,
            document_sha256=args.document_sha256,
            kind=args.kind,
            order_no=args.order_no or "",
            matched=args.matched,
            gross_cents=-args.gross_cents if args.credit else args.gross_cents,
            payable_cents=args.payable_cents,
            discounts=tuple((d.isoformat(), c) for d, c in (first, *later) if d and c),
        )

    def into(self, comment: str | None) -> str:
        """`comment` with this mark in place of the one it had."""
        others = [line for line in (comment or "").splitlines() if not line.startswith(_BEGINS)]
        told = self.model_dump(mode="json", exclude_defaults=True)
        return "\n".join([*others, _BEGINS + canonical(told).decode()])


def mark_of(comment: str | None) -> Mark:
    """The mark in a comment; an empty one where there is none, or somebody wrote into it."""
    line = next((x for x in (comment or "").splitlines() if x.startswith(_BEGINS)), "")
    try:
        return Mark.model_validate_json(line.removeprefix(_BEGINS))
    except ValidationError:
        return Mark()


def stamp_of(key: str, tool: str, args: Any) -> Stamp:  # noqa: ANN401 - any arguments
    """The stamp of a write with its tool and arguments."""
    return Stamp(key=key, said=plain(f"{tool}\n".encode() + canonical(args))[:32])
