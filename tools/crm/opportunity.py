"""Opportunities: business that may come."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from leitstand.tool import Recorded
from leitstand.values import Frozen, Identifier, Money, Percent, Reading, Text

Stage = Literal["lead", "qualified", "quoted", "won", "lost"]


class Opportunity(Frozen):
    """An opportunity with a customer: what it may be worth, and how likely in percent."""

    opportunity_no: Identifier
    customer: Identifier
    title: Text
    stage: Stage = "lead"
    value_cents: Money = 0
    probability: Percent = 0
    expected_on: date | None = None
    version: int = 1


class ListOpportunities(Frozen):
    """List the opportunities of a customer; `stage` narrows to one stage."""

    customer_id: Identifier
    stage: Stage | None = None


class FoundOpportunities(Reading[tuple[Opportunity, ...]]):
    """Reading of a customer's opportunities, by number."""


class CreateOpportunity(Frozen):
    """Create an opportunity; `reference` names its origin and is unique per customer."""

    customer_id: Annotated[Identifier, Recorded("crm.customer.get", "value.id")]
    reference: Identifier
    title: Annotated[Text, Field(min_length=1, max_length=200)]
    stage: Stage = "lead"
    value_cents: Annotated[Money, Field(ge=0)] = 0
    probability: Percent = 0
    expected_on: date | None = None
