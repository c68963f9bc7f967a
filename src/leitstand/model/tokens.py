"""Counting tokens before they cost money: exact where the vocabulary lies on this machine.

Vocabularies are files that tiktoken would fetch from the network. They are used only where their
file is there and is the right one; else four characters are taken for one token, and the count says
so.
"""

import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from leitstand.digest import plain

_CHARACTERS, _REMEMBERED = 4, 4_096
_ENCODING, _FILE = "o200k_base", "fb374d419588a4632f3f557e76b4b70aebbca790"
"""The vocabulary, and its file's name in tiktoken's cache folder."""
_SHA = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"


@dataclass(frozen=True, slots=True)
class Tokens:
    """How many tokens, and whether that is an estimate."""

    count: int
    estimated: bool


class Counter:
    """Counts tokens of texts; a text that was counted is not counted again."""

    __slots__ = ("_encode", "_known")

    def __init__(self, encode: Callable[[str], Sequence[int]] | None = None) -> None:
        self._encode = encode
        self._known: OrderedDict[str, int] = OrderedDict()

    @staticmethod
    def of() -> "Counter":
        """Exact if the vocabulary's file lies in `TIKTOKEN_CACHE_DIR`, estimating if not."""
        file = Path(os.environ.get("TIKTOKEN_CACHE_DIR", "")) / _FILE
        if not file.is_file() or plain(file.read_bytes()) != _SHA:
            return Counter()
        import tiktoken  # noqa: PLC0415 - loaded only where it can count

        return Counter(tiktoken.get_encoding(_ENCODING).encode_ordinary)

    def count(self, text: str) -> Tokens:
        """The tokens of a text."""
        if self._encode is None:
            return Tokens(-(-len(text) // _CHARACTERS), estimated=True)
        name = plain(text.encode())
        if name not in self._known:
            self._known[name] = len(self._encode(text))
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return Tokens(self._known[name], estimated=False)
