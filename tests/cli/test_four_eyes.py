"""Two people sign an invoice of 19,306.56 EUR: who may, when it is posted, what is kept."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Office
from tools.database import Database, Tenancy
from tools.erp import Voucher
from tools.erp.embedded import EmbeddedErp

pytestmark = pytest.mark.slow

TITLE = "AP-D13.xml"
HEAD, OTHER_HEAD, DIRECTOR = "ben.krueger", "carla.meyer", "dora.lange"


def posted(case: dict[str, object]) -> list[dict[str, object]]:
    """The postings among a case's effects."""
    effects: list[dict[str, object]] = case["effects"]  # type: ignore[assignment]
    return [e for e in effects if e["tool"] == "erp.voucher.post"]


async def voucher(state: Path, key: str) -> Voucher | None:
    """What the books hold under an idempotency key."""
    database = Database.at(state / "business.sqlite")
    try:
        return await EmbeddedErp(Tenancy(database, "nordwerk")).voucher_of(key)
    finally:
        database.close()


def test_one_signature_still_waits(office: Office) -> None:
    """After the first of two signatures nothing is posted, and the receipt says who is missing."""
    number = office.waiting(TITLE)
    receipt = office("approve", number, "--json", person=HEAD).data
    assert (receipt["state"], receipt["missing"]) == ("waits", 1)
    assert receipt["roles"] == ["managing_director"]
    case = office.case(TITLE)
    assert case["status"] == "waiting"
    assert not posted(case)


def test_the_same_person_does_not_count_twice(office: Office) -> None:
    """A second signature of the same person is refused in words, and nothing is posted."""
    number = office.waiting(TITLE)
    office("approve", number, person=HEAD)
    again = office("approve", number, person=HEAD)
    assert again.code == 1
    assert "hat schon unterschrieben" in again.err
    assert not posted(office.case(TITLE))


def test_two_of_one_role_are_not_enough(office: Office) -> None:
    """The tier names two roles: two heads of department do not stand for the managing director."""
    number = office.waiting(TITLE)
    office("approve", number, person=HEAD)
    receipt = office("approve", number, "--json", person=OTHER_HEAD).data
    assert receipt["state"] == "waits"
    assert receipt["roles"] == ["managing_director"]


def test_a_second_person_posts_it_once_and_the_journal_names_both(office: Office) -> None:
    """With both signatures it is posted exactly once; intent and approvals name the two people."""
    number = office.waiting(TITLE)
    office("approve", number, person=HEAD)
    receipt = office("approve", number, "--json", person=DIRECTOR).data
    assert receipt["state"] == "done"
    assert receipt["effect"]["result"]["voucher_no"]
    assert receipt["undo"] == "erp.voucher.reverse"
    case = office.case(TITLE)
    assert case["status"] == "done"
    assert len(posted(case)) == 1
    assert [a["person"] for a in case["approvals"]] == [HEAD, DIRECTOR]
    exported = office("case", "export", TITLE, person=HEAD).data
    intents = [json.loads(e["body"]) for e in exported["events"] if e["kind"] == "intent"]
    [intent] = [i for i in intents if i["tool"] == "erp.voucher.post"]
    assert intent["persons"] == sorted([HEAD, DIRECTOR])
    assert {HEAD, DIRECTOR} <= set(exported["persons"])
    assert office("journal", "verify", "--json").data["sound"]


def test_a_decided_checkpoint_takes_no_more_decisions(office: Office) -> None:
    """The first decision wins; the next one is told who decided, and when."""
    number = office.waiting(TITLE)
    office("approve", number, person=HEAD)
    office("approve", number, person=DIRECTOR)
    late = office("reject", number, "--reason", "doch nicht", person=OTHER_HEAD)
    assert late.code == 1
    assert "Dora Lange" in late.err
    assert len(posted(office.case(TITLE))) == 1


def test_a_role_that_is_not_asked_is_refused(office: Office) -> None:
    """A clerk does not approve what the heads have to approve."""
    refused = office("approve", office.waiting(TITLE), person="anna.becker")
    assert refused.code == 1
    assert "keine der nötigen Rollen" in refused.err


def test_the_requester_is_refused(
    office: Office, command: Command, root: Path, tmp_path: Path
) -> None:
    """Who asked for a case does not approve it; somebody else of the same role does."""
    state = tmp_path / "own"
    office = Office(
        state, command, {HEAD: "a long secret", OTHER_HEAD: "another secret"}, office.monkeypatch
    )
    for name in ("Ben Krüger", "Carla Meyer"):
        person = HEAD if name.startswith("Ben") else OTHER_HEAD
        env = {"LEITSTAND_PASSPHRASE": office.passphrases[person]}
        added = office("people", "add", name, "--role", "department_head", env=env)
        assert added.code == 0, added.err
    file = root / "evals" / "accounting" / "world" / "invoices" / "AP-D33.xml"
    row = office("run", "accounting", file, "--requester", HEAD, "--json").data
    assert row["decision"] == "approve"
    [number] = row["waits"]
    own = office("approve", number, person=HEAD)
    assert own.code == 1
    assert "Vier-Augen" in own.err
    assert office("approve", number, "--json", person=OTHER_HEAD).data["state"] == "done"


def test_an_edit_is_a_correction_and_the_posted_voucher_has_the_new_value(office: Office) -> None:
    """Field, old, new and person are kept; the second signer sees and signs the edit."""
    number = office.waiting(TITLE)
    edited = office("edit", number, "account=office", "--reason", "Büro", "--json", person=HEAD)
    assert edited.data["state"] == "waits", edited.err
    card = office("show", number, "--json").data
    [account] = [a for a in card["arguments"] if a["field"] == "account"]
    assert (account["shown"], account["agent"], account["same"]) == ("office", "material", False)
    assert office("approve", number, "--json", person=DIRECTOR).data["state"] == "done"
    case = office.case(TITLE)
    [correction] = case["corrections"]
    assert correction["field"] == "account"
    assert (correction["old"], correction["new"]) == ('"material"', '"office"')
    assert (correction["person"], correction["reason"]) == (HEAD, "Büro")
    [effect] = posted(case)
    found = asyncio.run(voucher(office.state, str(effect["key"])))
    assert found is not None
    assert found.state == "posted"
    assert "office" in {line.key for line in found.lines}
    assert "material" not in {line.key for line in found.lines}


def test_who_signs_second_reads_whom_the_edit_names(office: Office) -> None:
    """The sentence no longer says the name that was read of the supplier before."""
    number = office.waiting(TITLE)
    before = office("show", number, "--json").data["effect"]
    assert "Stahlhandel" in before
    office("edit", number, "supplier_id=S4", "--reason", "Lieferant", person=HEAD)
    after = office("show", number, "--json").data["effect"]
    assert after == before.replace("Stahlhandel Wesermünde KG", "S4")


def test_a_rejection_ends_the_action(office: Office) -> None:
    """A rejected posting is never made; the case ends rejected, with the reason."""
    number = office.waiting(TITLE)
    receipt = office("reject", number, "--reason", "Ware fehlt", "--json", person=HEAD).data
    assert (receipt["state"], receipt["status"]) == ("rejected", "rejected")
    case = office.case(TITLE)
    assert not posted(case)
    assert case["exit"]["reason"] == "Ware fehlt"


@pytest.mark.parametrize(
    "value", ["1.000,00", "NaN", "1e3", "19306.567", "\uff11\uff19", "", "True"]
)
def test_an_edit_that_is_no_amount_is_refused_before_it_is_saved(
    office: Office, value: str
) -> None:
    """A value that could be read in two ways, or in none, changes nothing."""
    number = office.waiting(TITLE)
    refused = office("edit", number, f"gross_cents={value}", person=HEAD)
    assert refused.code == 1
    assert "LS101" in refused.err
    assert not office.case(TITLE)["approvals"]


def test_an_edit_into_a_higher_tier_needs_its_people(office: Office) -> None:
    """A head of department who raises an invoice above the limit posts nothing alone."""
    number = office.waiting("AP-D33.xml")
    more = {"gross": "11900.00", "net": "10000.00", "tax": "1900.00", "payable": "11900.00"}
    edits = [f"{name}_cents={value}" for name, value in more.items()]
    edits += ["taxes.0.net_cents=10000.00", "taxes.0.tax_cents=1900.00"]
    receipt = office("edit", number, *edits, "--json", person=HEAD).data
    assert (receipt["state"], receipt["difference"]) == ("again", ["people"])
    again = receipt["again"]
    for person in (HEAD, OTHER_HEAD):
        assert office("approve", again, "--json", person=person).data["state"] == "waits"
        assert not posted(office.case("AP-D33.xml"))
    assert office("approve", again, "--json", person=DIRECTOR).data["state"] == "done"
    assert len(posted(office.case("AP-D33.xml"))) == 1
