"""An exported case proves itself without Leitstand, and tells when anything in it was changed."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leitstand.digest import canonical
from leitstand.errors import Missing
from leitstand.store.anchors import anchor, anchors_in, public_of, signing_key
from leitstand.store.export import Enclosed, Sender, export, verifier
from leitstand.store.schema import keys
from leitstand.store.verify_export import verify
from tests.runtime.payables import POLICY, Works, first

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Works]:
    """An empty store, an ERP, and Ben who may sign."""
    works = Works(tmp_path)
    yield works
    works.store.close()


@pytest.fixture
def sender(tmp_path: Path) -> Sender:
    """Eva, with the store's key and the anchors' file."""
    return Sender("eva", signing_key(tmp_path / "anchor.key"), tmp_path / "anchors.jsonl")


async def exported(works: Works, sender: Sender, *, answers: bool = False) -> dict[str, Any]:
    """A case that Ben signed, done and anchored, as an export."""
    runtime = works.runtime(first())
    ulid = await works.begin(runtime)
    await works.approve(ulid)
    await runtime.run_until_idle()
    await anchor(works.store, sender.key, sender.anchors)
    people = {name: person.public_key for (_, name), person in works.house.people.items()}
    bundle = works.rules.bundle
    texts = {"texts": {"all.cedar": POLICY}, "schema": bundle.schema}
    enclosed = Enclosed(people, {bundle.sha: texts}, {"prompt/greet": "Hallo"})
    return await export(works.store, ulid, sender, enclosed, answers=answers)


def judged(folder: Path, made: dict[str, Any], *trusted: str) -> tuple[int, str]:
    """Exit code and output of the verifier, run with Python's standard library alone."""
    script, file = folder / "verify_export.py", folder / "case.json"
    script.write_text(verifier(), encoding="utf-8")
    file.write_text(json.dumps(made), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(script), str(file), *trusted]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert not done.stderr
    return done.returncode, done.stdout


@pytest.mark.parametrize("answers", [False, True], ids=["redacted", "full"])
@pytest.mark.kernel(36)
async def test_an_export_stands_alone(
    works: Works, sender: Sender, tmp_path: Path, *, answers: bool
) -> None:
    """Both views verify with no Leitstand, against the key that the receiver trusts (R39)."""
    made = await exported(works, sender, answers=answers)
    code, output = judged(tmp_path, made, public_of(sender.key))
    assert code == 0, output
    assert "ben signed `approve`" in output
    assert "`erp.post` was decided by ben" in output
    assert f"anchored up to event {made['seq']} of {made['seq']}" in output
    assert ("the key is not enclosed" in output) is not answers


@pytest.mark.kernel(35)
async def test_the_redacted_view_holds_no_answers(works: Works, sender: Sender) -> None:
    """What the case read is left out, and with it the key that would let digests be guessed."""
    made = await exported(works, sender)
    shown = {e["kind"] for e in made["events"] if "body" in e}
    assert shown == {"checkpoint", "approval", "intent", "seal", "exit"}
    assert (made["key"], made["blobs"]) == ("", {})
    assert "erp R1" not in json.dumps(made)


@pytest.mark.kernel(36)
async def test_an_export_is_on_record(works: Works, sender: Sender) -> None:
    """The tenant's chain says who exported what, and in which view."""
    made = await exported(works, sender)
    last = (await works.store.read(anchors_in))[-1]
    told = {"export": made["case"]["ulid"], "by": "eva", "view": "redacted"}
    assert last.content["note"] == told
    assert last.n == made["exported"]["anchor"]


def body_of(made: dict[str, Any], kind: str) -> dict[str, Any]:
    """The first event of a kind that is shown."""
    return next(e for e in made["events"] if e["kind"] == kind and "body" in e)


def other_answer(made: dict[str, Any]) -> None:
    """Another amount was read."""
    body_of(made, "answer")["body"] = body_of(made, "answer")["body"].replace("4200", "4300")


def other_person(made: dict[str, Any]) -> None:
    """Somebody else is said to have signed."""
    event = body_of(made, "approval")
    event["body"] = event["body"].replace('"person":"ben"', '"person":"eva"')


def other_checkpoint(made: dict[str, Any]) -> None:
    """Ben was shown other rules than he signed."""
    event = body_of(made, "checkpoint")
    event["body"] = event["body"].replace('"slice":"', '"slice":"0')


def unsigned_write(made: dict[str, Any]) -> None:
    """The write names a decision that is not there."""
    event = body_of(made, "intent")
    nonce = json.loads(event["body"])["approvals"][0]
    event["body"] = event["body"].replace(nonce, "0" * 32)


def shorter_chain(made: dict[str, Any]) -> None:
    """The last event is gone, and head and number with it."""
    made["events"].pop()
    made["seq"] -= 1


def other_rules(made: dict[str, Any]) -> None:
    """Other rules are enclosed than their hash says."""
    (bundle,) = made["policies"].values()
    bundle["texts"]["all.cedar"] += "\n"


def other_anchor(made: dict[str, Any]) -> None:
    """The anchor names another head."""
    made["anchors"][0]["body"] = made["anchors"][0]["body"].replace(made["head"], "0" * 64)


CHANGES: list[tuple[Change, str]] = [
    (other_answer, "other bodies than the chain says"),
    (other_person, "eva signed `approve`"),
    (other_checkpoint, "was shown something else: slice"),
    (unsigned_write, "was decided by nobody"),
    (shorter_chain, "the chain of"),
    (other_rules, "are enclosed"),
    (other_anchor, "anchor 1 of tenant t holds"),
]


@pytest.mark.parametrize(("change", "text"), CHANGES, ids=lambda c: getattr(c, "__name__", ""))
async def test_a_changed_export_is_found_out(
    works: Works, sender: Sender, tmp_path: Path, change: Change, text: str
) -> None:
    """Whatever is changed is named, even if the sender signs the file again (R32)."""
    made = await exported(works, sender, answers=True)
    change(made)
    code, output = judged(tmp_path, made)
    assert code == 1
    assert "WRONG signed as it is" in output
    del made["signature"]
    made["signature"] = sender.key.sign(canonical(made)).hex()
    code, output = judged(tmp_path, made)
    assert code == 1
    wrong = [line for line in output.splitlines() if line.startswith("WRONG")]
    assert any(text in line for line in wrong), output


async def test_another_store_is_not_trusted(works: Works, sender: Sender, tmp_path: Path) -> None:
    """A file signed with a key that the receiver does not know is refused."""
    made = await exported(works, sender)
    code, output = judged(tmp_path, made, public_of(Ed25519PrivateKey.generate()))
    assert code == 1
    assert "WRONG the store is one that you trust" in output


async def test_of_an_erased_case_the_chain_is_left(
    works: Works, sender: Sender, tmp_path: Path
) -> None:
    """Headers and anchors of an erased case still verify; there are no bodies."""
    made = await exported(works, sender)
    erase = keys.update().values(wrapped=b"")
    await works.store.writer.work(lambda conn: conn.execute(erase).close())
    made = await export(works.store, made["case"]["ulid"], sender, Enclosed())
    assert made["view"] == "erased"
    assert not any("body" in event for event in made["events"])
    assert judged(tmp_path, made)[0] == 0


async def test_an_unknown_case_is_missing(works: Works, sender: Sender) -> None:
    """There is nothing to export of a case that is not there."""
    with pytest.raises(Missing):
        await export(works.store, "X", sender, Enclosed())


def test_signatures_verify_as_the_library_says() -> None:
    """The verifier's own Ed25519 agrees with the library: right, changed, cut off, foreign."""
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    for message in (b"", b"x", b"leitstand" * 100):
        signature = key.sign(message).hex()
        assert verify(public_of(key), message, signature)
        assert not verify(public_of(key), message + b"!", signature)
        assert not verify(public_of(other), message, signature)
        assert not verify(public_of(key), message, signature[:-2])
        assert not verify(public_of(key), message, "f" * 128)
        assert not verify("", message, signature)
        assert not verify("zz", message, signature)
