"""What the tests of e-invoices share: one reader with its workers, and the folders of real data."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.einvoice.reader import Reader


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """A reader as the product has it, with one rule worker; its processes end with the tests."""
    reader = Reader(workers=1)
    yield reader
    reader.close()


@pytest.fixture(scope="session")
def domain(shared_data: Path) -> Path:
    """The folder of real invoices and official rule tests."""
    return shared_data / "domain"


@pytest.fixture(scope="session")
def manifest(domain: Path) -> list[dict[str, Any]]:
    """The list of real invoices with what is known of each."""
    return rows(domain / "invoices" / "manifest.jsonl")


def rows(file: Path) -> list[dict[str, Any]]:
    """The JSON lines of a file."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
