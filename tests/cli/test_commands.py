"""Every command says its data as JSON on stdout, and keeps everything else on stderr."""

import json

import pytest

from tests.cli.conftest import Command, Office

READS = (
    ("inbox",),
    ("case", "list"),
    ("case", "show", "r1.json"),
    ("deploy", "--check"),
    ("journal", "verify"),
    ("policy", "explain", "r1.json"),
    ("people", "list"),
    ("rebuild",),
    ("logout",),
)
WITHOUT_STATE = (("policy", "check"), ("graph", "buying"), ("check",))


@pytest.mark.parametrize("words", READS, ids=" ".join)
def test_commands_on_a_state_print_json(shop: Office, words: tuple[str, ...]) -> None:
    """One document, or a document a line."""
    done = shop(*words, "--json")
    assert done.code == 0, done.err
    assert done.rows


@pytest.mark.parametrize("words", WITHOUT_STATE, ids=" ".join)
def test_commands_on_the_project_print_json(
    shop: Office, command: Command, words: tuple[str, ...]
) -> None:
    """One document each."""
    done = command(*words, "--json")
    assert done.code == 0, done.err
    assert done.data


@pytest.mark.slow
def test_decisions_print_json(shop: Office) -> None:
    """A receipt each; a card; an answer; a login."""
    number = shop.waiting("r1.json")
    assert shop("show", number, "--json").data["effect"].startswith("Bucht Rechnung R-1")
    told = shop("answer", number, "Warum?", "--json", person="ben.krueger")
    assert told.data["told"] == "thread"
    [message] = shop("show", number, "--json").data["thread"]
    assert (message["person"], message["text"]) == ("ben.krueger", "Warum?")
    edited = shop("edit", number, "account=office", "--json", person="ben.krueger")
    assert edited.data["state"] == "done"
    rejected = shop(
        "reject", shop.waiting("r2.json"), "-r", "zu teuer", "--json", person="ben.krueger"
    )
    assert rejected.data["state"] == "rejected"


def test_a_login_lasts_for_the_next_commands(shop: Office) -> None:
    """After `login` nobody is asked again; after `logout` nobody is known."""
    env = {"LEITSTAND_PASSPHRASE": shop.passphrases["ben.krueger"]}
    done = shop("login", "Ben Krüger", "--json", env=env)
    assert done.data["person"] == "ben.krueger"
    session = shop.state / "session.json"
    assert session.stat().st_mode & 0o777 == 0o600
    yours = [w["yours"] for w in shop("inbox", "--json").data["waiting"]]
    assert all(yours)
    assert shop("approve", shop.waiting("r1.json"), "--json").data["state"] == "done"
    assert shop("logout", "--json").data == {"logged_out": True}
    assert shop("approve", shop.waiting("r2.json")).code == 1


@pytest.mark.parametrize("harm", ["readable by others", "over", "of another key"])
def test_a_session_that_is_not_sound_counts_for_nothing(shop: Office, harm: str) -> None:
    """Readable by others, out of time, or with a key that the directory does not know."""
    env = {"LEITSTAND_PASSPHRASE": shop.passphrases["ben.krueger"]}
    shop("login", "ben.krueger", env=env)
    session = shop.state / "session.json"
    body = json.loads(session.read_bytes())
    if harm == "readable by others":
        session.chmod(0o644)
    elif harm == "over":
        session.write_text(json.dumps(body | {"until": 0}))
    else:
        session.write_text(json.dumps(body | {"key": "00" * 32}))
    refused = shop("approve", shop.waiting("r1.json"))
    assert refused.code == 1
    assert "leitstand login" in refused.err


def test_nothing_but_data_reaches_stdout(shop: Office) -> None:
    """Hints and remarks go to stderr, with JSON and without."""
    listed = shop("inbox")
    assert "next:" not in listed.out
    assert "leitstand show" in listed.err
    assert json.loads(shop("inbox", "--json").out)


def test_english_is_spoken_too(shop: Office) -> None:
    """The same card in English, amounts and dates in its notation."""
    card = shop("show", shop.waiting("r1.json"), "--lang", "en", "--json").data
    assert (
        card["effect"] == "Posts bill R-1 of Acme GmbH over €500.00 to account 3400 on 6 Nov 2026"
    )
    assert card["rules"][0]["reason"] == "Amount over the limit"


def test_the_demo_of_a_state_is_found_by_itself(shop: Office, command: Command) -> None:
    """While a project has no cases of its own, commands work on those of its demo."""
    done = command("inbox", "--json")
    assert done.code == 0, done.err
    assert "of the demo" in done.err
    assert len(done.data["waiting"]) == 4


def test_rebuild_makes_the_same_tables(shop: Office) -> None:
    """The queue after a rebuild is the queue before."""
    before = shop("inbox", "--json").data
    counts = shop("rebuild", "--json").data
    assert counts["checkpoints"] == 4
    assert shop("inbox", "--json").data == before
    assert shop("journal", "verify", "--json").data["sound"]


@pytest.mark.slow
def test_a_verdict_is_explained_by_its_rules_and_its_facts(office: Office) -> None:
    """Each write of a case: who is asked, by which rule and reason; by JSON the facts (R37)."""
    told = office("policy", "explain", "AP-D13.xml", "--lang", "en").out.splitlines()
    posting = told[told.index("post the invoice (sign#1/:0)") + 1 :]
    assert posting[0].startswith("  Approval needed: 2 different people by ")
    assert posting[1] == "  G-A18: Amount over the approval limit."
    stored, _, asked = office("policy", "explain", "AP-D13.xml", "--json").data["judged"]
    assert (stored["tool"], stored["verdict"]["hits"]) == ("dms.store_original", [])
    facts = asked["verdict"]["facts"]
    assert (asked["tool"], facts["approval_approvers"]) == ("erp.voucher.post", 2)
    assert facts["approval_roles"] == ["department_head", "managing_director"]
