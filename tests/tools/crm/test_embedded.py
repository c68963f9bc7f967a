"""The CRM: customers, opportunities, activities."""

import datetime as dt

import pytest
from sqlalchemy import text

from leitstand.clock import FixedClock
from leitstand.errors import Contradiction, Missing
from tools.crm import (
    AddActivity,
    CreateOpportunity,
    Customer,
    GetCustomer,
    ListOpportunities,
)
from tools.crm.embedded import EmbeddedCrm
from tools.database import Database, Tenancy

C1 = Customer(id="C1", name="Getränke Harms GmbH", credit_limit_cents=2_000_000, open_cents=320_000)
NEW = CreateOpportunity(
    customer_id="C1", reference="mail-1", title="Förderband", value_cents=489_000, probability=40
)
CALL = AddActivity(customer_id="C1", kind="call", day=dt.date(2026, 11, 20), subject="Rückruf")


@pytest.fixture
async def crm(database: Database, clock: FixedClock) -> EmbeddedCrm:
    """A CRM with two customers."""
    embedded = EmbeddedCrm(Tenancy(database, "nord", clock))
    await embedded.prepare()
    await embedded.take_in([C1, Customer(id="C2", name="Mühle Petersen KG")])
    return embedded


async def test_a_customer_is_read(crm: EmbeddedCrm) -> None:
    """A customer is found by id; loading it again changes its version only with its data."""
    await crm.take_in([C1])
    assert (await crm.get_customer(GetCustomer(customer_id="C1"))).value == C1
    await crm.take_in([C1.model_copy(update={"open_cents": 0})])
    changed = (await crm.get_customer(GetCustomer(customer_id="C1"))).value
    assert changed is not None
    assert (changed.open_cents, changed.version) == (0, 2)
    assert (await crm.get_customer(GetCustomer(customer_id="C9"))).value is None


async def test_an_opportunity_is_created_once(crm: EmbeddedCrm) -> None:
    """Once per key, and once per customer and reference."""
    first = await crm.create_opportunity(NEW, "k1")
    assert await crm.create_opportunity(NEW, "k1") == first
    with pytest.raises(Contradiction, match="O-000001"):
        await crm.create_opportunity(NEW, "k2")
    await crm.create_opportunity(NEW.model_copy(update={"customer_id": "C2"}), "k3")
    listed = (await crm.list_opportunities(ListOpportunities(customer_id="C1"))).value
    assert listed == (first,)
    won = ListOpportunities(customer_id="C1", stage="won")
    assert (await crm.list_opportunities(won)).value == ()
    assert await crm.opportunity_of("k1") == first
    assert await crm.activity_of("k1") is None


async def test_activities_belong_to_the_customer(crm: EmbeddedCrm) -> None:
    """An activity needs the customer, and an opportunity of that very customer."""
    opportunity = await crm.create_opportunity(NEW, "k1")
    with_it = CALL.model_copy(update={"opportunity_no": opportunity.opportunity_no})
    added = await crm.add_activity(with_it, "k2")
    assert added.opportunity_no == "O-000001"
    assert await crm.add_activity(with_it, "k2") == added
    assert await crm.activity_of("k2") == added
    for stranger in ({"customer_id": "C2"}, {"opportunity_no": "O-000009"}):
        with pytest.raises(Missing):
            await crm.add_activity(with_it.model_copy(update=stranger), "k3")
    with pytest.raises(Missing):
        await crm.add_activity(CALL.model_copy(update={"customer_id": "C9"}), "k4")


async def test_tenants_have_customers_of_their_own(crm: EmbeddedCrm, database: Database) -> None:
    """Another tenant knows nobody and can refer to nobody, not even by going round the code."""
    south = EmbeddedCrm(Tenancy(database, "south"))
    assert (await south.get_customer(GetCustomer(customer_id="C1"))).value is None
    with pytest.raises(Missing):
        await south.create_opportunity(NEW, "k1")
    stray = (
        "INSERT INTO crm_activity (tenant, id, customer, kind, day, subject, entered)"
        " VALUES ('south', 1, 'C1', 'call', '2026-11-20', '', '')"
    )
    with pytest.raises(Contradiction, match="FOREIGN KEY"):
        await database.write(lambda c: c.execute(text(stray)))
