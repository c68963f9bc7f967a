"""The machine's pace: CPU of a fixed loop, so that numbers of two machines or moments compare."""

import time

TURNS = 2_000_000


def pace() -> float:
    """Milliseconds of CPU for two million additions in pure Python, the best of three."""
    return min(_loop() for _ in range(3)) * 1e3


def _loop() -> float:
    begun, total = time.process_time(), 0
    for turn in range(TURNS):
        total += turn & 7
    return time.process_time() - begun
