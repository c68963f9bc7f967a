"""Public holidays: the same as the library's own, without its other countries."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import holidays
import pytest
from holidays import country_holidays

from leitstand.holidays import Germany

YEARS = range(2015, 2040)
LAENDER = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST")


def test_all_laender_are_there() -> None:
    """The sixteen, and the city that has a holiday of its own."""
    assert {*LAENDER, "TH"} <= {*Germany.subdivisions} <= {*LAENDER, "TH", "Augsburg"}


@pytest.mark.parametrize("land", [*LAENDER, "TH"])
@pytest.mark.parametrize("kinds", [("public",), ("public", "catholic")], ids="+".join)
def test_days_are_those_of_the_library(land: str, kinds: tuple[str, ...]) -> None:
    """Asked here and asked in the usual way, every day of a quarter of a century is the same."""
    ours = dict(Germany(subdiv=land, years=YEARS, categories=kinds))
    usual = dict(country_holidays("DE", subdiv=land, years=YEARS, categories=kinds))
    assert ours == usual
    assert date(2026, 10, 3) in ours


def test_no_such_land() -> None:
    """A Land that there is not is refused as the library does it."""
    with pytest.raises(NotImplementedError):
        Germany(subdiv="XX")


def test_no_other_country_is_loaded(tmp_path: Path) -> None:
    """A process that asks for a day here has the library without its folder of countries."""
    code = (
        "import json, sys\n"
        "from datetime import date\n"
        "from leitstand.holidays import Germany\n"
        "known = date(2026, 12, 25) in Germany(subdiv='HB')\n"
        "print(json.dumps([known, *sorted(sys.modules)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    known, *loaded = json.loads(done.stdout)
    assert known is True
    assert holidays.__name__ in loaded
    assert "holidays.countries" not in loaded
