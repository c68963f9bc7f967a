"""The stand-in: nothing gets out, nothing is made up, and what nobody knows is unknown."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from leitstand.errors import CallFailed, Missing
from leitstand.evals.replay import Bench
from leitstand.evals.stand_in import AT, OffTape, StandIn
from leitstand.evals.tape import Line, Recording
from leitstand.guard import failure_of
from leitstand.tool import Tool
from tests.evals.conftest import Kept

Named = Callable[[str], Tool[Any, Any]]
READ, POST = "shop.bill.read", "shop.bill.post"


@pytest.fixture
def named(counter: Bench) -> Named:
    """A tool of the shop by its name."""
    return lambda name: next(t for t in counter.tools if t.name == name)


def lines_of(kept: Kept, *names: str) -> list[Line]:
    """The recorded calls of these tools."""
    return [line for line in kept.recording.lines if line.name in names]


def args_of(tool: Tool[Any, Any], line: Line, **other: Any) -> BaseModel:  # noqa: ANN401
    """The arguments of a recorded call, or near ones."""
    return tool.args.model_validate({**line.args, **other}, strict=False)


def test_a_read_is_answered_as_recorded(one: Kept, named: Named) -> None:
    """The very answer; the case stays exact."""
    tool, [line] = named(READ), lines_of(one, READ)
    stand_in = StandIn(one.recording)
    found = asyncio.run(stand_in.read(tool, args_of(tool, line), 1.0))
    assert found.model_dump(mode="json") == line.value
    assert (stand_in.certainty, stand_in.divergence, stand_in.made) == ("exact", None, [])


def test_a_read_that_was_not_recorded_is_unknown(one: Kept, named: Named) -> None:
    """A document is never made up: the replay ends, what was asked and recorded stands there."""
    tool, [line] = named(READ), lines_of(one, READ)
    stand_in = StandIn(one.recording)
    AT.set(line.address)
    with pytest.raises(OffTape):
        asyncio.run(stand_in.read(tool, args_of(tool, line, name="other"), 1.0))
    assert stand_in.certainty == "unknown"
    assert READ in stand_in.why
    assert stand_in.divergence is not None
    assert ("r1" in stand_in.divergence.recorded, "other" in stand_in.divergence.now) == (
        True, True,
    )  # fmt: skip


def test_a_write_is_collected_and_nothing_is_sent(one: Kept, named: Named) -> None:
    """The effect is there with its key; the result is the recorded one."""
    tool, [line] = named(POST), lines_of(one, POST)
    stand_in = StandIn(one.recording)
    found = asyncio.run(stand_in.write(tool, args_of(tool, line), "key", 1.0))
    [made] = stand_in.made
    assert (made.tool, made.args, made.key) == (POST, line.args, "key")
    assert found.model_dump(mode="json") == line.value
    assert stand_in.certainty == "exact"


def test_another_write_has_a_result_of_the_same_form(one: Kept, named: Named) -> None:
    """Its effect is what it was called with, and the case is simulated from there on."""
    tool, [line] = named(POST), lines_of(one, POST)
    stand_in = StandIn(one.recording)
    found = asyncio.run(stand_in.write(tool, args_of(tool, line, gross_cents=1), "key", 1.0))
    assert found.model_dump(mode="json") == line.value
    assert stand_in.made[0].args["gross_cents"] == 1
    assert stand_in.certainty == "simulated"


def test_without_any_recorded_result_one_is_formed_and_marked(one: Kept, named: Named) -> None:
    """Two writes get two names, so that nothing takes them for one."""
    tool, [line] = named(POST), lines_of(one, POST)
    stand_in = StandIn(Recording(()))
    found = [asyncio.run(stand_in.write(tool, args_of(tool, line), "k", 1.0)) for _ in range(2)]
    assert len({f.model_dump_json() for f in found}) == 2
    assert stand_in.certainty == "simulated"


def test_a_recorded_refusal_is_no_effect(one: Kept, named: Named) -> None:
    """The system said no when it was recorded: it says so again, and nothing was done."""
    tool, [line] = named(POST), lines_of(one, POST)
    failure = failure_of(Missing("no such supplier", where="shop"))
    refused = line.model_copy(update={"failure": failure, "value": None})
    stand_in = StandIn(Recording([refused]))
    with pytest.raises(CallFailed, match="no such supplier"):
        asyncio.run(stand_in.write(tool, args_of(tool, line), "key", 1.0))
    assert stand_in.made == []


def test_an_answer_that_is_none_any_more_fails_the_call(one: Kept, named: Named) -> None:
    """The tool has another result by now: said, not guessed."""
    tool, [line] = named(READ), lines_of(one, READ)
    stand_in = StandIn(Recording([line.model_copy(update={"value": {"other": 1}})]))
    with pytest.raises(CallFailed, match="no FoundBill any more"):
        asyncio.run(stand_in.read(tool, args_of(tool, line), 1.0))


def test_the_first_reason_stays() -> None:
    """What made a case unknown is not talked over by what follows from it."""
    stand_in = StandIn(Recording(()))
    stand_in.unknown("first")
    stand_in.unknown("second")
    assert (stand_in.certainty, stand_in.why) == ("unknown", "first")


def test_another_release_is_named_in_full() -> None:
    """What was recorded and what would be asked now, and that the answer counts for nothing."""
    line = Line(address="a#1/:0", kind="ask", name="account", release="m:account@1#aa")
    stand_in = StandIn(Recording([line]))
    assert "account" in str(stand_in.another(line, "m:account@1#bb"))
    seen = stand_in.divergence
    assert seen is not None
    assert (seen.step, seen.recorded, seen.now) == ("a#1/:0", line.release, "m:account@1#bb")
    assert stand_in.certainty == "unknown"
