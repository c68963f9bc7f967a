"""The page on traces says all that is in one, and its settings are settings."""

import re
import tomllib
from pathlib import Path

import pytest

from leitstand.trace import TraceSettings, trace_of

NAME = re.compile(r'"((?:gen_ai|leitstand|deployment|service|error)\.[a-z_.]+)"')


@pytest.fixture
def page(root: Path) -> str:
    """The page as it is written."""
    return (root / "docs" / "how-to" / "trace.md").read_text("utf-8")


def test_every_name_that_leaves_is_on_the_page(root: Path, page: str) -> None:
    """Names in the code and names on the page are the same ones: nothing leaves unsaid."""
    files = (root / "src" / "leitstand" / "trace").glob("*.py")
    sent = {name for file in files for name in NAME.findall(file.read_text("utf-8"))}
    said = set(re.findall(r"`((?:gen_ai|leitstand|deployment|service|error)\.[a-z_.]+)`", page))
    assert len(sent) > 30
    assert sent - {"leitstand.trace", "leitstand.trace.spans"} == said


def test_the_table_of_the_page_is_one(page: str) -> None:
    """What the page writes into a project is taken as it stands."""
    (block,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    table = tomllib.loads(block)["tool"]["leitstand"]["trace"]
    settings = TraceSettings.model_validate(table, strict=False)
    assert (settings.endpoint, settings.leave_out) == ("http://127.0.0.1:4318", ("hr", "payroll"))


def test_a_ulid_and_its_trace_are_the_same_bits() -> None:
    """By the library that makes ULIDs; a name of more than 128 bits keeps its last ones."""
    from ulid import ULID

    ulid = "01M8MRXM0F3RENFZGWCAP93S4F"
    assert f"{trace_of(ulid):032x}" == ULID.from_str(ulid).hex.removeprefix("0x")
    assert trace_of("F" * 26) == int.from_bytes(trace_of("7" + "F" * 25).to_bytes(16))
