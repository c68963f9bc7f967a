"""A case as a file that proves it, taken from the page beside a running server."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from leitstand.store.anchors import anchors_in
from leitstand.store.export import verifier
from tests.web.conftest import HEAD, SIMPLE, Client, client_of

pytestmark = pytest.mark.slow


async def case_of(head: Client) -> str:
    """The case of a card, as its page links it."""
    path, _ = await head.card(SIMPLE)
    found = re.search(r'href="/case/(\w+)"', (await head.http.get(path)).text)
    assert found
    return found[1]


async def test_the_file_proves_the_case_to_somebody_without_leitstand(
    head: Client, tmp_path: Path
) -> None:
    """The form gives an attachment; Python alone finds it sound, and altered no more."""
    case = await case_of(head)
    sent = await head.post(f"/case/{case}/export", {})
    assert sent.status_code == 200
    assert sent.headers["content-disposition"] == f'attachment; filename="{case}.json"'
    made = sent.json()
    assert (made["case"]["ulid"], made["exported"]["by"]) == (case, HEAD)
    assert (made["view"], made["key"], made["blobs"]) == ("redacted", "", {})
    script, file = tmp_path / "verify.py", tmp_path / "case.json"
    script.write_text(verifier(), encoding="utf-8")
    file.write_bytes(sent.content)
    assert await judged(script, file) == 0
    file.write_bytes(sent.content.replace(HEAD.encode(), b"ben.kruegel", 1))
    assert await judged(script, file) == 1


async def judged(script: Path, file: Path) -> int:
    """What the verifier ends with, run with Python's standard library alone."""
    command = (sys.executable, "-I", "-S", str(script), str(file))
    pipe = asyncio.subprocess.PIPE
    return await (await asyncio.create_subprocess_exec(*command, stdout=pipe)).wait()


async def test_that_it_was_taken_is_on_record(head: Client) -> None:
    """In the tenant's chain of anchors, under the name of the person; looking alone leaves none."""
    case = await case_of(head)
    assert await exports_of(head, case) == []
    assert (await head.http.get(f"/case/{case}/export")).status_code == 405
    assert await exports_of(head, case) == []
    await head.post(f"/case/{case}/export", {})
    assert await exports_of(head, case) == [HEAD]


async def test_nobody_takes_what_they_do_not_see(head: Client) -> None:
    """Without a login, without the form's token, of a case that is none: nothing is given."""
    case = await case_of(head)
    async with client_of(head.site) as stranger:
        sent = await stranger.http.post(f"/case/{case}/export", data={})
        assert sent.status_code == 303
        assert sent.headers["location"].startswith("/login")
    assert (await head.post(f"/case/{case}/export", {"token": "x"})).status_code == 403
    assert (await head.post("/case/01M8MQJ67MGH8FG0KTWZMMFV1H/export", {})).status_code == 404
    assert await exports_of(head, case) == []


async def exports_of(head: Client, case: str) -> list[str]:
    """Who has exported a case, as the anchors say."""
    anchors = await head.site.leitstand.store.read(lambda conn: [*anchors_in(conn)])
    notes = [anchor.content.get("note", {}) for anchor in anchors]
    return [note["by"] for note in notes if note.get("export") == case]
