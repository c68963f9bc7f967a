"""The place a command works in: the project around the working folder, and its state."""

import os
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from leitstand.cli.options import As, Json, Lang, State, Tenant, World
from leitstand.cli.output import hint, line
from leitstand.errors import StoreFailed

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from leitstand.inbox import Texts
    from leitstand.project import Project
    from leitstand.runtime import Leitstand


OTHERS = 0o077
"""What group and others may do with a state folder and what lies below it: nothing."""


@dataclass
class Place:
    """What commands are told in the same words, each an option: state folder, company, who.

    `state`, `world` and `tenant` are the project's own where they are not given; the `zone` is
    known once it is open. With `shadow`, the systems of `state` are read, cases lie beside.
    """

    state: State = None
    world: World = None
    tenant: Tenant = ""
    lang: Lang = "de"
    person: As = ""
    json: Json = False
    shadow: bool = False
    zone: "ZoneInfo | None" = field(default=None, init=False)

    @cached_property
    def project(self) -> "Project":
        """The project around this folder, or in `LEITSTAND_PROJECT`. Raises ProjectRefused."""
        from leitstand.project import find_root, load_project

        start = Path(os.environ.get("LEITSTAND_PROJECT") or Path.cwd())
        return load_project(find_root(start.resolve()))

    @property
    def texts(self) -> "Texts":
        """What supervisors read. Raises ProjectRefused."""
        from leitstand.inbox import texts_of

        return texts_of(self.lang, self.project.texts, self.zone)

    @property
    def folder(self) -> Path:
        """The state folder: given, the project's, or the demo's while there is no other."""
        if self.state is not None:
            return self.state
        own = self.project.state
        demo = own / "demo"
        if not (own / "journal.db").exists() and (demo / "journal.db").exists():
            hint(f"state: {demo} (of the demo)")
            return demo
        return own

    @property
    def shade(self) -> Path:
        """The folder in which what runs in the shadow of the state folder lies."""
        return self.folder / "shadow"

    @asynccontextmanager
    async def opened(
        self, *, write: bool = True, released: bool = True
    ) -> AsyncGenerator["Leitstand"]:
        """The project, open. Raises ProjectRefused, PolicyRefused, StoreLocked, UsageRefused."""
        from leitstand.runtime import check_released, open_leitstand

        state = self.shade if self.shadow else self.folder
        with _damage_named(state):
            leitstand = await open_leitstand(
                self.project,
                state=state,
                world=self.world,
                tenant=self.tenant,
                write=write,
                shadow=self.folder if self.shadow else None,
            )
            self.zone = leitstand.zone
            try:
                if write and released:
                    check_released(leitstand)
                if leitstand.state.stat().st_mode & OTHERS:
                    told = f"other users of this machine may look into {leitstand.state}"
                    hint(f"{told}; run: chmod -R go= {leitstand.state}")
                yield leitstand
            finally:
                await leitstand.close()

    def emit(self, data: object, people: Callable[[], None]) -> None:
        """Print `data` as one JSON document, or let `people` print it."""
        if self.json:
            line(data)
        else:
            people()

    def emit_each(self, rows: Iterable[object], people: Callable[[], None]) -> None:
        """Print each row as one JSON document on a line of its own, or let `people` print them."""
        if not self.json:
            people()
        for row in rows if self.json else ():
            line(row)


@contextmanager
def _damage_named(folder: Path) -> Generator[None]:
    """What SQLite refuses is told with the files that it cannot use. Raises StoreFailed."""
    from leitstand.store.database import is_damaged

    try:
        yield
    except Exception as error:
        cause = getattr(error, "orig", None) or error
        if type(cause).__module__ != "sqlite3":
            raise
        known = (file for form in ("*.db", "*.sqlite") for file in sorted(folder.glob(form)))
        where = ", ".join(str(file) for file in known if is_damaged(file))
        raise StoreFailed(f"a database cannot be used: {cause}", where=where) from error


def open_to_others(folder: Path) -> Iterator[Path]:
    """This folder and what lies below it, where other users have rights; a link has none."""
    for place, _, names in os.walk(folder):
        for path in (Path(place), *(Path(place, name) for name in names)):
            if path.lstat().st_mode & OTHERS and not path.is_symlink():
                yield path
