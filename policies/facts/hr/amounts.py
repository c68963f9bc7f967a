"""Amounts and days in the text of a request: what is asked for, and what it was before."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

from leitstand.values import cents_of
from policies.facts.hr.wording import day_words, fold, numbered

YEARS = range(1900, 2200)
"""Years that a day of HR can be of; others are slips of the pen."""
Part = Literal["new", "old", "by", ""]

_IBAN = re.compile(r"\b[a-z]{2}[0-9]{2}(?:[ .-]?[a-z0-9]){11,30}\b")
_MONTHS = numbered(day_words()["months"], 1)
_DAY = re.compile(
    r"\b(?P<y1>\d{4})-(?P<m1>\d{2})-(?P<d1>\d{2})\b"
    r"|\b(?P<d2>\d{1,2})\.\s?(?P<m2>\d{1,2})\.\s?(?P<y2>\d{4}|\d{2})?(?!\d)"
    r"|\b(?P<d3>\d{1,2})/(?P<m3>\d{1,2})/(?P<y3>\d{4})\b"
    rf"|\b(?:(?P<d4>\d{{1,2}})\.?\s)?(?P<month>{'|'.join(_MONTHS)})\b\.?(?:,?\s(?P<y4>\d{{4}}))?"
)
_NUMBER = r"\d{1,3}(?:[.,'\u2019 ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_CURRENCY = r"(?:eur(?:os?)?|€)"
_AMOUNT = re.compile(
    rf"(?P<before>{_CURRENCY}\s?)?(?<![\w.,-])(?P<number>{_NUMBER})(?:,-+|\.-+)?(?P<kilo>\s?k\b|\s?tsd\.?)?"
    rf"(?P<after>\s?{_CURRENCY}\b|\s?€)?(?![\w,]\d)"
)
_PERCENT = re.compile(r"\b(?P<number>\d{1,3}(?:[.,]\d{1,2})?)\s?(?:%|prozent\b|percent\b)")
_UNIT = re.compile(
    r"\s?(?:%|prozent|percent|h\b|std|stunden|hours?|tage?n?\b|days?|wochen|weeks?"
    r"|monate?n?\b|months?\b|jahre?n?\b|years?|uhr|personen|mitarbeit|prozentpunkte)"
)
_NEAR = r"[^.!?;]{0,25}?$"
_OLD = (
    r"bisher\w*|statt|anstatt|instead of|derzeit\w*|aktuell\w*|momentan\w*|zur ?zeit|currently"
    r"|previously|vorher\w*|vormals|frueher\w*|alt(?:es|e|er)?|old|formerly|von|from|was|heute|now"
    r"|jetzt|gegenueber|up from|ist"
)
_NEW = r"auf|to|neu(?:es|e|er)?|new|kuenftig\w*|zukuenftig\w*|soll\w*|at"
_BY = r"um|by|plus|zusaetzlich\w*|weitere|additional(?:ly)?|another|mehr"
_LABELS: tuple[tuple[Part, re.Pattern[str]], ...] = (
    ("old", re.compile(rf"\b(?:{_OLD})\b{_NEAR}")),
    ("new", re.compile(rf"(?:\b(?:{_NEW})\b{_NEAR}|(?:->|=>|→|>)\s?)$")),
    ("by", re.compile(rf"\b(?:{_BY})\b{_NEAR}")),
)
_THEN = r"(?:(?!statt|anstatt|anstelle|gegenueber|instead|nach|von|from)\w+ )?"
"""A word between an amount and what it is; not one that leads to the next amount."""
_ONE_OFFS = r"\w*(?:praemie|bonus|bonuszahlung|sonderzahlung|zulage|gratifikation|allowance)"
_AS = r"(?:(?:brutto|netto|gross|einmalige?|one-?off|one-?time|als|as|an?|eine?) )*"
_FOLLOWED: tuple[tuple[Part, re.Pattern[str]], ...] = (
    ("by", re.compile(rf"^\s?{_AS}{_ONE_OFFS}\b")),
    ("by", re.compile(rf"^\s?{_THEN}(?:mehr|weniger|more|less)\b")),
    ("old", re.compile(rf"^\s?{_THEN}(?:bisher|vorher|derzeit|aktuell|currently|previously)\b")),
)
_ELSE = re.compile(
    r"\d\s?(?:teur|t€|chf|usd|gbp|franken|dollars?)\b|[$£]"
    r"|\b(?:jahres(?:gehalt|brutto|verguetung|einkommen)\w*|p\.?\s?a\b|per annum"
    r"|annual(?:ly)? salary|(?:im|pro|per|a) (?:jahr|year)\b(?!\s\d{4})|jaehrlich)"
)
"""Amounts that are none of pay a month in euros: thousands, other currencies, years."""
_FROM = r"\b(?:ab|zum|from|as of|starting|start|beginn|eintritt|on|am|per|effective|wirkung)\b"
_ONE_OFF = re.compile(
    r"\b\w*(?:praemie|bonus|zahlung|zulage|gratifikation|allowance)(?:n|s|es)?\b[^.!?;]{0,30}?$"
)
_RAISE_OF = re.compile(
    r"\b\w*(?:erhoehung|anhebung|raise|increase)\s(?:in hoehe )?(?:von|of)\s(?:\w+\.?\s)?$"
)
_PAY_OF = re.compile(
    r"\b\w*(?:gehalt|lohn|verguetung|entgelt|salary|pay|wage)(?:s|es)?\s(?:in hoehe )?(?:von|of)\s"
    r"(?:\w+\.?\s)?$"
)
"""`ein Gehalt von 3.950 EUR`: no word of what it was before, unless another amount follows."""
_ONWARDS = re.compile(r"[^.!?;]{0,20}?\b(?:auf|to)\b")
_AROUND = 120
"""Characters around an amount that can say what it is."""
_LEAST = 100
"""Without a currency or marks of thousands a smaller number is none of pay."""
_DOWN = re.compile(
    r"\b(?:kuerz\w*|senk\w*|absenk\w*|reduzier\w*|herabsetz\w*|weniger|less|cut\w*|reduc\w*|lower\w*|decreas\w*)\b"
)


class _Amount(NamedTuple):
    value: Decimal
    part: Part
    money: bool


@dataclass(frozen=True, slots=True)
class PayChange:
    """What a text says of a change of pay, in cents; None where it does not say."""

    old_cents: int | None = None
    new_cents: int | None = None
    delta_cents: int | None = None
    permyriad: int | None = None

    @property
    def known(self) -> bool:
        """Whether it is told what changes, in euros or percent: a change by nothing is none."""
        return bool(self.delta_cents if self.delta_cents is not None else self.permyriad)

    def against(self, known_cents: int | None) -> "PayChange":
        """Completed by the amount that the master record knows, where the text says too little."""
        old = self.old_cents if self.old_cents is not None else known_cents
        delta, new = self.delta_cents, self.new_cents
        if delta is None and new is not None and old is not None:
            delta = new - old
        if delta is None and self.permyriad is not None and old is not None:
            share = Decimal(old) * self.permyriad / 10_000
            delta = int(share.quantize(Decimal(1), ROUND_HALF_UP))
        if new is None and old is not None and delta is not None:
            new = old + delta
        return PayChange(old, new, delta, self.permyriad)


def marked(folded: str) -> str:
    """A folded text in which accounts and amounts of money are words of their own."""
    text = _IBAN.sub(" iban-like ", folded)
    days = _blanked(text)
    pieces: list[str] = []
    at = 0
    for match in _AMOUNT.finditer(days):
        if _is_money(match, days):
            pieces += [text[at : match.start()], " money-like "]
            at = match.end()
    return "".join((*pieces, text[at:]))


def pay_change_in(text: str) -> PayChange:
    """What a request says of old pay, new pay and the difference.

    Nothing is guessed: amounts that cannot be told apart give none.
    """
    folded = fold(text)
    amounts = [] if _ELSE.search(folded) else list(_amounts(folded))
    old = _only(amounts, "old")
    new = _only(amounts, "new")
    by = _only(amounts, "by")
    loose = {a.value for a in amounts if not a.part and a.money}
    if new is None and len(loose) == 1 and (old is not None or by is None):
        new = loose.pop()
    elif old is None and new is not None and len(loose) == 1:
        old = loose.pop()
    delta = None if by is None else (-by if _DOWN.search(folded) else by)
    if new is not None and old is not None:
        if delta not in (None, new - old):
            return PayChange()
        delta = new - old
    percent = _PERCENT.search(folded)
    permyriad = None
    if percent is not None and by is None and new is None:
        permyriad = int(Decimal(percent["number"].replace(",", ".")) * 100)
        permyriad = -permyriad if _DOWN.search(folded) else permyriad
    return PayChange(_cents(old), _cents(new), _cents(delta), permyriad)


def day_in(
    text: str,
    today: date,
    *,
    after: str = _FROM,
) -> date | None:
    """The day that a text names after a word of `after`; without a year the next such day."""
    folded = fold(text)
    lead = re.compile(rf"(?:{after})[^.!?;\d]{{0,25}}?$")
    for match in _DAY.finditer(folded):
        before = folded[: match.start()]
        if lead.search(before) and (found := _date(match, today)):
            return found
    return None


def _amounts(folded: str) -> Iterator[_Amount]:
    text = _IBAN.sub(lambda m: " " * len(m[0]), folded)
    text = _blanked(text)
    for match in _AMOUNT.finditer(text):
        if _UNIT.match(text, match.end()):
            continue
        value = _value(match["number"])
        if match["kilo"]:
            value *= 1000
        money = _is_money(match, text)
        first, last = max(0, match.start() - _AROUND), match.end() + _AROUND
        part = _part(text[first : match.start()], text[match.end() : last])
        if money or (part and value >= _LEAST):
            yield _Amount(value, part, money)


def _part(before: str, after: str) -> Part:
    """What an amount is, by the nearest word before it, or one right after it."""
    for part, pattern in _FOLLOWED:
        if pattern.search(after):
            return part
    near = re.split(r"\d", before)[-1]
    if _ONE_OFF.search(near) or (_RAISE_OF.search(near) and not _ONWARDS.match(after)):
        return "by"
    if _PAY_OF.search(near) and not _ONWARDS.match(after):
        return ""
    nearest: Part = ""
    at = -1
    for part, pattern in _LABELS:
        if (start := _last(pattern, near)) > at:
            nearest, at = part, start
    return nearest


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Where the match begins that begins last; -1 without one."""
    return max((n for n in range(len(text)) if pattern.match(text, n)), default=-1)


def _only(amounts: list[_Amount], part: Part) -> Decimal | None:
    values = {a.value for a in amounts if a.part == part}
    return values.pop() if len(values) == 1 else None


def _is_money(match: re.Match[str], text: str) -> bool:
    """Whether a number is an amount: with a currency, or written like one of pay."""
    if _UNIT.match(text, match.end()):
        return False
    if match["before"] or match["after"] or match["kilo"]:
        return True
    return bool(
        re.fullmatch(r"\d{1,3}[.,' ]\d{3}(?:[.,]\d{2})?|\d+,\d{2}|\d+\.\d{2}", match["number"])
    )


def _value(number: str) -> Decimal:
    """The number, in German or English writing: the last mark with one or two digits is decimal."""
    digits = re.sub(r"['\u2019 ]", "", number)
    tail = re.search(r"[.,](\d{1,2})$", digits)
    whole = digits[: tail.start()] if tail else digits
    whole = re.sub(r"[.,]", "", whole)
    return Decimal(f"{whole}.{tail[1]}" if tail else whole)


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else cents_of(amount)


def _date(match: re.Match[str], today: date) -> date | None:
    day, month, year = _numbers(match)
    if year is None:
        near = (_made(one, month, day) for one in (today.year, today.year + 1))
        return next((found for found in near if found and found >= today), None)
    year = year + 2000 if year < 100 else year  # noqa: PLR2004
    return _made(year, month, day) if year in YEARS else None


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _numbers(match: re.Match[str]) -> tuple[int, int, int | None]:
    if match["month"]:
        return (
            int(match["d4"] or 1),
            _MONTHS[match["month"]],
            int(match["y4"]) if match["y4"] else None,
        )
    for n in ("1", "2", "3"):
        if match[f"d{n}"]:
            year = match[f"y{n}"]
            return int(match[f"d{n}"]), int(match[f"m{n}"]), int(year) if year else None
    raise ValueError(match[0])


def _blanked(text: str) -> str:
    """The text with blanks for its days, so that no number in them is an amount."""
    return _DAY.sub(lambda m: " " * len(m[0]), text)
