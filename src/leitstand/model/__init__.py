"""Models: prompts as files, a seam on langchain-core, answers that are proposals."""

from leitstand.model.answer import Answer, Copied, Span, Unfit, read_answer
from leitstand.model.chat import Chat, Prepared, Spoken, Unanswered
from leitstand.model.library import EVERY, Environment, Library
from leitstand.model.message import ANSWER, Exchange, Message, Proposed, Question, Told
from leitstand.model.prompt import Prompt
from leitstand.model.released import LOCK, write_lock
from leitstand.model.script import Called, Script, ScriptedModel
from leitstand.model.settings import Settings
from leitstand.model.tokens import Counter, Tokens

__all__ = [
    "ANSWER",
    "EVERY",
    "LOCK",
    "Answer",
    "Called",
    "Chat",
    "Copied",
    "Counter",
    "Environment",
    "Exchange",
    "Library",
    "Message",
    "Prepared",
    "Prompt",
    "Proposed",
    "Question",
    "Script",
    "ScriptedModel",
    "Settings",
    "Span",
    "Spoken",
    "Tokens",
    "Told",
    "Unanswered",
    "Unfit",
    "read_answer",
    "write_lock",
]
