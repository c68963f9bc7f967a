"""What so many cases can prove: Wilson's interval, the number needed, the sign test."""

from math import ceil, comb, sqrt
from typing import NamedTuple

_Z = 1.959963984540054
"""Two-sided 95 %."""


class Interval(NamedTuple):
    """Bounds of a share, from 0 to 1."""

    low: float
    high: float


def wilson(passed: int, n: int) -> Interval:
    """The 95 % interval of `passed` of `n` (Wilson 1927, no continuity correction).

    50 of 50 prove 92.9 %, 118 of 118 96.8 %, 200 of 200 98.1 %; nothing of nothing proves nothing.
    """
    if n == 0:
        return Interval(0.0, 1.0)
    share, z2 = passed / n, _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    low = 0.0 if passed == 0 else middle - half
    high = 1.0 if passed == n else middle + half
    return Interval(max(0.0, low), min(1.0, high))


def needed(share: float, target: float) -> int | None:
    """How many cases prove `target` at this share of good ones; None: no number does.

    From the equation of the lower bound: n = z² target (1 - target) / (share - target)².
    """
    if share <= target or target >= 1:
        return None
    n = max(1, ceil(_Z * _Z * target * (1 - target) / (share - target) ** 2 - 1e-9))
    while wilson(round(share * n), n).low < target:
        n += 1
    return n


def pass_hat(passed: int, n: int, k: int) -> float:
    """pass^k: the chance that k of `n` trials, drawn without putting back, all pass.

    Unbiased for the chance that k new trials all pass (tau-bench, Yao et al. 2024). 0 < k <= n.
    """
    return comb(passed, k) / comb(n, k)


def sign_test(better: int, worse: int) -> float:
    """How likely so lopsided a change is by chance, two-sided; 0 to 5 gives 0.0625."""
    n = better + worse
    tail = sum(comb(n, k) for k in range(min(better, worse) + 1))
    return min(1.0, 2 * tail / 2**n)
