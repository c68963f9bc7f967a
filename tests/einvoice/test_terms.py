"""The table of business terms fits the records and both syntaxes."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from lxml import etree

from leitstand.values import Frozen
from tools.einvoice.invoice import Identifier, Invoice
from tools.einvoice.terms import INVOICE, Group
from tools.einvoice.xml import NAMESPACES

DERIVED = {
    "Invoice": {"syntax", "unread", "paths"},
    "Attachment": {"content", "size", "sha256", "eicar", "readable"},
    "Adjustment": {"category", "rate"},
    "Party": {"trading_name", "legal_info"},
}
"""Fields that are not read by a path, or not in every place of a record."""


def pairs(group: Group, record: type[Frozen]) -> Iterator[tuple[Group, type[Frozen]]]:
    """Every group with the record it is read into."""
    yield group, record
    for name, below in group.groups.items():
        yield from pairs(below, inner(get_type_hints(record)[name]))


def inner(annotation: Any) -> Any:  # noqa: ANN401 - annotations are any object
    """The type inside an optional or a tuple."""
    if get_origin(annotation) is tuple or type(None) in get_args(annotation):
        return get_args(annotation)[0]
    return annotation


ALL = list(pairs(INVOICE, Invoice))


@pytest.mark.parametrize(("group", "record"), ALL, ids=lambda x: getattr(x, "__name__", ""))
def test_table_and_records_name_the_same_fields(group: Group, record: type[Frozen]) -> None:
    """No field without a place, no place without a field."""
    named = set(group.fields) | set(group.groups)
    fields = set(record.model_fields)
    assert named <= fields
    assert fields - named <= DERIVED.get(record.__name__, set())


@pytest.mark.parametrize(("group", "record"), ALL, ids=lambda x: getattr(x, "__name__", ""))
def test_lists_name_fields(group: Group, record: type[Frozen]) -> None:
    """What is said to be coded, compact, joined or latest exists and is of that type."""
    assert group.compact | group.join | group.latest <= set(group.fields)
    assert group.coded <= set(record.model_fields)
    assert group.compact <= group.coded
    for name in group.compact | group.join:
        assert inner(get_type_hints(record)[name]) is str


def test_every_path_is_an_xpath() -> None:
    """Each place can be looked up, and each field has one in at least one syntax."""
    for group, record in ALL:
        assert group is INVOICE or group.ubl or group.cii, record
        for name, term in group.fields.items():
            assert term.ubl or term.cii, name
            for path in (*term.ubl, *term.cii, *group.ubl, *group.cii):
                etree.XPath(path, namespaces=NAMESPACES)


def test_terms_of_the_norm_are_unique() -> None:
    """A business term of EN 16931-1 stands for one field, but for those of shared records."""
    seen = [t.term for g, _ in ALL for t in g.fields.values() if t.term.startswith("BT-")]
    again = {term for term in seen if seen.count(term) > 1}
    assert again <= {"BT-63"}


@pytest.mark.parametrize(
    ("field", "term"),
    [
        ("number", "BT-1"),
        ("lines[3].net", "BT-131"),
        ("lines[0].allowances[1].amount", "BT-136"),
        ("seller.address.city", "BT-37"),
        ("seller.ids[0]", "BT-29"),
        ("payments[0].iban", "BT-84"),
        ("nothing", ""),
        ("nothing.here", ""),
    ],
)
def test_term_of_a_field(field: str, term: str) -> None:
    """A field of a read invoice leads to its business term."""
    assert INVOICE.term(field) == term


def test_identifiers_are_the_only_records_among_fields() -> None:
    """Fields hold single values; what has parts is a group, but for identifiers."""
    for group, record in ALL:
        for name in group.fields:
            type_ = inner(get_type_hints(record)[name])
            assert type_ is Identifier or not issubclass(type_, Frozen)
