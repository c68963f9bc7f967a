"""Public holidays of the Länder, by the library `holidays`: of its countries Germany alone.

Asked in the usual way, `holidays` loads its 250 countries for the first day of one of them, which
costs every process 8 MB and a third of a second. The file of one country stands for itself.
"""

from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path

import holidays
from holidays import HolidayBase

_COUNTRY = "holidays.countries.germany"


def _germany() -> type[HolidayBase]:
    folder = Path(holidays.__file__).parent / "countries"
    spec = PathFinder.find_spec(_COUNTRY, [str(folder)])
    if spec is None or spec.loader is None:
        raise ImportError(f"no `{_COUNTRY}` in `{folder}`", name=_COUNTRY)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Germany


Germany = _germany()
"""The holidays of a Land: `Germany(subdiv="HB", years=2026, categories=("public",))`.

Raises NotImplementedError: no such Land, or no such kind of holiday.
"""
