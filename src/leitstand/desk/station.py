"""The station: where a running step finds the desk it works at."""

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leitstand.desk import Desk


STATION: ContextVar["Desk"] = ContextVar("leitstand.desk.station")
"""The desk of the scope that runs in this task; whoever performs a step sets it first."""
