"""What so many cases prove, held against known values and scipy-free definitions."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.evals.interval import needed, sign_test, wilson


@pytest.mark.parametrize(("n", "proven"), [(50, 92.9), (118, 96.8), (200, 98.1)])
def test_all_good_proves_what_is_known(n: int, proven: float) -> None:
    """50 of 50 prove 92.9 %, 118 of 118 96.8 %, 200 of 200 98.1 %."""
    assert round(100 * wilson(n, n).low, 1) == proven
    assert wilson(n, n).high == 1.0


def test_an_interval_from_the_literature() -> None:
    """81 of 263: 0.2553 to 0.3662 (Newcombe 1998, table I, Wilson without correction)."""
    found = wilson(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_the_interval_holds_the_share_and_solves_its_equation(a: int, b: int) -> None:
    """Both bounds are where the score test just rejects; nothing of nothing proves nothing."""
    n, passed = a + b, a
    found = wilson(passed, n)
    assert 0 <= found.low <= found.high <= 1
    if n == 0:
        assert (found.low, found.high) == (0, 1)
        return
    share, z2 = passed / n, 1.959963984540054**2
    assert found.low <= share <= found.high
    for bound in (found.low, found.high):
        if 0 < bound < 1:
            assert (share - bound) ** 2 == pytest.approx(z2 * bound * (1 - bound) / n, abs=1e-9)


@given(st.floats(0.5, 0.99), st.integers(0, 20))
def test_the_number_needed_is_enough_and_not_one_more(target: float, failing: int) -> None:
    """So many cases at this share reach the target; all good, one case fewer does not."""
    share = 1 - failing / 100 * (1 - target)
    enough = needed(share, target)
    assert enough is not None
    assert wilson(round(enough * share), enough).low >= target
    if failing == 0:
        assert wilson(enough - 1, enough - 1).low < target


def test_no_number_proves_what_is_not_there() -> None:
    """A share at or below the target never proves it, and nothing proves certainty."""
    assert needed(0.9, 0.9) is None
    assert needed(0.8, 0.9) is None
    assert needed(1.0, 1.0) is None


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_sign_test_is_the_two_sided_binomial(better: int, worse: int) -> None:
    """Its p is the weight of all outcomes that are no likelier than the one seen."""
    n = better + worse
    weights = [comb(n, k) for k in range(n + 1)]
    brute = sum(w for w in weights if w <= weights[worse]) / 2**n
    assert sign_test(better, worse) == pytest.approx(min(1.0, brute))


def test_five_worse_and_none_better_may_be_chance() -> None:
    """0 to 5 gives p = 0.0625: why every newly failing case is asked for by name."""
    assert sign_test(0, 5) == 0.0625
