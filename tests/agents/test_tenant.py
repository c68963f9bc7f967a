"""The tenant's data: what the rules need is asked for before the first case."""

import json
from pathlib import Path
from typing import Any

import pytest

from agents.tenant import limits
from tests.agents.worlds import World
from tools.rows import WorldRefused


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
    """One error with the key, not a defect in every case."""
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
