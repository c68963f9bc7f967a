"""The catalogue of findings: complete, in two languages, with nothing left to fill in."""

import tomllib
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

import tools.einvoice.fault as module
from tools.einvoice.fault import BmfClass, Stage, Unfit, Verdict, fault

CATALOGUE = tomllib.loads(
    Path(module.__file__).with_name("faults.toml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_finding_is_complete(code: str) -> None:
    """Each has a known stage, verdict and class, and both texts fill in without a rest."""
    entry = CATALOGUE[code]
    assert entry["stage"] in get_args(Stage)
    assert entry["verdict"] in get_args(Verdict)
    assert entry["class"] in get_args(BmfClass)
    needs = {
        name
        for text in (entry["de"], entry["en"])
        for _, name, _, _ in Formatter().parse(text)
        if name
    }
    found = fault(code, **dict.fromkeys(needs, "§{x}§"))
    assert found.de != found.en
    assert all(
        ("§{x}§" in text) == ("{" in entry[key])
        for key, text in (("de", found.de), ("en", found.en))
    )


def test_finding_without_its_values_is_refused() -> None:
    """A finding cannot lose what it is about."""
    with pytest.raises(KeyError):
        fault("file-too-large", size=1)
    with pytest.raises(KeyError):
        fault("no-such-finding")


def test_finding_as_an_error() -> None:
    """Inside the reading a finding travels as an error with code, place and advice."""
    error = Unfit(fault("file-empty"))
    assert str(error).startswith("LS801 in sniff: The file is empty.")
