"""The register of data subjects' requests: the proof, once a key, without the data."""

import datetime as dt

from leitstand.clock import FixedClock
from tools.database import Database, Tenancy
from tools.privacy import AnswerRequest, Measure, ReadRequest, Record
from tools.privacy.embedded import EmbeddedPrivacy

DAY = dt.date(2026, 11, 18)


async def test_an_answer_is_entered_once(database: Database, clock: FixedClock) -> None:
    """A repeat is the same answer; its proof counts what was done and names no person."""
    privacy = EmbeddedPrivacy(Tenancy(database, "nord", clock))
    await privacy.prepare()
    record = Record(record="R1", type="foto", date=DAY, subject="jo@example.org")
    read = await privacy.read(ReadRequest(mail="bitte", received=DAY, records=(record,)))
    assert read.value.records == (record,)
    args = AnswerRequest(
        article="Art. 17",
        received=DAY,
        deadline=DAY,
        identity_check=True,
        measures=(
            Measure(record="R1", action="erase"),
            Measure(record="R2", action="restrict_and_keep", keep_until=DAY, basis="§ 1"),
        ),
    )
    first = await privacy.answer(args, "k1")
    assert (first.erased, first.kept, first.disclosed) == (1, 1, 0)
    assert await privacy.answer(args, "k1") == first == await privacy.answered("k1")
    assert (await privacy.answer(args, "k2")).answer_no != first.answer_no
    assert await privacy.answered("k3") is None
