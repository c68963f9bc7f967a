"""Tickets: what a customer needs, in whose queue, how urgently."""

from typing import Annotated, Literal

from pydantic import Field

from leitstand.values import Frozen, Identifier, Kept, Text, Word


class CreateTicket(Frozen):
    """Create a ticket; category, priority and queue are words of the company.

    `sku` is the product it is about, `serial` the machine, where they are known. The mail itself
    stays with the case; `title` says what it is about in words of the company.
    """

    category: Word
    priority: Word
    queue: Word
    sku: Annotated[Identifier | None, Kept()] = None
    serial: Identifier | None = None
    customer_id: Identifier | None = None
    title: Annotated[Text, Field(min_length=1, max_length=200)]


class Ticket(Frozen):
    """A ticket as it was created."""

    ticket_no: Identifier
    category: Word
    priority: Word
    queue: Word
    sku: Identifier | None = None
    serial: Identifier | None = None
    customer_id: Identifier | None = None
    title: Text
    state: Literal["open", "done"] = "open"
