"""A manifest of received documents as recordings: each is read and judged by our rules anew.

A row names a document, its hash, and what somebody computed of it: verdict, class of the tax
office, rules that have to fire. Nothing of that is read for ours.
"""

import asyncio
import atexit
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from leitstand.digest import plain
from leitstand.errors import CaseRefused, NoVerdict
from leitstand.evals.foreign.world import Asked, Executed, Setting, World
from policies.facts.document import is_structured, unseen
from tools.einvoice import Reader
from tools.einvoice.reader import ReadInvoice
from tools.einvoice.rulesets import RulesRefused

PAGE_AND_DATA = "G-A22"
"""The guardrail on page and data that differ: the only one that a document alone can break here."""


class Manifest(Setting):
    """A folder with `manifest.jsonl`; its rows name documents by paths from the folder above."""

    environment = "executed"
    answers = frozenset(
        {
            "bmf_class",
            "checks",
            "error_rules",
            "expected_rules",
            "fields",
            "truth",
            "truth_visible",
            "upstream_label",
            "verdict",
            "verdict_stage",
            "visible_truth",
            "warning_rules",
        }
    )

    def __init__(self, folder: Path) -> None:
        self._above = folder.parent

    def calls(self, row: Mapping[str, Any]) -> list[Asked]:
        """One: the document is read. Raises CaseRefused: it is not there, or another one."""
        try:
            content = (self._above / row["file"]).read_bytes()
        except (OSError, TypeError) as error:
            raise CaseRefused(f"its document cannot be read: {error}") from error
        if plain(content) != row["sha256"]:
            raise CaseRefused(f"`{row['file']}` is not the document that is listed")
        return [Asked("einvoice.read", json.dumps({"file": row["file"]}), writes=False)]

    def world(self, row: Mapping[str, Any]) -> "_Document":
        """The document."""
        return _Document(self._above / row["file"])

    def reference(self, answers: Mapping[str, Any]) -> dict[str, Any] | None:
        """Verdict, class, and the rules that have to be among those that fired."""
        if "verdict" not in answers:
            return None
        return {
            "verdict": answers["verdict"],
            "bmf_class": answers.get("bmf_class"),
            "rules": list(answers.get("expected_rules") or ()),
        }


@dataclass
class _Document(World):
    file: Path
    read: ReadInvoice | None = None

    async def execute(self, asked: Asked) -> Executed:
        """Read it. Raises NoVerdict: the rules that it is judged by are not in place."""
        del asked
        try:
            self.read = await _reader().read(await asyncio.to_thread(self.file.read_bytes))
        except RulesRefused as error:
            raise NoVerdict(error.text, where=str(self.file), mend=error.mend) from error
        return Executed(self.read.validation.verdict)

    def verdict(self) -> dict[str, Any]:
        """What our rules say. Raises NoVerdict: the document was not read to its end."""
        if self.read is None:
            raise NoVerdict("the document was not read", where=str(self.file))
        found = self.read.validation
        rules = {rule.id for rule in found.rules}
        if is_structured(self.read) and any(unseen(self.read)):
            rules.add(PAGE_AND_DATA)
        return {"verdict": found.verdict, "bmf_class": found.label, "rules": sorted(rules)}


@cache
def _reader() -> Reader:
    """The process's one reader, which ends with it."""
    reader = Reader()
    atexit.register(reader.close)
    return reader
