"""The CRM: customers, opportunities, activities."""

from leitstand.tool import tool
from tools.crm.activity import Activity, AddActivity
from tools.crm.customer import Customer, FoundCustomer, GetCustomer
from tools.crm.opportunity import (
    CreateOpportunity,
    FoundOpportunities,
    ListOpportunities,
    Opportunity,
    Stage,
)
from tools.crm.port import Crm

__all__ = [
    "Activity",
    "AddActivity",
    "CreateOpportunity",
    "Crm",
    "Customer",
    "FoundCustomer",
    "FoundOpportunities",
    "GetCustomer",
    "ListOpportunities",
    "Opportunity",
    "Stage",
    "add_activity",
    "create_opportunity",
    "get_customer",
    "list_opportunities",
]


async def _activity(key: str, crm: Crm) -> Activity | None:
    return await crm.activity_of(key)


async def _opportunity(key: str, crm: Crm) -> Opportunity | None:
    return await crm.opportunity_of(key)


# What a customer owes changes: it is read again before a signature counts.
@tool("crm.customer.get", watch=True)
async def get_customer(args: GetCustomer, crm: Crm) -> FoundCustomer:
    """Get a customer by id."""
    return await crm.get_customer(args)


@tool("crm.opportunity.list")
async def list_opportunities(args: ListOpportunities, crm: Crm) -> FoundOpportunities:
    """List the opportunities of a customer."""
    return await crm.list_opportunities(args)


# No business key: two calls on one day are two activities.
@tool("crm.activity.add", writes="crm.activity", idempotent=True, reconcile=_activity)
async def add_activity(args: AddActivity, crm: Crm, key: str) -> Activity:
    """Add an activity to a customer's history."""
    return await crm.add_activity(args, key)


@tool(
    "crm.opportunity.create",
    writes="crm.opportunity",
    key=("customer_id", "reference"),
    idempotent=True,
    reconcile=_opportunity,
)
async def create_opportunity(args: CreateOpportunity, crm: Crm, key: str) -> Opportunity:
    """Create an opportunity with a customer."""
    return await crm.create_opportunity(args, key)
