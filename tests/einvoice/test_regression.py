"""The official tests of the official rules: each fires where it must and nowhere else."""

import asyncio
import gzip
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.einvoice.conftest import rows
from tools.einvoice import xml
from tools.einvoice.limits import DEFAULT
from tools.einvoice.rules import Rules, default

pytestmark = pytest.mark.slow

SHORT = {"xrubl": "xrechnung-ubl", "xrcii": "xrechnung-cii"}


async def wrong(tests: list[tuple[dict[str, Any], bytes, str]]) -> list[str]:
    """The tests whose rules did not fire as they must; two workers share the work."""
    rules = default(DEFAULT, workers=2)
    try:
        fits = await asyncio.gather(*(fires(rules, *test) for test in tests))
    finally:
        rules.close()
    return [str(row["desc"]) for (row, _, _), fit in zip(tests, fits, strict=True) if not fit]


async def fires(rules: Rules, row: dict[str, Any], data: bytes, ruleset: str) -> bool:
    """Whether all rules that must fire do, and none that must not."""
    document = xml.serialize(xml.parse(data, DEFAULT))
    (found,) = await rules.run(document, (ruleset,))
    fired = {finding["rule"] for finding in found}
    return set(row["must_fire"]) <= fired and not set(row["must_not_fire"]) & fired


def mutants(domain: Path) -> Iterator[tuple[dict[str, Any], bytes, str]]:
    """The mutation tests of XRechnung."""
    folder = domain / "rule-regression"
    with tarfile.open(folder / "kosit-mutants.tar.xz") as archive:
        files = {m.name: archive.extractfile(m) for m in archive if m.isfile()}
        contents = {name: file.read() for name, file in files.items() if file}
    for row in rows(folder / "kosit-mutants.jsonl"):
        for short in row["ruleset"]:
            yield row, contents[row["file"]], SHORT[short]


def units(domain: Path) -> Iterator[tuple[dict[str, Any], bytes, str]]:
    """The unit tests of EN 16931: fragments, each with the rule it is about."""
    file = domain / "rule-regression-eupl" / "cen-unit-tests.jsonl.gz"
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            cii = "CrossIndustryInvoice" in row["xml"].partition(">")[0]
            yield row, row["xml"].encode(), "cen-cii" if cii else "cen-ubl"


async def test_xrechnung_rules_fire_as_they_must(domain: Path) -> None:
    """1,187 of 1,187."""
    tests = list(mutants(domain))
    assert await wrong(tests) == []
    assert len(tests) == 1187


async def test_norm_rules_fire_as_they_must(domain: Path) -> None:
    """1,140 of 1,140."""
    tests = list(units(domain))
    assert await wrong(tests) == []
    assert len(tests) == 1140
