"""`serve`: its port, and what a terminal can do beside it."""

import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from socket import create_server

import httpx
import pytest

from leitstand.cli.place import open_to_others
from leitstand.cli.serve import _listening  # pyright: ignore[reportPrivateUsage]
from leitstand.errors import UsageRefused
from tests.cli.conftest import Office


def test_a_taken_port(capsys: pytest.CaptureFixture[str]) -> None:
    """Says what to do; where another will do it is taken, and said."""
    with create_server(("127.0.0.1", 0)) as at:
        port = at.getsockname()[1]
        with pytest.raises(UsageRefused, match=str(port)) as refused:
            _listening("127.0.0.1", port, other=False)
        assert "--port" in refused.value.advice
        with _listening("127.0.0.1", port, other=True) as found:
            assert found.getsockname()[1] not in (0, port)
        assert f"port {port} is taken" in capsys.readouterr().err


@contextmanager
def serving(shop: Office) -> Generator[tuple[str, int]]:
    """The shop's inbox, served by a process of its own; its address and number."""
    code = "import sys; from leitstand.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "serve", "--port", "0", "--state", str(shop.state)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    found = re.match(r"(http://127\.0\.0\.1:\d+/)", process.stderr.readline())
    assert found
    yield found[1], process.pid
    process.terminate()
    process.wait(20)
    process.stderr.close()


@pytest.mark.slow
def test_what_a_terminal_can_do_beside_a_server(shop: Office) -> None:
    """All that reads works; what writes names the address at which to decide, in both languages."""
    number, case = shop.waiting("r1.json"), shop.case("r1.json")["case"]
    with serving(shop) as (url, pid):
        for words in (
            ("show", number),
            ("case", "show", case),
            ("case", "list"),
            ("people", "list"),
        ):
            assert shop(*words).code == 0
        for words in (("journal", "verify"), ("policy", "explain", case)):
            assert shop(*words).code == 0
        german = shop("approve", number, person="ben.krueger")
        english = shop("approve", number, "--lang", "en", person="ben.krueger")
        assert (german.code, english.code) == (1, 1)
        assert (
            f"entscheiden Sie im Browser unter {url}, oder beenden Sie Prozess {pid}" in german.err
        )
        assert f"decide in the browser at {url} (process {pid}), or end that" in english.err
        listed = shop("inbox")
        assert (listed.code, "r1.json" in listed.out) == (0, True)
        assert f"im Browser unter {url}" in listed.err
        health = httpx.get(f"{url}health", timeout=20).json()
        assert (health["ok"], health["halted"]) == (True, [])
        halted = shop("halt", "buying", "-r", "falscher Lieferant", person="dora.lange")
        assert (halted.code, "Gestoppt: buying" in halted.out) == (0, True), halted.err
    assert "web.db" in {path.name for path in shop.state.iterdir()}
    assert not list(open_to_others(shop.state))
    held = shop("approve", number, person="ben.krueger")
    assert "Die Rolle ist gestoppt" in held.out
    assert shop.case("r1.json")["status"] == "waiting"
    assert shop("go-on", "buying", person="dora.lange").code == 0
    told = shop("answer", shop.waiting("r2.json")[:6], "Wer war das?", person="ben.krueger")
    assert told.code == 0, told.err
    assert shop.case("r1.json")["status"] == "done"
