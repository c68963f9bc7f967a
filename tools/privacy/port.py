"""The port of data subjects' requests."""

from typing import Protocol

from leitstand.tool import Port
from tools.privacy.request import Answered, AnswerRequest, FoundRequest, ReadRequest


class Privacy(Port, Protocol):
    """Where requests of data subjects are carried out. Raises only `CallFailed`."""

    async def read(self, args: ReadRequest) -> FoundRequest:
        """A request as it came in."""
        ...

    async def answer(self, args: AnswerRequest, key: str) -> Answered:
        """Carry out a request; the proof holds none of the data."""
        ...

    async def answered(self, key: str) -> Answered | None:
        """What was carried out under `key`, for reconciling."""
        ...
