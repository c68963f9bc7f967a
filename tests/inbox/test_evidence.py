"""Evidence: where a value stands in what was read, what the master data say, what contradicts."""

from typing import Any

import pytest

from leitstand.inbox.evidence import Read, conflicts_in, find_value, look_up

INVOICE: dict[str, Any] = {
    "confidence": 90,
    "source": "dms:abc",
    "value": {
        "invoice": {
            "number": "RE-1",
            "gross": "1190.00",
            "lines": [{"net": "500.00"}, {"net": "500.00"}],
            "paths": [
                ["number", "/Invoice/cbc:ID"],
                ["gross", "/Invoice/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount"],
                ["lines[1].net", "/Invoice/cac:InvoiceLine[2]/cbc:LineExtensionAmount"],
            ],
        },
        "pages": 1,
    },
}
SUPPLIER: dict[str, Any] = {
    "source": "erp:S1",
    "value": {"supplier": {"id": "S1", "name": "ACME", "account": "material"}},
}


def read(result: dict[str, Any], tool: str = "einvoice.read") -> Read:
    """A reading."""
    return Read("read#1/:0", tool, "document", result)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("RE-1", "/Invoice/cbc:ID"),
        (119_000, "/Invoice/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount"),
        ("1190", "/Invoice/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount"),
        (50_000, ""),
        (1, ""),
        ("ACME", ""),
        ("RE-2", ""),
        (None, ""),
        (True, ""),
        ("", ""),
    ],
)
def test_a_value_is_found_where_it_stands(value: object, place: str) -> None:
    """By the document's own place where it names one; cents as amounts too.

    Not where it stands twice, and no small number: it would be found by chance.
    """
    found = find_value(read(INVOICE), value)
    assert (found.shown if found else "") == place


@pytest.mark.parametrize(
    ("value", "stands", "path"),
    [
        (50_000, ["value.invoice.lines.*.net"], "invoice.lines[0].net"),
        (50_000, ["value.invoice.lines.1.net"], "invoice.lines[1].net"),
        (1, ["value.pages"], "pages"),
        ("RE-1", ["value.invoice.gross"], None),
        ("RE-1", ["value.invoice"], None),
        (50_000, ["value.none", "value.invoice.lines.*.net"], "invoice.lines[0].net"),
        (119_000, ["value.invoice.lines.*.net"], None),
    ],
)
def test_where_it_is_said_to_stand_it_stands_or_nowhere(
    value: object, stands: list[str], path: str | None
) -> None:
    """Another place with the same value is not named in its stead; the first wish counts first."""
    found = find_value(read(INVOICE), value, stands)
    assert (found.path if found else None) == path


def test_a_leaf_of_a_record_goes_by_its_path() -> None:
    """Where no record above names places, people are told the path."""
    found = find_value(read(SUPPLIER, "erp.supplier.find"), "material")
    assert found == ("supplier.account", "supplier.account")


def test_confidence_and_source_are_the_readings_own() -> None:
    """A reading without confidence is one of a system of record."""
    assert (read(INVOICE).confidence, read(INVOICE).source) == (90, "dms:abc")
    assert read(SUPPLIER).confidence == 100
    assert read({"value": 1}).source == "einvoice.read"


def test_a_reference_is_looked_up() -> None:
    """In a reading by its tool, in the tenant's data, by way of an argument; None if absent."""
    reads = [read(INVOICE), read(SUPPLIER, "erp.supplier.find")]
    limits = {"accounts": {"material": {"skr03": "3400"}}}
    args = {"account": "material"}
    assert look_up("erp.supplier.find value.supplier.name", args, reads, limits) == "ACME"
    assert look_up("limits accounts.{account}.skr03", args, reads, limits) == "3400"
    assert look_up("limits accounts.{other}.skr03", args, reads, limits) is None
    assert look_up("crm.customer.get value.name", args, reads, limits) is None


def test_a_name_is_said_only_of_the_record_that_an_argument_names() -> None:
    """Of several readings that of this record; once the argument is another one, itself."""
    other = {"value": {"supplier": {"id": "S2", "name": "Beta"}}}
    reads = [read(SUPPLIER, "erp.supplier.find"), read(other, "erp.supplier.find")]
    name = "erp.supplier.find value.supplier.name supplier_id=value.supplier.id"
    for given, shown in (("S1", "ACME"), ("S2", "Beta"), ("S9", "S9"), (None, None)):
        assert look_up(name, {"supplier_id": given}, reads, {}) == shown


def test_of_a_list_the_row_is_taken_that_an_argument_names() -> None:
    """People whom a text names: said of the one whom the change is for, never of the first."""
    rows = [{"id": "E1", "name": "Anja"}, {"id": "E7", "name": "Lena"}]
    reads = [read({"value": rows}, "hr.employee.find")]
    name = "hr.employee.find value.name employee_id=value.id"
    for given, shown in (("E7", "Lena"), ("E1", "Anja"), ("E9", "E9"), (None, None)):
        assert look_up(name, {"employee_id": given}, reads, {}) == shown


def test_contradictions_are_found_wherever_they_stand() -> None:
    """A `Conflict` in any depth of any reading."""
    conflict = {"field": "iban", "values": ["DE1", "DE2"], "sources": ["xml", "page"]}
    result = {"value": {"checks": [{"found": conflict}]}, "source": "x"}
    assert list(conflicts_in([read(INVOICE), read(result)])) == [conflict]
