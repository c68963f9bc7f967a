"""Second factors: set up with a first code, asked for at every login, each code good for once."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pyotp.totp import TOTP

from leitstand.errors import ApprovalRefused
from tests.web.conftest import HEAD, OTHER_HEAD, Client, Hand, House, client_of, opened

NOW = 1_800_000_000.0


async def offered(client: Client) -> str:
    """The secret that the page shows."""
    page = await client.post("/me/factor", {})
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)
    assert found
    assert f"otpauth://totp/Leitstand:{HEAD}?secret={found[1]}&amp;issuer=Leitstand" in page.text
    return found[1]


def code(secret: str, clock: Hand, steps: int = 0) -> str:
    """What the authenticator shows, `steps` of 30 s later."""
    return TOTP(secret).at(int(clock.now), counter_offset=steps)


@pytest.mark.slow
async def test_a_code_is_asked_for_and_used_once(house: House, root: Path) -> None:
    """From setting up to removing; a code, an older one and one of another time open nothing."""
    clock, phrase = Hand(NOW), house.passphrases[HEAD]
    async with opened(house, root, clock) as site, client_of(site) as client:
        await client.login(HEAD, phrase)
        secret = await offered(client)
        assert await offered(client) == secret
        assert (await client.login(HEAD, phrase)).status_code == 303, "not confirmed yet"
        wrong = await client.post("/me/factor/confirm", {"code": "000000"})
        assert wrong.status_code == 401
        assert secret in wrong.text
        first = code(secret, clock)
        assert (await client.post("/me/factor/confirm", {"code": first})).status_code == 303
        assert secret not in (await client.http.get("/me")).text
        async with client_of(site) as other:
            assert (await other.login(HEAD, phrase)).status_code == 401
            assert (await other.login(HEAD, phrase, first)).status_code == 401, "used"
            await site.lockout.passed(HEAD)
            clock.now += 60
            later = code(secret, clock)
            assert (await other.login(HEAD, phrase, code(secret, clock, 3))).status_code == 401
            assert (await other.login(HEAD, "wrong-wrong", later)).status_code == 401
            assert (await other.login(HEAD, phrase, later)).status_code == 303
            assert (await other.login(HEAD, phrase, code(secret, clock, -1))).status_code == 401
        clock.now += 60
        await client.post("/me/factor/remove", {"code": "000000"})
        assert await site.factors.wanted(client.person)
        await client.post("/me/factor/remove", {"code": code(secret, clock)})
        async with client_of(site) as other:
            assert (await other.login(HEAD, phrase)).status_code == 303


@pytest.mark.slow
async def test_guessing_codes_locks(house: House, root: Path) -> None:
    """Five wrong codes with the right passphrase count like five wrong passphrases."""
    clock, phrase = Hand(NOW), house.passphrases[HEAD]
    async with opened(house, root, clock) as site, client_of(site) as client:
        await client.login(HEAD, phrase)
        secret = await offered(client)
        await client.post("/me/factor/confirm", {"code": code(secret, clock)})
        clock.now += 60
        for n in range(5):
            guess = f"{(int(code(secret, clock)) + 7 + n) % 1_000_000:06d}"
            assert (await client.post("/me/factor/remove", {"code": guess})).status_code == 401
        right = code(secret, clock)
        assert (await client.post("/me/factor/remove", {"code": right})).status_code == 401
        async with client_of(site) as other:
            assert (await other.login(HEAD, phrase, right)).status_code == 429
        assert await site.factors.wanted(client.person)


async def test_the_database_gives_no_secret_away(house: House, root: Path) -> None:
    """It lies encrypted, bound to its person: put beside another name it opens nothing."""
    clock = Hand(NOW)
    async with opened(house, root, clock) as site, client_of(site) as client:
        await client.login(HEAD, house.passphrases[HEAD])
        secret = await offered(client)
        with closing(sqlite3.connect(house.state / "web.db")) as database, database:
            [(name, sealed)] = database.execute("select person, secret from second_factors")
            database.execute(
                "update second_factors set person = ?", (name.replace(HEAD, OTHER_HEAD),)
            )
        assert secret not in sealed
        other = site.leitstand.directory.person(site.leitstand.tenant, OTHER_HEAD)
        assert other is not None
        with pytest.raises(ApprovalRefused, match="damaged"):
            await site.factors.passes(other, code(secret, clock))
