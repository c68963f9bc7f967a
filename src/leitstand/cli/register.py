"""`leitstand register`: what registers and procedural documentation ask of each role.

Its template reads roles, tools, rules and the company's data as they run: no second list to keep.
"""

import sys
from typing import Annotated

import typer

import leitstand
from leitstand.cli.command import Place, command
from leitstand.cli.output import filled
from leitstand.errors import UsageRefused


@command("world", "lang")
async def register(
    place: Place,
    role: Annotated[str, typer.Argument(metavar="[ROLE]", help="Name of the role; else all.")] = "",
) -> None:
    """Print purpose, systems, data, rules, people, model and versions of each role, as Markdown.

    For the transparency register, the record of processing and the Verfahrensdokumentation.
    """
    project, world = place.project, place.world or place.project.world
    if role not in ("", *project.roles):
        names = ", ".join(sorted(project.roles))
        raise UsageRefused(f"no role `{role}`; there are {names}", mend="name one, or none for all")
    modules = (sys.modules[name.partition(":")[0]] for name in project.table.roles)
    words = [" ".join((module.__doc__ or "").partition("\n\n")[0].split()) for module in modules]
    page = filled(
        "register.md",
        project=project,
        bundle=project.bundle(),
        limits=project.limits(world),
        product=leitstand.__version__,
        purposes=dict(zip(project.roles, words, strict=True)),
        roles={name: one for name, one in project.roles.items() if role in ("", name)},
        may={name: frozenset(t.name for t in r.tools) for name, r in project.roles.items()},
        texts=place.texts,
    )
    place.emit({"markdown": page}, lambda: typer.echo(page))
