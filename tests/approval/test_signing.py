"""What is signed, and what a decision must say."""

from typing import get_args

import pytest

from leitstand.approval import Statement, sign, signed_bytes, write
from leitstand.approval.verifying import Reason
from leitstand.errors import ApprovalRefused
from leitstand.inbox import texts_of
from leitstand.records import Approval
from leitstand.values import Language
from tests.approval.people import CHECKPOINT, CLOCK, house

HOUSE = house()
HEAD = HOUSE.people["t1", "hans.head"]


def test_a_decision_is_bound_to_what_was_shown() -> None:
    """Every field of the checkpoint that binds is part of the decision, and of what is signed."""
    said = Statement(answer="approve", on_behalf_of="ada")
    draft = write(CHECKPOINT, HEAD, "department_head", said, CLOCK, 900.0)
    assert (draft.checkpoint, draft.acted, draft.slice) == ("a1b2c3", "p" * 32, "s" * 64)
    assert draft.until - draft.at == pytest.approx(900.0)
    assert len(bytes.fromhex(draft.nonce)) == 16
    text = signed_bytes(draft).decode()
    assert all(f'"{name}"' in text for name in set(Approval.model_fields) - {"signature"})
    assert signed_bytes(sign(draft, HOUSE.keys["hans.head"])) == signed_bytes(draft)


def test_a_signed_decision_survives_the_journal() -> None:
    """Written as JSON and read again, the very same bytes were signed."""
    signed = HOUSE.says("hans.head", "department_head", "edit")
    again = Approval.model_validate_json(signed.model_dump_json())
    assert signed_bytes(again) == signed_bytes(signed)


@pytest.mark.parametrize(
    "statement",
    [
        Statement(answer="reject"),
        Statement(answer="reject", reason="  "),
        Statement(answer="edit"),
        Statement(answer="edit", edits={"gross": 1}),
        Statement(answer="edit", acted="x"),
        Statement(answer="approve", edits={"gross": 1}, acted="x"),
        Statement(answer="approve", edits={"gross": 1}),
    ],
)
def test_incomplete_statements_are_refused(statement: Statement) -> None:
    """A no says why; other arguments come as an edit, with the digest of what is to run."""
    with pytest.raises(ApprovalRefused, match="LS601"):
        write(CHECKPOINT, HEAD, "department_head", statement, CLOCK, 900.0)


@pytest.mark.parametrize("reason", get_args(Reason))
def test_every_refusal_has_words(reason: Reason) -> None:
    """Supervisors read why a signature does not count, in German and in English."""
    key = f"unfit.{reason.replace(' ', '_')}"
    german, english = (
        texts_of(language).say(key, person="hans.head") for language in get_args(Language)
    )
    assert german.startswith("hans.head ")
    assert english not in (german, "hans.head ")
