"""From a parsed UBL or CII document to an `Invoice`, by the table of business terms.

The reader is generic: `terms.toml` says where each field stands, the records say of what type it
is. What it adds to the table are the few things that are coded inside a text: note subjects in UBL,
cash discounts in the terms of payment, and the bytes of attachments.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from lxml import etree

from leitstand.values import Frozen
from tools.einvoice import attachment, values
from tools.einvoice.invoice import Identifier, Invoice, Syntax, Unread
from tools.einvoice.skonto import worded_discounts
from tools.einvoice.terms import INVOICE, Dialect, Group
from tools.einvoice.xml import NAMESPACES, Element

Node = Element | str
"""What an XPath of the table finds: an element or the text of an attribute."""

_PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}


def read(root: Element, syntax: Syntax) -> Invoice:
    """All that a document of a known syntax says, whether it is valid or not.

    Never fails over a value: what cannot be read is `None` and stands in `Invoice.unread`.
    """
    dialect: Dialect = "cii" if syntax == "cii" else "ubl"
    reader = _Reader(root, dialect)
    found = reader.group(root, _plan(dialect), "")
    if code := found.get("tax_point_code"):
        found["tax_point_code"] = values.tax_point(code)
    terms = found.get("terms_text")
    offered = (*values.discounts(terms), *found.get("discounts", ()))
    found["discounts"] = offered or worded_discounts(terms, found.get("issue_date"))
    return Invoice(
        syntax=syntax, unread=tuple(reader.unread), paths=tuple(reader.paths.items()), **found
    )


@dataclass(frozen=True, slots=True)
class _Path:
    """One XPath of the table, compiled; `bound` if it asks for the document's currencies."""

    text: str
    find: etree.XPath
    bound: bool


@dataclass(frozen=True, slots=True)
class _Field:
    """How a field is read: its paths, its type, whether it holds one value, all or the latest."""

    name: str
    type: type
    paths: tuple[_Path, ...]
    take: Literal["first", "all", "join", "latest"]
    compact: bool


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a group is read: its record, its elements, its fields and the groups below."""

    record: type[Frozen]
    paths: tuple[_Path, ...]
    fields: tuple[_Field, ...]
    groups: tuple[tuple[str, bool, "_Plan"], ...]


class _Reader:
    """One pass over one document; collects where each value stood and what was not readable."""

    def __init__(self, root: Element, dialect: Dialect) -> None:
        self.paths: dict[str, str] = {}
        self.unread: list[Unread] = []
        self._dialect = dialect
        self._places: dict[Element, str] = {root: f"/{_tag(root)}"}
        self._currencies: dict[str, str] = {"currency": "", "tax_currency": ""}

    def group(self, element: Element, plan: _Plan, field: str) -> dict[str, Any]:
        """The values of a group's fields and of the groups below it, absent ones left out."""
        found: dict[str, Any] = {}
        for spec in plan.fields:
            value = self._field(element, spec, field)
            if value is not None:
                found[spec.name] = value
                if spec.name in self._currencies and not field:
                    self._currencies[spec.name] = cast("str", value)
        for name, many, below in plan.groups:
            value = self._below(element, below, f"{field}{name}", many=many)
            if value is not None:
                found[name] = value
        return found

    def _below(self, element: Element, plan: _Plan, field: str, *, many: bool) -> object:
        elements = cast("list[Element]", self._find(element, plan.paths)[0])
        if not many:
            return self._record(elements[0], plan, field) if elements else None
        return tuple(self._record(e, plan, f"{field}[{i}]") for i, e in enumerate(elements)) or None

    def _record(self, element: Element, plan: _Plan, field: str) -> Frozen:
        found = self.group(element, plan, f"{field}.")
        if plan.record.__name__ == "Attachment":
            found.update(attachment.describe(element))
        elif plan.record.__name__ == "Note" and self._dialect == "ubl":
            found.update(values.note(found.get("text")))
        return plan.record(**found)

    def _field(self, element: Element, spec: _Field, group: str) -> object:
        nodes, path = self._find(element, spec.paths)
        if not nodes:
            return None
        field, place = f"{group}{spec.name}", _join(self._place(element), path)
        if spec.take == "all":
            each = (self._value(n, spec, f"{field}[{i}]", place) for i, n in enumerate(nodes))
            return tuple(value for value in each if value is not None) or None
        if spec.take == "first":
            return self._first(nodes, spec, field, place)
        read = (self._value(node, spec, field, place) for node in nodes)
        several = [value for value in read if value is not None]
        if spec.take == "latest":
            return max(cast("list[date]", several), default=None)
        return "\n".join(cast("list[str]", several)) or None

    def _first(self, nodes: list[Node], spec: _Field, field: str, place: str) -> object:
        """The value; of several account or tax numbers that differ none is the one."""
        found = dict.fromkeys(values.compact(values.text_of(n)) for n in nodes if spec.compact)
        several = [text for text in found if text]
        if len(several) < 2:  # noqa: PLR2004 - one is no choice
            return self._value(nodes[0], spec, field, place)
        self.paths[field] = place
        shown = " | ".join(several)[:200]
        self.unread.append(Unread(field=field, path=place, value=shown, expected="one value"))
        return None

    def _value(self, node: Node, spec: _Field, field: str, place: str) -> object:
        text = values.text_of(node)
        if not text:
            return None
        self.paths[field] = place
        if spec.type is str:
            return values.compact(text) if spec.compact else text
        if spec.type is Identifier:
            return Identifier(value=text, scheme=values.scheme(node))
        value, expected = values.parse(text, spec.type, node)
        if value is None:
            self.unread.append(Unread(field=field, path=place, value=text[:200], expected=expected))
        return value

    def _find(self, element: Element, paths: tuple[_Path, ...]) -> tuple[list[Node], str]:
        for path in paths:
            variables = self._currencies if path.bound else {}
            nodes = cast("list[Node]", path.find(element, **variables))
            if any(values.text_of(node) or len(node) for node in nodes):
                return nodes, self._named(path)
        return [], ""

    def _named(self, path: _Path) -> str:
        text = path.text
        for name, code in self._currencies.items() if path.bound else ():
            text = text.replace(f"${name}", f"'{code}'")
        return text

    def _place(self, element: Element) -> str:
        """The XPath of an element, numbered where siblings have the same name."""
        if element not in self._places:
            parent = cast("Element", element.getparent())
            above, seen = self._place(parent), Counter[str]()
            many = Counter(str(child.tag) for child in parent)
            for child in parent:
                seen[str(child.tag)] += 1
                number = f"[{seen[str(child.tag)]}]" if many[str(child.tag)] > 1 else ""
                self._places[child] = f"{above}/{_tag(child)}{number}"
        return self._places[element]


@cache
def _plan(dialect: Dialect) -> _Plan:
    return _compile(INVOICE, Invoice, dialect)


def _compile(group: Group, record: type[Frozen], dialect: Dialect) -> _Plan:
    types: Mapping[str, Any] = get_type_hints(record)
    fields = tuple(
        _Field(
            name=name,
            type=_inner(types[name])[0],
            paths=tuple(map(_path, term.paths(dialect))),
            take=_take(group, name, many=_inner(types[name])[1]),
            compact=name in group.compact,
        )
        for name, term in group.fields.items()
    )
    groups = tuple(
        (name, many, _compile(below, type_, dialect))
        for name, below in group.groups.items()
        for type_, many in (_inner(types[name]),)
    )
    return _Plan(record, tuple(map(_path, group.paths(dialect))), fields, groups)


def _take(group: Group, name: str, *, many: bool) -> Literal["first", "all", "join", "latest"]:
    if many:
        return "all"
    if name in group.join:
        return "join"
    return "latest" if name in group.latest else "first"


def _inner(annotation: Any) -> tuple[Any, bool]:  # noqa: ANN401 - annotations are any object
    """The type inside `X | None` or `tuple[X, ...]`, and whether there are several of it."""
    if get_origin(annotation) is tuple:
        return get_args(annotation)[0], True
    if get_origin(annotation) in (Union, UnionType):
        return next(a for a in get_args(annotation) if a is not NoneType), False
    return annotation, False


def _path(text: str) -> _Path:
    return _Path(text, etree.XPath(text, namespaces=NAMESPACES), "$" in text)


def _tag(element: Element) -> str:
    name = etree.QName(element)
    prefix = _PREFIXES.get(name.namespace or "")
    return f"{prefix}:{name.localname}" if prefix else name.localname


def _join(above: str, path: str) -> str:
    """A place below a place; every branch of a union gets the whole way."""
    if " | " in path:
        return " | ".join(_join(above, part) for part in path.split(" | "))
    while path.startswith("../"):
        above, path = above.rpartition("/")[0], path.removeprefix("../")
    return above if path == "." else f"{above}/{path}"
