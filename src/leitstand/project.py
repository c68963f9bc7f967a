"""A project: the folder with an engineer's roles, tools and policies, loaded from its root.

One table says what belongs to it: `[tool.leitstand]` in `pyproject.toml`, or `leitstand.toml`.
References have the form `package.module:name`. The root is put first on the search path, and a
module that resolves outside of it is refused: other packages are called `agents` or `tools` too.
"""

import importlib
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, cast, get_args

from langchain_core.language_models.chat_models import BaseChatModel

from leitstand.clock import Clock, zone_of
from leitstand.errors import LeitstandError, ProjectRefused, own_fault, place_of
from leitstand.guard import caps_of
from leitstand.model import EVERY, Chat, Counter, Environment, Library, Settings
from leitstand.policy import Bundle, Facts, facts_in
from leitstand.records import Received, Routed
from leitstand.role import Compiled, Graph, Role
from leitstand.store import Limits, Store
from leitstand.table import Table, read_table, table_of
from leitstand.tool import Connection, Tool
from leitstand.values import defect_of

Connect = Callable[[Path, Path | None, str, Clock], Awaitable[Sequence[Connection]]]
"""`(state folder, world folder or None, tenant, clock)` to the connections of that tenant."""

Disconnect = Callable[[Sequence[Connection]], None]
"""Gives connections back."""

Own = Callable[[Store], Awaitable[Connection]]
"""The store in which cases lie as a connection, so that these can be erased as rules say."""

Intake = Callable[[Path, Sequence[Path]], Awaitable[Sequence[Mapping[str, Any]]]]
"""`(state folder, files that came in together)` to the input of a case for each, in their order."""

Given = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From a row of a file of cases to the input of a case; what must not be kept is cut out here."""

Route = Callable[[Path, Mapping[str, Any], Received], Awaitable[Sequence[Routed]]]
"""`(state folder, the tenant's data, what came in)` to the cases that come of it, at least one.

What must not be kept is cut out here; the same arrival may come again and gives the same cases.
"""

Seal = Callable[[Path, Received], Awaitable[Routed | None]]
"""`(state folder, what came in)` to a case about something that nobody here may read, else None.

It is asked before anything is kept, and has put the thing itself away for those who may: after
the case is committed what came in is deleted where it came from. Asked again for the same arrival
it puts nothing away twice.
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What a row of a case may be made of: its journal's facts and the tenant's data, no more.

    `given`: the case's input. `guardrails`: rules that left a mark, `info`: those that only inform.
    `readings`: by tool, the last result as JSON. `args` of the write that was judged most severely.
    `today`: the day on which the case was opened.
    """

    decision: str
    given: Mapping[str, Any]
    guardrails: tuple[str, ...]
    info: tuple[str, ...]
    readings: Mapping[str, Mapping[str, Any]]
    args: Mapping[str, Any]
    limits: Mapping[str, Any]
    today: date


Document = Callable[[str, Mapping[str, Any], str, str], str | None]
"""`(tool, result of a reading, language, place)` to an HTML page of what was read, if a document.

The place is a path in the reading's value (`invoice.lines[0].net`) or empty. The element whose id
is `at` holds what stands there, marked; or it says that the page does not show the place.

The page is shown without scripts, forms and anything to load; whatever it holds of a sender's is
escaped by whoever makes it.
"""

Columns = Callable[[Told], Mapping[str, object]]
"""Makes the columns that rows of a role's cases show beside what all cases have.

A column with a name that all rows have stands in its place: a role's own word for the decision.
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A loaded project: roles compiled and as LangGraph graphs, tools, facts, how to connect."""

    root: Path
    table: Table
    roles: Mapping[str, Compiled]
    graphs: Mapping[str, Graph]
    tools: tuple[Tool[Any, Any], ...]
    connect: Connect
    limits: Callable[[Path | None], Mapping[str, Any]]
    facts: tuple[Facts[Any], ...] = ()
    twin: Connect | None = None
    disconnect: Disconnect | None = None
    intake: Intake | None = None
    columns: Mapping[str, Columns] = field(default_factory=dict[str, Columns])
    rows: Mapping[str, Given] = field(default_factory=dict[str, Given])
    document: Document | None = None
    library: Library = field(default_factory=Library)
    route: Route | None = None
    seal: Seal | None = None
    own: Own | None = None

    @property
    def policies(self) -> Path:
        """The folder of Cedar files."""
        return self.root / self.table.policies

    @property
    def world(self) -> Path | None:
        """The folder with the tenant's data, if the project names one."""
        return self.root / self.table.world if self.table.world else None

    @property
    def texts(self) -> Path | None:
        """The folder of the project's own texts, if the project names one."""
        return self.root / self.table.texts if self.table.texts else None

    @property
    def state(self) -> Path:
        """The folder that holds the store, keys and embedded systems."""
        return self.root / self.table.state

    @property
    def case_limits(self) -> Limits:
        """What one case may use. Raises ProjectRefused: no such limit."""
        try:
            return Limits(**cast("dict[str, Any]", self.table.case))
        except TypeError as error:
            raise ProjectRefused(str(error), where="[tool.leitstand] case") from error

    def bundle(self) -> Bundle:
        """The policy bundle as it stands in the files now. Raises PolicyRefused."""
        return Bundle.load(self.policies, self.tools, self.facts)


def find_root(start: Path) -> Path:
    """The nearest folder from `start` upwards that holds a project. Raises ProjectRefused."""
    for folder in (start, *start.parents):
        if table_of(folder) is not None:
            return folder
    msg = f"no project in `{start}` or above it"
    raise ProjectRefused(msg, mend="run `leitstand init` in an empty folder")


def load_project(root: Path) -> Project:
    """Load a project. Raises ProjectRefused with the reference that cannot be resolved.

    Raises ModelRefused: a prompt cannot be used.
    """
    raw = table_of(root)
    if raw is None:
        raise ProjectRefused(f"no [tool.leitstand] in `{root}`")
    table = read_table(Table, raw, "[tool.leitstand]")
    written = _roles(root, table.roles)
    roles = {role.name: role.compile() for role in written}
    tools = dict.fromkeys(t for compiled in roles.values() for t in compiled.tools)
    return Project(
        root=root,
        table=table,
        roles=roles,
        graphs={role.name: role.graph for role in written},
        tools=tuple(tools),
        facts=facts_in(*(_module(root, name) for name in table.facts)),
        connect=named(root, table.connect),
        columns={role: named(root, name) for role, name in table.columns.items()},
        rows={role: named(root, name) for role, name in table.rows.items()},
        limits=partial(_limits, table.limits, named(root, table.limits), tuple(tools)),
        library=_library(root, table),
        **{name: named(root, ref) for name in _OPTIONAL if (ref := getattr(table, name))},
    )


_OPTIONAL = ("twin", "disconnect", "own", "intake", "document", "route", "seal")
"""What a project may name or not."""


def _limits(
    reference: str,
    read: Callable[[Path], Mapping[str, Any]],
    tools: Sequence[Tool[Any, Any]],
    world: Path | None,
) -> Mapping[str, Any]:
    """The tenant's data of a world; zone and budgets fit. Raises ProjectRefused."""
    if world is None:
        return {}
    file = world / "policy.json"
    with own_fault(reference):
        data = dict(read(world))
    zone_of(data)
    caps_of(data, tools, str(file if file.is_file() else world))
    return data


def _library(root: Path, table: Table) -> Library:
    """The project's prompts and models. Raises ModelRefused, ProjectRefused."""
    counter, uses = Counter.of(), dict(table.uses)
    chats = {name: _chat(root, name, one, counter) for name, one in table.models.items()}
    if table.model:
        own = Settings(provider="scripted", script=table.model)
        chats[table.model] = _chat(root, table.model, own, counter)
        uses.setdefault(EVERY, table.model)
    return Library.open(root / table.prompts, chats, uses, _environment(table.environment))


def _chat(root: Path, name: str, settings: Settings, counter: Counter) -> Chat:
    return Chat(name, settings, counter, _model(root, settings.script) if settings.script else None)


def _model(root: Path, name: str) -> BaseChatModel:
    found = named(root, name)
    if not isinstance(found, BaseChatModel):
        raise ProjectRefused(f"`{name}` is no chat model of langchain-core", where="model")
    return found


def _environment(known: Environment) -> Environment:
    said = os.environ.get("LEITSTAND_ENV") or known
    if said not in get_args(Environment):
        text = f"`{said}` is none of {', '.join(get_args(Environment))}"
        raise ProjectRefused(text, where="LEITSTAND_ENV")
    return cast("Environment", said)


def _roles(root: Path, names: Sequence[str]) -> list[Role[Any]]:
    found = [named(root, name) for name in names]
    for name, role in zip(names, found, strict=True):
        if not isinstance(role, Role):
            raise ProjectRefused(f"`{name}` is no Role", where="roles")
    own = [role.name for role in dict.fromkeys(found)]
    if twice := sorted({name for name in own if own.count(name) > 1}):
        raise ProjectRefused(f"there are two roles named `{twice[0]}`", where="roles")
    return found


def named(root: Path, reference: str) -> Any:  # noqa: ANN401 - the caller knows what it asked for
    """What `module:name` refers to. Raises ProjectRefused: no such name, or not of this project."""
    module, _, name = reference.partition(":")
    found = getattr(_module(root, module), name, None)
    if found is None:
        raise ProjectRefused(f"`{module}` has no `{name}`", where=reference)
    return found


def _module(root: Path, name: str) -> ModuleType:
    path = str(root.resolve())
    if sys.path[:1] != [path]:
        sys.path.insert(0, path)
    try:
        module = importlib.import_module(name)
    except LeitstandError:
        raise
    except Exception as error:
        msg = f"cannot load `{name}`: {defect_of(error)}"
        raise ProjectRefused(msg, where=place_of(error) or name) from error
    file = Path(module.__file__ or "")
    if not file.resolve().is_relative_to(root.resolve()):
        msg = f"`{name}` is `{file}`, outside the project"
        raise ProjectRefused(msg, where=name, mend="rename the folder, or remove the other package")
    return module
