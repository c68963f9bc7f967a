"""Letters: a template of `texts.de.toml` or `texts.en.toml`, filled with closed fields."""

import datetime as dt
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from leitstand.values import show_money
from tools.mail.mail import DraftMail, Finding

Language = Literal["de", "en"]


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and body of a letter."""

    subject: str
    body: str


def write_letter(args: DraftMail, company: str) -> Letter:
    """The letter of a template, signed by `company`."""
    texts = _texts(args.language)
    template = texts["template"][args.template]
    parts = [
        texts["greeting"],
        template["body"].strip().format(findings=_findings(args, texts["finding"])),
        _reference(args, texts["ref"]),
        texts["closing"].format(company=company),
    ]
    return Letter(
        template["subject"].format(ref=_subject(args, texts)), "\n\n".join(p for p in parts if p)
    )


@cache
def _texts(language: Language) -> dict[str, Any]:
    path = Path(__file__).parent / f"texts.{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _subject(args: DraftMail, texts: dict[str, Any]) -> str:
    if args.quote_no:
        return texts["subject_quote"].format(number=args.quote_no)
    number = args.invoice_no
    return texts["subject_ref"].format(number=number) if number else texts["subject_bare"]


def _reference(args: DraftMail, ref: dict[str, str]) -> str:
    given = {
        "number": args.invoice_no,
        "date": _day(args.invoice_date, args.language) if args.invoice_date else None,
        "order": args.order_no,
        "quote": args.quote_no,
        "quote_date": _day(args.quote_date, args.language) if args.quote_date else None,
        "quote_amount" if args.quote_no else "amount": (
            None if args.gross_cents is None else _amount(args, args.gross_cents)
        ),
        "valid_until": _day(args.valid_until, args.language) if args.valid_until else None,
    }
    return "\n".join(ref[name].format(**{name: value}) for name, value in given.items() if value)


def _findings(args: DraftMail, texts: dict[str, Any]) -> str:
    return "\n".join(f"- {_finding(args, finding, texts)}" for finding in args.findings)


def _finding(args: DraftMail, finding: Finding, texts: dict[str, Any]) -> str:
    line = texts["line"].format(line=finding.line) if finding.line else ""
    text = texts["text"].get(finding.rule) or texts["other"].format(rule=finding.rule)
    values = {
        name: _amount(args, cents)
        for name, cents in (("expected", finding.expected_cents), ("found", finding.found_cents))
        if cents is not None
    }
    form = "amounts" if len(values) > 1 else next(iter(values), None)
    return line + text + (texts[form].format(**values) if form else "")


def _amount(args: DraftMail, cents: int) -> str:
    if args.language == "de":
        return show_money(cents, args.currency)
    sign, whole = ("-" if cents < 0 else ""), abs(cents)
    return f"{args.currency} {sign}{whole // 100:,}.{whole % 100:02d}"


def _day(day: dt.date, language: Language) -> str:
    return f"{day:%d.%m.%Y}" if language == "de" else f"{day.day} {day:%B %Y}"
