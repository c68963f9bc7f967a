"""The port of the CRM."""

from typing import Protocol

from leitstand.tool import Port
from tools.crm.activity import Activity, AddActivity
from tools.crm.customer import FoundCustomer, GetCustomer
from tools.crm.opportunity import (
    CreateOpportunity,
    FoundOpportunities,
    ListOpportunities,
    Opportunity,
)


class Crm(Port, Protocol):
    """A CRM. Every write takes the idempotency key. Raises only `CallFailed`."""

    async def get_customer(self, args: GetCustomer) -> FoundCustomer:
        """A customer by id."""
        ...

    async def list_opportunities(self, args: ListOpportunities) -> FoundOpportunities:
        """The opportunities of a customer."""
        ...

    async def add_activity(self, args: AddActivity, key: str) -> Activity:
        """A new activity in a customer's history."""
        ...

    async def create_opportunity(self, args: CreateOpportunity, key: str) -> Opportunity:
        """A new opportunity."""
        ...

    async def activity_of(self, key: str) -> Activity | None:
        """The activity that was added under `key`, for reconciling."""
        ...

    async def opportunity_of(self, key: str) -> Opportunity | None:
        """The opportunity that was created under `key`."""
        ...
