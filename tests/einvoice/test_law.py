"""Which rules touch a field that § 14 (4) UStG asks for."""

import re

import pytest

from tools.einvoice.law import DEFAULT
from tools.einvoice.rulesets import DEFAULT as TABLE

RULE = re.compile(r'flag="fatal"\s+id="([^"]+)"')


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("BR-02", ("4",)),
        ("BR-DE-15", ()),
        ("BR-DE-TMP-32", ("6",)),
        ("BR-S-08", ("8",)),
        ("BR-S-02", ("2",)),
        ("BR-CO-26", ()),
        ("BR-DE-14", ()),
        ("BR-DEC-12", ()),
        ("UBL-DT-01", ()),
        ("CII-DT-031", ()),
        ("CII-DT-037", ("8",)),
        ("UBL-SR-12", None),
        ("BR-CO-15", ("8",)),
        ("FX-SCH-A-000026", None),
        ("BR-NEW-1", None),
    ],
)
def test_rules_and_fields(rule: str, fields: tuple[str, ...] | None) -> None:
    """An exact id counts before a prefix; an unknown rule is not known to be harmless."""
    assert DEFAULT.touches(rule) == fields


def test_all_german_rules_are_known() -> None:
    """Every rule of the norm or of XRechnung that can make an invoice invalid is in the map."""
    for name in ("xrechnung-ubl", "xrechnung-cii", "cen-ubl", "cen-cii"):
        rules = set(RULE.findall(TABLE.rulesets[name].locate().read_text("utf-8")))
        unknown = {r for r in rules if DEFAULT.touches(r) is None}
        assert {r for r in unknown if not r.startswith(("UBL-", "CII-"))} == set(), name
        assert rules


def test_fields_name_their_paragraph() -> None:
    """Every field a rule touches has its paragraph and its names."""
    for ids in DEFAULT.rules.values():
        for field in ids:
            row = DEFAULT.fields[field]
            assert row.law.startswith("§")
            assert row.de
            assert row.en
