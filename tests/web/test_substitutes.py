"""Substitutes: named on one's own page, seen in the list, named on the card, over with the days."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from tests.web.conftest import (
    HEAD,
    SIMPLE,
    Client,
    House,
    client_of,
    opened,
)

pytestmark = pytest.mark.slow

OTHER = "emil.voss"


def days(client: Client, first: int, last: int) -> dict[str, str]:
    """A form of days, counted from the world's own today."""
    leitstand = client.site.leitstand
    today = leitstand.rules.today(leitstand.tenant)
    return {
        "first": (today + timedelta(days=first)).isoformat(),
        "last": (today + timedelta(days=last)).isoformat(),
    }


async def test_a_substitute_during_a_holiday(house: House, root: Path) -> None:
    """Sees the card, decides it for the absent person, and both names stand in the approval."""
    async with (
        opened(house, root) as site,
        client_of(site) as head,
        client_of(site) as other,
    ):
        await head.login(HEAD, house.passphrases[HEAD])
        await other.login(OTHER, house.passphrases[OTHER])
        assert SIMPLE not in (await other.http.get("/")).text
        tomorrow = {"substitute": OTHER} | days(head, 1, 3)
        assert (await head.post("/me/absence", tomorrow)).status_code == 303
        path, seen = await head.card(SIMPLE)
        yes = {"answer": "approve", "seen": seen}
        assert (await other.post(f"{path}/decide", yes)).status_code == 409
        now = {"substitute": OTHER} | days(head, 0, 0)
        assert (await head.post("/me/absence", now)).status_code == 303
        assert "in Vertretung für Ben Krüger" in (await other.http.get(path)).text
        assert "Sie vertreten zurzeit Ben Krüger" in (await other.http.get("/me")).text
        assert SIMPLE in (await other.http.get("/")).text
        assert (await other.post(f"{path}/decide", yes)).status_code == 200
        history = (await other.http.get("/history")).text
        assert SIMPLE in history
        assert "Emil Voss in Vertretung für Ben Krüger" in history
        [case] = re.findall(rf'href="(/case/\w+)"><strong>[^<]*{SIMPLE}', history)
        assert "Emil Voss in Vertretung für Ben Krüger" in (await other.http.get(case)).text


async def test_an_absence_that_is_none(house: House, root: Path) -> None:
    """Oneself, nobody known, no days, days the wrong way round: refused; nobody: back again."""
    async with opened(house, root) as site, client_of(site) as head:
        await head.login(HEAD, house.passphrases[HEAD])
        for wrong in (
            {"substitute": HEAD} | days(head, 0, 1),
            {"substitute": "nobody"} | days(head, 0, 1),
            {"substitute": OTHER},
            {"substitute": OTHER} | days(head, 2, 0),
            {"substitute": OTHER, "first": "9999-12-31", "last": "9999-12-31"},
        ):
            assert (await head.post("/me/absence", wrong)).status_code == 400
        directory, tenant = site.leitstand.directory, site.leitstand.tenant
        assert directory.absence(tenant, HEAD) is None
        await head.post("/me/absence", {"substitute": OTHER} | days(head, 0, 1))
        page = (await head.http.get("/me")).text
        assert f'value="{OTHER}" selected' in page
        assert f'value="{days(head, 0, 1)["last"]}"' in page
        await head.post("/me/absence", {"substitute": ""})
        assert directory.absence(tenant, HEAD) is None
