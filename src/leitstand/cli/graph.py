"""`leitstand graph`: a role as a drawing."""

from typing import Annotated

import typer

from leitstand.cli.command import Place, command
from leitstand.errors import UsageRefused
from leitstand.role import mermaid


@command()
async def graph(
    place: Place, role: Annotated[str, typer.Argument(help="Name of the role.")]
) -> None:
    """Draw a role as a mermaid flowchart; steps that write are drawn as checkpoints."""
    roles = place.project.roles
    if role not in roles:
        raise UsageRefused(f"no role `{role}`", mend=f"there are: {', '.join(roles)}")
    compiled = roles[role]
    text = mermaid(compiled)
    steps = [
        {"step": s.name, "then": s.then, "leaves": s.leaves, "tools": s.tools}
        for s in compiled.steps.values()
    ]
    data = {"role": role, "version": compiled.version, "steps": steps, "mermaid": text}
    place.emit(data, lambda: typer.echo(text, nl=False))
