"""Roles: typed graphs of steps, their ways and ends, compiled for the walk."""

from leitstand.records import Exit
from leitstand.role.compiled import Branch, Channel, Compiled, Ways
from leitstand.role.drawing import mermaid
from leitstand.role.ends import (
    CAUSES,
    CONTRADICTORY,
    DATA_MISSING,
    EXIT,
    SYSTEM_UNREACHABLE,
    done,
    exception,
    rejected,
)
from leitstand.role.parts import compile_graph
from leitstand.role.public import Graph
from leitstand.role.role import Role
from leitstand.role.takeover import Takeover
from leitstand.role.ways import Goto, Update, goto, send

__all__ = [
    "CAUSES",
    "CONTRADICTORY",
    "DATA_MISSING",
    "EXIT",
    "SYSTEM_UNREACHABLE",
    "Branch",
    "Channel",
    "Compiled",
    "Exit",
    "Goto",
    "Graph",
    "Role",
    "Takeover",
    "Update",
    "Ways",
    "compile_graph",
    "done",
    "exception",
    "goto",
    "mermaid",
    "rejected",
    "send",
]
