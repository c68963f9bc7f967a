"""The vocabulary: words that name nobody, so that a re-recording keeps them as they are.

Words of the project's lexicon (the files its rules search texts with), of the tenant's own data,
and of legal forms. What is left of a text are the words that may name somebody.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from leitstand.table import toml_of
from leitstand.values import nodes

WORD = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+")
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue"}
_SYNTAX = re.compile(r"\\[a-zA-Z]|\(\?[a-z]*|\[[^\]]*\]|%\w+%")
_STEM, _WHOLE, _ENDING = 3, 5, 4
"""Letters from which a run is a stem, or counts within a longer word; and of an ending at most."""
_FORMS = re.compile(
    "ag|bv|co|corp|eg|ek|ev|gbr|gesmbh|ggmbh|gmbh|inc|kft|kg|kgaa|limited|llc|llp|ltd|mbh|nv|oeg|"
    "ohg|oy|plc|sa|sarl|sas|scs|se|sl|spa|srl|sro|ug|und|and|pdf|xml|json"
)
"""Legal forms (ISO 20275, folded), what joins them, and ends of file names."""


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """A word in small letters without accents: `ä` is `ae`, `ß` is `ss`."""
    plain = unicodedata.normalize("NFKC", word).casefold()
    plain = "".join(_UMLAUTS.get(c, c) for c in plain)
    letters = unicodedata.normalize("NFKD", plain)
    return "".join(c for c in letters if not unicodedata.combining(c))


class Vocabulary:
    """What is kept: words by the lexicon's `runs`, and everything that stands in the `own` data.

    `anchors` are the words of the own data: what nearly equals one of them is mapped to what nearly
    equals it.
    """

    def __init__(self, runs: Iterable[str] = (), own: object = None, names: object = None) -> None:
        self._runs = frozenset(runs)
        self._endings = frozenset(r for r in self._runs if len(r) <= _ENDING)
        self._long = tuple(r for r in self._runs if len(r) >= _WHOLE)
        texts = tuple(_texts(own))
        self._values = frozenset(t.casefold() for t in texts)
        self.anchors = frozenset(fold(w) for t in texts for w in WORD.findall(t))
        self._named = frozenset(fold(w) for t in _texts(names) for w in WORD.findall(t))

    @classmethod
    def of(cls, files: Iterable[Path], own: object, names: object) -> "Vocabulary":
        """The vocabulary of lexicon files (TOML, patterns in small letters) and the tenant's data.

        `names` are of tools, roles and signals. Raises ProjectRefused: a file cannot be read.
        """
        runs: set[str] = set()
        for file in files:
            for text in _texts(toml_of(file)):
                runs.update(WORD.findall(_SYNTAX.sub(" ", text.casefold())))
        return cls(runs, own, names)

    def holds_value(self, text: str) -> bool:
        """Whether a text as a whole stands in the tenant's own data."""
        return text.casefold() in self._values

    def holds_word(self, folded: str) -> bool:
        """Whether a folded word names nobody."""
        if _FORMS.fullmatch(folded) or folded in self.anchors or folded in self._named:
            return True
        return folded in self._runs or self._built(folded)

    def _built(self, folded: str) -> bool:
        """A stem of the lexicon with an ending of it, or a word around one of its long runs."""
        cuts = range(_STEM, len(folded))
        if any(folded[:i] in self._runs and folded[i:] in self._endings for i in cuts):
            return True
        return any(folded.startswith(run) or folded.endswith(run) for run in self._long)


def _texts(data: object) -> Iterator[str]:
    """Every text in data, names of fields left out."""
    return (text for _, text in nodes(data) if isinstance(text, str))
