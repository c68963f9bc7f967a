"""The register of screenings: that somebody was screened and is not listed, and who is frozen."""

from typing import Annotated

from pydantic import Field

from leitstand.values import Frozen, Identifier, Text, Word


class LogScreening(Frozen):
    """Enter that `name` was screened and resembles nobody listed, and against which list."""

    name: Annotated[Text, Field(min_length=1)]
    list_version: int
    list_sha256: Word


class LoggedScreening(Frozen):
    """An entry of the register."""

    screening_no: Identifier


class SetBlock(Frozen):
    """Freeze all business with `name`, who resembles these entries of the list.

    Setting a block is always allowed; there is no tool that lifts one: people do, in the register.
    """

    name: Annotated[Text, Field(min_length=1)]
    entries: Annotated[tuple[Word, ...], Field(min_length=1, max_length=64)]
    list_version: int


class Block(Frozen):
    """A block as it was set."""

    block_no: Identifier
