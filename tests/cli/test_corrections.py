"""`leitstand corrections`: what people changed has a state, with author and time."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Office

TITLE = "r3.json"


@pytest.fixture
def corrected(shop: Office) -> Office:
    """An office in which the account of a bill was changed, and another bill refused."""
    shop("edit", shop.waiting(TITLE), "account=office", "--reason", "no", person="dora.lange")
    return shop


def test_a_case_is_offered_at_once(shop: Office) -> None:
    """An edit and a rejection offer the command that makes a test of them; a yes does not."""
    edited = shop("edit", shop.waiting(TITLE), "account=office", "-r", "no", person="dora.lange")
    case = edited.err.split("eval record ")[1].split()[0]
    assert edited.err.splitlines()[-1].endswith(f"leitstand eval record {case} --as NAME")
    assert "eval record" not in shop("approve", shop.waiting(TITLE), person="ben.krueger").err


def test_the_states_of_a_correction(corrected: Office, tmp_path: Path) -> None:
    """Open, then a case of this name, then mended in the version of now by somebody (R17)."""
    [one] = corrected("corrections", "list", "--json").rows
    names = ("role", "tool", "field", "old", "new", "person", "state")
    assert [one[n] for n in names] == [
        "buying", "shop.bill.post", "account", '"goods"', '"office"', "dora.lange", "open",
    ]  # fmt: skip
    corrected("eval", "record", TITLE, "--as", "office", "--out", tmp_path)
    [recorded] = corrected("corrections", "--json").rows
    assert (recorded["state"], recorded["text"]) == ("case", "office")
    done = corrected("corrections", "mended", one["id"], "--by", "ben.krueger")
    assert done.code == 0, done.err
    [mended] = corrected("corrections", "list", "--json").rows
    assert mended["state"] == "mended"
    assert len(mended["text"]) == 32
    lines = (corrected.state / "corrections.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["person"] for line in lines][-1] == "ben.krueger"


def test_without_a_word_it_lists(corrected: Office) -> None:
    """As `list` does, with its options too; help is still help."""
    monkeypatch = corrected.monkeypatch
    monkeypatch.setenv("LEITSTAND_STATE", str(corrected.state))
    monkeypatch.setenv("COLUMNS", "200")
    said = corrected.command("corrections")
    assert said.out == corrected.command("corrections", "list").out
    assert "office" in said.out
    assert "reason" in said.out
    assert "decline" in corrected.command("corrections", "--help").out
    assert corrected.command("corrections", "nothing").code == 2


def test_a_rejection_declined(shop: Office) -> None:
    """A refused write is listed too; it is declined with a reason and a name."""
    shop("reject", shop.waiting(TITLE), "--reason", "no", person="dora.lange")
    [one] = shop("corrections", "list", "--json").rows
    assert (one["field"], one["reason"], one["state"]) == ("", "no", "open")
    shop("corrections", "decline", one["id"], "--because", "a single case", "--as", "dora.lange")
    [declined] = shop("corrections", "list", "--json").rows
    assert (declined["state"], declined["text"]) == ("declined", "a single case")


def test_what_there_is_not(shop: Office) -> None:
    """An unknown correction, and a file that was spoilt, are named."""
    done = shop("corrections", "decline", "x", "--because", "y", "--as", "dora.lange")
    assert done.code == 2
    (shop.state / "corrections.jsonl").write_text("{", "utf-8")
    spoilt = shop("corrections", "list")
    assert spoilt.code == 1
    assert "corrections.jsonl" in spoilt.err
