"""The tools themselves: names, keys, provenance, and adapters that are what the ports promise."""

import inspect
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from leitstand.tool import Port, Tool
from tools import datev
from tools.world import connect, disconnect

NAMES = (
    "catalog crm datev dms erp hr mail payroll pricing privacy quotes sanctions task tickets"
    " treasury"
)
PACKAGES = tuple(import_module(f"tools.{name}") for name in NAMES.split())
READS = {
    "catalog.find",
    "crm.customer.get",
    "crm.opportunity.list",
    "dms.document.get",
    "erp.contract.find",
    "erp.ledger.find",
    "erp.order.get",
    "erp.period.find",
    "erp.receipt.list",
    "erp.supplier.find",
    "hr.absence.list",
    "hr.employee.find",
    "hr.employee.get",
    "mail.read",
    "payroll.change.get",
    "payroll.entry.find",
    "pricing.calculate",
    "privacy.request.read",
    "quote.get",
    "sanctions.screen",
    "service.machine.find",
    "treasury.due.find",
}
WRITES = {
    "crm.activity.add": (),
    "crm.opportunity.create": ("customer_id", "reference"),
    "datev.document.upload": ("sha256",),
    "dms.start_workflow": (),
    "dms.store_original": (),
    "erp.payment.propose": ("supplier_id", "invoice_no"),
    "erp.voucher.discard": ("voucher_no",),
    "erp.voucher.draft": ("supplier_id", "invoice_no"),
    "erp.voucher.post": ("supplier_id", "invoice_no"),
    "erp.voucher.reverse": ("voucher_no",),
    "hr.absence.record": ("employee_id", "start", "end"),
    "hr.leave.propose": ("employee_id", "kind", "start", "end"),
    "hr.worktime.notify": (),
    "mail.draft": (),
    "onboarding.create_tasks": (),
    "payroll.change.propose": (),
    "payroll.run.enter": ("change_no",),
    "privacy.request.answer": (),
    "quote.create_draft": (),
    "sanctions.block.set": (),
    "sanctions.screening.log": (),
    "supplier.bank_change.propose": (),
    "task.create": (),
    "ticket.create": (),
    "treasury.order.prepare": (),
}


def tools_of(package: ModuleType) -> list[Tool[Any, Any]]:
    """The tools that a package offers."""
    return [t for name in package.__all__ if isinstance(t := getattr(package, name), Tool)]


ALWAYS = [package for package in PACKAGES if package is not datev]
"""DATEV is a connection that a world may do without: its own tests hold its adapters."""
NO_LOOK_UP = {"datev.document.upload"}
TOOLS = {t.name: t for package in PACKAGES for t in tools_of(package)}


def test_the_tools_are_the_ones_that_rules_name() -> None:
    """Rules refer to tools by name: none is missing, none is there that no one knows (R40)."""
    assert {name for name, t in TOOLS.items() if not t.writes} == READS
    assert {name: t.key for name, t in TOOLS.items() if t.writes} == WRITES


@pytest.mark.parametrize("name", WRITES)
def test_a_write_can_be_reconciled(name: str) -> None:
    """Every write honours its key and can be looked up by it; what it undoes with is a tool.

    DATEV has no look-up: there a repeat under the key's GUID is refused, which says the same.
    """
    tool = TOOLS[name]
    assert tool.idempotent
    assert tool.reconcile is not None or name in NO_LOOK_UP
    assert not tool.undo or TOOLS[tool.undo].writes == tool.writes


@pytest.mark.parametrize("name", WRITES)
def test_recorded_arguments_name_a_real_place(name: str) -> None:
    """Each `Recorded` mark points to a field that the read's answer has."""
    for mark in TOOLS[name].recorded.values():
        source = TOOLS[mark.tool]
        assert source.authority == "record"
        schema = source.result.model_json_schema(mode="serialization")
        assert _reaches(schema, schema, mark.path.split(".")), mark


def _reaches(schema: dict[str, Any], node: dict[str, Any], path: list[str]) -> bool:
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    for option in node.get("anyOf", ()):
        if _reaches(schema, option, path):
            return True
    if not path:
        return True
    inner = node.get("items") if path[0] == "*" else node.get("properties", {}).get(path[0])
    return inner is not None and _reaches(schema, inner, path[1:])


@pytest.mark.parametrize("package", ALWAYS, ids=lambda package: package.__name__)
async def test_an_adapter_is_what_its_port_promises(package: ModuleType, tmp_path: Path) -> None:
    """The embedded adapter has every method of the port, with its parameters and result (R10)."""
    (port,) = {t.port for t in tools_of(package)}
    assert Port in port.__mro__
    connections = await connect(tmp_path, None, "nord")
    try:
        (adapter,) = [type(c.adapter) for c in connections if c.port is port]
    finally:
        disconnect(connections)
    methods = [n for n in vars(port) if not n.startswith("_")]
    assert methods
    for method in methods:
        promised = inspect.signature(getattr(port, method))
        assert inspect.signature(getattr(adapter, method)) == promised, method
