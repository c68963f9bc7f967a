"""The web inbox under load: lists, cards, live updates, open streams. One JSON line.

A server process over real invoices that all wait for a signature; the requests come from this
process over loopback. `python benchmarks/inbox.py [--cards 10000] [--streams 200] [--rounds 100]`.
Memory is what is resident: `rss_start_mb` when the server listens, `rss_mb` when it has worked,
`stream_kb` for each open page more; `rss_peak_mb` is the highest: while people log in (Argon2id).
"""

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable
from http import HTTPStatus
from pathlib import Path

import httpx
import orjson

from leitstand.approval import Keyring
from leitstand.cli.run import INTAKE, start
from leitstand.clock import SystemClock
from leitstand.project import load_project
from leitstand.runtime import open_leitstand

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "evals" / "accounting" / "world" / "invoices" / "AP-D16.xml"
PEOPLE = {"Ben Krüger": "ben-passphrase", "Carla Meyer": "carla-passphrase"}
AT_ONCE = 200


async def fill(state: Path, cards: int) -> None:
    """So many invoices, alike but for their numbers, each waiting for a head of department."""
    leitstand = await open_leitstand(load_project(ROOT), state=state)
    keyring = Keyring(state / "keys", SystemClock())
    for name, words in PEOPLE.items():
        directory, tenant = leitstand.directory, leitstand.tenant
        await keyring.create_person(directory, tenant, name, ("department_head",), words)
    text = SAMPLE.read_text("utf-8")
    files = state / "files"
    files.mkdir()
    for at in range(0, cards, AT_ONCE):
        names: list[str] = []
        for number in range(at, min(at + AT_ONCE, cards)):
            file = files / f"RE-{number:06}.xml"
            file.write_text(text.replace("RE-2026-4049", f"RE-{number:06}"), "utf-8")
            names += map(str, await start(leitstand, "accounting", [file]))
        await leitstand.runtime.run_until_idle()
        for name in names:
            await leitstand.runtime.signal(name, INTAKE, {}, f"{name}:{INTAKE}")
        await leitstand.runtime.run_until_idle()
    await leitstand.close()


class Person:
    """Somebody with a browser."""

    def __init__(self, url: str) -> None:
        limits = httpx.Limits(max_connections=1_000)
        self.http = httpx.AsyncClient(base_url=url, timeout=60, limits=limits)

    async def login(self, name: str) -> None:
        """Log in."""
        page = await self.http.get("/login")
        fields = {"token": _hidden(page.text, "token"), "name": name, "passphrase": PEOPLE[name]}
        answer = await self.http.post("/login", data=fields)
        if answer.status_code != HTTPStatus.SEE_OTHER:
            raise SystemExit(answer.text)


async def update(first: Person, second: Person, card: str) -> float:
    """Milliseconds from a person's decision to the other's changed page."""
    page = (await first.http.get(card)).text
    fields = {n: _hidden(page, n) for n in ("token", "seen")} | {"answer": "approve"}
    async with second.http.stream("GET", "/live") as stream:
        lines = stream.aiter_lines()
        begun = time.perf_counter()
        decided = asyncio.create_task(first.http.post(f"{card}/decide", data=fields))
        while True:
            line = await anext(lines)
            if line.startswith("event: changed"):
                shown = (await second.http.get(card)).text
                if "1/1" in shown:
                    break
        taken = time.perf_counter() - begun
        (await decided).raise_for_status()
    return taken * 1e3


async def measure(url: str, pid: int, streams: int, rounds: int) -> dict[str, object]:
    """Everything that the page of figures asks for."""
    start = _resident(pid)
    first, second = Person(url), Person(url)
    await first.login("Ben Krüger")
    await second.login("Carla Meyer")
    lists = [await _timed(first.http.get("/")) for _ in range(rounds)]
    inbox = await first.http.get("/")
    cards = re.findall(r'href="(/card/\w+)"', inbox.text)
    shown = [await _timed(first.http.get(cards[n % len(cards)])) for n in range(rounds)]
    updates = [await update(first, second, card) for card in cards[: min(rounds, 40)]]
    before = _resident(pid)
    opened = [await _open(second) for _ in range(streams)]
    after = _resident(pid)
    for stream in opened:
        await stream.aclose()
    return {
        "list_p50_ms": _at(lists, 0.5),
        "list_p95_ms": _at(lists, 0.95),
        "card_p50_ms": _at(shown, 0.5),
        "card_p95_ms": _at(shown, 0.95),
        "update_p50_ms": _at(updates, 0.5),
        "update_p95_ms": _at(updates, 0.95),
        "rss_start_mb": round(start, 1),
        "rss_mb": round(before, 1),
        "streams": streams,
        "stream_kb": round((after - before) * 1024 / max(streams, 1), 1),
        "rss_with_streams_mb": round(after, 1),
        "rss_peak_mb": round(_resident(pid, "VmHWM"), 1),
    }


async def _open(person: Person) -> httpx.Response:
    request = person.http.build_request("GET", "/live")
    return await person.http.send(request, stream=True)


async def _timed(call: Awaitable[httpx.Response]) -> float:
    begun = time.perf_counter()
    answer = await call
    answer.raise_for_status()
    return (time.perf_counter() - begun) * 1e3


def _at(values: list[float], share: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 1)


def _resident(pid: int, which: str = "VmRSS") -> float:
    """Resident memory of a process in MB: now (VmRSS), or the highest so far (VmHWM)."""
    text = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(re.findall(rf"{which}:\s+(\d+)", text)[0]) / 1024


def _hidden(html: str, name: str) -> str:
    return re.findall(rf'name="{name}" value="([^"]*)"', html)[0]


def main() -> None:
    """Fill, serve, measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cards", type=int, default=10_000)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        asyncio.run(fill(state, given.cards))
        code = "import sys; from leitstand.cli import main; sys.exit(main())"
        command = [sys.executable, "-c", code, "serve", "--state", str(state), "--port", "0"]
        begun = time.perf_counter()
        server = subprocess.Popen(  # noqa: S603 - our own program
            command, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ
        )
        told = server.stderr.readline() if server.stderr else ""
        started = time.perf_counter() - begun
        url = re.findall(r"http://[\d.:]+", told)[0]
        found = asyncio.run(measure(url, server.pid, given.streams, given.rounds))
        server.terminate()
        server.wait()
    line = {"benchmark": "inbox", "cards": given.cards, "start_s": round(started, 2), **found}
    print(orjson.dumps(line).decode())


if __name__ == "__main__":
    main()
