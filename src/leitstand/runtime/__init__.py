"""The runtime: cases, bursts, dispatch."""

from leitstand.runtime.burst import Burst
from leitstand.runtime.memory import settle_memory
from leitstand.runtime.opening import Leitstand, open_leitstand
from leitstand.runtime.runtime import Runtime
from leitstand.runtime.stage import Defect, Stage

__all__ = ["Burst", "Defect", "Leitstand", "Runtime", "Stage", "open_leitstand", "settle_memory"]
