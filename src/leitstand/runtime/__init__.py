"""The runtime: cases, bursts, dispatch."""

from leitstand.runtime.burst import Burst
from leitstand.runtime.memory import settle_memory
from leitstand.runtime.opening import Leitstand, check_released, open_leitstand
from leitstand.runtime.rows import BadRow, CaseRow, read_lines, read_rows
from leitstand.runtime.runtime import Runtime, resting
from leitstand.runtime.stage import Stage

__all__ = [
    "BadRow",
    "Burst",
    "CaseRow",
    "Leitstand",
    "Runtime",
    "Stage",
    "check_released",
    "open_leitstand",
    "read_lines",
    "read_rows",
    "resting",
    "settle_memory",
]
