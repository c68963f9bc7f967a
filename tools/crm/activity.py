"""Activities: what was done with a customer."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from leitstand.tool import Recorded
from leitstand.values import Frozen, Identifier, Text

Kind = Literal["mail", "call", "meeting", "note", "ticket"]


class AddActivity(Frozen):
    """Add an activity to a customer's history."""

    customer_id: Annotated[Identifier, Recorded("crm.customer.get", "value.id")]
    kind: Kind
    day: date
    subject: Annotated[Text, Field(min_length=1, max_length=200)]
    opportunity_no: Annotated[
        Identifier | None, Recorded("crm.opportunity.list", "value.*.opportunity_no")
    ] = None


class Activity(Frozen):
    """An activity as it was added."""

    activity_no: Identifier
    customer: Identifier
    kind: Kind
    day: date
    subject: Text
    opportunity_no: Text | None = None
