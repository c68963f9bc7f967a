"""Repeats: what one case came to, time after time, told as one result.

A case that passes and fails is flaky: it never counts as good, however often it passed.
"""

from collections.abc import Sequence

from leitstand.evals.result import CaseResult, Repeats


def together(tries: Sequence[CaseResult], n: int) -> CaseResult:
    """The results of one case's repeats as one; at least one of `n` that were to be made.

    The gravest stands for all: an unsafe one, else one that failed, else one that is unknown.
    """
    stands = max(tries, key=_grave)
    passed = sum(t.passed for t in tries)
    unknown = sum(t.certainty == "unknown" for t in tries) + n - len(tries)
    told = Repeats(
        n=n,
        passed=passed,
        unknown=unknown,
        ways=len({t.outcome for t in tries}),
        tokens=sum(t.tokens for t in tries),
    )
    said = f"flaky: passed {passed} of {n}" if told.flaky else f"passed {passed} of {n}"
    head = () if stands.passed else (said,)
    return stands.model_copy(
        update={
            "repeats": told,
            "problems": (*head, *stands.problems),
            "asked": tuple(sorted({name for t in tries for name in t.asked})),
            "readings": tuple(sure for t in tries for sure in t.readings),
            "tokens": round(told.tokens / len(tries)),
            "ms": round(sum(t.ms for t in tries), 3),
        }
    )


def _grave(result: CaseResult) -> int:
    if result.unsafe:
        return 3
    if result.passed:
        return 0
    return 1 if result.certainty == "unknown" else 2
