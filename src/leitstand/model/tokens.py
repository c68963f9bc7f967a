"""Counting tokens before they cost money: exact where the vocabulary lies on this machine.

Vocabularies are files that tiktoken would fetch from the network. They are used only where their
file is there and is the right one; else four characters are taken for one token, and the count says
so.
"""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["Counter", "Tokens"]

_CHARACTERS = 4
_REMEMBERED = 4_096
_VOCABULARIES = {
    "o200k_base": (
        "fb374d419588a4632f3f557e76b4b70aebbca790",
        "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    ),
    "cl100k_base": (
        "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    ),
}
"""Encoding → its file's name in tiktoken's cache folder, and the SHA-256 of that file."""


class Tokens(NamedTuple):
    """How many tokens, and whether that is an estimate."""

    count: int
    estimated: bool


class Counter:
    """Counts tokens of texts; a text that was counted is not counted again."""

    __slots__ = ("_encode", "_known")

    def __init__(self, encode: Callable[[str], Sequence[int]] | None = None) -> None:
        self._encode = encode
        self._known: OrderedDict[bytes, int] = OrderedDict()

    @staticmethod
    def of(encoding: str = "o200k_base") -> "Counter":
        """Exact if the vocabulary's file lies in `TIKTOKEN_CACHE_DIR`, estimating if not."""
        folder = os.environ.get("TIKTOKEN_CACHE_DIR")
        if not folder or not _present(Path(folder), encoding):
            return Counter()
        import tiktoken  # noqa: PLC0415 - loaded only where it can count

        return Counter(tiktoken.get_encoding(encoding).encode_ordinary)

    def count(self, text: str) -> Tokens:
        """The tokens of a text."""
        if self._encode is None:
            return Tokens(-(-len(text) // _CHARACTERS), estimated=True)
        name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        if name not in self._known:
            self._known[name] = len(self._encode(text))
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(name)
        return Tokens(self._known[name], estimated=False)


def _present(folder: Path, encoding: str) -> bool:
    name, expected = _VOCABULARIES.get(encoding, ("", ""))
    file = folder / name
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == expected
