"""Traces of real commands: what `leitstand run` sends to a collector, byte by byte."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from leitstand.trace import trace_of
from tests.trace.collector import collecting

pytestmark = pytest.mark.slow

CODE = "import sys; from leitstand.cli import main; sys.exit(main())"


def ran(project: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, under the machine's environment without its OTEL."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", CODE, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=project,
        stdin=subprocess.DEVNULL,
        env={**kept, **env},
    )


@pytest.fixture
def file(shop_folder: Path) -> Path:
    """A bill of the small project."""
    return shop_folder / "world" / "invoices" / "r1.json"


def test_a_run_is_one_trace_at_the_collector(shop_folder: Path, file: Path) -> None:
    """The whole case under its own id when the command has ended; nothing of the bill in it."""
    with collecting() as there:
        endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": there.endpoint}
        done = ran(shop_folder, "run", "buying", str(file), "--json", **endpoint)
        assert done.returncode == 0, done.stderr
        case = done.stderr.rpartition("case show ")[2].split()[0]
        assert {span.trace_id for span in there.spans} == {trace_of(case).to_bytes(16)}
        names = [span.name for span in there.spans]
        assert names.count("invoke_workflow buying") == 1
        assert "invoke_agent buying" in names
        assert [name for name in names if name.startswith("execute_tool")]
        sent = b"".join(span.SerializeToString() for span in there.spans)
    content = [str(v) for v in json.loads(file.read_bytes()).values() if len(str(v)) > 3]
    assert content
    assert not [value for value in content if value.encode() in sent]


def test_a_project_may_name_the_collector_itself(shop_folder: Path, file: Path) -> None:
    """A table of the project, and nothing in the environment."""
    with collecting() as there:
        with (shop_folder / "leitstand.toml").open("a", encoding="utf-8") as table:
            table.write(f'\n[trace]\nendpoint = "{there.endpoint}"\n')
        done = ran(shop_folder, "run", "buying", str(file))
        assert done.returncode == 0, done.stderr
        assert there.spans


def test_a_dead_endpoint_changes_nothing_of_a_run(shop_folder: Path, file: Path) -> None:
    """The same row and exit code as without; that nothing could be sent is told beside."""
    plain = ran(shop_folder, "run", "buying", str(file), "--json", "--state", "var/one")
    dead = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}
    done = ran(shop_folder, "run", "buying", str(file), "--json", "--state", "var/two", **dead)
    assert (done.returncode, plain.returncode) == (0, 0), done.stderr
    rows = [json.loads(one.stdout) for one in (plain, done)]
    own = {"case", "ms", "waits"}
    one, other = ({k: v for k, v in row.items() if k not in own} for row in rows)
    assert one == other
    assert one["decision"]
    assert "127.0.0.1" in done.stderr
    assert "Traceback" not in done.stderr
