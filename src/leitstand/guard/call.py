"""A call on its way through the guard, and the signals that end a burst."""

from typing import Any, NamedTuple

from pydantic import BaseModel

from leitstand.records import Address
from leitstand.tool import Tool


class Call(NamedTuple):
    """What a step asks for: a tool, its arguments, the readings they rest on, and where it stands.

    `proposed` is the digest of tool and arguments. `sealed`: the superstep is recorded whole, so
    the answer must be on the tape. `may_wait` false: a verdict that would ask a person is a
    refusal. `by_model`: a model chose tool and arguments, so none of them is grounded by its type.
    A tuple because one is made for every call.
    """

    address: Address
    tool: Tool[Any, Any]
    args: BaseModel
    proposed: str
    evidence: tuple[str, ...] = ()
    may_wait: bool = True
    timeout: float | None = None
    sealed: bool = False
    by_model: bool = False

    @property
    def limit(self) -> float:
        """Seconds that the system may take: the call's own limit, at most its tool's."""
        return min(self.timeout or self.tool.timeout, self.tool.timeout)


class Pause(BaseException):
    """The burst ends here: a person, a timer or a system has to come first.

    No Exception, so that no `except Exception` of a step swallows a checkpoint (KERNEL no. 8).
    `due` is when the case goes on by itself (seconds since the epoch), None if something must come
    from outside.
    """

    def __init__(self, why: str, due: float | None = None) -> None:
        super().__init__(why)
        self.due = due


class Unsettled(Pause):
    """The outcome of a write is not known yet: the case may wait for it, but not end before it."""
