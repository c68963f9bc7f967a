"""The door to the Cedar engine: everything that `cedarpy` does for us, typed, and nothing else.

It is one maintainer's binding; another one would be put in here. Policies, schema and entities are
parsed once and immutable.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, cast

import cedarpy
from cedarpy import Decision, Entities, PolicySet, Schema, pst

from leitstand.errors import ValueRefused

Store = Entities
"""Entities that a request may name, with the groups of the actions."""


_ALONE = re.compile(r"(?<!\w)\(([\w.]+)\)")
"""A name in brackets of its own, as the engine writes it."""


class Fault(NamedTuple):
    """Where a policy misfits the schema: text, the engine's number of it, the rule's `@id`."""

    text: str
    policy: str
    rule: str


def parse(text: str) -> Mapping[str, pst.Template]:
    """Policies by the engine's own number (`policy0`). Raises ValueError: syntax, templates."""
    parsed = cedarpy.policies_to_pst(text)
    if parsed.templates:
        raise ValueRefused("templates are not used here")
    return parsed.static_policies


def validate(text: str, schema: str) -> tuple[Fault, ...]:
    """Where policies do not fit the schema. Raises ValueError: the schema is none."""
    result = cedarpy.validate_policies(text, Schema.from_str(schema))  # pyright: ignore[reportUnknownMemberType]
    names = cast("dict[str, str]", result.id_annotations_by_policy_id)  # pyright: ignore[reportUnknownMemberType]
    faults = [Fault(e.error, e.policy_id, names.get(e.policy_id, "")) for e in result.errors]
    if not result.validation_passed and not faults:
        faults = [Fault("does not fit the schema", "", "")]
    return tuple(faults)


def policy_set(nodes: Iterable[pst.Template]) -> PolicySet:
    """Parsed policies as a set the engine decides with; reasons name them by their `id`."""
    static = {node.id: node for node in nodes}
    return PolicySet.from_pst(pst.PolicySet({}, static, ()))


def text_of(node: pst.Expr) -> str:
    """A condition as Cedar text."""
    whole = pst.ScopeAny()
    rule = pst.Template("", "permit", whole, whole, whole, (pst.When(node),), {})
    text = str(policy_set([rule])).partition("when { ")[2].removesuffix(" };")
    while text != (plainer := _ALONE.sub(r"\1", text)):
        text = plainer
    return text


def store_of(schema: str) -> Store:
    """The entities of a schema: its actions with their groups."""
    return Entities.from_json_str("[]", Schema.from_str(schema))  # pyright: ignore[reportUnknownMemberType]


def with_entities(store: Store, entities: Iterable[Mapping[str, Any]]) -> Store:
    """The store with more entities. Raises ValueError: one is there already, or is malformed."""
    return store.with_added_json_str(json.dumps(list(entities)))  # pyright: ignore[reportUnknownMemberType]


def applying(policies: PolicySet, store: Store, request: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the policies that apply to a request; all of the set are of one effect.

    Raises ValueRefused: a policy could not be evaluated. The engine skips such a policy, so its
    answer is worth nothing.
    """
    result = cedarpy.is_authorized(dict(request), policies, store)  # pyright: ignore[reportUnknownMemberType]
    faults = result.diagnostics.errors
    if faults or result.decision is Decision.NoDecision:
        raise ValueRefused("; ".join(faults) or "no decision", where="engine")
    return tuple(result.diagnostics.reasons)
