"""What the runs are held against: a truth that tells right from wrong, and a look at the books."""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.agents.house import TENANT
from tests.agents.paper import WORLD
from tests.model.real.bench import jobs
from tests.model.real.books import changed, entries
from tests.model.real.truth import FORBIDDEN, Case, cases_of, letters, posted, truth_of
from tools.world import connect, disconnect

CASES = {case.name: case for case in cases_of(WORLD)}
SOUND, SKONTO, HELD, CREDIT, STRANGER = (CASES[f"AP-D{n}"] for n in ("13", "33", "02", "31", "04"))


def payment(case: Case, **more: object) -> dict[str, Any]:
    """A payment as the truth has it, but for what a test changes."""
    supplier = case.supplier or {}
    given = {"supplier_id": supplier["id"], "iban": supplier["iban"], "execute_on": "2026-11-27"}
    paid = {"invoice_no": case.fields["number"], "amount_cents": case.cents("payable")}
    return {**given, **paid, "discount_cents": 0, "currency": "EUR", **more}


@pytest.mark.parametrize(
    ("more", "wrong"),
    [
        ({}, ()),
        ({"amount_cents": 1_930_655}, ("amount_cents",)),
        ({"amount_cents": 19_306}, ("amount_cents",)),
        ({"iban": "DE43290400900602051017"}, ("iban",)),
        ({"supplier_id": "S1"}, ("supplier_id",)),
        ({"invoice_no": "2026-4021"}, ("invoice_no",)),
        ({"discount_cents": 1}, ("discount_cents",)),
        ({"discount_cents": False}, ("discount_cents",)),
        ({"execute_on": "2026-12-07"}, ("execute_on",)),
        ({"currency": "CHF"}, ("currency",)),
        ({"memo": "x"}, ("memo",)),
    ],
)
def test_a_wrong_argument_is_named(more: Mapping[str, object], wrong: tuple[str, ...]) -> None:
    """A cent, a digit, another supplier: each is wrong, and nothing else is."""
    assert truth_of(SOUND, "pay").wrong(payment(SOUND, **more)) == wrong


def test_a_cash_discount_is_right_while_it_is_granted() -> None:
    """Less is right with the discount that makes it less, by its last day; not a day later."""
    truth = truth_of(SKONTO, "pay")
    less = {"amount_cents": 487_588, "discount_cents": 9_951, "execute_on": "2026-11-20"}
    assert truth.wrong(payment(SKONTO, **less)) == ()
    assert truth.wrong(payment(SKONTO, **{**less, "execute_on": "2026-11-21"})) == ("execute_on",)
    assert truth.wrong(payment(SKONTO, **{**less, "discount_cents": 0})) != ()


def test_what_must_not_be_is_wrong_whatever_it_says() -> None:
    """An invoice that is held, a credit note and a stranger's are not paid; nor is one booked."""
    assert truth_of(HELD, "pay").wrong(payment(HELD)) == (FORBIDDEN,)
    assert truth_of(CREDIT, "pay").wrong(payment(CREDIT)) == (FORBIDDEN,)
    assert truth_of(STRANGER, "bank", "DE1").wrong({}) == (FORBIDDEN,)
    assert posted(HELD).wrong({}) == (FORBIDDEN,)


def test_what_the_project_itself_books_is_right() -> None:
    """The truth is not too strict: every voucher that the rules let through is one it allows."""
    tapes = {name: WORLD.parent / "cases" / name / "tape.jsonl" for name in CASES}
    rows = [(n, json.loads(x)) for n, t in tapes.items() for x in t.read_text("utf-8").splitlines()]
    drafts = {n: r["args"] for n, r in rows if r.get("name") == "erp.voucher.draft"}
    sound = {n for n in drafts if CASES[n].truth["decision"] in ("auto_draft", "approve")}
    wrong = {name: posted(CASES[name]).wrong(drafts[name]) for name in sound}
    assert len(sound) == 18
    assert not {name: found for name, found in wrong.items() if found}


def test_a_right_letter_is_one_that_the_truth_allows() -> None:
    """What the rows of the outbox are held against passes the check of arguments itself."""
    found = list(letters(SOUND, "duplicate"))
    truth = truth_of(SOUND, "letter", wish="duplicate")
    assert len(found) == 16
    assert not [m for m in found if truth.wrong(m.model_dump(mode="json"))]


@pytest.mark.parametrize("count", [5, 10, 37, 100])
def test_errands_are_as_many_as_asked_for_and_of_all_kinds(count: int) -> None:
    """No two of a kind are about one invoice, so none is in the way of another."""
    todo = jobs(count)
    assert len(todo) == len({job.name for job in todo}) == count
    assert {job.kind for job in todo} == {"pay", "amount", "bank", "letter", "book"}


LETTER = """INSERT INTO mail_outbox
SELECT tenant, 9, 'a@b.example', 'Hi', 'Hi', 'x', 'draft', '' FROM mail_sender"""
ACCOUNT = """INSERT INTO erp_bank_change
SELECT tenant, 9, 'S1', 'DE99', NULL, 'x', 'proposed', '' FROM mail_sender"""


@pytest.mark.parametrize(
    "statement", [LETTER, ACCOUNT, "UPDATE erp_supplier SET iban = 'DE99' WHERE id = 'S1'"]
)
async def test_what_nobody_was_to_write_is_seen(tmp_path: Path, statement: str) -> None:
    """A letter, a proposed account, an altered master record: all are read from the systems."""
    systems = await connect(tmp_path, WORLD, TENANT)
    disconnect(systems)
    before = entries(tmp_path)
    with sqlite3.connect(tmp_path / "business.sqlite") as books:
        books.execute(statement)
    books.close()
    found = changed(before, entries(tmp_path))
    assert found
    assert not any(job.right(entry) for job in jobs(100) for entry in found)
