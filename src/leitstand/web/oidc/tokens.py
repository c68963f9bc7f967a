"""Tokens: what a login service says of a person, and what it gave us to ask again."""

from collections.abc import Mapping
from typing import Any, NamedTuple

Claims = Mapping[str, Any]


class Tokens(NamedTuple):
    """What the service gave us for a person."""

    access: str
    refresh: str = ""
    identity: str = ""
    asks: bool = False
    """Whether it is userinfo that names the groups, for the ID token did not."""


class Confirmed(NamedTuple):
    """The service's word on a person: claims of the ID token, of userinfo where needed; tokens.

    `silent`: it stands by the person, and there was no place where it would have named groups.
    """

    claims: Claims
    tokens: Tokens
    silent: bool = False
