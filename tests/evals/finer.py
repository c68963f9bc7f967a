"""Finer mutants: one sign of a rule, or one entry within an entry, is another.

Written after the cases, to see what these notice beyond what they were made for.
"""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from tests.evals.mutants import POLICIES, WORLD, Mutant, cedar_files, id_of, statements

_SIGNS: Mapping[str, tuple[str, ...]] = {
    " >= ": (" > ",),
    " > ": (" >= ",),
    " <= ": (" < ",),
    " < ": (" <= ",),
    " == ": (" != ",),
    " && ": (" || ",),
    " || ": (" && ",),
    "!": ("",),
    "containsAll": ("containsAny",),
    "containsAny": ("containsAll",),
}

_ATOM = re.compile(
    r"!?context\.(?:facts\.\w+|call\.approval\.\w+|call\.tainted)\b(?:\.isEmpty\(\)|(?!\.))"
    r'(?: (?:==|>=?|<=?) (?:"\w+"|[\w.]+))?'
)


def mutants() -> list[Mutant]:
    """All of them, in an order that depends on nothing but the files."""
    return [*_conditions(), *_patterns(), *_entries(), *_accounts()]


def _conditions() -> Iterator[Mutant]:
    for file, text in cedar_files().items():
        for rule in statements(text):
            for kind, how, other in _changed(rule):
                name = f"{id_of(rule)}: {how}"
                yield Mutant(kind, name, {file: text.replace(rule, other)})


def _changed(rule: str) -> Iterator[tuple[str, str, str]]:
    head, *rest = re.split(r"(?=^(?:when|unless) )", rule, flags=re.MULTILINE)
    body = "".join(rest)
    for sign, others in _SIGNS.items():
        for found in re.finditer(re.escape(sign), body):
            for other in others:
                now = body[: found.start()] + other + body[found.end() :]
                yield "sign", f"{sign.strip()} at {found.start()} as `{other.strip()}`", head + now
    for part, left in _clauses(body):
        yield "clause dropped", f"without `{part}`", head + left
    actions = re.findall(r'Action::"[a-z_.]+"', head)
    for action in actions if len(actions) > 1 else ():
        left = re.sub(rf"{re.escape(action)},\s*|,\s*{re.escape(action)}", "", head, count=1)
        yield "action dropped", f"not for {action}", left + body
    if len(rest) > 1:
        yield "clause dropped", "without `unless`", head + rest[0].rstrip() + ";\n"


def _clauses(body: str) -> Iterator[tuple[str, str]]:
    """Each fact that is joined by `&&` or `||`, with the condition without it."""
    for found in _ATOM.finditer(body):
        before = re.search(r"\s*(&&|\|\|)\s*$", body[: found.start()])
        after = re.match(r"\s*(&&|\|\|)\s*", body[found.end() :])
        if before:
            yield found[0], body[: before.start()] + body[found.end() :]
        elif after:
            yield found[0], body[: found.start()] + body[found.end() + after.end() :]


def _patterns() -> Iterator[Mutant]:
    """Each pattern of each entry of the lexicon taken out."""
    text = (POLICIES / "lexicon.toml").read_text("utf-8")
    for line in re.findall(r"^    '.*',\n", text, re.MULTILINE):
        yield Mutant("pattern dropped", line[5:65], table={"lexicon.toml": text.replace(line, "")})


def _entries() -> Iterator[Mutant]:
    """Each rule of a letter, each need and seller of a VAT case taken out."""
    for file, key in (("letters.toml", "rules"), ("vat.toml", "needs"), ("vat.toml", "seller")):
        text = (POLICIES / file).read_text("utf-8")
        for found in re.finditer(rf"^{key} = (\[.*\])$", text, re.MULTILINE):
            values: list[str] = json.loads(found[1])
            for value in values:
                left = json.dumps([v for v in values if v != value])
                changed = text[: found.start(1)] + left + text[found.end(1) :]
                name = f"{file} {key} {value} at {found.start()}"
                yield Mutant("entry dropped", name, table={file: changed})


def _accounts() -> Iterator[Mutant]:
    data: dict[str, Any] = json.loads((WORLD / "policy.json").read_text("utf-8"))
    for key in data["accounts"]:
        accounts = deepcopy(data["accounts"])
        accounts[key]["skr03"] = "9999"
        yield Mutant("account changed", key, tenant={"accounts": accounts})
