"""Agreement: what a role proposes beside what people did, field by field."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.errors import UsageRefused
from leitstand.evals.agreement import agreement, read_done
from leitstand.evals.interval import wilson

ROWS: list[dict[str, Any]] = [
    {"file": "a.xml", "decision": "auto_draft", "proposed": {"args": {"account": "freight"}}},
    {"file": "b.xml", "decision": "approve", "proposed": {"args": {"gross_cents": 11900}}},
    {"file": "c.xml", "decision": "hold", "proposed": None},
]


def test_fields_and_rate_by_hand() -> None:
    """Three documents, one wrong in two fields, one right, one that nobody did (R25)."""
    done = {
        "a.xml": {"decision": "hold", "proposed.args.account": "goods"},
        "b.xml": {"decision": "approve", "proposed.args.gross_cents": "11900.00"},
        "z.xml": {"decision": "hold"},
    }
    found = agreement(ROWS, done)
    assert (found.compared, found.corrected, found.corrections_per_100) == (2, 1, 50.0)
    assert {f.field: (f.agreed, f.n) for f in found.fields} == {
        "decision": (1, 2),
        "proposed.args.account": (0, 1),
        "proposed.args.gross_cents": (1, 1),
    }
    [one] = found.fields[1].differing
    assert (one.file, one.proposed, one.done) == ("a.xml", "freight", "goods")
    assert (found.not_done, found.not_seen) == (("c.xml",), ("z.xml",))


def test_a_field_that_the_row_lacks_differs() -> None:
    """A person booked what the role left: that is a disagreement, not a gap."""
    found = agreement(ROWS, {"c.xml": {"proposed.args.account": "goods"}})
    assert found.corrected == 1
    assert found.fields[0].differing[0].proposed == ""


def test_nothing_in_common_proves_nothing() -> None:
    """No rate is made up."""
    found = agreement(ROWS, {"z.xml": {"decision": "hold"}})
    assert (found.compared, found.corrections_per_100) == (0, None)
    assert (found.low, found.high) == (0.0, 100.0)


@given(st.lists(st.tuples(st.sampled_from("xy"), st.sampled_from("xy")), max_size=30))
def test_the_rate_is_the_share_of_documents_that_differ(pairs: list[tuple[str, str]]) -> None:
    """Whatever was proposed and done; the interval is Wilson's."""
    rows = [{"file": str(i), "decision": ours} for i, (ours, _) in enumerate(pairs)]
    done = {str(i): {"decision": theirs} for i, (_, theirs) in enumerate(pairs)}
    found = agreement(rows, done)
    wrong = sum(ours != theirs for ours, theirs in pairs)
    assert (found.compared, found.corrected) == (len(pairs), wrong)
    assert found.low == 100 * wilson(wrong, len(pairs)).low
    assert [f.n - f.agreed for f in found.fields] == ([wrong] if pairs else [])


def test_text_is_not_taken_for_a_number() -> None:
    """Account 0123 is not account 123; the amount 119 is 119.00."""
    rows = [{"file": "a", "account": "0123", "gross": 119}]
    found = agreement(rows, {"a": {"account": "123", "gross": "119.00"}})
    assert {f.field: f.agreed for f in found.fields} == {"account": 0, "gross": 1}


@pytest.mark.parametrize("name", ["acount", "proposed.args.acount", "decision.deeper"])
def test_a_name_that_no_row_has_is_refused(name: str) -> None:
    """A slip of the pen would else count as a disagreement in every line."""
    with pytest.raises(UsageRefused, match=name):
        agreement(ROWS, {"a.xml": {name: "x"}})


def test_two_documents_of_one_name_are_refused() -> None:
    """Nobody could tell which was meant."""
    with pytest.raises(UsageRefused, match="one name"):
        agreement([*ROWS, ROWS[0]], {})


def test_json_lines_and_csv_say_the_same(tmp_path: Path) -> None:
    """Semicolons as in a German spreadsheet, with its byte order mark; empty cells say nothing."""
    lines = tmp_path / "done.jsonl"
    lines.write_text('{"file": "a", "decision": "hold"}\n\n{"file": "b", "gross": "1,00"}\n')
    sheet = tmp_path / "done.csv"
    sheet.write_text("\ufefffile;decision;gross\na;hold;\nb;;1,00\n", encoding="utf-8")
    comma = tmp_path / "comma.csv"
    comma.write_text('file,decision,gross\na,hold,\nb,,"1,00"\n', encoding="utf-8")
    assert read_done(lines) == read_done(sheet) == read_done(comma)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("absent.jsonl", None),
        ("empty.jsonl", ""),
        ("cut.jsonl", '{"file": "a"'),
        ("list.jsonl", "[1]"),
        ("nameless.jsonl", '{"decision": "hold"}'),
        ("twice.jsonl", '{"file": "a"}\n{"file": "a"}'),
        ("long.csv", "file;decision\na;hold;more\n"),
        ("short.csv", "file;decision\na\n"),
        ("header.csv", "file;decision\n"),
    ],
)
def test_a_file_that_says_nothing_clear_is_refused(
    tmp_path: Path, name: str, text: str | None
) -> None:
    """With the file, and the entry where there is one."""
    file = tmp_path / name
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageRefused) as refused:
        read_done(file)
    assert name in json.dumps(refused.value.where)
    if name.startswith(("nameless", "twice")):
        assert refused.value.text in ("no `file` is named", "`a` stands there twice")
