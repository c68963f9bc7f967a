"""What a person may do with an exception, as the page of the case offers it."""

from typing import NamedTuple

from leitstand.inbox import Dossier, may_handle, takeover_of
from leitstand.web.visit import Visit


class Offer(NamedTuple):
    """What a person may do with an exception: fields to fill in, and to whom it may be handed."""

    resolve: str
    supply: tuple[str, ...]
    roles: tuple[str, ...]
    people: tuple[tuple[str, str], ...]


def offer_of(visit: Visit, dossier: Dossier) -> Offer | None:
    """What this person may do with the case; None where it is no exception of theirs."""
    leitstand, texts = visit.leitstand, visit.texts
    if dossier.status != "exception" or not may_handle(leitstand, dossier, visit.person):
        return None
    takeover = takeover_of(leitstand, dossier)
    return Offer(
        takeover.de if texts.language == "de" else takeover.en,
        tuple(takeover.supply),
        tuple(sorted({role for person in leitstand.people for role in person.roles})),
        tuple(
            (person.id, person.name) for person in leitstand.people if person.id != visit.person.id
        ),
    )
