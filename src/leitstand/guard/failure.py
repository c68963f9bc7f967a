"""Failures as they stand in the journal: a closed set, raised again exactly as recorded."""

from typing import Any

from leitstand.errors import (
    ArgumentsRefused,
    CallFailed,
    Contradiction,
    Missing,
    ModelRefused,
    Refused,
    Rejected,
    ToolFailed,
    Unreachable,
)

__all__ = ["failure_of", "raised"]

_KINDS: dict[str, type[CallFailed]] = {
    kind.code: kind
    for kind in (
        ArgumentsRefused,
        Contradiction,
        Missing,
        Refused,
        Rejected,
        ToolFailed,
        Unreachable,
    )
}


def failure_of(error: CallFailed | ModelRefused) -> dict[str, Any]:
    """`error` as journal data. A subclass of user-land is recorded as the kind it specialises."""
    detail = error.detail if isinstance(error, CallFailed) else {}
    return {"code": _code(error), "text": error.text, "where": error.where, "detail": detail}


def raised(failure: dict[str, Any]) -> CallFailed | ModelRefused:
    """The error that was recorded, to be raised again."""
    if failure["code"] == ModelRefused.code:
        return ModelRefused(failure["text"], where=failure["where"])
    kind = _KINDS.get(failure["code"], ToolFailed)
    return kind(failure["text"], where=failure["where"], detail=failure["detail"])


def _code(error: CallFailed | ModelRefused) -> str:
    if isinstance(error, ModelRefused):
        return ModelRefused.code
    known = (kind.code for kind in type(error).__mro__ if issubclass(kind, CallFailed))
    return next((code for code in known if code in _KINDS), ToolFailed.code)
