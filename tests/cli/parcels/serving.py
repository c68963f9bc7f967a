"""The parcel office's one role: a model sorts a letter, and serves it with two tools."""

from typing import Annotated, Literal

from parcels import ReadLetter, find_sender, read_letter, refund

from leitstand.desk import Desk
from leitstand.model import Copied
from leitstand.role import Exit, Goto, Role, done, goto
from leitstand.values import Frozen, Text

__all__ = ["LetterCase", "Outcome", "Sorted", "role"]


class Sorted(Frozen):
    """What a letter wants, and about which parcel."""

    wish: Literal["refund", "praise"]
    parcel: Annotated[Text, Copied("letter")]


class Outcome(Frozen):
    """What became of it, in words of the model."""

    said: Text


class LetterCase(Frozen):
    """One letter."""

    name: Text
    text: Text = ""
    parcel: Text = ""


role = Role(
    "serving",
    LetterCase,
    tools=[read_letter, find_sender, refund],
    queue={
        "system unreachable": ("clerk",),
        "data missing": ("clerk",),
        "contradictory results": ("clerk",),
    },
)


@role.step(then=["serve"])
async def sort(case: LetterCase, desk: Desk) -> Goto | Exit:
    """Read the letter and let the model say what it wants."""
    letter = await desk.call(read_letter, ReadLetter(name=case.name))
    found = await desk.ask("sort", {"letter": letter.value.text}, Sorted)
    if found.value.wish == "praise":
        return done(wish="praise", parcel=found.value.parcel)
    return goto("serve", text=letter.value.text, parcel=found.value.parcel)


@role.step()
async def serve(case: LetterCase, desk: Desk) -> Exit:
    """Let the model find the sender and refund the parcel."""
    given = {"letter": case.text, "parcel": case.parcel}
    found = await desk.agent("serve", given, [find_sender, read_letter, refund], Outcome)
    return done(wish="refund", parcel=case.parcel, said=found.value.said)
