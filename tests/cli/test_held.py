"""Cases that wait for an engineer: held ones, and those of an earlier version of a role."""

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command, Office, passphrases_in

FORGET = ("shop", "buying")


@pytest.mark.slow
def test_a_held_case_is_released_by_a_person(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case that used up its events is held; with a higher limit and a release it goes on."""
    monkeypatch.chdir(shop_folder)
    table = shop_folder / "leitstand.toml"
    given = table.read_text("utf-8")
    table.write_text(f"{given}case = {{ events = 6 }}\n", "utf-8")
    demo = command("demo")
    assert demo.code == 0, demo.err
    office = Office(shop_folder / "var" / "demo", command, passphrases_in(demo.err), monkeypatch)
    case = office.case("r1.json")
    assert (case["status"], case["reason"]) == ("held", "limit")
    assert "6 events" in case["held"]
    [held] = [e for e in office("inbox", "--json").data["exceptions"] if e["title"] == "r1.json"]
    assert held["cause"] == "limit"
    assert "6 events" in held["reason"]
    table.write_text(given, "utf-8")
    said = ("--done", "k={}", "--not-done", "k=no")
    both = office("case", "release", "r1.json", "-r", "x", *said, person="ben.krueger")
    assert (both.code, "zweimal" in both.err) == (2, True), both.err
    released = office("case", "release", "r1.json", "-r", "limit raised", person="ben.krueger")
    assert released.code == 0, released.err
    assert office.case("r1.json")["status"] == "waiting"
    again = office("case", "release", "r1.json", "-r", "once more", person="ben.krueger")
    assert again.code == 2
    assert "nicht angehalten" in again.err


@pytest.mark.slow
def test_a_defect_says_what_it_is_and_where(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error and the line of the role's own code, for people and as JSON."""
    file = shop_folder / "buying.py"
    text = file.read_text("utf-8").replace('    """Read', '    {}["gone"]\n    """Read', 1)
    file.write_text(text, "utf-8")
    monkeypatch.chdir(shop_folder)
    line = text.splitlines().index('    {}["gone"]') + 1
    place = f"{shop_folder.name}/buying.py:{line}"
    demo = command("demo")
    assert demo.code == 0, demo.err
    office = Office(shop_folder / "var" / "demo", command, passphrases_in(demo.err), monkeypatch)
    assert office.case("r1.json")["held"] == f"KeyError: 'gone' ({place})"
    assert f"KeyError: 'gone' ({place})" in office("case", "show", "r1.json").out
    monkeypatch.setenv("COLUMNS", "200")
    done = command("batch", "buying", shop_folder / "world")
    assert f"r1.json: KeyError: 'gone' ({place})" in done.err
    assert "angehalten: Fehler im Ablauf" in done.out


def test_a_card_whose_tool_is_gone_hides_no_other(shop: Office, shop_folder: Path) -> None:
    """A tool was renamed while cards wait: the list still shows all, the card says what it is."""
    number = shop.waiting("r1.json")
    before = len(shop("inbox", "--json").data["waiting"])
    for file in (*shop_folder.rglob("*.py"), *shop_folder.rglob("*.cedar")):
        file.write_text(file.read_text("utf-8").replace("shop.bill.post", "shop.bill.enter"))
    for name in FORGET:
        sys.modules.pop(name)
    queue = shop("inbox", "--json")
    assert queue.code == 0, queue.err
    assert len(queue.data["waiting"]) == before
    assert any("shop.bill.post" in w["effect"] for w in queue.data["waiting"])
    shown = shop("show", number)
    assert shown.code == 1
    assert "shop.bill.post" in shown.err
    assert "leitstand deploy" in shown.err


def test_another_version_of_a_role_takes_no_signature(shop: Office, shop_folder: Path) -> None:
    """After a step was changed, parked cases are moved first; then they are decided as before."""
    number = shop.waiting("r1.json")
    file = shop_folder / "buying.py"
    file.write_text(file.read_text("utf-8") + "\n# another version\n", "utf-8")
    for name in FORGET:
        sys.modules.pop(name)
    refused = shop("approve", number, person="ben.krueger")
    assert refused.code == 1
    assert "leitstand deploy" in refused.err
    looked = shop("deploy", "--check", "--json")
    assert looked.code == 0, looked.out
    assert {m["why"] for m in looked.data} == {""}
    assert shop("approve", number, person="ben.krueger").code == 1
    assert shop("deploy").code == 0
    assert shop("approve", number, "--json", person="ben.krueger").data["state"] == "done"


def test_an_export_is_checked_without_leitstand(shop: Office, tmp_path: Path) -> None:
    """The export and the verifier that comes with it, run by a bare Python."""
    import subprocess

    shop("approve", shop.waiting("r1.json"), person="ben.krueger")
    export = shop("case", "export", "r1.json", person="ben.krueger")
    assert export.code == 0, export.err
    assert export.data["exported"]["by"] == "ben.krueger"
    assert "ben.krueger" in export.data["persons"]
    (tmp_path / "export.json").write_text(export.out)
    program = shop.command("case", "verifier")
    (tmp_path / "verify.py").write_text(program.out)
    checked = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", "export.json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_fact_that_cannot_be_measured_holds_the_case(
    shop_folder: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Data that a rule needs and that are not there: refused, held, with the cause named."""
    policy = shop_folder / "world" / "policy.json"
    policy.write_text(policy.read_text("utf-8").replace('"limit_cents"', '"other_cents"'), "utf-8")
    monkeypatch.chdir(shop_folder)
    done = command("batch", "buying", shop_folder / "world", "--json")
    assert done.code == 0, done.err
    row = done.rows[0]
    assert (row["decision"], row["effects"]) == ("hold", [])
    assert row["account_no"] == "3400"


def test_all_of_one_cause_are_retried_and_cases_are_found(shop: Office) -> None:
    """By cause and role; a cause that is none, or a case beside it, is refused."""
    left = [e for e in shop("inbox", "--json").data["exceptions"] if e["cause"]]
    cause = left[0]["cause"]
    of_cause = {e["case"] for e in left if e["cause"] == cause}
    tried = shop("case", "retry", "--cause", cause, "--json", person="anna.becker")
    assert {one["case"] for one in tried.rows} == of_cause, tried.err
    assert {one["won"] for one in tried.rows} == {True}
    other = shop("case", "retry", "--cause", cause, "--role", "selling", person="anna.becker")
    assert (other.code, other.out) == (0, "")
    assert shop("case", "retry", "--cause", "rain", person="anna.becker").code == 2
    assert shop("case", "retry", "r1.json", "--cause", cause, person="anna.becker").code == 2
    assert shop("case", "retry", person="anna.becker").code == 2
    (found,) = shop("case", "list", "--find", "r1.json", "--role", "buying", "--json").rows
    assert found["title"] == "r1.json"
    assert shop("case", "list", "--find", "r1.json", "--since", "2100-01-01", "--json").rows == []
    assert shop("case", "list", "--status", "lost").code == 2
    assert "--limit" in shop("case", "list", "--limit", "1").err


def test_the_figures_stand_at_the_terminal(shop: Office) -> None:
    """As data and as tables; no role of another name, no day that is none (R23)."""
    shop("approve", shop.waiting("r1.json"), person="ben.krueger")
    found = shop("report", "--json", "--role", "buying").data
    assert sum(found["statuses"].values()) == found["cases"] > 0
    assert sum(rule["unchanged"] for rule in found["rules"]) >= 1
    assert found["hours"] is None
    told = shop("report").out
    assert "Was die Regeln bewirkten" in told
    assert {"unverändert", "freigegeben", "geändert", "abgelehnt"} <= {*told.split()}
    assert all(rule["rule"] in told for rule in found["rules"])
    assert shop("report", "--since", "2100-01-01", "--json").data["cases"] == 0
    assert shop("report", "--role", "nobody").code == 2
    assert shop("report", "--since", "morgen").code == 2
