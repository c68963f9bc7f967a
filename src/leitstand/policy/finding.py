"""A finding: one thing to mend in a policy folder, as `leitstand policy check` shows it."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
"""`error` keeps a bundle from loading; `warning` loads and should be mended; `note` informs."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong (`code` for machines, `text` for people) and where: file with line, rule id."""

    severity: Severity
    code: str
    text: str
    file: str = ""
    rule: str = ""

    def __str__(self) -> str:
        """`file:line: rule: text [code]`."""
        place = ": ".join(p for p in (self.file, self.rule) if p)
        return f"{place}: {self.text} [{self.code}]" if place else f"{self.text} [{self.code}]"
