"""Requests of data subjects: what is asked, about which records, and what is done with each."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from leitstand.values import Frozen, Identifier, Kept, Reading, Text, Word

Action = Literal["erase", "restrict_and_keep", "disclose"]
"""Art. 17, Art. 17 (3) (b) with Art. 18, and Art. 15 GDPR."""


class Record(Frozen):
    """One record about somebody, as the system that holds it calls it.

    `type`: its kind of the retention table; `date`: the day from which its period counts.
    """

    record: Annotated[Text, Field(min_length=1)]
    type: Word
    date: dt.date | None = None
    subject: Text = ""


class ReadRequest(Frozen):
    """Read a request as it came in, with the records that the search found."""

    article: Text = ""
    mail: Text = ""
    received: dt.date
    deadline: dt.date | None = None
    records: Annotated[tuple[Record, ...], Field(max_length=500)] = ()


class Request(Frozen):
    """A request as it was read."""

    article: Text = ""
    mail: Text = ""
    received: dt.date
    deadline: dt.date | None = None
    records: tuple[Record, ...] = ()


class FoundRequest(Reading[Request]):
    """Reading of a request."""


class Measure(Frozen):
    """What is done with a record: kept until (last day) on which basis, where a period applies."""

    record: Annotated[Text, Field(min_length=1)]
    action: Action
    keep_until: dt.date | None = None
    basis: Annotated[Text, Kept()] | None = None


class AnswerRequest(Frozen):
    """Carry out a request: erase, restrict or disclose each record, answered by `deadline`.

    `identity_check`: who asks has to be identified before anything leaves or goes (Art. 12 (6)).
    """

    article: Word
    received: dt.date
    deadline: dt.date
    identity_check: bool
    measures: Annotated[tuple[Measure, ...], Field(min_length=1, max_length=500)]


class Answered(Frozen):
    """The proof of an answer: its number and how many records were erased, kept, disclosed."""

    answer_no: Identifier
    erased: int
    kept: int
    disclosed: int
