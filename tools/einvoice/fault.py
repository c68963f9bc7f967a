"""Findings about a file as a whole, with their texts from `faults.toml`.

A finding is an answer, not a crash: whatever is received, the reading ends in a `Validation` that
names its stage and says in German and English what is wrong.
"""

import tomllib
from pathlib import Path
from typing import Any, Literal, cast

from leitstand.errors import LeitstandError
from leitstand.values import Code, Frozen

Stage = Literal["sniff", "pdf", "xml", "profile", "schema", "rules", "read", "content"]
"""The steps of a reading, in order."""

Verdict = Literal[
    "valid",
    "invalid",
    "legacy-valid",
    "not-an-invoice",
    "no-structured-data",
    "unreadable",
    "refused",
    "unchecked",
]
"""What the file is: refused = unread for safety, unchecked = our check did not come to an end."""

BmfClass = Literal["Formatfehler", "Geschaeftsregelfehler", "Inhaltsfehler", "none"]
"""The classes of faulty e-invoices of the tax office (BMF letter of 15.10.2025)."""


class Fault(Frozen):
    """One finding: stable `code`, the stage, what follows from it, and its two texts."""

    code: Code
    stage: Stage
    verdict: Verdict
    bmf_class: BmfClass
    de: Code
    en: Code


class Unfit(LeitstandError):
    """Ends a reading early, with its finding; the reading turns it into a `Validation`."""

    code = "LS801"
    mend = "ask the sender for a file that can be read"

    def __init__(self, finding: Fault) -> None:
        super().__init__(finding.en, where=finding.stage)
        self.fault = finding


def fault(code: str, **values: object) -> Fault:
    """The finding `code` of `faults.toml`, its texts filled in from `values`.

    Raises KeyError: no such finding, or a value its text needs is not given.
    """
    entry = _CATALOGUE[code]
    return Fault(
        code=code,
        stage=cast("Stage", entry["stage"]),
        verdict=cast("Verdict", entry["verdict"]),
        bmf_class=cast("BmfClass", entry["class"]),
        de=entry["de"].format(**values),
        en=entry["en"].format(**values),
    )


def _load(file: Path) -> dict[str, dict[str, str]]:
    table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return table


_CATALOGUE = _load(Path(__file__).with_name("faults.toml"))
