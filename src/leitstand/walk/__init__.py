"""The walk: one pass over a compiled graph, superstep by superstep, with LangGraph's semantics."""

from leitstand.walk.task import Host, Task, Updates, Walked
from leitstand.walk.walk import LIMIT, walk

__all__ = ["LIMIT", "Host", "Task", "Updates", "Walked", "walk"]
