"""`leitstand policy release`: rules are released by people before production starts with them."""

from pathlib import Path

import pytest

from tests.cli.conftest import Office

PROD = {"LEITSTAND_ENV": "prod"}
TERMS = """
[release]
"*" = { roles = ["head"], people = 2 }
"@shop" = { roles = ["boss"] }
"""


@pytest.fixture
def rules(shop: Office, shop_folder: Path) -> Path:
    """The shop says who releases; its one file of rules."""
    table = shop_folder / "leitstand.toml"
    table.write_text(table.read_text("utf-8") + TERMS, "utf-8")
    return shop_folder / "policies" / "shop.cedar"


@pytest.mark.slow
def test_production_starts_only_with_rules_that_people_released(shop: Office, rules: Path) -> None:
    """Two heads and the boss sign; an edited file stops the start until it is released (R26)."""
    bill = str(rules.parent.parent / "world")
    start = ("batch", "buying", bill, "--json")
    refused = shop(*start, env=PROD)
    assert (refused.code, "`shop.cedar` is not released" in refused.err) == (3, True)
    assert shop(*start).code == 0
    for person in ("ben.krueger", "carla.meyer", "dora.lange"):
        assert shop(*start, env=PROD).code == 3
        done = shop("policy", "release", person=person, env=PROD)
        assert (done.code, done.out.splitlines()[-1]) == (0, "signed: shop.cedar@1"), done.err
    assert shop(*start, env=PROD).code == 0
    again = shop("policy", "release", "--json", person="ben.krueger", env=PROD)
    assert again.data == {"changed": [], "signed": []}
    rules.write_text(rules.read_text("utf-8").replace('@roles("head") ', '@roles("clerk") '))
    refused = shop(*start, env=PROD)
    assert "was changed since version 1 was released" in refused.err
    assert "leitstand policy release" in refused.err


@pytest.mark.slow
def test_the_state_remembers_what_ran(shop: Office, rules: Path) -> None:
    """Files and lock of before, put back together, are a lower version."""
    everybody = ("ben.krueger", "carla.meyer", "dora.lange")
    lock, before = rules.parent / "policies.lock", rules.read_text("utf-8")
    for person in everybody:
        shop("policy", "release", person=person)
    first = lock.read_text("utf-8")
    rules.write_text(before + "// more\n", "utf-8")
    for person in everybody:
        shop("policy", "release", person=person)
    bill = str(rules.parent.parent / "world")
    assert shop("batch", "buying", bill, "--json", env=PROD).code == 0
    rules.write_text(before, "utf-8")
    lock.write_text(first, "utf-8")
    refused = shop("batch", "buying", bill, "--json", env=PROD)
    assert (refused.code, "version 2 has run here" in refused.err) == (3, True)


def test_what_changed_is_shown_before_it_is_signed(shop: Office, rules: Path) -> None:
    """Rule by rule, with the warnings of `policy check`; nothing is written."""
    for person in ("ben.krueger", "carla.meyer", "dora.lange"):
        shop("policy", "release", person=person)
    text = rules.read_text("utf-8")
    rules.write_text(
        text.replace("when { context.facts.blocked }", "when { false && context.facts.blocked }")
        .replace('@roles("head") @approvers("1")', '@roles("clerk") @approvers("1")')
        .replace('@id("round-amount")', '@id("round")'),
        "utf-8",
    )
    lock = (rules.parent / "policies.lock").read_text("utf-8")
    done = shop("policy", "release", "--diff")
    lines = done.out.splitlines()
    assert lines[0].startswith("warning: shop.cedar:")
    assert "never-fires" in lines[0]
    blocked = "when {{ {}context.facts.blocked }}".format
    assert lines[1:] == [
        "shop.cedar was changed since version 1 was released",
        f"  ~ blocked: clause 1: {blocked('')} → {blocked('false && ')}",
        "  ~ over-limit: @roles: head → clerk",
        "  + round",
        "  - round-amount",
    ]
    assert (rules.parent / "policies.lock").read_text("utf-8") == lock


def test_development_is_told_and_goes_on(shop: Office, rules: Path) -> None:
    """A note of `check` and `policy check` where the project says who releases, else nothing."""
    found = shop.command("policy", "check", "--json").data["findings"]
    assert [(f["severity"], f["code"], f["file"]) for f in found] == [
        ("note", "not-released", "shop.cedar")
    ]
    problems = shop.command("check", "--json").data
    assert problems["ok"]
    assert "not-released" in {p["code"] for p in problems["problems"]}
    table = rules.parent.parent / "leitstand.toml"
    table.write_text(table.read_text("utf-8").replace(TERMS, ""), "utf-8")
    assert shop.command("policy", "check", "--json").data["findings"] == []


def test_whoever_may_not_release_is_told_who_may(shop: Office, rules: Path) -> None:
    """A clerk signs nothing; people are taken in before anything is released (R31)."""
    done = shop("policy", "release", person="anna.becker")
    assert (done.code, "[tool.leitstand.release]" in done.err) == (1, True)
    assert not (rules.parent / "policies.lock").exists()
    added = shop(
        "people",
        *("add", "Erik Holm", "--role", "head"),
        env=PROD | {"LEITSTAND_PASSPHRASE": "a good passphrase"},
    )
    assert added.code == 0, added.err
