"""A manifest of documents: judged by our rules anew, whatever the rows say of them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from leitstand.digest import plain
from leitstand.errors import CaseRefused
from leitstand.evals.foreign.fidelity import import_recordings
from leitstand.project import Project
from tests.conftest import ALLOWED_SKIP
from tests.einvoice.paper import pdf
from tests.einvoice.samples import Sample, cii, ubl
from tests.evals.foreign.conftest import Run

LATE = Sample(number="RE-2026-0816", reference="")
DOCUMENTS: Mapping[str, bytes] = {
    "sound.xml": ubl(),
    "mutant.xml": ubl(LATE),
    "shown.pdf": pdf(
        ("factur-x.xml", cii()), text="RE-2026-0815 606,90 DE999999026 DE43290400900602051017"
    ),
    "other.pdf": pdf(("factur-x.xml", cii()), text="RE-2026-0899 606,90"),
    "note.xml": b"<note>Guten Tag</note>",
}
GOOD: dict[str, Any] = {"verdict": "valid", "bmf_class": "none", "expected_rules": []}
TOLD: Mapping[str, Mapping[str, Any]] = {
    "sound.xml": GOOD,
    "mutant.xml": {
        "verdict": "invalid",
        "bmf_class": "Geschaeftsregelfehler",
        "expected_rules": ["BR-DE-15"],
    },
    "shown.pdf": GOOD,
    "other.pdf": {**GOOD, "expected_rules": ["G-A22"]},
    "note.xml": {
        "verdict": "not-an-invoice",
        "bmf_class": "sonstige-Rechnung / keine E-Rechnung",
        "expected_rules": [],
    },
}


def put(folder: Path, told: Mapping[str, Mapping[str, Any]] = TOLD) -> Path:
    """A folder with invented documents, and a manifest that says this of them."""
    place = folder / "set" / "papers"
    place.mkdir(parents=True)
    rows: list[dict[str, Any]] = []
    for name, content in DOCUMENTS.items():
        (place / name).write_bytes(content)
        rows.append({"file": f"papers/{name}", "sha256": plain(content), **told[name]})
    (place / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return place


@pytest.mark.slow
def test_every_document_is_judged_as_it_was_told(run: Run, tmp_path: Path) -> None:
    """Five kinds, five verdicts; a rule that has to fire did, and no guardrail where none must."""
    found = run("invoices", put(tmp_path))
    assert (found.rows, found.agree, found.disagree) == (5, 5, ())
    rules = [found.verdicts[f"manifest.jsonl#{n}"]["rules"] for n in range(5)]
    assert [("BR-DE-15" in r, "G-A22" in r) for r in rules] == [
        (False, False),
        (True, False),
        (False, False),
        (False, True),
        (False, False),
    ]


@pytest.mark.slow
def test_nothing_that_was_told_is_read(run: Run, tmp_path: Path) -> None:
    """Other answers in the rows: the same verdicts, and each row disagrees; without, none does."""
    true = run("invoices", put(tmp_path / "a"))
    lies: dict[str, dict[str, Any]] = {
        "sound.xml": {**GOOD, "expected_rules": ["BR-01"]},
        "mutant.xml": {**TOLD["mutant.xml"], "verdict": "valid"},
        "shown.pdf": {**GOOD, "bmf_class": "Formatfehler"},
        "other.pdf": {**GOOD, "expected_rules": ["G-A22", "BR-02"]},
        "note.xml": GOOD,
    }
    false = run("invoices", put(tmp_path / "b", lies))
    assert false.verdicts == true.verdicts
    assert (false.agree, len(false.disagree)) == (0, 5)
    bare = run("invoices", put(tmp_path / "c", {name: {} for name in TOLD}))
    assert (bare.verdicts, bare.agree) == (true.verdicts, None)


@pytest.mark.parametrize("content", [None, b"<other/>"])
def test_another_document_is_refused(
    content: bytes | None, tmp_path: Path, formats: Project
) -> None:
    """Gone, or not the one that is listed: the row is named, and nothing is imported."""
    place = put(tmp_path)
    (place / "mutant.xml").unlink()
    if content:
        (place / "mutant.xml").write_bytes(content)
    with pytest.raises(CaseRefused, match=r"read|listed") as refused:
        import_recordings("invoices", place, tmp_path / "suite", formats)
    assert refused.value.where == "manifest.jsonl#1"
    assert not (tmp_path / "suite").exists()


@pytest.mark.slow
def test_the_real_manifest(run: Run, shared_data: Path) -> None:
    """All 169 documents: verdict, class and the rules that have to fire; a guardrail on four."""
    folder = shared_data / "domain" / "invoices"
    if not folder.is_dir():
        pytest.skip(f"{ALLOWED_SKIP}: no invoices in `{shared_data}` (set LEITSTAND_DATA)")
    found = run("invoices", folder)
    assert (found.rows, found.agree, found.disagree) == (169, 169, ())
    assert sum("G-A22" in v["rules"] for v in found.verdicts.values()) == 4
