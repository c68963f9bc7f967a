"""All that is known of a customer's mail: what it says, and what the systems say of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leitstand.digest import canonical
from leitstand.policy import Evidence, FactCall, FactMissing
from policies.facts.sales.limits import SalesLimits, sales_limits
from policies.facts.sales.request import Request, request_of
from tools.catalog import FoundProducts, Product, find_products
from tools.crm import Customer, FoundCustomer, get_customer
from tools.mail import FoundMail, ReceivedMail, read_mail
from tools.quotes import FoundQuote, Quote, get_quote
from tools.tickets import FoundMachines, Machine, find_machines


@dataclass(frozen=True, slots=True)
class SalesDossier:
    """A mail and what is known of it; `customer` None: nobody whom the CRM knows."""

    limits: SalesLimits
    mail: ReceivedMail
    products: tuple[Product, ...] = ()
    customer: Customer | None = None
    machines: tuple[Machine, ...] = ()
    quote: Quote | None = None

    @property
    def text(self) -> str:
        """What the sender says, without quoted mails and signature."""
        return self.mail.body

    @property
    def request(self) -> Request:
        """What is asked for, as far as it is a request for a quote."""
        return request_of(self.text, self.products, self.limits.hours_per_day)

    @property
    def wanted(self) -> tuple[Product, ...]:
        """The products that are asked for."""
        skus = {wish.sku for wish in self.request.wishes}
        return tuple(p for p in self.products if p.sku in skus)


def dossier_of(call: FactCall) -> SalesDossier:
    """The dossier of what a call rests on.

    Raises FactMissing: the mail, or what the catalogue has of it, is not among the evidence.
    """
    return _dossier(sales_limits(call.limits), call.evidence)


def known_of(
    readings: Mapping[str, Mapping[str, Any]], tenant: Mapping[str, Any]
) -> SalesDossier | None:
    """The dossier of a case's readings as JSON by tool; None where no mail was read."""
    if read_mail.name not in readings or "sales" not in tenant:
        return None

    def found(name: str) -> bytes | None:
        return canonical(readings[name]) if name in readings else None

    products, customer = found(find_products.name), found(get_customer.name)
    machines, quote = found(find_machines.name), found(get_quote.name)
    return SalesDossier(
        sales_limits(tenant),
        FoundMail.model_validate_json(canonical(readings[read_mail.name])).value,
        FoundProducts.model_validate_json(products).value if products else (),
        FoundCustomer.model_validate_json(customer).value if customer else None,
        FoundMachines.model_validate_json(machines).value if machines else (),
        FoundQuote.model_validate_json(quote).value if quote else None,
    )


def _dossier(limits: SalesLimits, evidence: Evidence) -> SalesDossier:
    mail, products = evidence.one(read_mail), evidence.one(find_products)
    if mail is None or products is None:
        missing = read_mail.name if mail is None else find_products.name
        raise FactMissing("a reading of the mail is not among the evidence", where=missing)
    customer, machines = evidence.one(get_customer), evidence.one(find_machines)
    quote = evidence.one(get_quote)
    return SalesDossier(
        limits,
        mail.value,
        products.value,
        customer.value if customer else None,
        machines.value if machines else (),
        quote.value if quote else None,
    )
