"""Budgets: what a tool may move in a day or a month, over all cases of a tenant.

They are the tenant's data, `budgets`; whether one is overdrawn is decided by the commit of the
intent (KERNEL no. 12). An overdrawn budget is told like a rule, as `budget:NAME`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, cast, get_args

from pydantic import BeforeValidator, Field, ValidationError, field_validator

from leitstand.errors import ProjectRefused
from leitstand.policy import Slot, slots_of
from leitstand.records import Decision, Hit, Level, Verdict
from leitstand.tool import Tool
from leitstand.values import Frozen, Identifier, Text, show_money

__all__ = ["Cap", "caps_of", "overdrawn"]

_LEVELS: Sequence[Level] = get_args(Level)


def _whole(given: object) -> object:
    if type(given) is not int:
        msg = "is no whole number of cents"
        raise ValueError(msg)
    return given


class Cap(Frozen):
    """An entry of `budgets`: what `tool` moves in `field` (cents) stays within `cap_cents`.

    A window is a day or month of UTC. Amounts count without their sign and whatever their currency.
    `roles`: these people are asked for an action beyond it, where there are none it is refused. In
    the reasons stand `{name}`, `{window}`, `{amount}`, `{used}` and `{cap}`.
    """

    name: Annotated[Identifier, Field(max_length=80)]
    tool: Identifier
    field: str
    cap_cents: Annotated[int, Field(gt=0), BeforeValidator(_whole)]
    per: Literal["day", "month"]
    roles: tuple[Identifier, ...] = ()
    reason_de: Text = "Budget „{name}“ ({window}): {amount} zu {used} sind mehr als {cap}."
    reason_en: Text = "Budget {name} ({window}): {amount} on top of {used} exceed {cap}."

    @field_validator("reason_de", "reason_en")
    @classmethod
    def _fills(cls, text: str) -> str:
        try:
            text.format(name="", window="", amount="", used="", cap="")
        except (LookupError, ValueError, AttributeError) as error:
            msg = f"{error} is none of name, window, amount, used, cap"
            raise ValueError(msg) from error
        return text

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
        name, window, amount, cap = row[:4]
        money = {"amount": amount, "used": used, "cap": cap}
        said = {"name": name, "window": window} | {k: show_money(v) for k, v in money.items()}
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
    known = {t.name: t for t in tools}
    found, faults = list[Cap](), list[str]()
    given: object = limits.get("budgets", ())
    if not isinstance(given, list | tuple):
        raise ProjectRefused("`budgets` is no list", where=where)
    for number, entry in enumerate(cast("Sequence[object]", given)):
        try:
            cap = Cap.model_validate(entry, strict=False)
        except ValidationError as error:
            wrong = [f"`{'.'.join(map(str, e['loc']))}` {e['msg']}" for e in error.errors()]
        else:
            twice = any(c.name == cap.name for c in found)
            wrong = [f"`{cap.name}` is there twice"] if twice else list(_misfits(cap, known))
            found.append(cap)
        faults += [f"budgets[{number}]: {text}" for text in wrong]
    if faults:
        raise ProjectRefused("; ".join(faults), where=where, mend="mend the entry named")
    return found


def _misfits(cap: Cap, tools: Mapping[str, Tool[Any, Any]]) -> Iterable[str]:
    tool = tools.get(cap.tool)
    if tool is None or not tool.writes:
        yield f"no tool `{cap.tool}` writes"
    elif cap.field not in tool.args.model_fields:
        yield f"`{cap.tool}` has no argument `{cap.field}`"
    elif slots_of(tool.args).get(cap.field) != Slot("Long"):
        yield f"`{cap.field}` of `{cap.tool}` is no amount in cents that is always given"


def overdrawn(verdict: Verdict, hits: Sequence[Hit]) -> Verdict:
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
