"""The report as one HTML file: opens from disk, asks nobody for anything, in two languages.

Failing cases stand in it with all that is known of them, passing ones as a row, in blocks that the
page's own script reads; nothing else may run in it.
"""

import base64
import hashlib
from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import orjson
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from leitstand.evals.report.report import Report
from leitstand.evals.report.terminal import five_lines, measured_lines
from leitstand.evals.report.wording import Wording
from leitstand.evals.result import CaseResult

ROWS = 2000
"""Rows in a block."""

FULL = 12_000_000
"""Bytes of failing cases in full, for each kind; what is beyond stands there as a row."""

_INERT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def write_page(report: Report, file: Path) -> None:
    """Write the page, block by block."""
    wordings = (Wording("de"), Wording("en"))
    style, script = _part("page.css"), _part("page.js")
    rates = report.figures.corrections
    surroundings = Environment(autoescape=True, undefined=StrictUndefined)
    parts = surroundings.from_string(_part("page.html")).generate(
        report=report,
        figures=report.figures,
        wordings=wordings,
        heads=[[*five_lines(report, w), *measured_lines(report, w)] for w in wordings],
        rates=[*rates.roles.items(), *rates.tools.items(), *rates.fields.items()],
        words=_json({w.language: {k: w.words[k] for k in ("page", "kind")} for w in wordings}),
        chunks=_chunks(report),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        style_hash=_hash(style),
        script_hash=_hash(script),
    )
    with file.open("w", encoding="utf-8") as out:
        out.writelines(parts)


def _chunks(report: Report) -> Iterator[tuple[str, Markup]]:
    """Blocks of the page: failing cases in full as long as there is room, the rest as rows."""
    room: defaultdict[str, int] = defaultdict(lambda: FULL)
    rows: list[object] = []
    for kind, result in _every(report):
        if kind not in ("good", "newly_passing"):
            data = result.model_dump(mode="json", exclude={"ms"}, exclude_defaults=True)
            signed = report.signed.get(result.case, "")
            block = _json([{"kind": kind, "signed": signed, "result": data}])
            room[kind] -= len(block)
            if room[kind] >= 0:
                yield "full", block
                continue
        rows.append(_row(kind, result))
        if len(rows) == ROWS:
            yield "row", _json(rows)
            rows.clear()
    yield "row", _json(rows)


def _every(report: Report) -> Iterator[tuple[str, CaseResult]]:
    """Every case of the run with its kind, then those that are missing."""
    kinds = report.kinds
    yield from ((kinds.get(r.case, "good"), r) for r in report.saved.results())
    yield from report.lost()


def _row(kind: str, result: CaseResult) -> list[object]:
    exit_ = result.exit.kind if result.exit else result.held
    problem = result.problems[0] if result.problems else ""
    return [result.case, kind, result.cluster, result.decision, exit_, result.asks, problem]


def _part(name: str) -> str:
    return files(__package__ or "").joinpath(name).read_text("utf-8")


def _json(data: object) -> Markup:
    """JSON that no HTML parser takes for anything else."""
    return Markup(orjson.dumps(data).decode().translate(_INERT))  # noqa: S704 - made inert above


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
