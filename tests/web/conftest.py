"""What the tests of the web inbox share: a demo's state, a server on loopback, browsers."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from leitstand.clock import Clock, SystemClock
from leitstand.project import load_project
from leitstand.records import Person as Known
from leitstand.runtime import open_leitstand
from leitstand.web import Site, make_app, open_site

HEAD, OTHER_HEAD, DIRECTOR, CLERK = "ben.krueger", "carla.meyer", "dora.lange", "anna.becker"
SIMPLE, DOUBLE = "AP-D16.xml", "AP-D13.xml"
"""Cases of the demo that wait for one signature, and for two."""


@dataclass(frozen=True)
class House:
    """The state that a demo left, and everybody's passphrase."""

    state: Path
    passphrases: dict[str, str]


@dataclass
class Server:
    """`leitstand serve` on a port of its own; `restart` keeps state and port."""

    house: House
    port: int = 0
    process: "subprocess.Popen[str] | None" = None
    url: str = ""

    def start(self) -> None:
        """Start, and wait until it says where it listens."""
        command = self.command()
        command += ["--state", str(self.house.state), "--port", str(self.port)]
        env = {k: v for k, v in os.environ.items() if not k.startswith("LEITSTAND_")}
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2], env=env
        )
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", line)
        assert found, line + self.process.stderr.read()
        self.port, self.url = int(found[1]), f"http://127.0.0.1:{found[1]}"

    def command(self) -> list[str]:
        """How it is called."""
        code = "import sys; from leitstand.cli import main; sys.exit(main())"
        return [sys.executable, "-W", "error", "-c", code, "serve"]

    def stop(self) -> None:
        """End it as a service manager does."""
        assert self.process is not None
        self.process.terminate()
        assert self.process.wait(20) is not None
        assert self.process.stderr is not None
        self.process.stderr.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, root: Path) -> House:
    """The demo of the repository's project, run once in a process of its own."""
    state = tmp_path_factory.mktemp("web") / "state"
    code = "import sys; from leitstand.cli import main; sys.exit(main())"
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, "demo", "--no-inbox", "--state", str(state)],
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
        stdin=subprocess.DEVNULL,
    )
    assert ran.returncode == 0, ran.stderr
    rows = (line.split() for line in ran.stderr.splitlines() if line.startswith("  "))
    return House(state, {row[0]: row[-1] for row in rows if "." in row[0]})


@pytest.fixture
def house(served: House, tmp_path: Path) -> House:
    """A copy of the demo's state that belongs to one test."""
    state = tmp_path / "state"
    shutil.copytree(served.state, state)
    return House(state, served.passphrases)


@pytest.fixture
def server(house: House) -> Iterator[Server]:
    """A running server over the copy."""
    made = Server(house)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """The machine's own Chromium; while it is open no async test can run in the process."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("no chromium on this machine (make system)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@dataclass
class Person:
    """Somebody at a browser. `asked` are all addresses that it asked for, `faults` its errors."""

    page: Page
    context: BrowserContext
    server: Server
    asked: list[str] = field(default_factory=list[str])
    faults: list[str] = field(default_factory=list[str])

    def open(self, path: str) -> None:
        """Go to a page."""
        self.page.goto(self.server.url + path)

    def card(self, title: str) -> str:
        """Open the card of a case; its address."""
        self.open("/?all=1")
        self.page.locator(".cards a", has_text=title).click()
        self.page.wait_for_url("**/card/*")
        return self.page.url.removeprefix(self.server.url)

    def text(self, selector: str = "main") -> str:
        """What stands there."""
        return self.page.inner_text(selector)

    def press(self, answer: str) -> None:
        """Decide."""
        self.page.locator(f"button[name=answer][value={answer}]").click()


Sit = Callable[..., Person]


@pytest.fixture
def sit(browser: Browser, server: Server) -> Iterator[Sit]:
    """Somebody sits down and logs in: `sit(name, width=..., lang=..., script=False)`."""
    opened: list[BrowserContext] = []

    def make(
        name: str, *, width: int = 1100, lang: str = "de", script: bool = True, dark: bool = False
    ) -> Person:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            locale=f"{lang}-DE",
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
        )
        opened.append(context)
        person = Person(context.new_page(), context, server)
        person.page.on("request", lambda request: person.asked.append(request.url))
        person.page.on("pageerror", lambda error: person.faults.append(str(error)))
        person.page.on("console", lambda m: _noted(person, m.type, m.text))
        person.open("/")
        person.page.fill("#name", name)
        person.page.fill("#passphrase", server.house.passphrases[name])
        person.page.locator("main button").click()
        person.page.wait_for_selector("nav")
        return person

    yield make
    for context in opened:
        context.close()


def _noted(person: Person, kind: str, text: str) -> None:
    # A refused form answers with 4xx, which the browser reports as an error of its own.
    if kind == "error" and "status of 4" not in text:
        person.faults.append(text)


@dataclass
class Hand(SystemClock):
    """A clock that stands still until a test moves it; seconds since the epoch."""

    now: float

    def __post_init__(self) -> None:
        super().__init__()

    def time(self) -> float:
        """What the test says."""
        return self.now


@dataclass
class Client:
    """A person's browser without a window: requests to the application in this process."""

    http: httpx.AsyncClient
    site: Site
    transport: httpx.ASGITransport
    token: str = ""
    name: str = ""

    async def post(self, path: str, fields: dict[str, str], **more: str) -> httpx.Response:
        """Send a form as its page does; `more` are headers."""
        return await self.http.post(path, data={"token": self.token} | fields, headers=more)

    async def login(self, name: str, passphrase: str, code: str = "") -> httpx.Response:
        """Log in."""
        page = await self.http.get("/login")
        fields = {"token": hidden(page.text, "token"), "name": name, "passphrase": passphrase}
        fields |= {"code": code} if code else {}
        answer = await self.http.post("/login", data=fields)
        if answer.status_code == 303:
            self.name = name
            self.token = hidden((await self.http.get("/me")).text, "token")
        return answer

    @property
    def person(self) -> Known:
        """Who is logged in, as the directory has them now."""
        found = self.site.leitstand.directory.person(self.site.leitstand.tenant, self.name)
        assert found is not None
        return found

    async def card(self, title: str) -> tuple[str, str]:
        """Address and digest of a case's card."""
        inbox = (await self.http.get("/?all=1")).text
        [path] = re.findall(rf'href="(/card/\w+)"(?:(?!</a>).)*{title}', inbox, re.DOTALL)
        return path, hidden((await self.http.get(path)).text, "seen")


@pytest.fixture
async def head(house: House, root: Path) -> AsyncIterator[Client]:
    """A head of department who is logged in."""
    async with opened(house, root) as site, client_of(site) as client:
        assert (await client.login(HEAD, house.passphrases[HEAD])).status_code == 303
        yield client


def hidden(html: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, html[:400]
    return found[1]


@asynccontextmanager
async def opened(house: House, root: Path, machine: Clock | None = None) -> AsyncGenerator[Site]:
    """The site over a state, in this process; `machine` is the clock of authenticators."""
    leitstand = await open_leitstand(load_project(root), state=house.state)
    try:
        async with open_site(leitstand, machine=machine) as site:
            yield site
    finally:
        await leitstand.close()


@asynccontextmanager
async def client_of(site: Site) -> AsyncGenerator[Client]:
    """A client with cookies of its own."""
    transport = httpx.ASGITransport(make_app(site), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://inbox.test") as http:
        yield Client(http, site, transport)


@contextmanager
def untouched(house: House) -> Generator[None]:
    """Nothing is decided in here: not one event and not one signal more."""
    import sqlite3
    from contextlib import closing

    def count() -> list[tuple[int, ...]]:
        with closing(sqlite3.connect(house.state / "journal.db")) as database:
            return list(
                database.execute(
                    "select (select sum(seq) from cases), (select count(*) from signals)"
                )
            )

    before = count()
    yield
    assert count() == before


def bare(text: str) -> str:
    """A value without its currency, as pages write it differently."""
    return re.sub(r"\s*(€|EUR|CHF)$", "", text.replace("\xa0", " ")).strip()
