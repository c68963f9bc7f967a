"""Models: prompts as files, a seam on langchain-core, answers that are proposals."""

from leitstand.model.ask import Asked, ask
from leitstand.model.library import Library
from leitstand.model.prompt import Prompt
from leitstand.model.script import Script, ScriptedModel
from leitstand.model.tokens import Counter, Tokens

__all__ = ["Asked", "Counter", "Library", "Prompt", "Script", "ScriptedModel", "Tokens", "ask"]
