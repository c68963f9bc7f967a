"""A command: an async function of the place it works in; the options of places are said once."""

import inspect
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Literal

import typer

from leitstand.cli.options import As, Json, Lang, State, Tenant, World, pairs
from leitstand.cli.output import exit_code, fail
from leitstand.cli.place import Place, run
from leitstand.errors import LeitstandError, ProjectRefused, UsageRefused

__all__ = ["Place", "command", "pairs"]

Option = Literal["person", "world", "tenant", "state", "lang", "json"]
Work = Callable[..., Coroutine[Any, Any, int | None]]


def command(*options: Option) -> Callable[[Work], Callable[..., None]]:
    """Make a command of a function: it is given a `Place`, and the program these options of it.

    What the function returns is the exit code, None for 0.
    """
    names = (*options, "json")

    def made(work: Work) -> Callable[..., None]:
        own = list(inspect.signature(work).parameters.values())[1:]
        given = [*own, *map(_parameter, names)]

        @wraps(work)
        def started(**values: Any) -> None:  # noqa: ANN401 - whatever the options are
            place = Place(**{name: values.pop(name) for name in names})
            try:
                raise typer.Exit(run(work(place, **values)) or 0)
            except LeitstandError as error:
                if place.json or "lang" not in names or not _told(error, place):
                    raise
                fail(error, json=False, texts=place.texts)
                raise typer.Exit(exit_code(error)) from None

        started.__annotations__ = {p.name: p.annotation for p in given}
        started.__dict__["__signature__"] = inspect.Signature(given)
        return started

    return made


def _told(error: LeitstandError, place: Place) -> bool:
    """Whether people read of it in their language; how commands are used is said in English."""
    if isinstance(error, ProjectRefused):
        return False
    return not isinstance(error, UsageRefused) or place.texts.told(error.text) != error.text


def _parameter(name: str) -> inspect.Parameter:
    default, kind = getattr(Place, name), _KINDS[name]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)


_KINDS: dict[str, object] = {
    "person": As,
    "world": World,
    "tenant": Tenant,
    "state": State,
    "lang": Lang,
    "json": Json,
}
