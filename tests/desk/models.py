"""Models of a test: a function answers, and what it is asked can be looked at."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from leitstand.digest import canonical
from leitstand.model import Message, Prepared, Question, Spoken, Tokens

__all__ = ["Answering", "Ask"]

Ask = Callable[[str, Mapping[str, Any], type[Any]], Awaitable[object]]
"""Prompt, inputs and type of the answer to a reading of that type, or to a message."""


@dataclass
class Answering:
    """Models that answer as a function does; each exchange takes ten tokens."""

    ask: Ask
    environment: str = "test"

    def release(self, prompt: str, role: str) -> str:
        """Always the same."""
        return f"test:{prompt}@1#0"

    def prepare(self, question: Question) -> Prepared:
        """Ask the function when it is sent."""

        async def send() -> Spoken:
            said = await self.ask(question.prompt, question.inputs, question.answer)
            value: object = getattr(said, "value", None)
            message = said if isinstance(said, Message) else Message(text=canonical(value).decode())
            return Spoken(message, Tokens(5, estimated=True), Tokens(5, estimated=True))

        return Prepared(
            release=self.release(question.prompt, ""),
            source=question.prompt,
            draft=False,
            confidence=80,
            sent=Tokens(5, estimated=True),
            most=5,
            budget=1_000,
            attempts=3,
            send=send,
        )
