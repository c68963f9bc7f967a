"""The HTML page: opens from disk in a real browser, asks nobody, shows what failed."""

import json
import re
import shutil
import subprocess
import tracemalloc
from pathlib import Path

import pytest

from leitstand.evals.repeats import together
from leitstand.evals.report import write_page
from leitstand.evals.report.form import ROWS
from leitstand.evals.result import Made, Sure
from tests.evals.sample import RUN, bad, good, many, report_in, suite_in

HOSTILE = '</script><script>document.title="x"</script><img src="http://127.0.0.1:9/x.png">'
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--virtual-time-budget=5000",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    """A browser; `make system` installs it."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no chromium on this machine: `make system` installs it")
    return found


def opened(chromium: str, page: Path, mark: str = "") -> tuple[str, list[str]]:
    """The page's DOM after its script ran, and every address that the page asked for."""
    log = page.with_suffix(".log")
    command = [chromium, *SWITCHES, f"--user-data-dir={page.parent / 'profile'}"]
    command += [f"--log-net-log={log}", "--dump-dom", f"{page.as_uri()}{mark}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    events = json.loads(log.read_text())["events"]
    asked = (e.get("params", {}) for e in events)
    foreign = [a["url"] for a in asked if a.get("initiator") not in (None, "not an origin")]
    return done.stdout, foreign


def text_of(dom: str) -> str:
    """What stands in the list of cases, without markup."""
    found = re.search(r'<div id="list">(.*?)</main>', dom, re.DOTALL)
    assert found
    return re.sub(r"<[^>]+>", " ", found[1])


@pytest.mark.slow
def test_a_page_that_asks_is_caught(chromium: str, tmp_path: Path) -> None:
    """The way of looking finds a request, where there is one."""
    page = tmp_path / "page.html"
    page.write_text('<html><body><img src="http://127.0.0.1:9/x.png"></body></html>')
    assert opened(chromium, page)[1] == ["http://127.0.0.1:9/x.png"]


@pytest.mark.slow
def test_the_page_shows_the_failing_field_and_asks_nobody(chromium: str, tmp_path: Path) -> None:
    """Field, expected and actual value stand open; what a case holds does not act."""
    effect = Made(tool="erp.draft", args={"text": HOSTILE})
    cases = [good(f"g{n}") for n in range(34)]
    failing = bad("AP-D07", problems=(HOSTILE,), effects=(effect,), cluster=HOSTILE)
    report = report_in(tmp_path / "run", [*cases, failing], suite_in(tmp_path))
    write_page(report, tmp_path / "page.html")
    dom, asked = opened(chromium, tmp_path / "page.html")
    assert asked == []
    assert "<title>accounting</title>" in dom
    shown = text_of(dom)
    assert "erp.draft.account" in shown
    assert re.search(r"4711\s+4712", shown)
    assert "Neu fehlgeschlagen" in shown
    assert "g33" in shown
    assert '<html lang="de"' in dom
    assert '<html lang="en"' in opened(chromium, tmp_path / "page.html", "#en")[0]


def test_the_page_shows_how_a_case_wavers(chromium: str, tmp_path: Path) -> None:
    """Flaky cases come by themselves, with how often they passed, and what readings were worth."""
    read = (Sure(of="sort", field="value.wish", confidence=80, right=True),)
    once = good("AP-L1", asked=("sort",), tokens=7, readings=read)
    again = bad("AP-L1", asked=("sort",), tokens=7, readings=read)
    run = RUN.model_copy(update={"repeat": 3})
    wavers = together([once, again, once], 3)
    report = report_in(tmp_path / "run", [wavers], suite_in(tmp_path), run)
    write_page(report, tmp_path / "page.html")
    dom, _ = opened(chromium, tmp_path / "page.html")
    assert re.search(r"Wackelig\s+Flaky\s+\(1\)", text_of(dom))
    assert "flaky: passed 2 of 3" in text_of(dom)
    assert "pass^k: 1: 66,6 %, 2: 33,3 %, 3: 0,0 %" in dom
    assert "keine Aussage, 1 von 100 Feldern" in dom


def test_nothing_else_may_run_in_the_page(tmp_path: Path) -> None:
    """A strict policy, no address in it, and no end of a block from within a case."""
    report = report_in(tmp_path / "run", [bad("a", problems=(HOSTILE,))], suite_in(tmp_path))
    write_page(report, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in re.sub(r"<script type.*?</script>", "", page, flags=re.DOTALL).replace(
        "http-equiv", ""
    )
    assert len(re.findall("<script", page)) == len(re.findall("</script>", page)) == 4


def test_every_case_is_in_the_page_once(tmp_path: Path) -> None:
    """Failing ones in full, passing ones as a row, in blocks of bounded size."""
    report = report_in(tmp_path / "run", many(2 * ROWS + 5), suite_in(tmp_path))
    write_page(report, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    blocks = re.findall(r'data-form="(\w+)">(.*?)</script>', page, re.DOTALL)
    rows = [json.loads(text) for form, text in blocks if form == "row"]
    full = [json.loads(text) for form, text in blocks if form == "full"]
    names = [row[0] for some in rows for row in some] + [
        one["result"]["case"] for some in full for one in some
    ]
    assert sorted(names) == [f"case-{n:06}" for n in range(2 * ROWS + 5)]
    assert max(map(len, rows)) == ROWS
    failing = {r.case for _, r in report.failing()}
    assert {one["result"]["case"] for some in full for one in some} == failing


def test_too_many_failing_cases_become_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond its room a failing case stands there as a row, with what is wrong first."""
    monkeypatch.setattr("leitstand.evals.report.form.FULL", 2000)
    cases = [bad(f"b{n}") for n in range(20)]
    write_page(report_in(tmp_path / "run", cases, suite_in(tmp_path)), tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    full = len(re.findall('data-form="full"', page))
    [rows] = re.findall(r'data-form="row">(.*?)</script>', page)
    assert 0 < full < 20
    assert full + len(json.loads(rows)) == 20
    assert "expected" in json.loads(rows)[0][6]


def peak(folder: Path, count: int) -> int:
    """Bytes of memory at the most, from the first result to the finished page."""
    suite = suite_in(folder)
    tracemalloc.start()
    write_page(report_in(folder / str(count), many(count), suite), folder / "page.html")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


@pytest.mark.slow
def test_memory_does_not_grow_with_cases(tmp_path: Path) -> None:
    """What is kept of a case is its name: below 400 bytes, so 100,000 cases take below 40 MB."""
    few, more = peak(tmp_path, 1000), peak(tmp_path, 6000)
    assert (more - few) / 5000 < 400


@pytest.mark.slow
def test_hundred_thousand_cases_open(chromium: str, tmp_path: Path) -> None:
    """A page of all of them, below 20 MB, drawn by a browser within its time."""
    report = report_in(tmp_path / "run", many(100_000), suite_in(tmp_path))
    write_page(report, tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_size < 20_000_000
    dom, asked = opened(chromium, tmp_path / "page.html")
    assert asked == []
    assert "100000 / 100000" in dom
    names = re.findall(r"case-\d{6}", text_of(dom))
    assert len(set(names)) >= 200
    assert next(report.failing())[1].case in names
