"""What errors and roles leave in a journal is read in the language of whoever reads it.

Every sentence is looked for where it is raised, in the product and in user-land: one without words
in the other language is named by file and line.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from pydantic_core import _pydantic_core  # pyright: ignore[reportPrivateUsage]

from leitstand.errors import Cause, LeitstandError
from leitstand.inbox import Texts, texts_of
from leitstand.records import Held, Status

ROOT = Path(__file__).parents[2]
FOLDERS = ("src/leitstand", "agents", "tools", "policies")
ELSEWHERE = re.compile(
    r"src/leitstand/(evals|triggers|channels|web/oidc|policy/(engine|schema|toolrules))"
)
"""What stays with engineers, or is told to people by sentences of its own."""
ENGLISH = frozenset(
    [
        *("Ambiguous", "ApprovalRefused", "ArgumentsRefused", "BudgetSpent", "Contradiction"),
        *(
            "FactMissing",
            "denied",
            "Missing",
            "ModelFailed",
            "Refused",
            "ToolFailed",
            "Unreachable",
        ),
        *("ValueError", "ValueRefused"),
    ]
)
CHECKED = re.compile(r"src/leitstand/values|tools/(erp/voucher|hr/intake|datev/document)")
"""Where a `ValueError` says what is wrong with an argument; elsewhere engineers read it."""
PRODUCT = tomllib.loads((ROOT / "src/leitstand/inbox/texts/de.toml").read_text("utf-8"))
GERMAN = frozenset(["exception", "missing", "rejected"])
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module


class Said(NamedTuple):
    """A sentence where it is raised, `¤1¤` and the like at the places of its values."""

    where: str
    by: str
    text: str


@pytest.fixture(scope="module")
def said() -> list[Said]:
    """Every sentence that a case, a card or a receipt may show."""
    return [
        one
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
        if not ELSEWHERE.match(name := path.relative_to(ROOT).as_posix())
        for one in sentences(name, ast.parse(path.read_text("utf-8")))
    ]


def sentences(name: str, tree: ast.Module) -> Iterator[Said]:
    """The sentences of one file: first arguments of errors and ends, and what they say to do."""
    for call, inside in calls(tree, tree):
        by = call.func.id if isinstance(call.func, ast.Name) else ""
        if by not in ENGLISH | GERMAN or (by == "ValueError" and not CHECKED.match(name)):
            continue
        mends = (k.value for k in call.keywords if k.arg == "mend")
        for node in (*call.args, *mends):
            for text in written(node, inside, tree):
                yield Said(f"{name}:{call.lineno}", by, text)


def calls(node: ast.AST, inside: Function) -> Iterator[tuple[ast.Call, Function]]:
    """Every call with the function that it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, inside
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from calls(child, child if is_function else inside)


def written(node: ast.expr, inside: Function, tree: ast.Module) -> Iterator[str]:
    """The texts that an expression may be, as far as they are written down in its function."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = (p.value if isinstance(p, ast.Constant) else "¤" for p in node.values)
        yield "".join(str(p) for p in parts)
    elif isinstance(node, ast.IfExp):
        yield from written(node.body, inside, tree)
        yield from written(node.orelse, inside, tree)
    elif isinstance(node, ast.BinOp):
        for left in written(node.left, inside, tree):
            yield from (left + r for r in [*written(node.right, inside, tree), "¤"])
    elif isinstance(node, ast.Name):
        for value in values(node.id, inside) or values(node.id, tree):
            yield from written(value, inside, tree)


def values(name: str, scope: Function) -> list[ast.expr]:
    """What is given to a name, side by side with others too."""
    found: list[ast.expr] = []
    for one in ast.walk(scope):
        if not isinstance(one, ast.Assign):
            continue
        target, value = one.targets[0], one.value
        pairs = [(target, value)]
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            pairs = list(zip(target.elts, value.elts, strict=True))
        found += [v for t, v in pairs if isinstance(t, ast.Name) and t.id == name]
    return found


def of(language: str) -> Texts:
    """The texts of the product with those of the reference project."""
    return texts_of("de" if language == "de" else "en", ROOT / "tools" / "texts")


@pytest.mark.slow
def test_every_error_that_people_may_meet_is_told_in_german(said: list[Said]) -> None:
    """Errors are English in a journal; whoever reads them in German finds German words."""
    english = [one for one in said if one.by in ENGLISH]
    german = of("de")
    mute = [one for one in english if german.told(one.text) == one.text]
    assert len(english) > 150
    assert not mute, "\n".join(f"{m.where}: {m.text}" for m in mute)


def test_every_end_that_a_role_words_is_told_in_english(said: list[Said]) -> None:
    """Roles word their ends in German; whoever reads them in English finds English words."""
    own = [one for one in said if one.by in GERMAN and one.where.startswith("agents/")]
    english = of("en")
    mute = [one for one in own if english.told(one.text) == one.text]
    assert len(own) > 15
    assert not mute, "\n".join(f"{m.where}: {m.text}" for m in mute)


def kinds(kind: type[LeitstandError]) -> Iterator[type[LeitstandError]]:
    """A class of errors with all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from kinds(below)


def test_every_code_says_what_to_do_in_both_languages() -> None:
    """`Zu tun` at the terminal: the advice of every code, in German, and in English as it is."""
    for name in ("leitstand.policy", "leitstand.triggers"):
        import_module(name)  # Their codes are part of the tree only once they are loaded.
    advised = [k for k in kinds(LeitstandError) if k.__module__.startswith("leitstand") and k.mend]
    assert {"LS205", "LS402", "LS601", "LS670"} <= {k.code for k in advised}
    assert [k for k in advised if of("de").told(k.mend) == k.mend] == []
    assert [k for k in advised if of("en").told(k.mend) != k.mend] == []


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_exit_and_status_has_words(language: str) -> None:
    """Causes of an exit, reasons of a hold and statuses are named in each language."""
    texts = of(language)
    for section, names in (("cause", Cause), ("held", Held), ("status", Status)):
        assert all(texts.known(f"{section}.{name}") for name in get_args(names))


def test_sentences_of_strict_validation_are_those_of_the_library() -> None:
    """German words for what validation says are found by what the library really says."""
    listed = _pydantic_core.list_all_errors()
    known = {e.get("message_template_json") or e["message_template_python"] for e in listed}
    known |= {e["message_template_python"] for e in listed}
    named = [text for text in PRODUCT["told"] if re.match("Input |String |Field ", text)]
    assert len(named) > 20
    assert [text for text in named if text not in known] == []


@pytest.mark.parametrize(
    ("text", "german"),
    [
        (
            "LS204 in hr: HR knows no such employee (create the record, or correct the reference)",
            "HR knows no such employee. create the record, or correct the reference.",
        ),
        (
            "LS205 in shop.post: the business key is taken (do not propose the same action again)",
            (
                "Das ist schon geschehen: Der Geschäftsschlüssel ist vergeben."
                " Dieselbe Aktion wird nicht noch einmal vorgelegt."
            ),
        ),
        (
            "not valid: `qty`: Input should be greater than 0; `due`: Field required",
            "Ungültig: Menge: muss größer als 0 sein; due: fehlt",
        ),
        ("`shop.post` is refused by S-1, S-2", "buchen: von den Regeln abgelehnt (S-1, S-2)."),
        ("no answer within 30 s", "Keine Antwort innerhalb von 30 s."),
        ("Der Betrag ist zu hoch.", "Der Betrag ist zu hoch."),
        ("OSError: [Errno 28] disk full", "OSError: [Errno 28] disk full"),
    ],
)
def test_what_is_put_together_is_told_part_by_part(text: str, german: str) -> None:
    """Code and place fall away, values, tools and fields are named, what is unknown stays."""
    given = {"tools": {"shop.post": {"name": "buchen"}}, "fields": {"qty": "Menge"}}
    assert Texts("de", PRODUCT, given).told(text) == german
