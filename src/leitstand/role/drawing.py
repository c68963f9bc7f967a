"""A role as a drawing: mermaid text, checkpoints marked."""

from leitstand.role.compiled import Compiled, Step


def mermaid(compiled: Compiled) -> str:
    """The graph as a mermaid flowchart; steps that name a writing tool are drawn as checkpoints."""
    number = {name: f"s{index}" for index, name in enumerate(compiled.steps)}
    lines = ["flowchart TD", "  start([start])"]
    lines += [f"  {number[name]}{_box(compiled, step)}" for name, step in compiled.steps.items()]
    lines += [f"  start --> {number[name]}" for name in compiled.entry]
    joined = {(start, join.one) for join in compiled.joins for start in join.many}
    lines += [
        f"  {number[a]} {'==>' if (a, b) in joined else '-->'} {number[b]}"
        for a, b in compiled.edges
    ]
    if leaving := [name for name, step in compiled.steps.items() if step.leaves]:
        lines += ["  exit([exit])", *(f"  {number[name]} --> exit" for name in leaving)]
    if held := [number[name] for name, step in compiled.steps.items() if _writes(compiled, step)]:
        lines += ["  classDef checkpoint stroke-width:3px", f"  class {','.join(held)} checkpoint"]
    return "\n".join(lines) + "\n"


def _box(compiled: Compiled, step: Step) -> str:
    title = step.name.replace('"', "#quot;")
    writes = _writes(compiled, step)
    return f'{{{{"{title}<br/>{", ".join(writes)}"}}}}' if writes else f'["{title}"]'


def _writes(compiled: Compiled, step: Step) -> tuple[str, ...]:
    writing = {tool.name for tool in compiled.tools if tool.writes}
    return tuple(name for name in step.tools if name in writing)
