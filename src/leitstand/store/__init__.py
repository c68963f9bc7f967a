"""The store: journals, signals, blobs, and the projections made from them."""

from leitstand.store.arrival import NewCase
from leitstand.store.batch import Append, Budget, Close
from leitstand.store.course import course
from leitstand.store.journal import BLOB, Journal, Limits, new_case
from leitstand.store.page import CaseKey
from leitstand.store.store import Claimed, Signal, Store
from leitstand.store.tape import Frozen, Seal, Tape, task_of

__all__ = [
    "BLOB",
    "Append",
    "Budget",
    "CaseKey",
    "Claimed",
    "Close",
    "Frozen",
    "Journal",
    "Limits",
    "NewCase",
    "Seal",
    "Signal",
    "Store",
    "Tape",
    "course",
    "new_case",
    "task_of",
]
