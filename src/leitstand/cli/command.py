"""A command: an async function of the place it works in; the options of places are said once."""

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Literal

import typer

from leitstand.cli.output import exit_code, fail
from leitstand.cli.place import Place
from leitstand.errors import ApprovalRefused, LeitstandError, ProjectRefused

Option = Literal["person", "world", "tenant", "state", "lang", "json"]
Work = Callable[..., Coroutine[Any, Any, int | None]]


def command(*options: Option, plain: bool = False) -> Callable[[Work], Callable[..., None]]:
    """Make a command of a function: it is given a `Place`, and the program these options of it.

    What the function returns is the exit code, None for 0. `plain`: it runs under Python's own
    loop, which tells of every socket (replays shut the network), not under uvloop.
    """
    names = (*options, "json")

    def made(work: Work) -> Callable[..., None]:
        own = list(inspect.signature(work).parameters.values())[1:]
        given = [*own, *map(_parameter, names)]

        @wraps(work)
        def started(**values: Any) -> None:  # noqa: ANN401 - whatever the options are
            place = Place(**{name: values.pop(name) for name in names})
            try:
                with asyncio.Runner(loop_factory=None if plain else _loop()) as runner:
                    code = runner.run(work(place, **values))
            except LeitstandError as error:
                if place.json or "lang" not in names or not _told(error, place):
                    raise
                fail(error, json=False, texts=place.texts)
                raise typer.Exit(exit_code(error)) from None
            raise typer.Exit(code or 0)

        started.__annotations__ = {p.name: p.annotation for p in given}
        started.__dict__["__signature__"] = inspect.Signature(given)
        return started

    return made


def _told(error: LeitstandError, place: Place) -> bool:
    """Whether people read of it in their language: never one half in each."""
    if isinstance(error, ApprovalRefused):  # What is said of a decision is said in their language.
        return True
    return not isinstance(error, ProjectRefused) and place.texts.told(error.text) != error.text


def _parameter(name: str) -> inspect.Parameter:
    default, kind = getattr(Place, name), Place.__annotations__[name]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)


def _loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
