"""The desk: what a step sees of the world."""

from leitstand.desk.agent import Bounds
from leitstand.desk.asking import Models
from leitstand.desk.desk import Desk, Room
from leitstand.desk.gravity import TooManyRejections, ended, gravest
from leitstand.desk.hand_over import Cases, Child, HandOver, hand_over
from leitstand.desk.station import STATION

__all__ = [
    "STATION",
    "Bounds",
    "Cases",
    "Child",
    "Desk",
    "HandOver",
    "Models",
    "Room",
    "TooManyRejections",
    "ended",
    "gravest",
    "hand_over",
]
