"""How a case ends that the guard did not let through, or that lacks what it needs."""

from leitstand.digest import canonical
from leitstand.errors import Cause, Refused
from leitstand.records import Verdict
from leitstand.role import CONTRADICTORY, DATA_MISSING, Exit, exception, rejected
from leitstand.values import Frozen


class Refusal(Frozen):
    """What the guard said of a proposal that it did not let through."""

    turned_down: bool = False
    rules: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    cause: Cause = CONTRADICTORY
    reason: str = ""

    def exit(self, undone: tuple[str, ...] = ()) -> Exit:
        """The end of the case: rejected for good, or to the people whom the rules name."""
        result: dict[str, object] = {"guardrails": list(self.rules)}
        if undone:
            result["undone"] = list(undone)
        if self.turned_down:
            return rejected(self.reason, **result)
        return exception(self.cause, self.reason, roles=self.roles, **result)


def refusal_of(refused: Refused) -> Refusal:
    """A refusal of the guard; without a verdict, a fact could not be measured."""
    if "decision" not in refused.detail:
        said = {"cause": refused.detail.get("cause", CONTRADICTORY), "reason": refused.text}
        return Refusal.model_validate(said)
    verdict = Verdict.model_validate_json(canonical(refused.detail))
    reasons = (h.reason_de for h in verdict.hits if h.level == verdict.level)
    return Refusal(
        turned_down=verdict.level == "reject",
        rules=tuple(dict.fromkeys(verdict.rules)),
        roles=verdict.roles,
        cause=verdict.cause or CONTRADICTORY,
        reason=" ".join(dict.fromkeys(reasons)) or verdict.error,
    )


def missing(*names: str) -> Exit:
    """The end of a case that lacks what it needs; `names` say what would resolve it."""
    return exception(DATA_MISSING, "Es fehlt: " + ", ".join(names), missing=list(names))
