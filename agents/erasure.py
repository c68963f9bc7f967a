"""The erasure role: a case of Leitstand itself is erased, or kept under restriction while it must.

It proposes what the retention table comes to; the data protection officer signs, never who asked.
"""

from agents.words import refusal_words
from leitstand.desk import Desk
from leitstand.errors import CallFailed, Refused, Rejected
from leitstand.role import CONTRADICTORY, Exit, Role, done, exception, rejected
from leitstand.values import Frozen, Identifier, Word
from policies.facts.erasure import erasure_limits, order_of
from tools.erasure import (
    EraseCase,
    FindStanding,
    case_standing,
    erase_case,
    restrict_case,
)
from tools.tenant import GetTenant, tenant_data


class ErasureCase(Frozen):
    """The case to be erased, by its name, and a word of `bases` (policies/erasure.toml)."""

    case: Identifier
    basis: Word


_OFFICER = ["data_protection_officer"]

role = Role(
    "erasure",
    ErasureCase,
    tools=[tenant_data, case_standing, erase_case, restrict_case],
    queue={
        "system unreachable": _OFFICER,
        "data missing": _OFFICER,
        "contradictory results": _OFFICER,
    },
)


@role.step()
async def settle(case: ErasureCase, desk: Desk) -> Exit:
    """Propose to erase the case, or to restrict it for as long as it has to be kept."""
    tenant = (await desk.call(tenant_data, GetTenant())).data()
    try:
        found = await desk.call(case_standing, FindStanding(case=case.case))
        today = (await desk.now()).date()
        order = order_of(found.value, case.basis, today, tenant)
        if isinstance(order, EraseCase):
            settled = await desk.call(erase_case, order, evidence=[found.id])
            return done(receipt=settled.receipt, cases=settled.cases)
        settled = await desk.call(restrict_case, order, evidence=[found.id])
        return done(until=order.until.isoformat(), basis=order.basis, cases=settled.cases)
    except Rejected as error:
        return rejected(error.text)
    except Refused as error:
        cause = error.detail.get("cause") or CONTRADICTORY
        people = erasure_limits(tenant).readers
        end = {"cause": cause, "reason": refusal_words(error), "roles": people}
        return Exit.model_validate({"kind": "exception", **end})
    except CallFailed as error:
        return exception(error.cause, error.text)
