"""Opening: who asks for traces, where they go, and what happens where they cannot go."""

import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from leitstand.clock import SystemClock
from leitstand.desk import Desk
from leitstand.errors import ProjectRefused
from leitstand.table import Table, read_table
from leitstand.trace import Tracer, TraceSettings, open_tracer, trace_of
from tests.guard.scene import Find as FindNumber
from tests.guard.scene import Scene, get
from tests.trace.collector import collecting

ROLES = ("clerk", "checker")
EVERY, OWN = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine's own counts."""
    for name in (EVERY, OWN, "OTEL_SDK_DISABLED", "OTEL_TRACES_EXPORTER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A store of the test's own."""
    found = Scene(tmp_path)
    yield found
    found.store.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends waits less for its last spans."""
    monkeypatch.setattr("leitstand.trace.spans.PATIENCE", 0.2)


def opened(endpoint: str = "") -> Tracer | None:
    """What is opened with an endpoint in the project's table."""
    return open_tracer(TraceSettings(endpoint=endpoint), ROLES, "test", SystemClock())


async def traced(scene: Scene, tracer: Tracer | None) -> str:
    """A case under this tracer, which is closed then; the case's name."""
    assert tracer is not None
    scene.tracer = tracer
    runtime = scene.runtime()

    async def step(desk: Desk) -> object:
        return (await desk.call(get, FindNumber(no="A"))).value

    ulid = await scene.begin(step)
    await runtime.close()
    assert (await scene.status(ulid))[0] == "done"
    return ulid


def test_nobody_asks_and_nothing_is_opened() -> None:
    """Neither the table nor the environment names an endpoint."""
    assert opened() is None


@pytest.mark.parametrize(
    ("name", "word"), [("OTEL_SDK_DISABLED", "True"), ("OTEL_TRACES_EXPORTER", "none")]
)
def test_the_environment_turns_traces_off(
    monkeypatch: pytest.MonkeyPatch, name: str, word: str
) -> None:
    """The standard's own words go before any endpoint."""
    monkeypatch.setenv(EVERY, "http://127.0.0.1:1")
    monkeypatch.setenv(name, word)
    assert opened("http://127.0.0.1:1") is None


def test_without_the_extra_a_table_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who names an endpoint is told what to install."""
    monkeypatch.setitem(sys.modules, "leitstand.trace.spans", None)
    with pytest.raises(ProjectRefused, match="`trace` is not installed") as refused:
        opened("http://127.0.0.1:1")
    assert "leitstand[trace]" in refused.value.advice


def test_without_the_extra_a_variable_of_the_machine_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be meant for other programs: told once, and the cases run."""
    monkeypatch.setitem(sys.modules, "leitstand.trace.spans", None)
    monkeypatch.setenv(EVERY, "http://127.0.0.1:1")
    assert opened() is None
    assert "pip install 'leitstand[trace]'" in caplog.text


@pytest.mark.parametrize("endpoint", ["localhost:4318", "ftp://x", "http:// x"])
def test_an_endpoint_that_is_no_address_is_refused(endpoint: str) -> None:
    """When the project is loaded, by name of the field."""
    table: dict[str, object] = {"roles": [], "connect": "a:b", "limits": "a:b", "tenant": "t"}
    table["trace"] = {"endpoint": endpoint}
    with pytest.raises(ProjectRefused, match=r"`trace\.endpoint`"):
        read_table(Table, table, "[tool.leitstand]")


def test_a_role_that_is_left_out_and_not_there_is_refused() -> None:
    """A slip would send what was to stay in the house; whether traces are on does not matter."""
    with pytest.raises(ProjectRefused, match="`clrek` is no role"):
        open_tracer(TraceSettings(leave_out=("clerk", "clrek")), ROLES, "test", SystemClock())


def test_a_variable_that_cannot_be_used_is_told_and_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A queue shorter than a batch, which the SDK refuses: no traces then, and the cases run."""
    monkeypatch.setenv(EVERY, "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "1")
    assert opened() is None
    assert "a variable of the environment cannot be used" in caplog.text


async def test_the_table_says_where_traces_go(scene: Scene) -> None:
    """By OTLP over HTTP, under the standard's path, with what names the service."""
    with collecting() as there:
        ulid = await traced(scene, opened(f"{there.endpoint}/"))
        assert there.paths == ["/v1/traces"]
        assert {span.trace_id for span in there.spans} == {trace_of(ulid).to_bytes(16)}
        assert there.resource["service.name"] == "leitstand"
        assert there.resource["deployment.environment.name"] == "test"


async def test_the_environment_goes_before_the_table(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Endpoint, headers, name of the service: whoever runs it has the last word."""
    with collecting() as there, collecting() as other:
        monkeypatch.setenv(EVERY, f"{there.endpoint}/api/otel")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20YTpi")
        monkeypatch.setenv("OTEL_SERVICE_NAME", "nordwerk")
        await traced(scene, opened(other.endpoint))
        assert (there.paths, other.paths) == (["/api/otel/v1/traces"], [])
        assert there.headers[0]["authorization"] == "Basic YTpi"
        assert there.resource["service.name"] == "nordwerk"


@pytest.mark.usefixtures("hasty")
async def test_nobody_at_the_endpoint_is_no_matter_of_a_case(scene: Scene) -> None:
    """Nobody listens: the case is done, and the process ends within moments."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        tracer = opened(f"http://127.0.0.1:{free.getsockname()[1]}")
        begun = time.monotonic()
        await traced(scene, tracer)
        assert time.monotonic() - begun < 3


@pytest.mark.usefixtures("hasty")
async def test_an_endpoint_that_never_answers_holds_nobody_up(scene: Scene) -> None:
    """It takes the connection and is silent: the same."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        await traced(scene, opened(f"http://127.0.0.1:{silent.getsockname()[1]}"))
        assert time.monotonic() - begun < 3
