"""The verdict on a received file: what it is, which rules fired, and what follows under VAT law."""

from typing import Literal

from leitstand.values import Code, Frozen
from tools.einvoice.fault import BmfClass, Fault, Stage, Verdict
from tools.einvoice.rulesets import RulesetRef, Severity, Standing
from tools.einvoice.sniff import Kind

MALWARE = ("file-malware", "attachment-malware")
"""The codes of findings that put a file under quarantine (G-A23)."""

_LABELS: dict[Standing, str] = {
    "e-invoice": "none",
    "below-en16931": "sonstige-Rechnung (profile below EN16931)",
    "zugferd-1": "sonstige-Rechnung (ZUGFeRD 1.0, not EN16931)",
    "no-e-invoice": "sonstige-Rechnung / keine E-Rechnung",
}


class FiredRule(Frozen):
    """A business rule that fired, once or several times.

    `severity` is the one that counts, after the profile's overrides; `flag` the rule's own.
    `places` are XPaths without namespaces, at most ten of `times`. `law` holds the ids of the
    fields of § 14 (4) UStG the rule touches (see `law.toml`): empty if known to be none, None if
    not known.
    """

    id: Code
    ruleset: Code
    severity: Severity
    flag: Severity
    text: Code
    places: tuple[Code, ...]
    times: int
    law: tuple[Code, ...] | None

    @property
    def vat_relevant(self) -> bool:
        """Whether the input VAT may depend on it: it touches such a field, or it is not known."""
        return self.law is None or bool(self.law)


class Validation(Frozen):
    """What became of a file: where the check ended, its verdict and everything found.

    `bmf_class` is the class of the technical check alone (Formatfehler, Geschaeftsregelfehler,
    none); the check of the contents that § 14 (4) UStG asks for stands beside it in `content`,
    because a technically valid invoice stays valid when it lacks, say, the time of supply.
    `bmf_classes` names all classes found. `rulesets` are those it was judged by.
    """

    verdict: Verdict
    stage: Stage
    bmf_class: BmfClass
    standing: Standing
    kind: Kind
    document: Code | None = None
    profile: Code | None = None
    specification: Code | None = None
    faults: tuple[Fault, ...] = ()
    rules: tuple[FiredRule, ...] = ()
    rulesets: tuple[RulesetRef, ...] = ()
    content: tuple[Fault, ...] = ()

    @property
    def errors(self) -> tuple[str, ...]:
        """The ids of the rules that make the invoice invalid, sorted."""
        return tuple(sorted({rule.id for rule in self.rules if rule.severity == "fatal"}))

    @property
    def warnings(self) -> tuple[str, ...]:
        """The ids of all other rules that fired, sorted."""
        return tuple(sorted({rule.id for rule in self.rules if rule.severity != "fatal"}))

    @property
    def bmf_classes(self) -> tuple[BmfClass, ...]:
        """All classes of the tax office that apply, the contents included."""
        found: list[BmfClass] = [self.bmf_class] if self.bmf_class != "none" else []
        return (*found, "Inhaltsfehler") if self.content else tuple(found)

    @property
    def label(self) -> str:
        """The technical class, or for a file that is no e-invoice what it is instead."""
        if self.verdict == "invalid":
            return self.bmf_class
        return _LABELS[self.standing]

    @property
    def vat_relevant(self) -> bool:
        """Whether the input VAT may depend on what was found: no e-invoice, or a § 14 field."""
        if self.verdict != "valid" and self.bmf_class != "Geschaeftsregelfehler":
            return True
        fatal = (rule for rule in self.rules if rule.severity == "fatal")
        return bool(self.content) or any(rule.vat_relevant for rule in fatal)

    @property
    def quarantine(self) -> bool:
        """Whether malware was found in the file or in an attachment (G-A23)."""
        return any(fault.code in MALWARE for fault in self.faults)

    def text(self, language: Literal["de", "en"] = "de") -> str:
        """All findings in one language, one a line; empty if there are none."""
        found = (*self.faults, *self.content)
        return "\n".join(fault.de if language == "de" else fault.en for fault in found)
