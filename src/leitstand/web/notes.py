"""Notes: what people keep for themselves or each other about a card: drafts, later, for whom.

None of it decides anything: a draft is one person's half-filled form, "later" hides a card from one
list for a while, and a card that was passed on still waits for everybody whom the rules name.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Table, delete, insert, select

from leitstand.clock import Clock
from leitstand.inbox.book import Book
from leitstand.web.tables import assignments, drafts, postponed, proposals, samples


class Notes:
    """Drafts, postponed cards and assignments of one tenant."""

    def __init__(self, book: Book, clock: Clock) -> None:
        self._book, self._clock = book, clock

    async def draft(self, person: str, checkpoint: str) -> Mapping[str, str]:
        """What a person has typed into a card and not sent."""
        query = select(drafts.c.fields).where(
            drafts.c.person == person, drafts.c.checkpoint == checkpoint
        )
        found = await self._book.rows(query)
        return orjson.loads(found[0].fields) if found else {}

    async def keep_draft(self, person: str, checkpoint: str, fields: Mapping[str, str]) -> None:
        """Keep what a person has typed; with no fields it is forgotten."""
        key = {"person": person, "checkpoint": checkpoint}
        more = {"fields": orjson.dumps(fields).decode(), "at": self._clock.time()}
        await self._put(drafts, key, more if fields else None)

    async def postpone(self, person: str, checkpoint: str, seconds: float) -> None:
        """Hide a card from one person's list for a while."""
        key = {"person": person, "checkpoint": checkpoint}
        await self._put(postponed, key, {"until": self._clock.time() + seconds})

    async def later(self, person: str) -> frozenset[str]:
        """The cards that a person has postponed and that are not due yet."""
        query = select(postponed.c.checkpoint).where(
            postponed.c.person == person, postponed.c.until > self._clock.time()
        )
        return frozenset(row.checkpoint for row in await self._book.rows(query))

    async def assign(self, checkpoint: str, person: str, by: str) -> None:
        """Pass a card on."""
        more = {"person": person, "by": by, "at": self._clock.time()}
        await self._put(assignments, {"checkpoint": checkpoint}, more)

    async def assigned(self) -> Mapping[str, str]:
        """To whom cards were passed on, by checkpoint."""
        rows = await self._book.rows(select(assignments.c.checkpoint, assignments.c.person))
        return {row.checkpoint: row.person for row in rows}

    async def propose(self, checkpoint: str, rule: str, person: str, text: str) -> None:
        """Keep a proposed change of a rule for its owner."""
        key = {"checkpoint": checkpoint, "rule": rule, "person": person}
        await self._put(proposals, key, {"text": text, "at": self._clock.time()})

    async def proposed(self) -> list[Any]:
        """Proposed changes of rules, the newest first: `rule`, `person`, `text`, `at`."""
        return await self._book.rows(select(proposals).order_by(proposals.c.at.desc()).limit(50))

    async def sampled(self, ulid: str, person: str, *, same: bool) -> None:
        """Keep what a person said of a case that ran without being asked about."""
        more = {"same": int(same), "at": self._clock.time()}
        await self._put(samples, {"ulid": ulid, "person": person}, more)

    async def samples(self) -> list[Any]:
        """What people said of samples: `ulid`, `person`, `same`."""
        return await self._book.rows(select(samples))

    async def _put(
        self, table: Table, key: Mapping[str, object], more: Mapping[str, object] | None
    ) -> None:
        gone = delete(table).where(*(table.c[name] == value for name, value in key.items()))
        new = [] if more is None else [insert(table).values({**key, **more})]
        await self._book.write(gone, *new)
