"""Answers: what people have made of a frozen action by now.

The guard acts by this, and whoever shows a checkpoint shows this: so nobody signs anything but what
would run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leitstand.digest import canonical
from leitstand.errors import ArgumentsRefused
from leitstand.guard.judging import validated
from leitstand.guard.rules import Rules
from leitstand.records import Approval, Checkpoint
from leitstand.store import Frozen, Journal


@dataclass(frozen=True, slots=True)
class Wanted:
    """The arguments that are to run (JSON), their digest, and the person whose edit they are."""

    args: dict[str, Any]
    acted: str
    editor: str = ""


def wanted(
    rules: Rules, journal: Journal, shown: Checkpoint, answers: Sequence[Approval]
) -> Wanted:
    """The action after all edits that count, in their order.

    An edit counts if its person may decide here, and if it makes exactly the arguments whose digest
    was signed with it.
    """
    now = Wanted(dict(shown.args), shown.acted)
    for answer in answers:
        if answer.answer == "edit" and _may(rules, journal, shown, answer):
            args = _edited(rules, shown.tool, now.args, answer.edits)
            if args and journal.digest(canonical([shown.tool, args])) == answer.acted:
                now = Wanted(args, answer.acted, answer.person)
    return now


def checkpoint_of(journal: Journal, frozen: Frozen) -> Checkpoint:
    """The checkpoint as it was opened."""
    body, case = frozen.body, journal.case
    return Checkpoint(
        id=frozen.id,
        case=case.ulid,
        tenant=case.tenant,
        address=frozen.address,
        tool=body["tool"],
        args=body["args"],
        proposed=body["proposed"],
        acted=body["acted"],
        evidence=body["evidence"],
        slice=body["slice"],
        requester=case.requester,
        roles=tuple(body["roles"]),
        approvers=body["approvers"],
        opened=body["opened"],
        expires=body["expires"],
    )


def _may(rules: Rules, journal: Journal, shown: Checkpoint, answer: Approval) -> bool:
    edited = shown.model_copy(update={"acted": answer.acted})
    return bool(rules.grants(edited, [answer], suppliers=journal.tape.suppliers).count)


def _edited(
    rules: Rules, tool: str, args: Mapping[str, Any], edits: Mapping[str, Any]
) -> dict[str, Any] | None:
    try:
        return validated(rules.tools[tool].args, {**args, **edits})
    except ArgumentsRefused:
        return None
