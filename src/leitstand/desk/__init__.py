"""The desk: what a step sees of the world."""

from leitstand.desk.agent import Bounds
from leitstand.desk.asking import Models
from leitstand.desk.desk import Desk, Room
from leitstand.desk.erasure import (
    EraseCase,
    Erasing,
    FindStanding,
    FoundStanding,
    Part,
    RestrictCase,
    Settled,
    Wrote,
    case_standing,
    erase_case,
    restrict_case,
)
from leitstand.desk.gravity import TooManyRejections, ended, gravest
from leitstand.desk.hand_over import Cases, Child, HandOver, hand_over
from leitstand.desk.station import STATION

__all__ = [
    "STATION",
    "Bounds",
    "Cases",
    "Child",
    "Desk",
    "EraseCase",
    "Erasing",
    "FindStanding",
    "FoundStanding",
    "HandOver",
    "Models",
    "Part",
    "RestrictCase",
    "Room",
    "Settled",
    "TooManyRejections",
    "Wrote",
    "case_standing",
    "ended",
    "erase_case",
    "gravest",
    "hand_over",
    "restrict_case",
]
