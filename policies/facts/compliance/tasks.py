"""Tasks of compliance: for whom, by when, and that they rest on what was read."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from leitstand.policy import FactCall, facts
from leitstand.values import Frozen
from policies.facts.compliance.calendar import later
from policies.facts.compliance.limits import ComplianceLimits, compliance_limits
from tools.reporting import Receipt, find_receipt
from tools.sanctions import screen
from tools.task import CreateTask

_SUSPICION, _REPORT = "G-C01", "G-C05"


class TaskFacts(Frozen):
    """`checked`: the arguments of a task that are what its readings come to."""

    checked: frozenset[str]


@facts("task.create", model=TaskFacts)
def task_facts(call: FactCall) -> TaskFacts:
    """A task against the report or the screening that it rests on."""
    expected = [task.model_dump(mode="json") for task in _expected(call)]
    same = (
        frozenset(name for name, value in call.args.items() if task.get(name) == value)
        for task in expected
    )
    return TaskFacts(checked=max(same, key=len, default=frozenset[str]()))


def report_tasks(receipt: Receipt, limits: ComplianceLimits) -> tuple[CreateTask, CreateTask]:
    """Acknowledge a report, and answer it (§ 17 HinSchG); nothing of the report is in them."""
    acknowledge = receipt.received + timedelta(days=limits.acknowledge_days)
    answer = later(acknowledge, limits.feedback_months)
    titles = ((limits.report_title, acknowledge), (limits.feedback_title, answer))
    first, second = (
        CreateTask(
            kind="compliance",
            roles=limits.reporting_people,
            rules=(_REPORT,),
            title=title.format(receipt=receipt.receipt_no),
            due=due,
        )
        for title, due in titles
    )
    return first, second


def suspicion_task(names: Iterable[str], limits: ComplianceLimits) -> CreateTask:
    """Decide a suspicion."""
    title = limits.suspicion_title.format(name=", ".join(names))
    return CreateTask(
        kind="compliance", roles=limits.compliance_people, rules=(_SUSPICION,), title=title[:200]
    )


def _expected(call: FactCall) -> Iterator[CreateTask]:
    limits = compliance_limits(call.limits)
    for found in call.evidence.all(find_receipt):
        yield from report_tasks(found.value, limits)
    for screened in call.evidence.all(screen):
        yield suspicion_task(screened.value.names, limits)
