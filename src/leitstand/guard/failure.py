"""Failures as they stand in the journal: a closed set, raised again exactly as recorded."""

from typing import Any

from leitstand import errors
from leitstand.errors import CallFailed, ToolFailed

_KINDS: dict[str, type[CallFailed]] = {
    kind.code: kind
    for kind in (
        errors.ArgumentsRefused,
        errors.BudgetSpent,
        errors.Contradiction,
        errors.Missing,
        errors.ModelFailed,
        errors.Refused,
        errors.Rejected,
        ToolFailed,
        errors.Unreachable,
    )
}


def failure_of(error: CallFailed) -> dict[str, Any]:
    """`error` as journal data. A subclass of user-land is recorded as the kind it specialises."""
    known = (kind.code for kind in type(error).__mro__ if issubclass(kind, CallFailed))
    code = next((code for code in known if code in _KINDS), ToolFailed.code)
    return {"code": code, "text": error.text, "where": error.where, "detail": error.detail}


def raised(failure: dict[str, Any]) -> CallFailed:
    """The error that was recorded, to be raised again."""
    kind = _KINDS.get(failure["code"], ToolFailed)
    return kind(failure["text"], where=failure["where"], detail=failure["detail"])
