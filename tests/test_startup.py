"""Starting is quick: a command imports only what it needs."""

import json
import subprocess
import sys
from pathlib import Path

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

HELP = """
import atexit, json, sys
atexit.register(lambda: sys.stderr.write(json.dumps(sorted(sys.modules))))
from leitstand.cli import main
sys.argv = ["leitstand", "--help"]
main()
"""


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
