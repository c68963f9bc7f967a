"""The accounting role over the real runtime: decisions, effects, ends, signatures."""

import asyncio
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx

from tests.agents.house import House, Result
from tests.agents.paper import WORLD, Paper
from tests.agents.worlds import World
from tests.einvoice.test_reader import BAD as UNREADABLE
from tools.dms.embedded import EmbeddedDms
from tools.einvoice import Reader

STORED = "dms.store_original"
_POSTED = ("erp.payment.propose", "erp.voucher.post")
ALLOWED = {
    "auto_draft": {STORED, "erp.voucher.draft"},
    "approve": {STORED},
    "hold": {STORED, "mail.draft", "task.create"},
    "escalate": {
        STORED, "mail.draft", "task.create", "supplier.bank_change.propose", "case.hand_over",
    },
    "reject": {STORED, "mail.draft", "task.create"},
}  # fmt: skip
CASES = sorted(f.stem for f in (WORLD / "invoices").glob("*.xml"))

Truth = Mapping[str, Mapping[str, Any]]


def invoice(case: str) -> bytes:
    """An invoice of the reference world."""
    return (WORLD / "invoices" / f"{case}.xml").read_bytes()


def at_home(state: Path, play: Callable[[House], Awaitable[None]], world: Path = WORLD) -> None:
    """Play in a fresh house."""

    async def run() -> None:
        async with Reader() as reader:
            house = await House.open(world, state, reader)
            try:
                await play(house)
            finally:
                house.close()

    asyncio.run(run())


@pytest.mark.parametrize("case", CASES)
def test_decision_rules_and_people(case: str, results: dict[str, Result], truth: Truth) -> None:
    """What the guard recorded is what the truth says."""
    found, wanted = results[case], truth[case]["truth"]
    assert found.decision == wanted["decision"]
    assert found.guardrails == set(wanted["guardrails"])
    people = wanted["approval"]
    assert found.approval == (sorted(people["roles"]), people["approvers"])


@pytest.mark.parametrize("case", CASES)
def test_effects_are_those_of_the_decision(case: str, results: dict[str, Result]) -> None:
    """The original first and once, the draft only where allowed, nothing beyond (R9)."""
    found = results[case]
    counted = Counter(found.tools)
    assert found.effects[0].tool == STORED
    assert set(counted) <= ALLOWED[found.decision]
    assert max(counted.values()) == 1
    assert ("erp.voucher.draft" in counted) == (found.decision == "auto_draft")
    assert ("task.create" in counted) == (found.decision in ("hold", "escalate", "reject"))


@pytest.mark.parametrize("case", CASES)
def test_every_case_ends_or_waits_for_people(
    case: str, results: dict[str, Result], truth: Truth
) -> None:
    """Done, rejected, one of three causes with the people named, or one open checkpoint."""
    found, wanted = results[case], truth[case]["truth"]
    kinds = {
        "auto_draft": "done",
        "reject": "rejected",
        "hold": "exception",
        "escalate": "exception",
    }
    assert found.exit.get("kind") == kinds.get(found.decision)
    if found.decision == "approve":
        (waits,) = found.waits
        assert waits["tool"] == "erp.voucher.post"
        assert (sorted(waits["roles"]), waits["approvers"]) == found.approval
        return
    told = found.exit["result"]
    assert told["accounts"] == {"skr03": wanted["skr03"], "skr04": wanted["skr04"]}
    assert told["posting_date"] == wanted["posting_date"]
    assert told["skonto"] == wanted.get("skonto")
    if found.exit["kind"] == "exception":
        assert found.exit["cause"] in ("data missing", "contradictory results")
        assert sorted(found.exit["roles"]) == sorted(wanted["approval"]["roles"])


def test_new_bank_details_are_proposed_and_nothing_is_changed(results: dict[str, Result]) -> None:
    """AP-D22: a proposal and a call back; AP-D10, an order in a note: not even a proposal."""
    (change,) = [e for e in results["AP-D22"].effects if e.tool.startswith("supplier.")]
    assert change.args["iban"] == "DE77100100100123456789"
    (task,) = [e for e in results["AP-D22"].effects if e.tool == "task.create"]
    assert (task.args["kind"], task.args["roles"]) == ("call_back", ["treasury"])
    assert results["AP-D10"].tools == [STORED, "task.create"]


def test_a_letter_names_the_line_that_does_not_add_up(results: dict[str, Result]) -> None:
    """AP-D08: line 1, 680.00 expected, 780.00 found; AP-D32: the gross amount."""
    for case, line, expected, found in (
        ("AP-D08", "1", 68000, 78000),
        ("AP-D32", None, 70805, 75505),
    ):
        (mail,) = [e for e in results[case].effects if e.tool == "mail.draft"]
        figures = [f for f in mail.args["findings"] if f["rule"] == "G-A05"]
        wanted = {"line": line, "expected_cents": expected, "found_cents": found}
        assert [{k: f[k] for k in wanted} for f in figures] == [wanted]


def test_suspicions_and_frauds_get_no_letter(results: dict[str, Result]) -> None:
    """Who may be listed, or may be an impostor, is not warned."""
    for case in ("AP-D12", "AP-D22", "AP-D10"):
        assert "mail.draft" not in results[case].tools


def test_nothing_of_the_truth_reaches_the_agent(tmp_path: Path, truth: Truth) -> None:
    """No journal, no input and no file of the world holds a word of the truth."""
    cases = ("AP-D06", "AP-D32")
    secret = {truth[case]["scenario"] for case in cases} | set(cases)
    secret |= {"payment_allowed", "must_not", "expected_error", "rule_verdict", "scenario", "truth"}

    async def play(house: House) -> None:
        await house.run({f"{i}.xml": invoice(case) for i, case in enumerate(cases)})
        for ulid in house.cases.values():
            claimed = await house.store.journal(ulid)
            text = b"".join(e.body for e in claimed.events).decode("utf-8", "replace")
            assert not [word for word in secret if word in text]

    at_home(tmp_path / "state", play)
    files = [f for f in WORLD.rglob("*") if f.is_file()]
    assert not [f for f in files if "truth" in f.read_text("utf-8") and f.suffix != ".xml"]


def test_two_people_post_it_once(tmp_path: Path) -> None:
    """AP-D13: one signature waits, the same person again waits, the requester does not count."""

    async def play(house: House) -> None:
        house.hire("brandt", "department_head")
        house.hire("claasen", "managing_director")
        house.hire("mailbox", "department_head", "managing_director")
        await house.run({"d13": invoice("AP-D13")})
        ulid = house.cases["d13"]
        for name in ("mailbox", "brandt", "brandt"):
            assert (await house.sign(ulid, name)).tools == [STORED]
        found = await house.sign(ulid, "claasen")
        assert found.tools == [STORED, "erp.payment.propose", "erp.voucher.post"]
        payment = next(e for e in found.effects if e.tool == "erp.payment.propose")
        assert payment.args["amount_cents"] == 1930656
        assert found.exit["kind"] == "done"
        assert found.exit["result"]["voucher_no"]
        assert found.exit["result"]["payment_no"]

    at_home(tmp_path, play)


@pytest.mark.parametrize("filed", [None, ["Leitstand", "Rechnungen", "2026"]])
def test_the_original_goes_to_the_tax_adviser(tmp_path: Path, filed: list[str] | None) -> None:
    """With a DATEV connection a posted invoice's original is handed over, named by its voucher."""
    world = tmp_path / "world"
    shutil.copytree(WORLD, world)
    settings = {"system": "embedded", "client": "455148-1", "document_type": "Rechnungseingang"}
    (world / "datev.json").write_text(json.dumps(settings | {"filed": filed}), encoding="utf-8")

    async def play(house: House) -> None:
        house.hire("brandt", "department_head")
        house.hire("claasen", "managing_director")
        await house.run({"d13": invoice("AP-D13")})
        ulid = house.cases["d13"]
        await house.sign(ulid, "brandt")
        found = await house.sign(ulid, "claasen")
        assert found.tools == ["datev.document.upload", STORED, *_POSTED]
        upload = next(e for e in found.effects if e.tool == "datev.document.upload")
        voucher = found.exit["result"]["voucher_no"]
        assert upload.args["filename"] == f"{voucher}.xml"
        assert upload.args["note"] == voucher
        assert upload.args["filed"] == filed
        assert found.exit["kind"] == "done"
        assert found.exit["result"]["document_guid"]

    at_home(tmp_path / "state", play, world)


def test_a_lost_answer_of_datev_makes_one_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, respx_mock: respx.MockRouter
) -> None:
    """DATEV takes it and its answer is lost: unknown, sent again under the same GUID, one there."""
    world = tmp_path / "world"
    shutil.copytree(WORLD, world)
    monkeypatch.setenv("DATEV_LOGIN", "x")
    login = dict.fromkeys(("secret", "refresh"), "env:DATEV_LOGIN")
    settings = {"system": "online", "client": "455148-1", "app": "a", **login}
    (world / "datev.json").write_text(json.dumps(settings), encoding="utf-8")
    stored: list[str] = []

    def take(request: httpx.Request) -> httpx.Response:
        if str(request.url) in stored:
            return httpx.Response(409, json={"error": "#DCO01012"})
        stored.append(str(request.url))
        raise httpx.ReadTimeout("lost", request=request)

    token = httpx.Response(200, json={"access_token": "t", "expires_in": 900})
    respx_mock.post("https://api.datev.de/token").mock(return_value=token)
    put = respx_mock.put(url__startswith="https://accounting-documents.api.datev.de/").mock(
        side_effect=take
    )

    async def play(house: House) -> None:
        house.hire("brandt", "department_head")
        house.hire("claasen", "managing_director")
        await house.run({"d13": invoice("AP-D13")})
        ulid = house.cases["d13"]
        await house.sign(ulid, "brandt")
        waiting = await house.sign(ulid, "claasen")
        assert not waiting.exit
        assert "datev.document.upload" not in waiting.tools
        house.clock.start += timedelta(seconds=120)
        await house.runtime.run_until_idle()
        found = await house.result(ulid)
        assert found.tools == ["datev.document.upload", STORED, *_POSTED]
        assert found.exit["kind"] == "done"
        assert put.call_count == 2
        assert [url.rpartition("/")[2] for url in stored] == [found.exit["result"]["document_guid"]]

    at_home(tmp_path / "state", play, world)


def test_a_payment_takes_the_discount_while_there_is_time(tmp_path: Path) -> None:
    """AP-D34 is signed on the last day of its Skonto: 2,180.79 on 20 November."""

    async def play(house: House) -> None:
        house.hire("brandt", "department_head")
        await house.run({"d34": invoice("AP-D34")})
        found = await house.sign(house.cases["d34"], "brandt")
        payment = next(e for e in found.effects if e.tool == "erp.payment.propose")
        assert payment.args["amount_cents"] == 218079
        assert payment.args["discount_cents"] == 4451
        assert payment.args["execute_on"] == "2026-11-20"
        assert payment.args["iban"] == World().supplier("S1")["iban"]

    at_home(tmp_path, play)


def test_the_lower_discount_is_taken_once_the_higher_has_lapsed(tmp_path: Path) -> None:
    """Signed three days after 3 % have lapsed: 2 % on their last bank day, and nobody is asked."""
    coded = b"#SKONTO#TAGE=14#PROZENT=2.00#"
    two = b"#SKONTO#TAGE=14#PROZENT=3.00#\n#SKONTO#TAGE=30#PROZENT=2.00#"
    bill = invoice("AP-D34").replace(coded, two)
    assert bill.count(b"#SKONTO#") == 2

    async def play(house: House) -> None:
        house.hire("brandt", "department_head")
        await house.run({"d34": bill})
        house.clock.start += timedelta(days=3)
        found = await house.sign(house.cases["d34"], "brandt")
        assert found.exit["kind"] == "done"
        posted = next(e for e in found.effects if e.tool == "erp.voucher.post")
        assert posted.args["discount_until"] == "2026-11-20"
        payment = next(e for e in found.effects if e.tool == "erp.payment.propose")
        assert (payment.args["amount_cents"], payment.args["discount_cents"]) == (218079, 4451)
        assert payment.args["execute_on"] == "2026-12-04"

    at_home(tmp_path, play)


def test_a_rejection_ends_the_case(tmp_path: Path) -> None:
    """What a person turns down is not posted, and the case says so."""

    async def play(house: House) -> None:
        house.hire("brandt", "department_head")
        await house.run({"d33": invoice("AP-D33")})
        found = await house.sign(house.cases["d33"], "brandt", "reject")
        assert found.tools == [STORED]
        assert (found.exit["kind"], found.exit["reason"]) == ("rejected", "falscher Betrag")

    at_home(tmp_path, play)


BAD: dict[str, bytes] = {
    "empty": b"",
    "text": b"Rechnung anbei",
    "cut": invoice("AP-D17")[:700],
    "doctype": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hosts">]><a>&x;</a>',
    "malware": rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    "day": Paper().issued("morgen").data,
    "no number": Paper().drop("/*/cbc:ID").data,
    "amount": Paper().set("//cbc:PayableAmount", "1.000,00").data,
    "endless amount": Paper().set("//cbc:PriceAmount", "9" * 60).data,
    "hidden": Paper().number("RE-\u202e2026").data,
}


def test_bad_files_are_kept_and_held(tmp_path: Path) -> None:
    """Whatever comes in: the original is stored, nothing is booked, a person is told."""

    async def play(house: House) -> None:
        for name, data in BAD.items():
            found = (await house.run({name: data}))[name]
            assert found.decision == "hold", name
            assert found.effects[0].tool == STORED
            assert set(found.tools) <= ALLOWED["hold"]
            assert "task.create" in found.tools
            assert found.exit["kind"] == "exception"

    at_home(tmp_path, play)


@pytest.mark.slow
def test_whatever_cannot_be_read_is_kept_as_it_came(tmp_path: Path) -> None:
    """Bombs, 200 MB, two invoices in one PDF: the original to the last byte, a task, no more."""

    async def play(house: House) -> None:
        archive = next(c.adapter for c in house.connections if isinstance(c.adapter, EmbeddedDms))
        for name, (make, _, _) in UNREADABLE.items():
            data = make()
            found = (await house.run({name: data}))[name]
            assert (found.decision, found.exit["kind"]) == ("hold", "exception"), name
            assert found.effects[0].tool == STORED, name
            assert set(found.tools) <= ALLOWED["hold"], name
            sha = hashlib.sha256(data).hexdigest()
            assert (await archive.content(sha)) == data, name
        good = (await house.run({"good": invoice("AP-D17")}))["good"]
        assert good.decision == "auto_draft"

    at_home(tmp_path, play)


@pytest.mark.parametrize(("name", "told"), [("text", "Datei text"), ("amount", "Rechnung RE-")])
def test_the_task_names_the_file_where_nothing_could_be_read(
    name: str, told: str, tmp_path: Path
) -> None:
    """People look for a file by its name, for an invoice by its number."""

    async def play(house: House) -> None:
        found = (await house.run({name: BAD[name]}))[name]
        (task,) = (e for e in found.effects if e.tool == "task.create")
        assert str(task.args["title"]).startswith(told)

    at_home(tmp_path, play)


def test_a_number_that_does_not_fit_asks_a_person(tmp_path: Path) -> None:
    """A number of 400 letters is cut for the books: that is not what stands there."""

    async def play(house: House) -> None:
        found = (await house.run({"long": Paper().number("R" * 400).data}))["long"]
        assert (found.decision, found.guardrails) == ("approve", {"tainted-argument"})
        assert found.approval == (["clerk"], 1)

    at_home(tmp_path, play)


def test_a_list_that_was_never_delivered_is_not_an_empty_one(tmp_path: Path) -> None:
    """The case leaves with its cause, told in German, and nothing is booked on a guess."""
    folder = World().write(tmp_path / "world")
    for name in ("goods_receipts", "purchase_orders"):
        (folder / f"{name}.jsonl").unlink()

    async def play(house: House) -> None:
        found = (await house.run({"a": invoice("AP-D17")}))["a"]
        assert (found.exit["kind"], found.exit["cause"]) == ("exception", "data missing")
        assert found.exit["reason"].startswith("Einem System fehlen Daten")
        assert found.exit["result"]["decision"] == "hold"
        assert found.tools == [STORED]

    at_home(tmp_path / "state", play, folder)


def test_without_a_sanctions_list_nobody_counts_as_screened(tmp_path: Path) -> None:
    """A stranger goes to compliance with all else that is known of the invoice; no letter."""
    folder = World().write(tmp_path / "world")
    (folder / "sanctions.jsonl").unlink()

    async def play(house: House) -> None:
        both = await house.run({"new": invoice("AP-D04"), "known": invoice("AP-D17")})
        found = both["new"]
        assert (found.decision, found.exit["cause"]) == ("escalate", "data missing")
        assert found.guardrails == {"G-A09", "G-A11", "G-C01"}
        assert found.approval == (["compliance_officer"], 1)
        assert found.exit["reason"].startswith("Ein Name, der zu prüfen ist, wurde nicht")
        assert not set(found.tools) & {"erp.voucher.draft", "mail.draft"}
        assert both["known"].decision == "auto_draft"

    at_home(tmp_path / "state", play, folder)


def test_the_same_file_twice_is_drafted_once(tmp_path: Path) -> None:
    """Identical bytes in one intake, and once more afterwards."""

    async def play(house: House) -> None:
        data = invoice("AP-D17")
        both = await house.run({"one": data, "two": data})
        drafts = [t for r in both.values() for t in r.tools if t == "erp.voucher.draft"]
        assert len(drafts) == 1
        again = (await house.run({"three": data}))["three"]
        assert (again.decision, again.guardrails) == ("reject", {"G-A10"})

    at_home(tmp_path, play)


async def _child(house: House) -> Result:
    """The one case that another one gave."""
    (child,) = [u for u in await house.ulids() if u not in house.cases.values()]
    return await house.result(child)


def test_a_new_supplier_who_is_listed_is_frozen_by_compliance(tmp_path: Path) -> None:
    """AP-D12: compliance screens for itself, freezes the name, asks its officers, clears nothing.

    The invoice waits for that answer, names it, books nothing; the supplier is not created (R13).
    """

    async def play(house: House) -> None:
        found = (await house.run({"d12": invoice("AP-D12")}))["d12"]
        (given,) = [e for e in found.effects if e.tool == "case.hand_over"]
        assert set(json.loads(given.args["given"])) == {"supplier_document"}
        taken = await _child(house)
        assert taken.tools == ["sanctions.block.set", "task.create"]
        assert taken.exit["roles"] == ["compliance_officer"]
        assert taken.exit["result"]["entries"] == ["OFAC-36"]
        assert found.exit["result"]["compliance"]["entries"] == ["OFAC-36"]
        assert found.exit["result"]["compliance"]["kind"] == "exception"
        assert found.exit["reason"].endswith(f"Compliance: {taken.exit['reason']}")
        assert found.exit["roles"] == ["compliance_officer"]

    at_home(tmp_path, play)


def test_a_new_supplier_whom_nobody_resembles_is_logged_and_left_to_a_person(
    tmp_path: Path,
) -> None:
    """AP-D04: the screening is entered, its number stands in the invoice's end; no voucher."""

    async def play(house: House) -> None:
        found = (await house.run({"d04": invoice("AP-D04")}))["d04"]
        taken = await _child(house)
        assert set(taken.tools) == {"sanctions.screening.log"}
        assert taken.exit["kind"] == "done"
        told = found.exit["result"]["compliance"]
        assert told["screenings"] == taken.exit["result"]["screenings"]
        assert len(told["screenings"]) == len(taken.tools)
        assert found.exit["reason"].endswith("kein Treffer der Sanktionsprüfung, protokolliert.")
        assert (found.exit["kind"], found.exit["roles"]) == ("exception", ["purchasing_lead"])
        assert "erp.voucher.draft" not in found.tools

    at_home(tmp_path, play)


def test_two_invoices_of_one_new_supplier_are_screened_each(tmp_path: Path) -> None:
    """Two cases that ask the same are answered each for itself; no answer goes astray."""

    async def play(house: House) -> None:
        other = invoice("AP-D04").replace(b"RE-2026-4098", b"RE-2026-4099")
        both = await house.run({"one": invoice("AP-D04"), "two": other})
        numbers = [r.exit["result"]["compliance"]["screenings"] for r in both.values()]
        assert len({n for ones in numbers for n in ones}) == sum(map(len, numbers)) > 1

    at_home(tmp_path, play)


def test_without_compliance_the_end_says_what_was_not_done(tmp_path: Path) -> None:
    """A house whose project has no role that takes suppliers over: decision and task stand."""

    async def play(house: House) -> None:
        del house.runtime.roles["compliance"]
        found = (await house.run({"d04": invoice("AP-D04")}))["d04"]
        assert found.decision == "escalate"
        assert "task.create" in found.tools
        assert "case.hand_over" not in found.tools
        assert any("compliance" in text for text in found.exit["result"]["undone"])
        assert "compliance" not in found.exit["result"]

    at_home(tmp_path, play)


def test_a_known_supplier_who_is_listed_is_told_to_compliance(tmp_path: Path) -> None:
    """A supplier on the books comes to resemble an entry: a task for the officers, nobody waits."""
    world = World()
    world.add_supplier(
        "S1", id="S99", name="Aerocaribbean Airlines Vertriebs GmbH", vat="DE999996010",
        iban="DE44500105175407324931", screened=None,
    )  # fmt: skip

    async def play(house: House) -> None:
        found = (await house.run({"d12": invoice("AP-D12")}))["d12"]
        assert "G-A09" not in found.guardrails
        assert "G-C01" in found.guardrails
        (given,) = [e for e in found.effects if e.tool == "case.hand_over"]
        assert set(json.loads(given.args["given"])) == {"document_sha256"}
        taken = await _child(house)
        assert taken.tools == ["task.create"]
        assert taken.exit["result"]["entries"] == ["OFAC-36 AEROCARIBBEAN AIRLINES"]
        assert "compliance" not in found.exit["result"]

    at_home(tmp_path / "state", play, world.write(tmp_path / "world"))
