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
