"""`leitstand graph`: a role as a drawing."""

from typing import Annotated

import typer

from leitstand.cli.options import Json

__all__ = ["graph"]


def graph(
    role: Annotated[str, typer.Argument(help="Name of the role.")],
    *,
    json: Json = False,
) -> None:
    """Draw a role as a mermaid flowchart; steps that write are drawn as checkpoints."""
    from leitstand.cli.output import emit
    from leitstand.cli.place import load
    from leitstand.errors import UsageRefused
    from leitstand.role import mermaid

    project = load()
    compiled = project.roles.get(role)
    if compiled is None:
        raise UsageRefused(f"no role `{role}`", mend=f"there are: {', '.join(project.roles)}")
    text = mermaid(compiled)
    steps = [
        {"step": s.name, "then": s.then, "leaves": s.leaves, "tools": s.tools}
        for s in compiled.steps.values()
    ]
    data = {"role": role, "version": compiled.version, "steps": steps, "mermaid": text}
    emit(data, lambda: typer.echo(text, nl=False), json=json)
