"""An effect: a write in a business system, intent first, then outcome."""

from typing import Any, Literal

from leitstand.values import Frozen

EffectState = Literal["intent", "done", "failed", "unknown"]


class Effect(Frozen):
    """A write: its tool, arguments, idempotency key and how far it got.

    `unknown` is an intent whose outcome is not recorded: it is reconciled or held, never repeated
    blindly (KERNEL no. 4).
    """

    tool: str
    args: dict[str, Any]
    key: str
    state: EffectState
    result: dict[str, Any] = {}
    undo: str = ""
