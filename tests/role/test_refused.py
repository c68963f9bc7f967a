"""Every construct that a role or a graph may not hold is refused when it compiles, by name."""

import operator
from collections.abc import Callable
from typing import Annotated, Any, TypedDict, cast

import pytest
from langchain_core.runnables import RunnableConfig, RunnableLambda, RunnablePassthrough
from langgraph.channels import EphemeralValue, LastValue, Topic, UntrackedValue
from langgraph.constants import END, START
from langgraph.graph import StateGraph
from langgraph.managed import IsLastStep
from langgraph.runtime import Runtime
from langgraph.types import CachePolicy, RetryPolicy, StreamWriter, TracePolicy

from leitstand.desk import Desk
from leitstand.errors import RoleRefused
from leitstand.role import Exit, Goto, Role, Update, compile_graph, done, goto
from leitstand.values import Frozen


class Slip(TypedDict):
    """A small state."""

    n: Annotated[int, operator.add]


async def step(state: Slip) -> dict[str, int]:
    """A step as it should be."""
    return {"n": 1}


def sync_step(state: Slip) -> dict[str, int]:
    """A step that blocks the loop."""
    return {"n": 1}


async def with_config(state: Slip, config: RunnableConfig) -> None:
    """Asks LangGraph for its configuration."""


async def with_runtime(state: Slip, runtime: Runtime[Any]) -> None:
    """Asks LangGraph for its runtime."""


async def with_writer(state: Slip, writer: StreamWriter) -> None:
    """Asks LangGraph for its stream."""


def with_node(**parts: Any) -> Callable[[], Any]:  # noqa: ANN401 arguments of add_node
    """A graph of one step with `parts`."""

    def build() -> Any:  # noqa: ANN401 LangGraph's generics
        graph: Any = StateGraph(Slip)
        graph.add_node("only", parts.pop("action", step), **parts)
        graph.add_edge(START, "only")
        return graph

    return build


def with_state(kind: Any, name: str = "n") -> Callable[[], Any]:  # noqa: ANN401 any annotation
    """A graph whose state has a field of `kind`."""

    async def idle(state: object) -> None:
        return None

    def build() -> Any:  # noqa: ANN401 LangGraph's generics
        state: Any = type("State", (), {"__annotations__": {name: kind, "other": str}})
        graph: Any = StateGraph(state)
        graph.add_node("only", idle)
        graph.add_edge(START, "only")
        return graph

    return build


def with_defaults(**parts: Any) -> Callable[[], Any]:  # noqa: ANN401 arguments of set_node_defaults
    """A graph with `parts` for all its steps."""
    return lambda: with_node()().set_node_defaults(**parts)


def with_branch(path: Any) -> Callable[[], Any]:  # noqa: ANN401 what LangGraph takes
    """A graph with a branch that is no plain function of the state."""

    def build() -> Any:  # noqa: ANN401 LangGraph's generics
        graph = with_node()()
        graph.add_conditional_edges("only", path, [END])
        return graph

    return build


async def later(state: Slip) -> str:
    """A branch that has to be waited for."""
    return END


def unsaid(state: Any) -> str:  # noqa: ANN401 that is the point
    """A branch that does not say what it sees."""
    return END


def with_narrow_step() -> Any:  # noqa: ANN401 LangGraph's generics
    """A graph with a step that sees a part of the state."""
    graph: Any = StateGraph(Slip)
    graph.add_node("only", step, input_schema=type("Part", (Slip,), {}))
    graph.add_edge(START, "only")
    return graph


def with_more_input() -> Any:  # noqa: ANN401 LangGraph's generics
    """A graph whose input has a field that its state does not have."""
    more: Any = type("More", (), {"__annotations__": {"m": int}})
    graph: Any = StateGraph(Slip, input_schema=more)
    graph.add_node("only", step)
    graph.add_edge(START, "only")
    return graph


def with_context() -> Any:  # noqa: ANN401 LangGraph's generics
    """A graph that reads a context beside its state."""
    graph: Any = StateGraph(Slip, context_schema=Slip)
    graph.add_node("only", step)
    graph.add_edge(START, "only")
    return graph


def without_fields() -> Any:  # noqa: ANN401 LangGraph's generics
    """A graph whose state is one value."""
    state: Any = Annotated[int, operator.add]
    graph: Any = StateGraph(state)
    graph.add_node("only", step)
    graph.add_edge(START, "only")
    return graph


def to_nowhere() -> Any:  # noqa: ANN401 LangGraph's generics
    """A graph with an edge to a step that is not there."""
    graph = with_node()()
    graph.add_edge("only", "nowhere")
    return graph


def nowhere(state: Slip) -> str:
    """A branch to a step that is not there."""
    return "nowhere"


def branch_to_nowhere() -> Any:  # noqa: ANN401 LangGraph's generics
    """A graph with a branch to a step that is not there."""
    graph = with_node()()
    graph.add_conditional_edges("only", nowhere, ["nowhere"])
    return graph


def with_subgraph() -> Any:  # noqa: ANN401 LangGraph's generics
    """A graph with a compiled graph as a step."""
    return with_node(action=with_node()().compile())()


GRAPHS: dict[str, tuple[Callable[[], Any], str]] = {
    "retry-policy": (with_node(retry_policy=RetryPolicy()), "`retry_policy`"),
    "cache-policy": (with_node(cache_policy=CachePolicy()), "`cache_policy`"),
    "defer": (with_node(defer=True), "`defer`"),
    "timeout": (with_node(timeout=3.0), "`timeout`"),
    "error-handler": (with_node(error_handler=step), "`error_handler_node`|error handler"),
    "trace-policy": (with_node(trace_policy=TracePolicy()), "`trace_policy`"),
    "default-retry-policy": (with_defaults(retry_policy=RetryPolicy()), "`retry_policy`"),
    "default-cache-policy": (with_defaults(cache_policy=CachePolicy()), "`cache_policy`"),
    "default-timeout": (with_defaults(timeout=3.0), "`timeout`"),
    "default-error-handler": (with_defaults(error_handler=step), "error handler|`error_handler"),
    "managed-value": (with_state(IsLastStep), "managed values"),
    "topic": (with_state(Annotated[list[str], Topic]), "`Topic`"),
    "ephemeral": (with_state(Annotated[int, EphemeralValue]), "`EphemeralValue`"),
    "untracked": (with_state(Annotated[int, UntrackedValue]), "`UntrackedValue`"),
    "own-channel": (with_state(Annotated[int, type("Own", (LastValue,), {})]), "`Own`"),
    "no-fields": (without_fields, "a state without fields"),
    "context": (with_context, "context schema"),
    "subgraph": (with_subgraph, "a compiled graph as a step"),
    "runnable": (with_node(action=RunnableLambda(step)), "`RunnableLambda`"),
    "sync-step": (with_node(action=sync_step), "not async"),
    "config": (with_node(action=with_config), "config"),
    "runtime": (with_node(action=with_runtime), "runtime"),
    "writer": (with_node(action=with_writer), "writer"),
    "runnable-branch": (with_branch(cast("Any", RunnablePassthrough())), "`RunnablePassthrough`"),
    "async-branch": (with_branch(later), "no plain function"),
    "unsaid-branch": (with_branch(unsaid), "not the whole state"),
    "narrow-step": (with_narrow_step, "not the whole state"),
    "more-input": (with_more_input, "its state does not have"),
    "branch-with-config": (with_branch(with_config), "config"),
    "compiled": (lambda: with_node()().compile(), "a compiled graph instead"),
    "unknown-target": (to_nowhere, "unknown node `nowhere`"),
    "unknown-branch-target": (branch_to_nowhere, "unknown target 'nowhere'"),
    "no-entry": (lambda: StateGraph(Slip), "entrypoint"),
}


@pytest.mark.parametrize("part", GRAPHS)
@pytest.mark.kernel(22)
def test_parts_of_a_graph(part: str) -> None:
    """One test for each part that the walk does not cover."""
    build, text = GRAPHS[part]
    with pytest.raises(RoleRefused, match=text) as caught:
        compile_graph("plain", build())
    assert caught.value.code == "LS301"
    assert caught.value.where.startswith("plain")


def test_a_graph_without_them_is_taken() -> None:
    """The same graph with nothing added compiles."""
    assert list(compile_graph("plain", with_node()()).steps) == ["only"]


class Count(Frozen):
    """A state as it should be."""

    n: int = 0


async def ends(case: Count, desk: Desk) -> Exit:
    """A step that ends the case."""
    return done()


def unknown_then(role: Role[Count]) -> None:
    """`then` names a step that is not there."""

    @role.step(then=["nowhere"])
    async def first(case: Count, desk: Desk) -> Goto:
        return goto("nowhere")


def unreachable(role: Role[Count]) -> None:
    """Nothing leads to the second step."""
    role.step()(ends)

    @role.step()
    async def lost(case: Count, desk: Desk) -> Exit:
        return done()


def endless(role: Role[Count]) -> None:
    """Two steps that only lead to each other."""

    @role.step(then=["second", "ends"])
    async def first(case: Count, desk: Desk) -> Goto:
        return goto("second")

    @role.step(then=["second"])
    async def second(case: Count, desk: Desk) -> Goto:
        return goto("second")

    role.step()(ends)


def silent(role: Role[Count]) -> None:
    """A step that does not say what it returns."""

    @role.step()
    async def first(case: Count, desk: Desk):  # noqa: ANN202 the point of the test
        return done()


def other_answer(role: Role[Count]) -> None:
    """A step that says it returns something else."""

    @role.step()  # type: ignore[arg-type]
    async def first(case: Count, desk: Desk) -> str:
        return "done"


def goto_nowhere(role: Role[Count]) -> None:
    """A goto without a `then`."""

    @role.step()
    async def first(case: Count, desk: Desk) -> Goto | Exit:
        return done()


def update_to_two(role: Role[Count]) -> None:
    """An update alone cannot choose between two steps."""

    @role.step(then=["ends", "first"])
    async def first(case: Count, desk: Desk) -> Update:
        return {}

    role.step()(ends)


def exit_with_then(role: Role[Count]) -> None:
    """A `then` that is never taken."""

    @role.step(then=["ends"])
    async def first(case: Count, desk: Desk) -> Exit:
        return done()

    role.step()(ends)


def sync(role: Role[Count]) -> None:
    """A step that is not async."""

    @role.step()  # type: ignore[arg-type]
    def first(case: Count, desk: Desk) -> Exit:
        return done()


def without_desk(role: Role[Count]) -> None:
    """A step that takes the case alone."""

    @role.step()  # type: ignore[arg-type]
    async def first(case: Count) -> Exit:
        return done()


def same_name(role: Role[Count]) -> None:
    """Two steps of one name."""
    role.step()(ends)
    role.step()(ends)


def join_of_one(role: Role[Count]) -> None:
    """A join that waits for one step."""
    role.step()(ends)
    role.join(["ends"], "ends")


def join_of_unknown(role: Role[Count]) -> None:
    """A join of a step that is not there."""
    role.step()(ends)
    role.join(["ends", "nowhere"], "ends")


def join_with_then(role: Role[Count]) -> None:
    """A step of a join that also goes elsewhere."""

    @role.step(then=["ends"])
    async def first(case: Count, desk: Desk) -> Update:
        return {}

    role.step()(ends)
    role.join(["first", "ends"], "ends")


def empty(role: Role[Count]) -> None:
    """A role without steps."""


ROLES: dict[str, tuple[Callable[[Role[Count]], None], str]] = {
    "unknown-then": (unknown_then, "`then` names `nowhere`, which is no step"),
    "unreachable": (unreachable, "no way leads to this step"),
    "endless": (endless, "no way leads from this step to an exit"),
    "silent": (silent, "does not say what it returns"),
    "other-answer": (other_answer, "cannot return `<class 'str'>`"),
    "goto-nowhere": (goto_nowhere, "`then` names no step"),
    "update-to-two": (update_to_two, "2 steps instead of one"),
    "exit-with-then": (exit_with_then, "only ever returns an `Exit`"),
    "sync": (sync, "async function"),
    "without-desk": (without_desk, "the case and its desk"),
    "same-name": (same_name, "two steps of this name"),
    "join-of-one": (join_of_one, "two or more"),
    "join-of-unknown": (join_of_unknown, "a join names `.*`, which is no step"),
    "join-with-then": (join_with_then, "at the join alone"),
    "empty": (empty, "has no steps"),
}


@pytest.mark.parametrize("fault", ROLES)
def test_faults_of_a_role(fault: str) -> None:
    """One test for each way to write a role that could not end well."""
    write, text = ROLES[fault]
    role = Role("faulty", Count)

    def compile_role() -> None:
        write(role)
        role.compile()

    with pytest.raises(RoleRefused, match=text) as caught:
        compile_role()
    assert caught.value.where.startswith("faulty")


def test_a_queue_for_an_unknown_cause() -> None:
    """There are three causes and no fourth (R16)."""
    role: Role[Count] = Role("queued", Count, queue={"bad luck": ["clerk"]})  # type: ignore[dict-item]
    role.step()(ends)
    with pytest.raises(RoleRefused, match="bad luck"):
        role.compile()


def test_tools_that_are_none() -> None:
    """A name in place of a list of tools."""
    role = Role("named", Count, tools=cast("Any", "bank.bill.pay"))
    role.step()(ends)
    with pytest.raises(RoleRefused, match="`tools` lists tools, no <class 'str'>"):
        role.compile()


def test_a_state_with_a_field_for_the_exit() -> None:
    """The name of the reserved channel is taken."""

    class Taken(Frozen):
        exit: str = ""

    role = Role("taken", Taken)

    @role.step()
    async def only(case: Taken, desk: Desk) -> Exit:
        return done()

    with pytest.raises(RoleRefused, match="`exit` is how a case ends"):
        role.compile()


def test_a_state_that_can_be_changed() -> None:
    """A step must not change what its siblings see; the fields at fault are named."""

    class Loose(Frozen):
        items: list[int] = []
        names: dict[str, str] = {}

    role = Role("loose", Loose)

    @role.step()
    async def only(case: Loose, desk: Desk) -> Exit:
        return done()

    with pytest.raises(RoleRefused, match=r"deeply immutable.*`Loose\.items.*`Loose\.names"):
        role.compile()


def test_a_state_with_a_reducer_of_the_wrong_form() -> None:
    """A reducer takes two values; LangGraph's own refusal comes out typed."""

    def three(a: int, b: int, c: int) -> int:
        return a + b + c

    class Folded(Frozen):
        n: Annotated[int, three] = 0

    role = Role("folded", Folded)

    @role.step()
    async def only(case: Folded, desk: Desk) -> Exit:
        return done()

    with pytest.raises(RoleRefused, match="reducer"):
        role.compile()
