"""What an engineer writes: a role compiles, walks, and means the same to LangGraph's own engine."""

import operator
from typing import Annotated, Any, cast

import pytest
from langgraph.errors import InvalidUpdateError
from pydantic import ValidationError

from leitstand.desk import Desk
from leitstand.desk.station import STATION
from leitstand.errors import ExitRefused, Refused, RoleRefused, Unreachable
from leitstand.role import (
    CAUSES,
    CONTRADICTORY,
    DATA_MISSING,
    SYSTEM_UNREACHABLE,
    Exit,
    Goto,
    Role,
    Update,
    done,
    exception,
    goto,
    rejected,
    send,
)
from leitstand.values import Frozen
from leitstand.walk import Walked, walk
from tests.role.roles import InvoiceCase, accounting, given
from tests.walk.hosts import Host


class Count(Frozen):
    """A state with a reducer and a plain field."""

    n: Annotated[int, operator.add] = 0
    name: str = ""


async def walked(role: Role[Any], start: object) -> Walked:
    """The role's walk on a host that records nothing."""
    compiled = role.compile()
    return await walk(compiled, start, Host(compiled))


async def test_a_role_is_walked_to_its_exit() -> None:
    """Fan-out by `send`, a reducer over the results, one booking, an exit with its result."""
    role = accounting()
    end = await walked(role, given("a", "b", "c"))
    assert end.exit == done(voucher="V-D1", lines=3)
    assert end.state["checked"] == ("a", "b", "c")
    assert "exit" not in end.state
    assert end.supersteps == 3


async def test_an_exception_goes_to_the_roles_of_the_queue() -> None:
    """A step names the cause; who takes over is the role's data."""
    end = await walked(accounting(), given())
    assert end.exit is not None
    assert (end.exit.kind, end.exit.cause, end.exit.roles) == (
        "exception",
        "data missing",
        ("clerk",),
    )
    compiled = accounting().compile()
    assert compiled.leave(SYSTEM_UNREACHABLE, "timeout").roles == ("it",)
    assert compiled.leave(CONTRADICTORY, "two").roles == ()


@pytest.mark.parametrize("texts", [(), ("a",), ("a", "b", "c")])
async def test_langgraphs_engine_comes_to_the_same_end(texts: tuple[str, ...]) -> None:
    """`role.graph` is a plain StateGraph: the reference ends with the same state and exit (R39)."""
    role, start = accounting(), given(*texts)
    end = await walked(role, start)
    STATION.set(cast("Desk", object()))
    graph: Any = role.graph
    reference = await graph.compile().ainvoke(start)
    assert reference.pop("exit") == end.exit
    assert reference == end.state


async def test_a_step_finds_its_desk_at_the_station() -> None:
    """The desk that the host set is what the step gets."""
    role = Role("small", Count)
    seen: list[object] = []

    @role.step()
    async def only(case: Count, desk: Desk) -> Exit:
        seen.append(desk)
        return done()

    compiled = role.compile()
    host = Host(compiled)
    await walk(compiled, Count(), host)
    assert seen == [host]


async def test_a_join_waits_for_both_and_reducers_add_up() -> None:
    """Two steps side by side, then one that sees what both wrote."""
    role = Role("joined", Count)

    @role.step(then=["left", "right"])
    async def start(case: Count, desk: Desk) -> Goto:
        return goto("left", "right", name="both")

    @role.step()
    async def left(case: Count, desk: Desk) -> Update:
        return {"n": 1}

    @role.step()
    async def right(case: Count, desk: Desk) -> dict[str, int]:
        return {"n": 10}

    @role.step()
    async def both(case: Count, desk: Desk) -> Exit:
        return done(n=case.n, name=case.name)

    role.join(["left", "right"], "both")
    end = await walked(role, Count(n=100))
    assert end.exit == done(n=111, name="both")
    assert end.supersteps == 3


async def test_the_entry_is_the_first_step() -> None:
    """The order in which steps are written says where a case begins."""
    role = Role("late", Count)

    @role.step(then=["last"])
    async def first(case: Count, desk: Desk) -> Update:
        return {"name": "first"}

    @role.step()
    async def last(case: Count, desk: Desk) -> Exit:
        return done(name=case.name)

    assert role.compile().entry == ("first",)
    assert (await walked(role, Count())).exit == done(name="first")


async def test_an_exit_ends_the_walk_beside_siblings_that_would_go_on() -> None:
    """Once its superstep's writes are applied, nothing more is performed."""
    role = Role("racing", Count)
    calls: list[str] = []

    @role.step(then=["ends", "goes"])
    async def start(case: Count, desk: Desk) -> Goto:
        return goto("ends", "goes")

    @role.step()
    async def ends(case: Count, desk: Desk) -> Exit:
        return rejected("enough")

    @role.step(then=["ends"])
    async def goes(case: Count, desk: Desk) -> Update:
        calls.append("goes")
        return {"n": 1}

    end = await walked(role, Count())
    assert end.exit == rejected("enough")
    assert end.state["n"] == 1
    assert end.supersteps == 2
    assert calls == ["goes"]


async def test_several_exits_in_one_superstep_are_refused() -> None:
    """Which one would count? The case is held as a defect."""
    role = Role("twice", Count)

    @role.step(then=["one", "two"])
    async def start(case: Count, desk: Desk) -> Goto:
        return goto("one", "two")

    @role.step()
    async def one(case: Count, desk: Desk) -> Exit:
        return done()

    @role.step()
    async def two(case: Count, desk: Desk) -> Exit:
        return rejected("no")

    with pytest.raises(ExitRefused, match="`one`, `two`"):
        await walked(role, Count())


async def test_a_walk_that_runs_dry_is_refused() -> None:
    """A join that one of its steps never reaches must not end the case in silence."""
    role = Role("dry", Count)

    @role.step(then=["left", "right"])
    async def start(case: Count, desk: Desk) -> Goto:
        return goto("left")

    @role.step()
    async def left(case: Count, desk: Desk) -> Update:
        return {}

    @role.step()
    async def right(case: Count, desk: Desk) -> Update:
        return {}

    @role.step()
    async def both(case: Count, desk: Desk) -> Exit:
        return done()

    role.join(["left", "right"], "both")
    with pytest.raises(RoleRefused, match="no step is due, and none has ended the case"):
        await walked(role, Count())


ANSWERS: dict[str, tuple[object, str]] = {
    "unknown-field": (goto("last", nmae="x"), "writes `nmae`, which `Count` does not have"),
    "exit-as-field": (goto("last", exit=done()), "`Count` does not have"),
    "unknown-field-sent": (goto(send("last", nmae="x")), "`Count` does not have"),
    "undeclared-target": (goto("first"), "`first`, which `then` does not name"),
    "undeclared-send": (goto(send("nowhere")), "`nowhere`, which `then` does not name"),
    "no-target": (goto(n=1), "names no step"),
    "update-between-two": ({"n": 1}, "use `goto`"),
    "nothing": (None, "it returned a `NoneType`"),
    "text": ("last", "it returned a `str`"),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_answers_that_no_step_may_give(case: str) -> None:
    """Each is a typed error that names the step."""
    answer, text = ANSWERS[case]
    role = Role("faulty", Count)

    @role.step(then=["last", "other"])
    async def first(case: Count, desk: Desk) -> Goto:
        return cast("Goto", answer)

    @role.step()
    async def last(case: Count, desk: Desk) -> Exit:
        return done()

    @role.step()
    async def other(case: Count, desk: Desk) -> Exit:
        return done()

    with pytest.raises(RoleRefused, match=text) as caught:
        await walked(role, Count())
    assert caught.value.where == "faulty.first"
    assert caught.value.code == "LS301"


@pytest.mark.parametrize("sent", [False, True])
async def test_an_update_of_the_wrong_type_is_found_at_once(*, sent: bool) -> None:
    """The state is validated strictly before the superstep is sealed, on either way."""
    role = Role("typed", Count)

    @role.step(then=["last"])
    async def first(case: Count, desk: Desk) -> Goto:
        return goto(send("last", name=5)) if sent else goto("last", name=5)

    @role.step()
    async def last(case: Count, desk: Desk) -> Exit:
        return done()

    compiled = role.compile()
    host = Host(compiled)
    with pytest.raises(ValidationError, match="valid string"):
        await walk(compiled, Count(), host)
    assert host.seals == []


async def test_parallel_writes_to_a_plain_field_are_refused() -> None:
    """Only a field with a reducer takes more than one write a superstep."""
    role = Role("clash", Count)

    @role.step(then=["one"])
    async def start(case: Count, desk: Desk) -> Goto:
        return goto(send("one", n=1), send("one", n=2))

    @role.step(then=["last"])
    async def one(case: Count, desk: Desk) -> Update:
        return {"name": "mine"}

    @role.step()
    async def last(case: Count, desk: Desk) -> Exit:
        return done()

    with pytest.raises(InvalidUpdateError, match="name"):
        await walked(role, Count())


def test_a_decorated_step_stays_the_function_it_was() -> None:
    """Steps are tested like any function."""
    role = Role("plain", Count)

    async def only(case: Count, desk: Desk) -> Exit:
        return done()

    assert role.step()(only) is only


def test_there_are_exactly_three_causes() -> None:
    """The words are those that people read in the queue (R16)."""
    assert CAUSES == ("system unreachable", "data missing", "contradictory results")
    assert exception(CONTRADICTORY, "two invoices", roles=["head"], numbers=[1, 2]) == Exit(
        kind="exception",
        cause="contradictory results",
        reason="two invoices",
        roles=("head",),
        result={"numbers": [1, 2]},
    )


def test_a_failed_call_says_where_its_case_goes() -> None:
    """A refusal goes to those whom the rules name, for their cause; all else to the queue."""
    rules: dict[str, object] = {"cause": DATA_MISSING, "roles": ["auditor"]}
    refused = Refused("by rules", detail=rules)
    assert exception(refused) == exception(DATA_MISSING, "by rules", roles=["auditor"])
    assert exception(refused, "in short", roles=["head"], n=1) == exception(
        DATA_MISSING, "in short", roles=["head"], n=1
    )
    no_verdict = Refused("not measured", detail={"cause": DATA_MISSING, "roles": []})
    assert exception(no_verdict) == exception(DATA_MISSING, "not measured")
    assert exception(Refused("bare")) == exception(CONTRADICTORY, "bare")
    # What a system says of roles is its own affair: rules alone name people.
    assert exception(Unreachable("down", detail=rules)) == exception(SYSTEM_UNREACHABLE, "down")


def test_a_failure_that_no_step_handles_goes_the_same_way() -> None:
    """To whom the rules name, before those of the queue."""
    role = Role("plain", Count, queue={CONTRADICTORY: ["clerk"]})

    @role.step()
    async def only(case: Count, desk: Desk) -> Exit:
        return done()

    compiled = role.compile()
    refused = Refused("by rules", detail={"cause": None, "roles": ["auditor"]})
    assert compiled.leave(refused, "why").roles == ("auditor",)
    assert compiled.leave(Refused("by rules"), "why").roles == ("clerk",)
    assert compiled.leave(CONTRADICTORY, "why").roles == ("clerk",)
    assert compiled.leave(Unreachable("down"), "why").roles == ()


def test_compiled_parts_of_a_role() -> None:
    """What checks and cards ask of a compiled role."""
    compiled = accounting().compile()
    assert compiled.name == "accounting"
    assert compiled.state is InvoiceCase
    assert compiled.entry == ("read",)
    assert compiled.edges == (("check", "book"), ("read", "check"), ("read", "clarify"))
    assert {name for name, step in compiled.steps.items() if step.leaves} == {"book", "clarify"}
    assert {cause: one.roles for cause, one in compiled.queue.items()} == {
        "data missing": ("clerk",),
        "system unreachable": ("it",),
    }
