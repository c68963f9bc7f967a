"""Whom departments give tasks to: the roles that their own data name."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.facts.compliance.limits import compliance_limits
from policies.facts.hr.limits import hr_limits_of
from policies.facts.sales.limits import sales_limits
from policies.facts.treasury.limits import treasury_limits_of


def department_roles(tenant: Mapping[str, Any]) -> frozenset[str]:
    """All roles that HR, payroll, compliance, treasury and, if there is one, sales have here."""
    sales = _of_sales(tenant) if "sales" in tenant else ()
    return frozenset((*_of_hr(tenant), *_of_compliance(tenant), *_of_treasury(tenant), *sales))


def _of_hr(tenant: Mapping[str, Any]) -> Iterator[str]:
    limits = hr_limits_of(tenant)
    yield limits.leave.approver
    yield from limits.tasks.roles
    yield from limits.requests.pay_roles
    yield from (*limits.payroll.roles, *limits.payroll.signers)


def _of_compliance(tenant: Mapping[str, Any]) -> Iterator[str]:
    limits = compliance_limits(tenant)
    yield from (*limits.compliance_people, *limits.privacy_people, *limits.reporting_people)


def _of_sales(tenant: Mapping[str, Any]) -> Iterator[str]:
    limits = sales_limits(tenant)
    yield from (*limits.sales_lead, *limits.sales_rep, *limits.safety_roles, *limits.export_roles)


def _of_treasury(tenant: Mapping[str, Any]) -> Iterator[str]:
    limits = treasury_limits_of(tenant)
    yield from (*limits.roles, *limits.screening_roles, *limits.signers)
