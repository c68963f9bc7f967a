"""Requests of data subjects (Art. 15 to 18 GDPR): read, and carried out once they are signed."""

from leitstand.tool import tool
from tools.privacy.port import Privacy
from tools.privacy.request import (
    Action,
    Answered,
    AnswerRequest,
    FoundRequest,
    Measure,
    ReadRequest,
    Record,
    Request,
)

__all__ = [
    "Action",
    "AnswerRequest",
    "Answered",
    "FoundRequest",
    "Measure",
    "Privacy",
    "ReadRequest",
    "Record",
    "Request",
    "answer_request",
    "read_request",
]


@tool("privacy.request.read", authority="document")
async def read_request(args: ReadRequest, privacy: Privacy) -> FoundRequest:
    """Read a request as it came in."""
    return await privacy.read(args)


async def _answered(key: str, privacy: Privacy) -> Answered | None:
    return await privacy.answered(key)


# No business key: somebody may ask again.
@tool("privacy.request.answer", writes="privacy.record", idempotent=True, reconcile=_answered)
async def answer_request(args: AnswerRequest, privacy: Privacy, key: str) -> Answered:
    """Erase, restrict or disclose records about somebody."""
    return await privacy.answer(args, key)
