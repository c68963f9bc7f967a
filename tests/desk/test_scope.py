"""Scopes: every call has an address that no other call of the case has."""

from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.desk.scope import Scope

_TREES: st.SearchStrategy[tuple[Any, ...]] = st.recursive(
    st.just(()), lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=12
)


def walked(scope: Scope, tree: tuple[object, ...]) -> list[str]:
    """Addresses of a scope that makes a call, then a gather of these branches, then a call."""
    found = [scope.next()]
    at, scope.n = scope.n, scope.n + 1
    for index, branch in enumerate(tree):
        found += walked(scope.branch(at, index), cast("tuple[object, ...]", branch))
    return [*found, scope.next()]


@given(_TREES)
@pytest.mark.kernel(1)
def test_no_two_calls_share_an_address(tree: tuple[object, ...]) -> None:
    """For any nesting of gathers; and the same nesting gives the same addresses again."""
    found = walked(Scope("s#1"), tree)
    assert len(set(found)) == len(found)
    assert walked(Scope("s#1"), tree) == found
