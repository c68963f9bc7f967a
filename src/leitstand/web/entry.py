"""Entries: an argument as people write it into a form of their language, and back again.

`1.190,00` is one amount to a German reader and none to an English one. Only what is complete is
taken (two decimals, groups of three): `1.190` could be either of two amounts and stays as it is, to
be refused.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import orjson
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from leitstand.inbox import Argument, Card, Texts
from leitstand.inbox.texts import cut


def entries_of(card: Card, texts: Texts) -> Mapping[str, str | None]:
    """Each argument as its form field shows it; None where no field can hold it."""
    return {argument.field: _entry(argument, texts) for argument in card.arguments}


def written(entries: Mapping[str, str], card: Card, texts: Texts) -> dict[str, str]:
    """What was typed into a card, amounts in the one form in which they are read (`1190.00`)."""
    kinds = {argument.field: argument.kind for argument in card.arguments}
    return {
        name: _amount(text, texts.locale) if kinds.get(name) == "amount" else text
        for name, text in entries.items()
    }


def _entry(argument: Argument, texts: Texts) -> str | None:
    value: object = orjson.loads(argument.value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if argument.kind == "amount" and isinstance(value, int):
        return format_decimal(Decimal(value) / 100, "#,##0.00", texts.locale)
    if argument.kind == "day" and isinstance(value, str):
        return date.fromisoformat(value).strftime(texts.known("web.day"))
    digest = cut(text := str(value)) == f"{text[:12]}…"  # Nobody types one.
    return text if isinstance(value, int | str) and not digest else None


def _amount(text: str, locale: str) -> str:
    point, group = get_decimal_symbol(locale), get_group_symbol(locale)
    grouped = rf"[0-9]{{1,3}}(?:{re.escape(group)}[0-9]{{3}})*|[0-9]+"
    if not re.fullmatch(rf"-?(?:{grouped}){re.escape(point)}[0-9]{{2}}", text):
        return text
    return text.replace(group, "").replace(point, ".")
