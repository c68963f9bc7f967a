"""A rule: one Cedar policy with its annotations, read strictly.

Cedar decides; annotations only route a denial. A lost or misspelt annotation therefore keeps the
bundle from loading or leaves the rule as strict as it was: it can never turn a denial into an
allowance.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Annotated, Literal, cast

from cedarpy import pst
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from leitstand.errors import Cause
from leitstand.policy.finding import Finding
from leitstand.records import Decision, Hit, Level
from leitstand.values import Identifier, Names, Text

_NUMBER = re.compile(r"[0-9]{1,3}", re.ASCII)


def _digits(text: object) -> object:
    return int(text) if isinstance(text, str) and _NUMBER.fullmatch(text) else text


Number = Annotated[int, BeforeValidator(_digits)]
_SAID = ("rank", "cause", "reason_de", "reason_en", "fix_de", "fix_en", "owner", "version")


class Notes(BaseModel):
    """The annotations of a policy; a name that is not here keeps the bundle from loading.

    `shows` is the id that lists and people see (several policies may make up one rule), by default
    `id`. `roles` or `roles_fact` (a fact, set of texts) say who may discharge the rule (`hr:lead`:
    in cases of the role `hr` it is `lead` alone), `approvers` or `approvers_fact` (a fact, int) how
    many; `rank` whose roles are named when several apply;
    `fix_de` and `fix_en` say what to do; `fields` what a redaction takes out; `listed` `deciding`:
    named only where its level decides the case.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    id: Identifier
    shows: Identifier | None = None
    grant: Literal[""] | None = None
    note: Literal["note", "info"] | None = None
    decision: Literal["redact", "approve", "escalate", "deny"] | None = None
    level: Level | None = None
    roles: Names = ()
    roles_fact: Identifier | None = None
    approvers: Annotated[Number, Field(ge=1, le=20)] | None = None
    approvers_fact: Identifier | None = None
    rank: Annotated[Number, Field(ge=0, le=999)] = 0
    cause: Cause | None = None
    fields: Names = ()
    listed: Literal["deciding"] | None = None
    owner: Text = ""
    version: Identifier = "1"
    reason_de: Text = ""
    reason_en: Text = ""
    fix_de: Text = ""
    fix_en: Text = ""

    def people(self, role: str) -> tuple[str, ...]:
        """Who is asked by `roles` in a case of `role`."""
        own = tuple(r[len(role) + 1 :] for r in self.roles if r.startswith(f"{role}:"))
        return own or tuple(r for r in self.roles if ":" not in r)


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy that a bundle holds: annotations, the tools it can apply to, and where it stands.

    `node` is the parsed policy, with the annotation's id as its own, so that the engine names it.
    """

    notes: Notes
    node: pst.Template
    place: str
    tools: frozenset[str]

    @property
    def id(self) -> str:
        """The policy's own id, unique in the bundle."""
        return self.notes.id

    @property
    def grants(self) -> bool:
        """Whether this is a grant."""
        return self.notes.grant is not None

    @property
    def marks(self) -> bool:
        """Whether this only leaves a mark and never decides."""
        return self.notes.note is not None

    @property
    def level(self) -> Level:
        """What the rule means for the case as a whole."""
        return self.notes.level or self.notes.note or "reject"

    @property
    def decision(self) -> Decision:
        """Where the rule routes the action; a mark routes nowhere."""
        return Decision.ALLOW if self.marks else Decision[(self.notes.decision or "deny").upper()]

    def applies(self, role: str, tools: frozenset[str]) -> bool:
        """Whether it can ever speak of a role that has these tools."""
        entity = getattr(self.node.principal, "entity", None)
        return (entity is None or entity.id == role) and bool(self.tools & tools)

    def says(self, hit: Hit) -> bool:
        """Whether a hit is this rule's: people see several under one id, each with its reason."""
        mine = (self.notes.shows or self.id, self.level, self.notes.reason_de)
        return mine == (hit.rule, hit.level, hit.reason_de)

    def hit(self, facts: Mapping[str, object], role: str) -> Hit:
        """This rule as a hit in a case of `role`; roles and number of approvers may be facts.

        Raises KeyError, TypeError: a fact that it names is absent or ill-typed (never in a bundle).
        """
        notes = self.notes
        roles = _texts(facts[notes.roles_fact]) if notes.roles_fact else notes.people(role)
        number = facts[notes.approvers_fact] if notes.approvers_fact else notes.approvers
        asks = self.decision in (Decision.APPROVE, Decision.ESCALATE)
        return Hit(
            rule=notes.shows or notes.id,
            decision=self.decision,
            level=self.level,
            roles=roles,
            approvers=max(int(asks), number if isinstance(number, int) else 0),
            listed=notes.listed is None,
            **{name: getattr(notes, name) for name in _SAID},
        )


def read_rule(
    node: pst.Template, place: str, tools: frozenset[str]
) -> tuple[Rule | None, tuple[Finding, ...]]:
    """The rule that a parsed policy is, or why it is none."""
    name = node.annotations.get("id", "")
    try:
        notes = Notes.model_validate(dict(node.annotations))
    except ValidationError as error:
        faults = (f"@{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        return None, tuple(Finding("error", "annotation", f, place, name) for f in faults)
    problems = [*_contradictions(node.effect, notes), *_beyond(node)]
    if problems:
        return None, tuple(Finding("error", c, t, place, notes.id) for c, t in problems)
    return Rule(notes, replace(node, id=notes.id), place, tools), ()


def _texts(value: object) -> tuple[str, ...]:
    return tuple(cast("Iterable[str]", value)) if isinstance(value, list) else ()


def _contradictions(effect: pst.Effect, notes: Notes) -> Iterator[tuple[str, str]]:
    kinds = (notes.grant is not None) + (notes.note is not None)
    if effect == "permit" and kinds != 1:
        yield "permit-kind", "a permit carries exactly one of @grant and @note"
    if effect == "permit" and (notes.decision or notes.level):
        yield "permit-decides", "a permit carries neither @decision nor @level"
    if effect == "forbid":
        yield from _of_forbid(notes, kinds)


def _of_forbid(notes: Notes, kinds: int) -> Iterator[tuple[str, str]]:
    if kinds:
        yield "forbid-kind", "a forbid carries neither @grant nor @note"
    if not notes.decision or not notes.level:
        yield "no-route", "a forbid carries @decision and @level"
    if bool(notes.roles) and bool(notes.roles_fact):
        yield "roles-twice", "@roles and @roles_fact exclude each other"
    if notes.decision in ("approve", "escalate"):
        if not (notes.people("") or notes.roles_fact):
            yield "no-roles", "who may discharge this? @roles or @roles_fact is missing"
        if (notes.approvers is None) == (notes.approvers_fact is None):
            yield "approvers", "exactly one of @approvers and @approvers_fact is needed"
    if (notes.decision == "redact") != bool(notes.fields):
        yield "fields", '@fields goes with @decision("redact"), and that needs it'


_UNARY = frozenset({"not", "is_empty"})
_BINARY = frozenset(
    {"eq", "not_eq", "less", "less_eq", "greater", "greater_eq", "and", "or", "in"}
    | {"contains", "contains_all", "contains_any"}
)


def nodes_of(node: object) -> Iterator[object]:
    """The parsed policy's nodes, outermost first."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(_below(here))


def _below(node: object) -> Iterator[object]:
    if isinstance(node, tuple):
        yield from cast("tuple[object, ...]", node)
    elif isinstance(node, Mapping):
        yield from cast("Mapping[str, object]", node).values()
    elif is_dataclass(node):
        yield from (getattr(node, f.name) for f in fields(node))


def _beyond(policy: pst.Template) -> Iterator[tuple[str, str]]:
    """What the language offers and rules may not use: it can fail while it is evaluated."""
    for node in nodes_of(policy.clauses):
        if isinstance(node, pst.UnaryOp) and node.op not in _UNARY:
            yield "operator", f"`{node.op}` is not allowed; measure it in a fact"
        if isinstance(node, pst.BinaryOp) and node.op not in _BINARY:
            yield "operator", f"`{node.op}` is not allowed; measure it in a fact"
        if isinstance(node, pst.Record | pst.Slot):
            yield "operator", "records and slots are not allowed"
        if isinstance(node, pst.GetAttr | pst.HasAttr) and isinstance(node.base, pst.EntityLit):
            yield "entity", f"`{node.base.value}` is not in the store; ask principal or resource"
    for uid in pst.entity_uids(policy):
        if str(uid.type) == "Case":
            yield "case", f"a rule speaks of a kind of case, never of `{uid.id}` alone"
