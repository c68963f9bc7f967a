"""Models of a second run: they say what the real one said first, so no guard has less to stop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from leitstand.digest import canonical
from leitstand.model import ANSWER, Message, Prepared, Proposed, Question, Spoken, Tokens
from leitstand.records import Event

__all__ = ["Echo"]

_FEW = Tokens(1, estimated=True)
_DONE = Message(calls=(Proposed(tool=ANSWER, args={"done": True}),))


@dataclass
class Echo:
    """What was said to a prompt and its inputs; after its first turn the model says it is done."""

    said: dict[bytes, Message] = field(default_factory=dict[bytes, Message])
    environment: str = "test"

    def learn(self, events: list[Event]) -> None:
        """Take over what a journal holds."""
        for event in events:
            if event.kind != "answer":
                continue
            body: dict[str, Any] = orjson.loads(event.body)
            if body.get("tool") == "ask" and "value" in body:
                text = canonical(body["value"]["value"]).decode()
                self.said[_key(body["prompt"], body["inputs"]["value"])] = Message(text=text)
            elif body.get("tool") == "turn" and "value" in body:
                inputs = body["asked"].get("value", {}).get("inputs")
                if inputs is not None:
                    message = Message.model_validate_json(orjson.dumps(body["value"]))
                    self.said[_key(body["prompt"], inputs)] = message

    def release(self, prompt: str, role: str) -> str:
        """Always the same."""
        return f"echo:{prompt}"

    def prepare(self, question: Question) -> Prepared:
        """The message on record. Raises KeyError: the real model was never asked this."""
        key = _key(question.prompt, question.inputs)
        message = _DONE if question.exchanges else self.said[key]

        async def send() -> Spoken:
            return Spoken(message, _FEW, _FEW)

        return Prepared(
            release=self.release(question.prompt, ""),
            source=question.prompt,
            draft=False,
            confidence=0,
            sent=_FEW,
            most=1,
            budget=1_000,
            attempts=1,
            send=send,
        )


def _key(prompt: str, inputs: Mapping[str, Any]) -> bytes:
    return canonical([prompt, inputs])
