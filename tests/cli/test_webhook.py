"""The webhook of `docs/triggers.md`, done to the letter: written out, served, posted to by curl."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.triggers.poster import headers_for, secret

LEITSTAND = [sys.executable, "-c", "import sys; from leitstand.cli import main; sys.exit(main())"]
INVOICE = "evals/accounting/world/invoices/AP-D01.xml"


def _block(page: str, kind: str) -> str:
    """The first block of a kind in the section on webhooks."""
    [section] = re.findall(r"^## A webhook\n(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    return re.findall(rf"^```{kind}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)[0]


@contextmanager
def _served(folder: Path) -> Generator[str]:
    """Where `leitstand serve` of a project listens; it ends without a word."""
    command = [*LEITSTAND, "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        found = re.match(r"(http://127\.0\.0\.1:\d+)/", line)
        assert found, line + process.stderr.read()
        try:
            yield found[1]
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def page(root: Path) -> str:
    """The page."""
    return (root / "docs" / "triggers.md").read_text("utf-8")


@pytest.fixture
def project(tmp_path: Path, page: str) -> Path:
    """The reference project, written out, with the page's webhook and one for invoices."""
    done = subprocess.run([*LEITSTAND, "init", "."], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    table = _block(page, "toml")
    more = '[tool.leitstand.triggers.webhooks.invoices]\nsecret = "env:INVOICES"\n'
    with (tmp_path / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n{table}\n{more}")
    return tmp_path


def _arrivals(project: Path) -> list[dict[str, object]]:
    command = [*LEITSTAND, "arrivals", "--json"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_what_the_page_shows_makes_a_case(
    project: Path, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By openssl and curl; an invoice that is posted is sorted like one in a folder."""
    monkeypatch.setenv("ERP_WEBHOOK", secret())
    monkeypatch.setenv("INVOICES", secret(b"i" * 32))
    invoice = (project / INVOICE).read_bytes()
    with _served(project) as url:
        script = _block(page, "sh").replace("https://leitstand.example", url)
        env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        done = subprocess.run(
            ["sh", "-euc", script], env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        row: dict[str, list[str]] = json.loads(done.stdout)
        headers = {"content-type": "application/xml"}
        headers |= headers_for(invoice, "AP-D01", keys=[b"i" * 32])
        posted = httpx.post(f"{url}/webhooks/invoices", content=invoice, headers=headers)
    assert posted.status_code == 202, posted.text
    found = {str(one["trigger"]): one for one in _arrivals(project)}
    assert found["webhook.erp"]["cases"] == row["cases"]
    assert found["webhook.invoices"]["cases"] == posted.json()["cases"]
    command = [*LEITSTAND, "case", "list", "--json"]
    listed = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    cases = {one["title"]: one for one in map(json.loads, listed.stdout.splitlines())}
    assert cases["AP-D01.xml"]["role"] == "accounting"
    assert cases["Kundenanfrage"]["role"] == "sales"
