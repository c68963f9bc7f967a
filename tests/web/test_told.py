"""What a real case ended by is read in the browser in German, and in English by who reads that."""

import html
from pathlib import Path

import pytest

from leitstand.cli.batch import cases_worked_off
from leitstand.runtime import read_rows
from tests.web.conftest import House, client_of, opened

CLERK = "hanna.wolff"
GERMAN = "Das ist schon geschehen, in diesem oder in einem anderen Vorgang"
ENGLISH = "the business key is taken"


@pytest.mark.slow
async def test_a_case_and_its_list_say_why_in_the_readers_language(
    house: House, root: Path, tmp_path: Path
) -> None:
    """A sick note that comes in twice: LS205 on the page of the case and in the queue."""
    rows = (root / "evals" / "hr" / "hr_cases.jsonl").read_text("utf-8").splitlines()
    file = tmp_path / "again.jsonl"
    file.write_text(next(row for row in rows if '"SK-D01"' in row), "utf-8")
    async with opened(house, root) as site, client_of(site) as client:
        given = read_rows(site.leitstand.project, "hr", file)
        [row] = await cases_worked_off(site.leitstand, "hr", given)
        assert row.exit.reason.startswith(ENGLISH)
        await client.login(CLERK, house.passphrases[CLERK])
        for language, there, absent in (("de", GERMAN, ENGLISH), ("en", ENGLISH, GERMAN)):
            client.http.headers["accept-language"] = language
            for path in (f"/case/{row.case}", "/exceptions"):
                page = html.unescape((await client.http.get(path)).text)
                assert there in page, path
                assert absent not in page, path
