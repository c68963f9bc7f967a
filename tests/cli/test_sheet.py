"""A card as text: every line of it its own, in the order in which people read them."""

from typing import Any

from leitstand.cli.sheet import shown
from leitstand.inbox import texts_of
from leitstand.inbox.card import Argument, Card, Found, Message, Rule, Source, Who

BEN, CARLA = Who(person="p1", name="Ben", role="head"), Who(person="p2", name="Carla", role="boss")
HASH = "0123456789abcdef" * 4
BARE: dict[str, Any] = {
    "id": "c1",
    "effect": "Post a bill.",
    "reversal": "Final.",
    "rules": (),
    "arguments": (),
    "evidence": (),
    "conflicts": (),
    "confidence": 90,
    "before": (),
    "siblings": (),
    "deadline": "none",
    "opened": 0.0,
    "roles": ("head",),
    "needed": 2,
    "signed": (),
    "may": (),
    "thread": (),
    "difference": (),
    "tool": "shop.bill.post",
    "case": "01CASE",
    "title": "bill.json",
    "role": "buying",
    "requester": "anna",
}


def test_a_card_with_everything_keeps_each_of_its_lines() -> None:
    """Blocks, marks behind an argument, people, and the last lines of what was before."""
    arguments = (
        Argument(field="no", label="No", shown="7", value='"7"', same=True),
        Argument(
            field="supplier",
            label="Supplier",
            shown="{{ S-1 }}",
            value='"S-1"',
            agent="S-2",
            master="S-3",
            tainted=True,
            found=tuple(Found(text="page", place=n, reading="r") for n in "12"),
        ),
        Argument(field="note", label="Note", shown="–", value="null"),
    )
    full: dict[str, Any] = {
        "rules": (
            Rule(rule="limit", version="3", owner="", reason="too much", fix="look at no"),
            Rule(rule="eyes", version="1", owner="boss", reason="two sign"),
        ),
        "arguments": arguments,
        "evidence": (Source(id="r", tool="Read", source="a|b", confidence=90, authority=""),),
        "conflicts": ("7 or 8",),
        "before": tuple(f"step {n}" for n in range(5)),
        "siblings": ("c2", "c3"),
        "signed": (BEN, CARLA),
        "may": (CARLA,),
        "thread": (Message(person="Ben", text=f"why {HASH}?", at=0.0),),
        "difference": ("amount", "rules"),
    }
    marks = "[agent: S-2]   [Master data: S-3]   [unproven: please compare]"
    assert shown(Card(**{**BARE, **full}), texts_of("en")).splitlines() == [
        "What will happen: Post a bill.",
        "Reversible: Final.",
        "Changed since it was last shown: amount, rules",
        "Why you are asked:",
        "  limit (version 3): too much",
        "    look at no",
        "  eyes (version 1, owned by boss): two sign",
        "Details:",
        "  No        7",
        f" ≠Supplier  {{{{ S-1 }}}}   {marks}   (found in page 1)",
        "Names of fields for changes: No = no, Supplier = supplier, Note = note",
        "Evidence (Confidence 90 %):",
        "  Read: a|b (90 %)",
        "Contradictions:",
        "  7 or 8",
        "So far:",
        "  2 more",
        "  step 2",
        "  step 3",
        "  step 4",
        "Waiting in the same case:",
        "  c2",
        "  c3",
        "Due: none",
        "Signed: 2/2: Ben (head), Carla (boss)",
        "Who may decide: Carla (boss)",
        "Questions:",
        "  Ben: why 0123456789ab…?",
        "Case: bill.json 01CASE; Requested by anna",
    ]


def test_a_card_with_nothing_to_tell_has_no_empty_lines() -> None:
    """What is not there takes no line, and nobody is a dash."""
    assert shown(Card(**BARE), texts_of("en")).splitlines() == [
        "What will happen: Post a bill.",
        "Reversible: Final.",
        "Why you are asked:",
        "Details:",
        "Evidence (Confidence 90 %):",
        "Due: none",
        "Signed: 0/2: –",
        "Who may decide: –",
        "Case: bill.json 01CASE; Requested by anna",
    ]
