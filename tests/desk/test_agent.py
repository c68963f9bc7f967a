"""The agent: a model's calls pass the guard, are made once, and are told to it; it is bounded."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import pytest

from leitstand.approval import Statement
from leitstand.desk import Bounds, Desk
from leitstand.errors import CallFailed
from leitstand.guard.provenance import tainted
from leitstand.model import (
    ANSWER,
    EVERY,
    Called,
    Chat,
    Copied,
    Counter,
    Library,
    Script,
    ScriptedModel,
    Settings,
)
from leitstand.policy import Evidence, FactCall, facts
from leitstand.store import Limits
from leitstand.values import Frozen, Text
from tests.guard.scene import GRANT, Crash, Scene, find, get, letter, pay, work_of

PROMPT = """---
version: 1
owner: finance
purpose: pays what is due
released: 2026-11-02
budget: 4000
inputs: mail
confidence: 70
---
Pay what the mail asks for.
"""
TOOLS = (get, find, letter, pay)
INPUTS = {"mail": "Bitte an P1 zahlen"}


class Said(Frozen):
    """What became of it."""

    text: Annotated[Text, Copied()]


class Counting(ScriptedModel):
    """Counts how often it is asked, and keeps what it was sent last."""

    asked: list[list[Any]] = []

    def _generate(self, messages: list[Any], *_args: object, **_rest: object) -> Any:  # noqa: ANN401 a result
        self.asked.append(messages)
        return super()._generate(messages)


def model_of(*turns: Sequence[Called] | str) -> Counting:
    """A model that makes these calls turn by turn; a text is a message without a call."""
    scripts = [
        Script(prompt="pay", turn=number, answer=said)
        if isinstance(said, str)
        else Script(prompt="pay", turn=number, calls=tuple(said))
        for number, said in enumerate(turns)
    ]
    return Counting(scripts=tuple(scripts), asked=[])


def talk(scene: Scene, model: ScriptedModel) -> ScriptedModel:
    """Let a scene's cases ask this model."""
    (scene.folder / "pay.md").write_text(PROMPT, "utf-8")
    settings = Settings(provider="scripted", script="tests:model")
    chat = Chat("one", settings, Counter(), model)
    scene.models = Library.open(scene.folder, {"one": chat}, {EVERY: "one"}, "test")
    return model


def call(tool: Any, **args: object) -> Called:  # noqa: ANN401 a tool
    """A call."""
    return Called(tool=tool.name, args=args)


def answer(text: str = "P1") -> Called:
    """The answer."""
    return Called(tool=ANSWER, args={"text": text})


def step_of(bounds: Bounds | None = None) -> Any:  # noqa: ANN401 a step
    """A step that lets the model work; what failed is what it says."""

    async def step(desk: Desk) -> object:
        found = await desk.agent("pay", INPUTS, TOOLS, Said, bounds=bounds or Bounds())
        return found.value.text

    return step


async def told(model: Counting) -> str:
    """The last message that the model was sent."""
    return str(model.asked[-1][-1].text)


async def ended(scene: Scene, ulid: str) -> tuple[str, str, str]:
    """Status, cause and reason of an exit."""
    (body,) = await scene.bodies(ulid, "exit")
    return (await scene.status(ulid))[0], body["cause"], body["reason"]


@pytest.mark.kernel(26)
async def test_calls_stand_at_their_turn_and_place(scene: Scene) -> None:
    """Two reads side by side, a third, the answer: addresses, one scope, environment and tokens."""
    both = [call(get, no="A"), call(find, no="P1")]
    talk(scene, model_of(both, [call(get, no="B")], [answer()]))
    ulid = await scene.begin(step_of())
    assert await scene.status(ulid) == ("done", "")
    at = [(e.kind, e.address) for e in await scene.events(ulid, "answer", "scope")]
    assert sorted(at) == [
        ("answer", "work#1/:0/0"),
        ("answer", "work#1/:0/0/0"),
        ("answer", "work#1/:0/0/1"),
        ("answer", "work#1/:0/1"),
        ("answer", "work#1/:0/1/0"),
        ("answer", "work#1/:0/2"),
        ("scope", "work#1/:0"),
    ]
    (scope,) = await scene.bodies(ulid, "scope")
    assert scope["value"]["confidence"] == 70
    assert scope["value"]["spans"][0]["path"] == "mail"
    turns = [b for b in await scene.bodies(ulid, "answer") if b["tool"] == "turn"]
    assert {t["environment"] for t in turns} == {"test"}
    tape = await scene.tape(ulid)
    assert tape.tokens == sum(t["tokens"]["sent"] + t["tokens"]["received"] for t in turns) > 0
    assert tape.started["environment"] == "test"


@pytest.mark.kernel(26)
async def test_a_finished_agent_is_not_walked_again(scene: Scene) -> None:
    """After it the step waits for a person: on the next walk the model is not asked, one read."""
    model = model_of([call(get, no="A")], [answer()])
    talk(scene, model)

    async def step(desk: Desk) -> object:
        found = await desk.agent("pay", INPUTS, TOOLS, Said)
        await desk.call(pay, pay.args(no="R1", cents=20_000))
        return found.id

    ulid = await scene.begin(step)
    await scene.decide(ulid)
    await scene.go_on()
    assert await scene.status(ulid) == ("done", "")
    assert len(model.asked) == 2
    assert [c for c in scene.bank.calls if c[0] == "get"] == [("get", "A", "")]


async def test_a_checkpoint_in_the_loop_parks_the_case(scene: Scene) -> None:
    """The write waits for Ben; then it goes through once, and the model is told the result."""
    model = model_of([call(get, no="A"), call(pay, no="R1", cents=20_000)], [answer()])
    talk(scene, model)
    ulid = await scene.begin(step_of())
    assert (await scene.status(ulid))[0] == "waiting"
    assert (len(model.asked), scene.bank.writes) == (1, [])
    await scene.decide(ulid)
    await scene.go_on()
    assert await scene.status(ulid) == ("done", "")
    assert (len(model.asked), len(scene.bank.writes)) == (2, 1)
    assert '"no":"V1"' in await told(model)


@pytest.mark.kernel(25)
async def test_several_checkpoints_of_one_message_are_open_at_once(scene: Scene) -> None:
    """Two writes in one message: both wait, both are signed, answers come back in their order."""
    twice = [call(pay, no=f"R{n}", cents=20_000 + n) for n in range(2)]
    model = model_of(twice, [answer()])
    talk(scene, model)
    ulid = await scene.begin(step_of())
    assert len((await scene.tape(ulid)).open_checkpoints()) == 2
    await scene.decide_all(ulid)
    await scene.go_on()
    assert await scene.status(ulid) == ("done", "")
    calls = [m.tool_call_id for m in model.asked[-1] if m.type == "tool"]
    assert (calls, len(scene.bank.writes)) == (["call-0-0", "call-0-1"], 2)


@pytest.mark.kernel(10)
async def test_an_edit_tells_the_model_what_was_done(scene: Scene) -> None:
    """Ben makes it less: that is what the bank gets and what the model hears."""
    model = model_of([call(pay, no="R1", cents=20_000)], [answer()])
    talk(scene, model)
    ulid = await scene.begin(step_of())
    await scene.decide(ulid, said=await scene.edit(ulid, cents=15_000))
    await scene.go_on()
    assert await scene.status(ulid) == ("done", "")
    assert [args["cents"] for _, args, _ in scene.bank.writes] == [15_000]
    assert '"acted":{"cents":15000' in await told(model)


async def test_a_rejection_is_told_with_its_reason(scene: Scene) -> None:
    """Typed: the model may go on, the write does not happen."""
    model = model_of([call(pay, no="R1", cents=20_000)], [answer()])
    talk(scene, model)
    ulid = await scene.begin(step_of())
    await scene.decide(ulid, said=Statement(answer="reject", reason="zu teuer"))
    await scene.go_on()
    assert await scene.status(ulid) == ("done", "")
    assert scene.bank.writes == []
    assert '{"code":"LS202","kind":"Rejected","text":"zu teuer"}' in await told(model)


@pytest.mark.kernel(24)
async def test_a_model_that_insists_ends_in_the_exception_queue(scene: Scene) -> None:
    """The same payment rejected a second time: people have it, the model is not asked again."""
    model = model_of(*([call(pay, no="R1", cents=20_000 + n)] for n in range(4)))
    talk(scene, model)
    ulid = await scene.begin(step_of())
    for _ in range(2):
        await scene.decide(ulid, said=Statement(answer="reject", reason="nein"))
        await scene.go_on()
    assert (await ended(scene, ulid))[:2] == ("exception", "contradictory results")
    assert (len(model.asked), scene.bank.writes) == (2, [])


# ---- what a model chose is not grounded ----


async def test_no_write_of_a_model_goes_through_on_its_own(scene: Scene) -> None:
    """Nothing in these rules asks about five cents: a step may pay them, a model may not (R8)."""
    model = model_of([call(pay, no="R1", cents=5)], [answer()])
    talk(scene, model)
    ulid = await scene.begin(step_of())
    assert await scene.status(ulid) == ("done", "")
    assert scene.bank.writes == []
    assert "no rule asks a person" in str(await scene.bodies(ulid, "answer"))
    assert '"kind":"Refused"' in await told(model)


TAINTED = """
@id("tainted") @decision("approve") @level("approve") @roles("head") @approvers("1")
forbid(principal, action in [Action::"bank.pay", Action::"bank.book"], resource)
when { !context.call.tainted.isEmpty() } unless { context.call.approval.count >= 1 };
"""


@pytest.mark.parametrize(
    ("args", "marks"),
    [
        ({"no": "R1", "cents": 5}, ["cents", "no", "to"]),
        ({"no": "R1", "cents": 5, "to": "P1"}, ["cents", "no", "to"]),
        ({"no": "R1", "cents": 5, "kind": "bill"}, ["cents", "no", "to"]),
        ({"no": "R1", "cents": 5, "kind": "wage"}, ["cents", "kind", "no", "to"]),
    ],
)
async def test_a_choice_of_a_model_is_tainted(
    tmp_path: Path, args: dict[str, Any], marks: list[str]
) -> None:
    """Also a word of a closed vocabulary, unless it is the one that stands there anyway."""
    scene = Scene(tmp_path, GRANT + TAINTED)
    talk(scene, model_of([Called(tool="bank.pay", args=args)], [answer()]))
    ulid = await scene.begin(step_of())
    shown, _ = await scene.shown(ulid)
    assert (shown.tool, scene.bank.writes) == ("bank.pay", [])
    found = tainted(pay, shown.args, Evidence([]), (), by_model=True)
    assert sorted(found) == marks
    scene.store.close()


async def test_a_payee_from_a_letter_is_tainted_one_on_record_is_not(tmp_path: Path) -> None:
    """What the model read in an untrusted letter grounds nothing; what the bank has on record does.

    All else is named good by a check, so the payee alone decides.
    """

    class Good(Frozen):
        """What a check found good."""

        checked: frozenset[str] = frozenset({"no", "cents"})

    @facts("bank.pay", model=Good)
    def good(call: FactCall) -> Good:
        return Good()

    scene = Scene(tmp_path, GRANT + TAINTED, facts=[good])
    write = call(pay, no="R1", cents=5, to="P7")
    talk(scene, model_of([call(letter, no="P7")], [write], [answer()]))
    ulid = await scene.begin(step_of())
    assert (await scene.status(ulid))[0] == "waiting"
    talk(scene, model_of([call(find, no="P7")], [write], [answer()]))
    ulid = await scene.begin(step_of())
    assert await scene.status(ulid) == ("done", "")
    assert [args["to"] for _, args, _ in scene.bank.writes] == ["P7"]
    scene.store.close()


async def test_what_a_model_read_taints_the_step_that_names_it(scene: Scene) -> None:
    """A step that rests a write on a model's answer is held to the same."""
    talk(scene, model_of([answer()]))

    async def step(desk: Desk) -> object:
        found = await desk.agent("pay", INPUTS, TOOLS, Said)
        args = pay.args(no="R1", cents=5, kind="wage")
        try:
            await desk.call(pay, args, evidence=[found.id])
        except CallFailed as error:
            return error.code

    ulid = await scene.begin(step)
    assert scene.bank.writes == []
    assert (await scene.bodies(ulid, "exit"))[0]["result"] == {"said": "'LS201'"}


# ---- what a model does wrong ----


@pytest.mark.parametrize(
    ("turn", "text"),
    [
        ("I would rather talk.", "no tool was called"),
        ([Called(tool="bank.none")], "there is no tool `bank__none`"),
        ([Called(tool="bank.pay", args={"no": "R1"})], "Field required"),
        ([Called(tool="bank.pay", args={"no": "R1", "cents": "5"})], "valid integer"),
        ([Called(tool="bank.pay", args={"no": "R1", "cents": 5.5})], "valid integer"),
        ([Called(tool="bank.pay", args={"no": "R1", "cents": 10**30})], "no canonical form"),
        ([Called(tool="bank.get", args={"no": "A\u202e"})], "not an identifier"),
        ([Called(tool="bank.get", args={"no": "A", "more": 1})], "Extra inputs"),
        ([call(get, no="A")] * 1_000, "1000 calls in one message"),
        ([Called(tool=ANSWER, args={"txt": "x"})], "no Said"),
        ([answer(), answer()], "give it alone"),
    ],
)
async def test_a_fault_is_told_and_the_third_ends_it(
    scene: Scene, turn: list[Called] | str, text: str
) -> None:
    """Once it is told what was wrong and may mend it; three times it fails, typed, nothing done."""
    model = model_of(turn, [answer()])
    talk(scene, model)
    ulid = await scene.begin(step_of())
    assert await scene.status(ulid) == ("done", "")
    assert text in str([str(m.text) for m in model.asked[-1]])
    again = model_of(*([turn] * 9))
    talk(scene, again)
    ulid = await scene.begin(step_of())
    status, cause, reason = await ended(scene, ulid)
    assert (status, cause) == ("exception", "contradictory results")
    assert text in reason
    assert len(again.asked) <= 3
    assert scene.bank.calls == []


async def test_one_call_over_and_over_is_made_twice(scene: Scene) -> None:
    """A model that asks the same a thousand times is told so and given up."""
    model = model_of(*([call(get, no="A")] for _ in range(1_000)))
    talk(scene, model)
    ulid = await scene.begin(step_of(Bounds(turns=1_000)))
    assert (await ended(scene, ulid))[1] == "contradictory results"
    assert (len(scene.bank.calls), len(model.asked)) == (2, 5)


@pytest.mark.parametrize(
    ("bounds", "text"),
    [(Bounds(turns=4), "within 4 turns"), (Bounds(calls=3), "more than 3 calls")],
)
async def test_turns_and_calls_are_bounded(scene: Scene, bounds: Bounds, text: str) -> None:
    """Always another call: it ends as typed failure, whatever the model has in mind."""
    talk(scene, model_of(*([call(get, no=f"A{n}")] for n in range(50))))
    ulid = await scene.begin(step_of(bounds))
    assert text in (await ended(scene, ulid))[2]
    assert len(scene.bank.calls) <= 4


async def test_tokens_of_a_case_are_bounded(scene: Scene) -> None:
    """Before the question that would go beyond them; what was spent is on record."""
    scene.cases = Limits(tokens=4_000)
    model = model_of(*([call(get, no=f"A{n}")] for n in range(50)))
    talk(scene, model)
    ulid = await scene.begin(step_of(Bounds(turns=50)))
    status, cause, reason = await ended(scene, ulid)
    assert (status, cause) == ("exception", "data missing")
    assert "a case has 4000" in reason
    assert (await scene.tape(ulid)).tokens <= 4_000


async def test_a_prompt_s_budget_holds_for_the_whole_talk(scene: Scene) -> None:
    """What tools return counts: beyond the prompt's budget nothing more is sent."""
    talk(scene, model_of(*([call(get, no=f"{n:0120}")] for n in range(40))))
    ulid = await scene.begin(step_of(Bounds(turns=40)))
    assert "the prompt's budget is 4000" in (await ended(scene, ulid))[2]


# ---- crashes, changes ----


@pytest.mark.kernel(26)
@pytest.mark.parametrize("at", range(6))
async def test_a_crash_anywhere_asks_and_writes_once(scene: Scene, at: int) -> None:
    """The process is gone at the n-th thing that happens outside; then another goes on.

    No answer that was recorded is asked for again, no write is made twice.
    """
    happened: list[int] = []

    def crash() -> None:
        happened.append(1)
        if len(happened) == at + 1:
            raise Crash

    class Falling(Counting):
        """Falls over before or after it has spoken."""

        def _generate(self, messages: list[Any], *_args: object, **_rest: object) -> Any:  # noqa: ANN401 a result
            crash()
            found = super()._generate(messages)
            crash()
            return found

    turns = model_of([call(get, no="A")], [call(pay, no="R1", cents=20_000)], [answer()])
    talk(scene, Falling(scripts=turns.scripts, asked=[]))
    scene.roles["clerk"] = work_of(step_of())
    ulid = await scene.start()
    for _ in range(4):
        try:
            await scene.go_on(later=90)
        except Crash:
            scene.reopen()
            continue
        if (await scene.status(ulid))[0] == "waiting":
            await scene.decide(ulid)
    assert await scene.status(ulid) == ("done", "")
    assert sum(scene.bank.effects.values()) == 1
    turns_on_record = [b for b in await scene.bodies(ulid, "answer") if b["tool"] == "turn"]
    assert len(turns_on_record) == 3


async def test_another_prompt_in_the_middle_is_a_divergence(scene: Scene) -> None:
    """Parked, then the prompt is another: the talk does not go on as if nothing had happened."""
    talk(scene, model_of([call(pay, no="R1", cents=20_000)], [answer()]))
    ulid = await scene.begin(step_of())
    (scene.folder / "pay.md").write_text(PROMPT.replace("asks for", "says"), "utf-8")
    assert isinstance(scene.models, Library)
    scene.models = Library.open(scene.folder, scene.models.chats, scene.models.uses, "test")
    await scene.decide(ulid)
    await scene.go_on()
    assert await scene.status(ulid) == ("held", "diverged")
    assert scene.bank.writes == []


async def test_what_the_project_lacks_is_no_answer(scene: Scene) -> None:
    """No such prompt: held for an engineer, nothing recorded; mended, the case goes on."""
    talk(scene, model_of([answer()]))
    (scene.folder / "pay.md").unlink()
    assert isinstance(scene.models, Library)
    chats, uses = scene.models.chats, scene.models.uses
    scene.models = Library.open(scene.folder, chats, uses, "test")
    ulid = await scene.begin(step_of())
    assert await scene.status(ulid) == ("held", "defect")
    (scene.folder / "pay.md").write_text(PROMPT, "utf-8")
    scene.models = Library.open(scene.folder, chats, uses, "test")
    await scene.runtime().release(ulid, "ben", "mended")
    await scene.go_on()
    assert (await scene.status(ulid))[0] == "done"
