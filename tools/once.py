"""Writes that happen once: the idempotency keys of a system, kept beside its rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel
from sqlalchemy import Column, Connection, MetaData, String, Table, bindparam, insert, select

from leitstand.digest import canonical, plain
from leitstand.errors import Contradiction

R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Write:
    """A write as it was asked for: whose, which tool, under which key, with which arguments."""

    tenant: str
    tool: str
    key: str
    args: BaseModel

    @property
    def digest(self) -> str:
        """What the key stands for: the tool and its arguments."""
        return plain(f"{self.tool}\n".encode() + canonical(self.args))


class Keys:
    """The table `<system>_key`: one row per write, with the first result."""

    def __init__(self, metadata: MetaData, system: str) -> None:
        self.table = Table(
            f"{system}_key",
            metadata,
            Column("tenant", String, primary_key=True),
            Column("key", String, primary_key=True),
            Column("kind", String, nullable=False),
            Column("digest", String, nullable=False),
            Column("result", String, nullable=False),
        )
        t = self.table
        self._known = select(t.c.kind, t.c.digest, t.c.result).where(
            t.c.tenant == bindparam("tenant"), t.c.key == bindparam("key")
        )
        self._insert = insert(t)

    def once(
        self, connection: Connection, write: Write, result: type[R], work: Callable[[], R]
    ) -> R:
        """What `work` returns; the result of the first time where the key is known.

        Raises Contradiction: the key is known with another tool or other arguments.
        """
        own = {"tenant": write.tenant, "key": write.key}
        known = connection.execute(self._known, own).one_or_none()
        if known is not None:
            if known.digest != write.digest:
                raise Contradiction(
                    "the idempotency key was used for another write", where=write.tool
                )
            return result.model_validate_json(known.result)
        answer = work()
        row = {"kind": result.__name__, "digest": write.digest, "result": answer.model_dump_json()}
        connection.execute(self._insert, own | row)
        return answer

    def find(self, connection: Connection, tenant: str, key: str, result: type[R]) -> R | None:
        """The result that was written under `key`, if it is one of that type."""
        own = {"tenant": tenant, "key": key}
        known = connection.execute(self._known, own).one_or_none()
        if known is None or known.kind != result.__name__:
            return None
        return result.model_validate_json(known.result)
