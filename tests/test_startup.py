"""Starting is quick: a command imports only what it needs."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

HEAVY = frozenset(
    [
        "babel",
        "cedarpy",
        "cryptography",
        "facturx",
        "jinja2",
        "langchain_core",
        "langgraph",
        "langsmith",
        "lxml",
        "opentelemetry",
        "pikepdf",
        "pypdfium2",
        "rapidfuzz",
        "requests",
        "saxonche",
        "schwifty",
        "sqlalchemy",
        "stdnum",
        "tiktoken",
        "uvloop",
    ]
)

UNASKED = frozenset(
    [
        "authlib",
        "holidays.countries",
        "imap_tools",
        "jwt",
        "leitstand.channels",
        "leitstand.trace.spans",
        "leitstand.triggers",
        "openai",
        "opentelemetry.exporter",
        "pikepdf",
        "pypdfium2",
        "saxonche",
        "sqlalchemy.dialects.postgresql",
        "websockets.server",
    ]
)
"""What a server holds no memory for unless its project asks for it."""

HELP = """
import atexit, json, sys
atexit.register(lambda: sys.stderr.write(json.dumps(sorted(sys.modules))))
from leitstand.cli import main
sys.argv = ["leitstand", "--help"]
main()
"""

SERVE = """
import atexit, json, sys
atexit.register(lambda: sys.stderr.write(json.dumps(sorted(sys.modules))))
from leitstand.cli import main
sys.argv = ["leitstand", "serve", "--port", "0", "--state", {state!r}]
main()
"""

WITHOUT = """
import atexit, json, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "opentelemetry":
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
atexit.register(lambda: sys.stderr.write(chr(10) + json.dumps(sorted(sys.modules))))
from leitstand.cli import main
sys.exit(main(["run", "buying", "world/invoices/r1.json", "--json"]))
"""
"""A case where the extra `trace` is not installed."""


def start(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `code` in a fresh interpreter that sees the product alone."""
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        timeout=60,
    )


def test_help_imports_no_engine_store_or_parser(tmp_path: Path) -> None:
    """`leitstand --help` prints its help without LangGraph, the store or any parser loaded."""
    done = start(HELP, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout
    loaded = {name.split(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}
    assert "leitstand" in loaded
    assert not loaded & HEAVY


def test_the_package_itself_imports_nothing(tmp_path: Path) -> None:
    """`import leitstand` costs nothing, so that tools may ask for its version."""
    done = start(
        "import sys, leitstand; print(leitstand.__version__, *sorted(sys.modules))", tmp_path
    )
    version, *loaded = done.stdout.split()
    assert version
    assert not {name.split(".")[0] for name in loaded} & (HEAVY | {"pydantic", "typer", "rich"})


def test_a_server_holds_only_what_its_project_asks_for(tmp_path: Path, root: Path) -> None:
    """The reference project has neither channels nor triggers: nothing of them is in memory."""
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE.format(state=str(tmp_path / "state"))],
        stderr=subprocess.PIPE,
        text=True,
        cwd=root,
    )
    assert server.stderr is not None
    with server:
        url = server.stderr.readline().partition(" ")[0]
        try:
            # Once it answers it listens to signals too, also where a shell has them ignored.
            assert httpx.get(f"{url}login", timeout=60).status_code == 200
            server.send_signal(signal.SIGINT)
            _, told = server.communicate(timeout=60)
        finally:
            server.kill()
    loaded = {*json.loads(told.splitlines()[-1])}
    assert "leitstand.web" in loaded
    assert not loaded & UNASKED


def test_a_checkout_may_lie_in_any_folder(tmp_path: Path, root: Path) -> None:
    """With an umlaut, without a locale: `make setup` leaves a path that names no folder."""
    [line] = [line for line in (root / "Makefile").read_text().splitlines() if ".pth" in line]
    place = tmp_path / "Büro (neu) #1"
    site = place / ".venv" / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True)
    (place / "src").mkdir()
    (place / "src" / "found.py").write_text("print('here')")
    rule = line.strip().removeprefix("@").replace("$(VENV)", ".venv").replace("$$", "$")
    subprocess.run(["sh", "-c", rule], cwd=place, check=True)
    asked = f"import site; site.addsitedir({str(site)!r}); import found"
    env = {"LC_ALL": "C", "PYTHONPATH": "", "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", asked],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "here\n", done.stderr


def test_a_machine_needs_no_time_zones_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the system has no database of them, the one that is installed beside is read."""
    monkeypatch.setenv("PYTHONTZPATH", "")
    asked = "from leitstand.clock import zone_of; print(zone_of({}))"
    done = start(asked, tmp_path)
    assert done.stdout == "Europe/Berlin\n", done.stderr


def test_a_case_runs_without_opentelemetry(tmp_path: Path, root: Path) -> None:
    """Where it is not installed nothing of the product looks for it, and nothing is missing."""
    shop = shutil.copytree(root / "tests" / "cli" / "shop", tmp_path / "shop")
    done = start(WITHOUT, shop)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["decision"]
    loaded = {*json.loads(done.stderr.splitlines()[-1])}
    assert {"leitstand.trace", "langgraph"} <= loaded
    assert not {name for name in loaded if name.partition(".")[0] == "opentelemetry"}
