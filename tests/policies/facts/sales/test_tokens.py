"""Tokens: a long mail of anything takes as long as it is long, not the square of it."""

from time import process_time

import pytest

from policies.facts.sales.discount import discounts_of
from policies.facts.sales.tokens import tokens_of

LONGEST = 20_000
"""Characters of a mail that the role takes."""


@pytest.mark.parametrize("part", ["0", "a", "1.", "1%", "1 € ", "a@", "RE-1/"])
def test_no_mail_holds_up_the_others(part: str) -> None:
    """Whatever a stranger repeats in it: seconds of one process, which answers others as well."""
    text = (part * LONGEST)[:LONGEST]
    begun = process_time()
    assert tokens_of(text)
    assert discounts_of(text, 1).wrong is not None
    assert process_time() - begun < 3.0
