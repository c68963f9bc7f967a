"""The garbage collector, set for a process of many short cases beside many loaded modules."""

import gc

_YOUNG = 20_000


def settle_memory() -> None:
    """Leave what is loaded by now out of every later collection, and collect less often.

    Modules, rules and compiled roles are half a million objects that never become garbage; looking
    at them again and again cost a fifth of the runtime's CPU (benchmarks/ten_steps.py).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 20)
