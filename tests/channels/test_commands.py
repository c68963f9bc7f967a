"""Commands: exact sentences mean something, everything else means nothing (PAINS no. 10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.channels import Command, code_of, read_command

TALK = (
    "ja",
    "ok",
    "nein",
    "👍",
    "freigeben",
    "freigeben bitte",
    "ja, freigeben 4d80-ee47",
    "nicht freigeben 4d80-ee47",
    "freigeben 4d80-ee47?",
    "freigeben 4d80-ee47 2",
    "freigeben  4d80-ee47",
    "freigeben 4d80ee47",
    "ablehnen 4d80-ee47",
    "ablehnen 4d80-ee47 falsch",
    "ablehnen 4d80-ee47 0",
    "> freigeben 4d80-ee47",
    "freigeben 4d80-ee47\nablehnen 4d80-ee47 1",
    "fr\u0435igeben 4d80-ee47",
    "",
)


@pytest.mark.parametrize("text", TALK)
def test_talk_is_no_command(text: str) -> None:
    """What a hasty, a doubtful or a hostile person writes is no decision."""
    assert read_command(text) is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("freigeben 4d80-ee47", Command(act="approve", code="4d80-ee47")),
        ("Freigeben 4D80-EE47 \n", Command(act="approve", code="4d80-ee47")),
        ("approve 4d80-ee47", Command(act="approve", code="4d80-ee47")),
        ("ablehnen 4d80-ee47 2", Command(act="reject", code="4d80-ee47", reason=2)),
        ("reject 4d80-ee47 2", Command(act="reject", code="4d80-ee47", reason=2)),
        ("verbinden abcd-efgh-2345-ijkl", Command(act="link", code="abcd-efgh-2345-ijkl")),
    ],
)
def test_commands_are_read_in_both_languages(text: str, command: Command) -> None:
    """The three commands, however they are capitalised."""
    assert read_command(text) == command


@given(st.text())
def test_no_text_without_a_code_is_a_decision(text: str) -> None:
    """Whatever is written, a decision names a card."""
    command = read_command(text)
    assert command is None or command.code in text.casefold()


@given(st.text(alphabet="0123456789abcdef", min_size=32, max_size=32))
def test_every_code_can_be_typed(seen: str) -> None:
    """What a card shows as its code is understood when it is typed back."""
    command = read_command(f"freigeben {code_of(seen)}")
    assert command is not None
    assert command.code.replace("-", "") == seen[:8]
