"""Exporting a case, with what belongs to its project: keys of people, rules in force, drawings."""

from typing import Any

from leitstand.policy import texts_of
from leitstand.records import Person
from leitstand.role import mermaid
from leitstand.runtime import Leitstand
from leitstand.store.export import Enclosed, Sender, export


async def export_case(
    leitstand: Leitstand, ulid: str, person: Person, *, answers: bool = False
) -> dict[str, Any]:
    """The case as JSON for the stand-alone verifier; that it was exported is on record.

    `answers`: with all that it read. Raises Missing: no such case; StoreFailed, Restricted.
    """
    bundle, project, seal = leitstand.rules.bundle, leitstand.project, leitstand.seal
    enclosed = Enclosed(
        persons={p.id: p.public_key for p in leitstand.people},
        policies={bundle.sha: {"texts": texts_of(project.policies), "schema": bundle.schema}},
        texts={f"graph {r.name} {r.version}": mermaid(r) for r in project.roles.values()},
    )
    sender = Sender(person.id, seal.key, seal.file, person.roles)
    return await export(leitstand.store, ulid, sender, enclosed, answers=answers)
