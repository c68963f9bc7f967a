"""`leitstand approve`, `edit`, `reject` and `answer`: one decision each, signed with your key."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from leitstand.cli.options import As, Json, Lang, State, pairs

if TYPE_CHECKING:
    from leitstand.inbox import Receipt

__all__ = ["answer", "approve", "edit", "reject", "tell"]

Number = Annotated[str, typer.Argument(help="Number of the checkpoint, or how it begins.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Why; kept with the decision.")]


def approve(
    number: Number,
    *,
    reason: Reason = "",
    person: As = "",
    state: State = None,
    lang: Lang = "de",
    json: Json = False,
) -> None:
    """Approve a checkpoint as it is shown; it runs when enough people have signed."""
    _decide("approve", number, reason, {}, (person, state, lang, json))


def edit(
    number: Number,
    changes: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...", help="New values.")],
    *,
    reason: Reason = "",
    person: As = "",
    state: State = None,
    lang: Lang = "de",
    json: Json = False,
) -> None:
    """Change arguments and approve the changed action; every change is kept as a correction."""
    _decide("edit", number, reason, pairs(changes), (person, state, lang, json))


def reject(
    number: Number,
    *,
    reason: Annotated[str, typer.Option("--reason", "-r", help="Why; the case is told.")],
    person: As = "",
    state: State = None,
    lang: Lang = "de",
    json: Json = False,
) -> None:
    """Reject a checkpoint: the action will not be done."""
    _decide("reject", number, reason, {}, (person, state, lang, json))


def answer(
    case: Annotated[str, typer.Argument(help="The case: its ULID, title, or checkpoint number.")],
    text: Annotated[str, typer.Argument(help="What you want to say.")],
    *,
    to: Annotated[str, typer.Option("--to", help="What the case waits for; else the thread.")] = "",
    person: As = "",
    state: State = None,
    lang: Lang = "de",
    json: Json = False,
) -> None:
    """Answer what a case waits for, or write into its thread."""
    from leitstand.cli.place import run

    run(_answer(case, text, to, (person, state, lang, json)))


def tell(receipt: "Receipt") -> None:
    """A receipt for people."""
    typer.echo("\n".join(receipt.lines))


_Common = tuple[str, State, Lang, bool]


def _decide(
    kind: Literal["approve", "edit", "reject"],
    number: str,
    reason: str,
    edits: Mapping[str, str],
    common: _Common,
) -> None:
    from leitstand.cli.place import run

    run(_decided(kind, number, reason, edits, common))


async def _decided(
    kind: Literal["approve", "edit", "reject"],
    number: str,
    reason: str,
    edits: Mapping[str, str],
    common: _Common,
) -> None:
    from leitstand.cli.output import emit
    from leitstand.cli.place import load, opened
    from leitstand.cli.session import signer_of
    from leitstand.inbox import Decision, decide, texts_of

    person, state, lang, json = common
    project = load()
    async with opened(project, state) as leitstand:
        signer = await signer_of(leitstand, person)
        decision = Decision(checkpoint=number, answer=kind, reason=reason, edits=edits)
        receipt = await decide(leitstand, signer, decision, texts_of(lang, project.texts))
        emit(receipt, lambda: tell(receipt), json=json)
    if receipt.state in ("failed", "held"):
        raise typer.Exit(1)


async def _answer(name: str, text: str, to: str, common: _Common) -> None:
    from leitstand.cli.case import find_case
    from leitstand.cli.output import emit
    from leitstand.cli.place import load, opened
    from leitstand.cli.session import signer_of
    from leitstand.inbox import answer as told
    from leitstand.inbox import texts_of

    person, state, lang, json = common
    project = load()
    async with opened(project, state) as leitstand:
        signer = await signer_of(leitstand, person)
        texts = texts_of(lang, project.texts)
        case = await find_case(leitstand, name)
        under = await told(leitstand, signer.person, case, text, texts, to=to)
        data = {"case": case, "told": under, "person": signer.person.id}
        emit(data, lambda: typer.echo(texts.say("receipt.answered")), json=json)
