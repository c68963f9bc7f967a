"""The tape: answers by place and by question, and bytes that nobody can change unseen."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.digest import canonical, plain
from leitstand.errors import CaseRefused
from leitstand.evals.tape import Line, Recording, read_tape, tape_bytes

ARGS = st.dictionaries(st.sampled_from("abc"), st.integers(-9, 9), max_size=2)
LINES = st.builds(
    Line,
    address=st.from_regex(r"[a-c]#[1-3]/:[0-2]", fullmatch=True),
    kind=st.sampled_from(["call", "ask", "now", "wait"]),
    name=st.sampled_from(["erp.get", "erp.post"]),
    args=ARGS,
    value=st.none() | st.integers(-9, 9) | st.text(max_size=5),
    writes=st.booleans(),
    release=st.sampled_from(["", "scripted:account@1#0f"]),
)


def line(address: str, value: int, **more: object) -> Line:
    """An answer to a call."""
    return Line.model_validate(
        {"address": address, "kind": "call", "name": "erp.get", "args": {"no": 1}, "value": value}
        | more
    )


@given(lines=st.lists(LINES, max_size=5))
def test_what_is_written_is_read(
    lines: list[Line], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Line by line, whatever it holds; the hash is that of the bytes."""
    file = tmp_path_factory.mktemp("tape") / "tape.jsonl"
    raw = tape_bytes(lines)
    file.write_bytes(raw)
    assert read_tape(file, plain(raw)).lines == tuple(lines)


@given(lines=st.lists(LINES, min_size=1, max_size=4), data=st.data())
def test_no_byte_can_be_changed_or_cut(
    lines: list[Line], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any shorter tape and any other byte is refused."""
    raw = tape_bytes(lines)
    at = data.draw(st.integers(0, len(raw) - 1))
    other = bytes([raw[at] ^ 1])
    for spoilt in (raw[:at], raw[:at] + other + raw[at + 1 :]):
        file = tmp_path_factory.mktemp("tape") / "tape.jsonl"
        file.write_bytes(spoilt)
        with pytest.raises(CaseRefused, match=r"middle of a line|not the one"):
            read_tape(file, plain(raw))


def test_a_tape_that_is_gone_is_refused(tmp_path: Path) -> None:
    """And one that holds other things than answers, though its hash be right."""
    with pytest.raises(CaseRefused, match="cannot be read"):
        read_tape(tmp_path / "tape.jsonl", "")
    (tmp_path / "tape.jsonl").write_bytes(b"{}\n")
    with pytest.raises(CaseRefused, match="no tape"):
        read_tape(tmp_path / "tape.jsonl", plain(b"{}\n"))


def test_an_answer_is_found_where_it_stands_first_and_by_its_question_else() -> None:
    """The same question twice: each place has its own answer, a new place the first."""
    tape = Recording([line("a#1/:0", 1), line("b#1/:0", 2)])
    asked = canonical({"no": 1})
    found = [tape.answer(where, "erp.get", asked) for where in ("a#1/:0", "b#1/:0", "c#1/:0")]
    assert [f.value if f else None for f in found] == [1, 2, 1]


def test_another_question_has_no_answer() -> None:
    """Other arguments, another tool, and what the clock said is no answer to a call."""
    tape = Recording([line("a#1/:0", 1), line("b#1/:0", 2, kind="now", name="erp.now")])
    assert tape.answer("a#1/:0", "erp.get", canonical({"no": 2})) is None
    assert tape.answer("a#1/:0", "erp.post", canonical({"no": 1})) is None
    assert tape.answer("c#1/:0", "erp.now", canonical({"no": 1})) is None


def test_a_result_is_shown_by_a_write_that_succeeded() -> None:
    """Reads and failed writes show nothing of what a write gives back."""
    failed = line("a#1/:0", 0, writes=True, failure={"code": "LS601"})
    read, wrote = line("b#1/:0", 1), line("c#1/:0", 2, writes=True)
    found = Recording([failed, read, wrote]).outcome("erp.get")
    assert (found and found.value) == 2
    assert Recording([failed, read]).outcome("erp.get") is None


def test_a_release_that_nobody_noted_is_not_written() -> None:
    """Tapes from before it was noted keep their bytes, and with them their hashes."""
    assert b"release" not in tape_bytes([line("a#1/:0", 1)])
    assert b"release" in tape_bytes([line("a#1/:0", 1, release="x")])
