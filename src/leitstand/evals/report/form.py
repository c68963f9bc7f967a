"""Forms that a report is written in, each a template beside this: a page, JUnit XML, Markdown.

The page opens from disk, asks nobody for anything and speaks two languages. Failing cases stand in
it with all that is known of them, passing ones as a row, in blocks that its own script reads.
"""

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import files
from itertools import islice
from pathlib import Path

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from leitstand.evals.report.report import Report
from leitstand.evals.report.terminal import five_lines, measured_lines
from leitstand.evals.report.wording import Wording, plain
from leitstand.evals.result import CaseResult

ROWS = 2000
"""Rows in a block."""

FULL = 12_000_000
"""Bytes of failing cases in full, for each kind; what is beyond stands there as a row."""

MOST = 50
"""Failing cases that a summary lists."""

_INERT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})
_SIGNS = {"yes": "✅", "no": "❌", "none": "❔"}
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@])")


def write_page(report: Report, file: Path) -> None:
    """Write the page, block by block; nothing but its own style and script may act in it."""
    wordings = (Wording("de"), Wording("en"))
    style, script = _part("page.css"), _part("page.js")
    rates = report.figures.corrections
    parts = _filled(
        "page.html",
        report,
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


def write_junit(report: Report, wording: Wording, file: Path) -> None:
    """Write the XML: a test a case, then a test a finding of the gate.

    Unknown cases are errors, quarantined ones are skipped.
    """
    kinds, right = list(report.kinds.values()), report.figures.correctness
    parts = _filled("junit.xml", report, wording=wording, kinds=kinds, right=right)
    with file.open("w", encoding="utf-8") as out:
        out.writelines(parts)


def markdown(report: Report, wording: Wording) -> str:
    """The summary: five lines, the gate part by part, failing cases with what is wrong."""
    lines = (*five_lines(report, wording), *measured_lines(report, wording))
    failing = list(islice(report.failing(), MOST + 1))
    told = {"lines": lines, "failing": failing, "most": MOST, "signs": _SIGNS}
    return "".join(_filled("summary.md", report, wording=wording, **told))


def annotations(report: Report, root: Path) -> Iterator[str]:
    """`::error file=…::` lines for the log of a job, newly failing and flaky cases alone.

    Paths are relative to `root` where they lie in it. The form is that of GitHub's workflow
    commands.
    """
    suite = report.suite
    for kind, result in report.failing():
        if kind in ("newly_failing", "flaky") and result.case not in report.signed:
            file = suite.path(suite.table.cases) / result.case / "case.json"
            place = (file if file.is_file() else suite.file).resolve()
            place = place.relative_to(root) if place.is_relative_to(root) else place
            text = f"{result.case}: {'; '.join(result.problems)}"
            yield f"::error file={_property(place.as_posix())},line=1::{_data(text)}"


def _filled(name: str, report: Report, **values: object) -> Iterator[str]:
    """A template with its values, none of which acts in what it stands in."""
    written = name.endswith(".md")
    forms = Environment(
        autoescape=not written,  # noqa: S701 - in Markdown every value goes through `_cell`
        finalize=_cell if written else None,
        keep_trailing_newline=True,
        loader=PackageLoader("leitstand.evals", "report"),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    forms.filters["plain"] = plain
    return forms.get_template(name).generate(report=report, **values)


def _cell(value: object) -> str:
    return _ACTIVE.sub(r"\\\1", plain(str(value)))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


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
