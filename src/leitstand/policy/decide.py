"""The decision on one call: Cedar decides, the annotations of its rules say what follows.

Most severe wins. What nothing grants is denied; so is an unknown tool, an ill-typed fact, and
everything that the engine cannot evaluate: the engine skips a rule that fails, so one failure is a
denial.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, get_args

from leitstand.digest import canonical
from leitstand.errors import LeitstandError
from leitstand.policy.bundle import Bundle
from leitstand.policy.engine import Store, applying, with_entities
from leitstand.policy.schema import APPROVAL, CALL, fit
from leitstand.policy.toolrules import ToolRules
from leitstand.records import Decision, Hit, Level, Verdict

_LEVELS: tuple[Level, ...] = get_args(Level)
_FEW = 8
"""Rules that are asked one by one, since the engine's time goes into reading what they name."""
_CASE = {"type": "Case", "id": "case"}
_Groups = Mapping[str, Mapping[str, object]]


class Request(NamedTuple):
    """All that a decision depends on. The guard makes it: nothing comes from a model unchecked.

    `args` are the validated arguments, `facts` what the fact functions measured; `tainted` names
    arguments that rest on nothing but foreign text; `approval_*` count distinct people with valid
    signatures; `done` names what was done before in this case; `edited` says that a person changed
    it.
    """

    tool: str
    role: str
    tenant: str
    requester: str
    args: Mapping[str, Any]
    facts: Mapping[str, object]
    tainted: frozenset[str] = frozenset()
    approval_count: int = 0
    approval_roles: frozenset[str] = frozenset()
    approval_persons: frozenset[str] = frozenset()
    edited: bool = False
    done: frozenset[str] = frozenset()


def decide(bundle: Bundle, request: Request) -> Verdict:
    """The verdict on a call under the rules of `bundle`. Never raises: what fails is denied."""
    rules = bundle.tools.get(request.tool)
    if rules is None:
        return denied(bundle, request.tool, f"unknown tool `{request.tool}`")
    try:
        groups = {**rules.fitted(request.args, request.facts), "call": _call(request)}
        context = rules.together.context(groups)
        # A verdict depends on nothing else.
        asked = canonical([*_who(request), context, groups["facts"]])
        known = bundle.verdicts.get(asked)
        return known or bundle.verdicts.put(asked, _judge(bundle, request, groups))
    except Exception as error:  # noqa: BLE001 - whatever fails is a denial, never an allowance
        return denied(bundle, request.tool, _words(error))


def denied(
    bundle: Bundle,
    tool: str,
    error: str,
    *,
    hits: Iterable[Hit] = (),
    facts: Mapping[str, object] | None = None,
) -> Verdict:
    """A denial for another reason than a rule: nothing grants it, or it cannot be decided."""
    ranked = _ranked(hits)
    return Verdict(
        decision=Decision.DENY,
        hits=ranked,
        level=_most_severe(("hold", *(h.level for h in ranked))),
        bundle=bundle.sha,
        slice=bundle.slice(tool),
        facts=dict(facts or {}),
        error=error[:500],
    )


def gravest(found: Sequence[Verdict]) -> Verdict | None:
    """The most severe verdict; of equals the first to which a rule applied."""
    top = _most_severe(v.level for v in found)
    level = [v for v in found if v.level == top]
    return next((v for v in level if v.hits), level[-1] if level else None)


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, LeitstandError) else f"{type(error).__name__}: {error}"


def _call(request: Request) -> dict[str, object]:
    approval = {
        "count": request.approval_count,
        "roles": request.approval_roles,
        "persons": request.approval_persons,
    }
    call = {"tainted": request.tainted, "edited": request.edited, "done": request.done}
    return fit(CALL, call, "call") | {"approval": fit(APPROVAL, approval, "approval")}


def _store(bundle: Bundle, request: Request) -> Store:
    """Who acts, on what: an agent in its role, and a case of the tenant; no rule names one."""
    role = request.role
    who = (role, request.tenant, request.requester)
    known = bundle.stores.get(who)
    if known is not None:
        return known
    agent = {"tenant": request.tenant, "requester": request.requester}
    in_role = {"type": "Role", "id": role}
    tenant = {"tenant": request.tenant}
    entities: tuple[dict[str, object], ...] = (
        {"uid": {"type": "Agent", "id": role}, "attrs": agent, "parents": [in_role]},
        {"uid": _CASE, "attrs": tenant, "parents": []},
    )
    return bundle.stores.put(who, with_entities(bundle.store, entities))


def _judge(bundle: Bundle, request: Request, groups: Mapping[str, Mapping[str, object]]) -> Verdict:
    rules, facts = bundle.tools[request.tool], groups["facts"]
    applied = [rules.rules[name] for name in _applied(bundle, request, rules, groups)]
    hits = [rule.hit(facts, request.role) for rule in applied if not rule.grants]
    if not any(rule.grants for rule in applied):
        text = f"nothing grants `{request.tool}` to role `{request.role}`"
        return denied(bundle, request.tool, text, hits=hits, facts=facts)
    fields = {f for rule in applied for f in rule.notes.fields}
    return _verdict(bundle, rules, hits, facts, tuple(sorted(fields)))


def _applied(bundle: Bundle, request: Request, rules: ToolRules, groups: _Groups) -> list[str]:
    """The ids of the rules that apply: each asked once of who acts and the attributes it names."""
    who, store = _who(request), _store(bundle, request)
    named = {(g, n): value for g, values in groups.items() for n, value in values.items()}
    said = {p: v if isinstance(v, str | int) else canonical(v) for p, v in named.items()}
    asked = {name: (name, who, *map(said.get, one.named)) for name, one in rules.alone.items()}
    known = {name: bundle.applied.get(question) for name, question in asked.items()}
    new = [name for name, answer in known.items() if answer is None]
    parts = [rules.together] if len(new) > _FEW else [rules.alone[name] for name in new]
    agent, action = {"type": "Agent", "id": request.role}, {"type": "Action", "id": request.tool}
    ids = {"principal": agent, "action": action, "resource": _CASE}
    questions = ((part, {**ids, "context": part.context(groups)}) for part in parts)
    found = [name for part, one in questions for name in applying(part.policies, store, one)]
    known |= {name: bundle.applied.put(asked[name], name in found) for name in new}
    return [name for name, applies in known.items() if applies]


def _who(request: Request) -> tuple[str, ...]:
    return request.tool, request.role, request.tenant, request.requester


def _verdict(
    bundle: Bundle,
    rules: ToolRules,
    hits: Iterable[Hit],
    facts: Mapping[str, object],
    redact: tuple[str, ...],
) -> Verdict:
    ranked = _ranked(hits)
    level = _most_severe(h.level for h in ranked)
    at_level = [h for h in ranked if h.level == level]
    top = max((h.rank for h in at_level), default=0)
    naming = [h for h in at_level if h.rank == top]
    return Verdict(
        decision=max((h.decision for h in ranked), default=Decision.ALLOW),
        hits=ranked,
        level=level,
        roles=tuple(sorted({r for h in naming for r in h.roles})),
        approvers=max((h.approvers for h in naming), default=0),
        cause=next((h.cause for h in naming if h.cause), None),
        bundle=bundle.sha,
        slice=rules.slice,
        facts=dict(facts),
        redact=redact,
    )


def _most_severe(levels: Iterable[Level]) -> Level:
    return _LEVELS[max((_LEVELS.index(level) for level in levels), default=0)]


def _ranked(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Most severe first; the order of files changes nothing."""
    return tuple(
        sorted(
            hits, key=lambda h: (-h.decision, -_LEVELS.index(h.level), -h.rank, h.rule, h.reason_en)
        )
    )
