"""Customers of the CRM."""

from leitstand.values import Frozen, Identifier, Money, Reading, Text, Word


class Customer(Frozen):
    """A customer: `credit_limit_cents` is the limit, `open_cents` what is owed already.

    Without a limit nobody has decided yet how much the customer may owe.
    """

    id: Identifier
    name: Text
    mail: Text = ""
    credit_limit_cents: Money | None = None
    open_cents: Money = 0
    status: Word = "active"
    version: int = 1


class GetCustomer(Frozen):
    """Get a customer by id."""

    customer_id: Identifier


class FoundCustomer(Reading[Customer | None]):
    """Reading of a customer; None where the CRM knows no such id."""
