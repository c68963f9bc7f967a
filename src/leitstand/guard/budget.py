"""Budgets: what a tool may move in a day or a month, over all cases of a tenant.

They are the tenant's data, `budgets`; whether one is overdrawn is decided by the commit of the
intent (KERNEL no. 12). An overdrawn budget is told like a rule, as `budget:NAME`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import BeforeValidator, Field, ValidationError

from leitstand.errors import ProjectRefused
from leitstand.policy import Slot, slots_of
from leitstand.records import Decision, Hit, Level, Verdict
from leitstand.tool import Tool
from leitstand.values import Frozen, Identifier, Text, show_money

_LEVELS: Sequence[Level] = get_args(Level)


def _whole(given: object) -> object:
    return given if type(given) is int else str(given) + " (no whole number)"


def _filled(text: str) -> str:
    try:
        text.format(name="", window="", amount="", used="", cap="")
    except (LookupError, ValueError, AttributeError) as error:
        raise ValueError(f"{error} is none of name, window, amount, used, cap") from error
    return text


class Cap(Frozen):
    """An entry of `budgets`: what `tool` moves in `field` (cents) stays within `cap_cents`.

    A window is a day or month where the tenant is; amounts count without sign, whatever their
    currency. `roles`: who is asked beyond it; where there are none it is refused.
    """

    name: Annotated[Identifier, Field(max_length=80)]
    tool: Identifier
    field: str
    cap_cents: Annotated[int, Field(gt=0), BeforeValidator(_whole)]
    per: Literal["day", "month"]
    roles: tuple[Identifier, ...] = ()
    reason_de: Annotated[Text, BeforeValidator(_filled)] = (
        "Budget „{name}“ ({window}): {amount} zu {used} sind mehr als {cap}."
    )
    reason_en: Annotated[Text, BeforeValidator(_filled)] = (
        "Budget {name} ({window}): {amount} on top of {used} exceed {cap}."
    )

    @property
    def rule(self) -> str:
        """Its name among the rules that decided."""
        return f"budget:{self.name}"

    def row(self, args: Mapping[str, Any], today: str, signed: Sequence[str] = ()) -> list[Any]:
        """What a write takes: name, window, amount, cap, and True if one of its roles signed it."""
        window = today if self.per == "day" else today[:7]
        row = [self.name, window, abs(args[self.field]), self.cap_cents]
        return [*row, True] if set(signed) & set(self.roles) else row

    def hit(self, row: Sequence[Any], used: int) -> Hit:
        """This budget as a rule that applied: `used` cents of the window are taken."""
        money = dict(zip(("amount", "used", "cap"), (row[2], used, row[3]), strict=True))
        said = {"name": row[0], "window": row[1]} | {k: show_money(v) for k, v in money.items()}
        return Hit(
            rule=self.rule,
            decision=Decision.APPROVE if self.roles else Decision.DENY,
            level="approve" if self.roles else "hold",
            roles=self.roles,
            approvers=int(bool(self.roles)),
            cause=None if self.roles else "contradictory results",
            reason_de=self.reason_de.format(**said),
            reason_en=self.reason_en.format(**said),
        )


def caps_of(limits: Mapping[str, Any], tools: Iterable[Tool[Any, Any]], where: str) -> list[Cap]:
    """A tenant's budgets, each held against its tool. Raises ProjectRefused, all faults named."""
    known, found, faults = {t.name: t for t in tools}, list[Cap](), list[str]()
    given: object = limits.get("budgets", ())
    if not isinstance(given, list | tuple):
        raise ProjectRefused("`budgets` is no list", where=where)
    for number, entry in enumerate(cast("Sequence[object]", given)):
        try:
            cap = Cap.model_validate(entry, strict=False)
            wrong = [_misfit(cap, known.get(cap.tool), found)]
            found.append(cap)
        except ValidationError as error:
            wrong = [f"`{'.'.join(map(str, e['loc']))}` {e['msg']}" for e in error.errors()]
        faults += [f"budgets[{number}]: {text}" for text in wrong if text]
    if faults:
        raise ProjectRefused("; ".join(faults), where=where, mend="mend the entry named")
    return found


def _misfit(cap: Cap, tool: Tool[Any, Any] | None, before: Sequence[Cap]) -> str:
    if any(c.name == cap.name for c in before):
        return f"`{cap.name}` is there twice"
    if tool is None or not tool.writes:
        return f"no tool `{cap.tool}` writes"
    if slots_of(tool.args).get(cap.field) != Slot("Long"):
        return (
            f"`{cap.tool}` has no argument `{cap.field}` that is an amount in cents, always given"
        )
    return ""


def beyond(verdict: Verdict, hits: Sequence[Hit]) -> Verdict:
    """The verdict with budgets that are overdrawn: whoever it asks is asked beside their people."""
    roles, approvers = set(verdict.roles), verdict.approvers
    for hit in hits:
        approvers += int(not roles & set(hit.roles))
        roles |= set(hit.roles)
    changes: dict[str, Any] = {
        "decision": max(verdict.decision, *(h.decision for h in hits)),
        "level": max(verdict.level, *(h.level for h in hits), key=_LEVELS.index),
        "cause": verdict.cause or next((h.cause for h in hits if h.cause), None),
    }
    changes |= {"hits": (*hits, *verdict.hits), "roles": tuple(sorted(roles))}
    return verdict.model_copy(update=changes | {"approvers": approvers})
