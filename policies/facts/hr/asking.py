"""Leave that a message asks for: which days, and who signs it.

Only what asks for annual leave of one's own and for nothing else is taken for a request; the
manager decides on it all the same. What else a message may want stands in `hr_lexicon.toml`.
"""

import re
from datetime import date
from functools import cache

from policies.facts.hr.period import Days, period_in
from policies.facts.hr.wording import fold, leave_message, plain

_LONGEST_NAME = 6


def asks_leave(text: str) -> bool:
    """Whether a text asks for annual leave of one's own, and for nothing else."""
    told, folded = leave_message(), fold(text)
    if not all(re.search(words, folded) for words in told["all"]):
        return False
    if re.search(told["known"], folded) and not re.search(told["anew"], folded):
        return False
    return not re.search(told["unless"], folded)


def leave_asked(text: str, today: date | None) -> Days | None:
    """First and last day of the leave that a text asks for; None where they are not clear."""
    return period_in(text, today) if asks_leave(text) else None


def signed_by(text: str) -> str:
    """The name with which a message is signed, as written; empty without one."""
    told = leave_message()
    last = _ends(tuple(told["titles"])).split(plain(text).strip().rstrip(". "))[-1].split()
    closing, particles = frozenset(told["closing"]), frozenset(told["particles"])
    while last and fold(last[0]).strip(".-") in closing:
        last = last[1:]
    named = all(word[0].isupper() or word in particles for word in last)
    return " ".join(last) if 1 < len(last) <= _LONGEST_NAME and named else ""


@cache
def _ends(titles: tuple[str, ...]) -> re.Pattern[str]:
    """What ends a line or a sentence: a stop does not behind a title (`Dr.`)."""
    no_title = "".join(rf"(?<!\b[{t[0]}{t[0].upper()}]{re.escape(t[1:])})" for t in titles)
    return re.compile(rf"[!?,;:()\n]|{no_title}\.(?=\s)")
