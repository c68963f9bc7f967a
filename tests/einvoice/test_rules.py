"""Fired rules: severities by profile, one per rule, run in a worker."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.einvoice.samples import ubl
from tools.einvoice import xml
from tools.einvoice.limits import DEFAULT
from tools.einvoice.reader import Reader
from tools.einvoice.rules import Finding, fire
from tools.einvoice.rulesets import DEFAULT as TABLE
from tools.einvoice.rulesets import ProfileRules, RulesRefused, Severity

INVOICE = "/Q{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice[1]"


def rules(name: str) -> ProfileRules:
    """The rules of a profile."""
    return next(profile for profile in TABLE.profiles if profile.id == name)


def finding(rule: str, severity: Severity, place: str = INVOICE) -> Finding:
    """One report of a stylesheet."""
    return {"rule": rule, "severity": severity, "place": place, "text": f"[{rule}] text"}


@pytest.mark.parametrize(
    ("profile", "rule", "flag", "severity"),
    [
        ("xrechnung-3.0", "BR-02", "fatal", "fatal"),
        ("xrechnung-3.0", "BR-CL-23", "fatal", "warning"),
        ("xrechnung-3.0", "UBL-CR-646", "warning", "fatal"),
        ("xrechnung-ext", "BR-CO-16", "fatal", "information"),
        ("xrechnung-ext", "BR-CL-23", "fatal", "fatal"),
        ("xrechnung-cvd", "BR-CL-13", "fatal", "information"),
        ("peppol", "BR-CL-23", "fatal", "fatal"),
    ],
)
def test_severity_is_that_of_the_profile(
    profile: str, rule: str, flag: Severity, severity: Severity
) -> None:
    """Overrides of the profile count before the rule's own flag, which is kept beside."""
    (fired,) = fire([finding(rule, flag)], "cen-ubl", rules(profile))
    assert (fired.severity, fired.flag) == (severity, flag)


def test_advisory_rule_sets_only_warn() -> None:
    """In profile EN 16931 the rules of the norm decide; those of Factur-X warn."""
    profile = rules("en16931")
    (norm,) = fire([finding("BR-CO-15", "fatal")], "cen-cii", profile)
    (factur,) = fire([finding("BR-CO-15", "fatal")], "facturx-en16931", profile)
    assert (norm.severity, factur.severity) == ("fatal", "warning")


def test_a_rule_that_fires_often_is_one_rule() -> None:
    """Places are joined and readable, the gravest flag counts, a rule without id has a sign."""
    places: Sequence[str] = [f"{INVOICE}/*:Line[namespace-uri()='x'][{i}]" for i in range(30)]
    found = [finding("BR-24", "warning", place) for place in places]
    (fired,) = fire([*found, finding("BR-24", "fatal")], "cen-ubl", rules("peppol"))
    assert (fired.times, len(fired.places), fired.severity) == (31, 10, "fatal")
    assert fired.places[1] == "/Invoice[1]/Line[1]"
    assert fire([finding("", "warning")], "facturx-basic", rules("basic"))[0].id == "?"


def test_fired_rules_know_the_law() -> None:
    """A rule names the fields of § 14 (4) UStG it touches; an unknown one counts as relevant."""
    found = [finding("BR-DE-15", "fatal"), finding("BR-02", "fatal"), finding("X-1", "fatal")]
    fired = fire(found, "cen-ubl", rules("xrechnung-3.0"))
    assert [(rule.law, rule.vat_relevant) for rule in fired] == [
        ((), False),
        (("4",), True),
        (None, True),
    ]


async def test_worker_runs_several_rule_sets(reader: Reader) -> None:
    """One question asks for several rule sets; the answers come in their order."""
    root = xml.parse(
        ubl().replace(b"<cbc:BuyerReference>KST-MAT</cbc:BuyerReference>", b""), DEFAULT
    )
    cen, german = await reader.rules.run(xml.serialize(root), ("cen-ubl", "xrechnung-ubl"))
    assert cen == ()
    assert [(f["rule"], f["severity"]) for f in german] == [("BR-DE-15", "fatal")]


async def test_rules_that_are_not_pinned_are_not_run() -> None:
    """With a rule set of another hash nothing is judged."""
    cen = TABLE.rulesets["cen-ubl"]
    other = replace(cen, files=dict.fromkeys(cen.files, "0" * 64))
    table = replace(TABLE, rulesets={**TABLE.rulesets, "cen-ubl": other})
    async with Reader(table=table) as reader:
        with pytest.raises(RulesRefused, match="pinned"):
            await reader.warm()
        with pytest.raises(RulesRefused, match="pinned"):
            await reader.read(ubl())
