"""Mails: drafts made of a template and closed fields, into an outbox that a person empties."""

import re
from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from leitstand.tool import Recorded
from leitstand.values import Frozen, Identifier, Kept, Money, Text

TemplateId = Literal[
    "correction_request",
    "reissue_request",
    "clarification_request",
    "order_number_request",
    "duplicate_notice",
    "wrong_recipient_notice",
    "onboarding_request",
    "quote_letter",
    "quote_follow_up",
]

# A number as companies print it: without colon or line break it is neither a link nor a sentence.
_NUMBER = re.compile(r"[0-9A-Za-zÄÖÜäöüß][0-9A-Za-zÄÖÜäöüß ._/#+-]{0,59}")

Printed = Annotated[str, Field(strict=True, pattern=f"^{_NUMBER.pattern}$")]


class Finding(Frozen):
    """What a rule found: rule id, the line it stands in, what was expected and what was there.

    The sentence for it comes from the template data, never from a document.
    """

    rule: Annotated[Identifier, Kept()]
    line: Printed | None = None
    expected_cents: Money | None = None
    found_cents: Money | None = None


class DraftMail(Frozen):
    """Draft a mail from a template; nothing is sent.

    `to` is the address of the master record; without one the draft waits for an address. A letter
    is about an invoice or about a quote, `gross_cents` is the amount of either.
    """

    template: TemplateId
    language: Literal["de", "en"] = "de"
    to: Annotated[Text | None, Recorded("erp.supplier.find", "value.supplier.mail")] = None
    invoice_no: Printed | None = None
    invoice_date: date | None = None
    order_no: Printed | None = None
    quote_no: Printed | None = None
    quote_date: date | None = None
    valid_until: date | None = None
    gross_cents: Money | None = None
    currency: Annotated[str, Field(strict=True, pattern=r"^[A-Z]{3}$"), Kept()] = "EUR"
    findings: Annotated[tuple[Finding, ...], Field(max_length=64)] = ()


class Mail(Frozen):
    """A draft in the outbox, as it would be sent."""

    mail_no: Identifier
    to: Text | None
    subject: Text
    body: Text
    state: Literal["draft"] = "draft"


def quotable(number: str | None) -> str | None:
    """`number` if it may stand in a mail as an invoice or order number, else None."""
    return number if number and _NUMBER.fullmatch(number) else None
