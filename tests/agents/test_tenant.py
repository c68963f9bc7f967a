"""The tenant's data: what the rules need is asked for before the first case."""

import json
from pathlib import Path
from typing import Any

import pytest

from agents.tenant import limits
from tests.agents.worlds import World
from tools.rows import WorldRefused
from tools.world import connect, disconnect


def written(folder: Path, **changes: Any) -> Path:  # noqa: ANN401 - any JSON
    """The reference policy with changes; None takes a key out."""
    policy = {k: v for k, v in {**World().policy, **changes}.items() if v is not None}
    (folder / "policy.json").write_text(json.dumps(policy), "utf-8")
    return folder


def test_a_sound_policy_is_given_as_it_is(tmp_path: Path) -> None:
    """Nothing is added: defaults are filled in where the rules look."""
    assert limits(written(tmp_path)) == World().policy


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"company": None}, "policy.json: company: Field required"),
        ({"approval_tiers": []}, "policy.json: approval_tiers: "),
        ({"approval_tiers": [{"max_gross": "viel"}]}, "policy.json: approval_tiers.0.max_gross: "),
        ({"closed_periods_until": "31.10.2026"}, "policy.json: "),
    ],
)
def test_what_the_rules_cannot_do_without_is_named(
    changes: dict[str, Any], said: str, tmp_path: Path
) -> None:
    """One error with the key, not a defect in every case (R10)."""
    with pytest.raises(WorldRefused, match=said.replace(".", r"\.")):
        limits(written(tmp_path, **changes))


def test_sales_data_are_checked_and_unknown_categories_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A price rule without sense is refused; a category that no word list knows is told."""
    rules = {"vat": "19", "valid_days": 30, "max_discount_without_approval_pct": "10"}
    (tmp_path / "price_rules.json").write_text(json.dumps(rules), "utf-8")
    words = {"categories": {"stoerung": "hotline", "sonstwas": "x"}, "priorities": {}}
    (tmp_path / "vocabulary.json").write_text(json.dumps(words), "utf-8")
    limits(tmp_path)
    assert "sonstwas" in caplog.text
    (tmp_path / "price_rules.json").write_text(json.dumps({**rules, "vat": "190"}), "utf-8")
    with pytest.raises(WorldRefused, match="vat"):
        limits(tmp_path)
    (tmp_path / "price_rules.json").write_text(json.dumps(rules), "utf-8")
    (tmp_path / "sales.json").write_text(json.dumps({"follow_up_days": "soon"}), "utf-8")
    with pytest.raises(WorldRefused, match="follow_up_days"):
        limits(tmp_path)


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("hr.json", '{"today": "2026-13-01"}', "hr: today"),
        ("hr.json", '{"leave": {"waiting_months": "x"}}', "hr: leave.waiting_months"),
        ("compliance.json", '{"screening_permille": "x"}', "compliance: screening_permille"),
        (
            "retention.json",
            '[{"type": "a", "years": 8}, {"type": "b", "years": "8 Jahre"}]',
            "row 1",
        ),
        ("retention.json", '[{"type": "a", "years": -1}]', "row 0: years"),
        ("retention.json", "[5]", "row 0"),
        ("vocabulary.json", '{"categories": ["stoerung"]}', "vocabulary.json"),
        ("vocabulary.json", '{"priorities": 5}', "vocabulary.json"),
        ("products.jsonl", '{"sku": "A", "name": "B", "price": "-5"}', "price"),
        ("products.jsonl", '{"sku": "A", "name": "B", "price": "5.125"}', "price"),
        ("customers.jsonl", '{"id": "A", "name": "B", "credit_limit": "5.125"}', "credit_limit"),
    ],
)
async def test_data_of_departments_without_sense_are_named(
    file: str, text: str, said: str, tmp_path: Path
) -> None:
    """Before the first case, with the key or the row: not as a defect in every case."""
    price_rules = {"vat": "19", "valid_days": 30, "max_discount_without_approval_pct": "10"}
    world = tmp_path / "world"
    world.mkdir()
    (world / "price_rules.json").write_text(json.dumps(price_rules), "utf-8")
    (world / "employees.jsonl").touch()
    (world / file).write_text(text, "utf-8")
    with pytest.raises(WorldRefused) as refused:
        await _opened(tmp_path, world)
    assert said in refused.value.text


async def _opened(state: Path, world: Path) -> None:
    """Read a world's settings, then its rows, as a project does."""
    limits(world)
    disconnect(await connect(state, world, "nord"))
