"""Facts: what functions see, that evidence is never guessed, and that a failure denies."""

import sys
from datetime import date
from types import ModuleType
from typing import Any

import pytest

from leitstand.policy import (
    Evidence,
    FactCall,
    FactMissing,
    Facts,
    Resolved,
    facts,
    facts_in,
    measure,
)
from leitstand.values import Frozen
from tests.policy import sample
from tests.policy.sample import LIMITS, Found, Paid, PayFacts, Supplier, find, pay_facts

BANK = Supplier(id="S1", iban="DE1")


def reading(value: Supplier | None, name: str = "r1", confidence: int = 100) -> Resolved:
    """A supplier as it was read."""
    found = Found(value=value, source="book/S1", confidence=confidence, id=name)
    return Resolved(name, "book.find", found, confidence, "record")


def call(*readings: Resolved, gross: int = 500_000) -> FactCall:
    """A payment that rests on these readings."""
    args = {"supplier": "S1", "gross": gross}
    return FactCall("book.pay", args, Evidence(readings), LIMITS, date(2026, 11, 20), "t1", "mail")


def test_facts_are_measured_from_evidence_and_limits() -> None:
    """The tier comes from the tenant's data, the bank from the supplier that was read."""
    measured = measure([pay_facts], call(reading(BANK)))
    expected = PayFacts(
        tier=1,
        tier_roles=frozenset({"head"}),
        known=True,
        bank="same",
        checked=frozenset({"gross"}),
    )
    assert PayFacts.model_validate(dict(measured.values)) == expected
    assert measured.checked == {"gross"}


def test_a_missing_reading_has_no_facts() -> None:
    """What was not read is not known: the call is denied for want of data."""
    with pytest.raises(FactMissing, match="LS502") as missing:
        measure([pay_facts], call())
    assert missing.value.cause == "data missing"


def test_the_same_value_read_twice_is_one() -> None:
    """Two readings that agree differ by their id alone."""
    evidence = Evidence([reading(BANK, "r1"), reading(BANK, "r2")])
    found = evidence.one(find)
    assert found is not None
    assert found.value == BANK
    assert len(evidence.all(find)) == 2


def test_readings_that_differ_are_never_chosen_from() -> None:
    """Two different suppliers as evidence: which one holds is not guessed."""
    other = Supplier(id="S1", iban="DE2")
    with pytest.raises(FactMissing, match="2 different results"):
        Evidence([reading(BANK, "r1"), reading(other, "r2")]).one(find)


def test_a_reading_of_another_type_is_refused() -> None:
    """A reading that its tool would not answer with now is read anew, not used."""
    old = Resolved("r1", "book.find", Paid(no="P1"), 100, "record")
    with pytest.raises(FactMissing, match="r1"):
        Evidence([old]).one(find)


def test_confidence_is_the_lowest() -> None:
    """A chain of readings is as sure as its weakest; nothing read is nothing sure."""
    assert Evidence([reading(BANK), reading(BANK, "r2", 40)]).confidence == 40
    assert Evidence().confidence == 0


def test_a_function_that_fails_denies() -> None:
    """A defect in a fact function is a missing fact that names the function."""

    @facts("book.pay", model=PayFacts)
    def broken(call: FactCall) -> PayFacts:
        raise ZeroDivisionError(call.tool)

    with pytest.raises(FactMissing, match="`broken` failed: ZeroDivisionError"):
        measure([broken], call())


def test_a_function_that_answers_otherwise_denies() -> None:
    """A model other than the one declared has no place in the schema."""

    class Other(Frozen):
        tier: int

    run: Any = pay_facts.run
    wrong = Facts("wrong", ("book.pay",), Other, run)
    with pytest.raises(FactMissing, match="gave `PayFacts`"):
        measure([wrong], call(reading(BANK)))


def test_checked_adds_up() -> None:
    """Each function names what it checked; together they name all of it."""

    class More(Frozen):
        weekday: int
        checked: frozenset[str]

    @facts("book.pay", model=More)
    def more(call: FactCall) -> More:
        return More(weekday=call.today.weekday(), checked=frozenset({"supplier"}))

    measured = measure([pay_facts, more], call(reading(BANK)))
    assert measured.checked == measured.values["checked"] == {"gross", "supplier"}


def test_functions_are_found_in_modules_without_a_registry() -> None:
    """A module's fact functions by its names, each once; importing registers nothing anywhere."""
    assert facts_in(sample, sample) == (pay_facts,)
    assert facts_in(ModuleType("empty")) == ()


def test_policy_is_light_to_import() -> None:
    """The rules can be loaded without LangGraph and LangChain."""
    import subprocess

    code = "import sys, leitstand.policy; print([m for m in sys.modules if m.startswith('lang')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
