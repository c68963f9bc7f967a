"""What was signed has changed since: the signature is void, and the difference is shown."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Office

TITLE = "r3.json"
"""A bill of 40,500.00 EUR: two signatures."""


@pytest.mark.slow
def test_changed_evidence_voids_the_signature(shop: Office) -> None:
    """A master record that changed after the first signature: asked anew, both sign again."""
    number = shop.waiting(TITLE)
    shop("approve", number, person="ben.krueger")
    renamed = {"acme": {"name": "Acme Trading Ltd"}}
    (shop.state / "suppliers.json").write_text(json.dumps(renamed))
    receipt = shop("approve", number, "--json", person="dora.lange").data
    assert receipt["state"] == "again"
    assert receipt["difference"] == ["evidence"]
    again = receipt["again"]
    assert again != number
    card = shop("show", again, "--json").data
    assert card["difference"] == ["Belege"]
    assert not card["signed"]
    shop("approve", again, person="ben.krueger")
    assert shop("approve", again, "--json", person="dora.lange").data["state"] == "done"


def test_changed_rules_void_the_signature(shop: Office, shop_folder: Path) -> None:
    """A rule of this action that changed after the first signature: asked anew."""
    number = shop.waiting(TITLE)
    shop("approve", number, person="ben.krueger")
    file = shop_folder / "policies" / "shop.cedar"
    text = file.read_text("utf-8").replace("count >= 2", "count >= 2 && true")
    file.write_text(text, "utf-8")
    receipt = shop("approve", number, "--json", person="dora.lange").data
    assert receipt["state"] == "again"
    assert receipt["difference"] == ["rules"]
    late = shop("approve", number, person="carla.meyer")
    assert late.code == 1
    assert "überholt" in late.err


def test_changed_arguments_void_the_signature(shop: Office) -> None:
    """An edit after the first signature: it was for other arguments and does not count."""
    number = shop.waiting(TITLE)
    shop("approve", number, person="ben.krueger")
    edited = shop("edit", number, "account=office", "--reason", "x", "--json", person="dora.lange")
    assert edited.data["state"] == "waits", edited.err
    card = shop("show", number, "--json").data
    assert [w["person"] for w in card["signed"]] == ["dora.lange"]
    [account] = [a for a in card["arguments"] if a["field"] == "account"]
    assert (account["shown"], account["agent"]) == ("office", "goods")
    receipt = shop("approve", number, "--json", person="ben.krueger").data
    assert receipt["state"] == "done"
    assert receipt["effect"]["args"]["account"] == "office"


def test_a_rule_that_forbids_by_now_is_obeyed(shop: Office) -> None:
    """A supplier who was blocked after the checkpoint was opened is not paid, signed or not."""
    number = shop.waiting("r1.json")
    (shop.state / "suppliers.json").write_text(json.dumps({"acme": {"blocked": True}}))
    done = shop("approve", number, "--json", person="ben.krueger")
    assert done.code == 1
    assert done.data["state"] == "failed"
    assert shop.case("r1.json")["effects"] == []
