"""The facts of a task of treasury: what of it rests on the company's own data."""

from collections.abc import Iterator

from leitstand.policy import FactCall, facts
from leitstand.values import Frozen
from policies.facts.treasury.limits import treasury_limits_of
from tools.treasury import find_due


class TreasuryTaskFacts(Frozen):
    """`checked`: arguments of a task that are as treasury's settings have them."""

    checked: frozenset[str]


@facts("task.create", model=TreasuryTaskFacts)
def treasury_task_facts(call: FactCall) -> TreasuryTaskFacts:
    """What of a task for people rests on treasury's data; nothing where the case is another's."""
    mine = call.evidence.one(find_due) is not None
    return TreasuryTaskFacts(checked=frozenset(_of_task(call) if mine else ()))


def _of_task(call: FactCall) -> Iterator[str]:
    own, args = treasury_limits_of(call.limits), call.args
    if set(args["roles"]) <= {*own.roles, *own.screening_roles}:
        yield "roles"
    if args["title"] == own.title:
        yield "title"
    yield "rules"
