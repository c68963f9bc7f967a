"""Letters to suppliers: what is wrong stands in them by name, and nothing that is not."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.agents.house import Result
from tests.agents.paper import SEAL, Paper
from tests.agents.test_other_houses import judged
from tests.agents.worlds import World

Findings = list[Mapping[str, Any]]


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Findings]:
    """The findings of the letters about a few invoices, by invoice."""
    world = World()
    world.supplier("S2")["account"] = "unheard"
    dear = SEAL._replace(price="50.00")
    files = {
        "missing": Paper("AP-D21").data,
        "rule": Paper("AP-D32").data,
        "quantity": Paper("AP-D26").data,
        "prepaid": Paper().number("RE-P1").items(dear).prepaid("100.00", "614.00").data,
        "plausible": _foreign().data,
        "own": Paper("AP-D24").data,
        "self_billed": Paper().number("RE-SB1").type("389").data,
    }
    found = judged(tmp_path_factory.mktemp("letters"), world, files)
    assert found["prepaid"].guardrails == {"G-A12", "G-A27"}
    assert found["plausible"].guardrails == {"G-A12", "G-A14"}
    assert found["own"].guardrails == {"G-A06", "account-in-chart"}
    return {name: _findings(result) for name, result in found.items()}


def _foreign() -> Paper:
    """Goods from Austria free of VAT, 3.15 ordered, 4.00 charged."""
    paper = Paper("AP-D03").set("//cac:Price/cbc:PriceAmount", "4.00")
    paper.set("//cac:InvoiceLine/cbc:LineExtensionAmount", "1600.00")
    paper.set("//cac:TaxSubtotal/cbc:TaxableAmount", "1600.00")
    for total in ("LineExtension", "TaxExclusive", "TaxInclusive", "Payable"):
        paper.set(f"/*/cac:LegalMonetaryTotal/cbc:{total}Amount", "1600.00")
    return paper


def _findings(result: Result) -> Findings:
    (mail,) = [e for e in result.effects if e.tool == "mail.draft"]
    return list(mail.args["findings"])


def test_a_missing_field_is_named(letters: dict[str, Findings]) -> None:
    """AP-D21: without the time of supply the supplier cannot know what to correct."""
    assert [f["rule"] for f in letters["missing"]] == ["content-supply-time"]


def test_a_broken_rule_is_named(letters: dict[str, Findings]) -> None:
    """AP-D32: the rule of EN 16931 by its id, the gross amount with both figures."""
    assert [f["rule"] for f in letters["rule"]] == ["BR-CO-15", "G-A05"]


def test_a_line_for_more_than_arrived_is_named(letters: dict[str, Findings]) -> None:
    """AP-D26: 12 of line 1 are invoiced, 10 arrived."""
    assert [(f["rule"], f["line"]) for f in letters["quantity"]] == [("G-A12", "1")]


@pytest.mark.parametrize("name", ["prepaid", "plausible"])
def test_what_is_in_order_is_no_finding(letters: dict[str, Findings], name: str) -> None:
    """A prepayment that closes and VAT that fits leave a mark, but no reproach."""
    assert {f["rule"] for f in letters[name]} == {"G-A12"}


def test_our_own_fault_is_not_the_suppliers(letters: dict[str, Findings]) -> None:
    """AP-D24 from a supplier whose account our chart lacks: the letter is of his VAT ID alone."""
    assert {f["rule"] for f in letters["own"]} == {"G-A06"}


def test_a_self_billed_document_is_called_what_it_is(letters: dict[str, Findings]) -> None:
    """Type 389 lacks no reference: it is a document that only the buyer can issue."""
    said = {f["rule"] for f in letters["self_billed"]}
    assert "self-billed" in said
    assert "G-A24" not in said
