"""A project: the folder with an engineer's roles, tools and policies, loaded from its root.

One table says what belongs to it: `[tool.leitstand]` in `pyproject.toml`, or `leitstand.toml`.
References have the form `package.module:name`. The root is put first on the search path, and a
module that resolves outside of it is refused: other packages are called `agents` or `tools` too.
"""

import importlib
import os
import sys
import tomllib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, TypeVar, cast, get_args

from langchain_core.language_models.chat_models import BaseChatModel
from pydantic import Field, ValidationError

from leitstand.approval import Signers
from leitstand.clock import Clock, zone_of
from leitstand.errors import LeitstandError, ProjectRefused, own_fault, place_of
from leitstand.guard import caps_of
from leitstand.model import EVERY, Chat, Counter, Environment, Library, Settings
from leitstand.policy import Bundle, Facts, facts_in
from leitstand.records import Received, Routed
from leitstand.role import Compiled, Graph, Role
from leitstand.store import Limits, Store
from leitstand.tool import Connection, Tool
from leitstand.trace import TraceSettings
from leitstand.values import Frozen, Identifier, Text, faults_of

F = TypeVar("F", bound=Frozen)

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


class Member(Frozen):
    """A person whom `leitstand demo` makes: name and roles; id and key are made there."""

    name: Text
    roles: tuple[Identifier, ...]


class Web(Frozen):
    """What the inbox shows to whom.

    `sees`: for a role's cases the roles of people who see them, beside those whom a case asks; a
    role that is not named is seen by everybody. `release`: roles that let held cases go on; where
    there are none, everybody who sees the case. `halt`: roles that halt work and let it go
    on; if none, everybody at the terminal, nobody in the browser. `wait_seconds`: how long the
    answer to a decision waits for what comes of it. `deadlines`: where the tenant's data set none.
    """

    sees: dict[Identifier, tuple[Identifier, ...]] = {}
    release: tuple[Identifier, ...] = ()
    halt: tuple[Identifier, ...] = ()
    wait_seconds: Annotated[float, Field(ge=0, le=30)] = 1.0
    deadlines: dict[str, Any] = {}


class Table(Frozen):
    """The project's table; every path is relative to the root, every reference `module:name`.

    `twin` connects embedded systems alone, for what must not reach a real one: shadow operation and
    replays; `own` connects the store itself, for what erases cases. `texts` is a folder with
    `de.toml` and `en.toml`: how tools and fields are called in front of supervisors. `prompts` is a
    folder with a file a prompt. `models` are the settings of chat models by name, `uses` says by
    prompt, by role, or for `*` which one is asked; `model` is a chat model of langchain-core in
    user-land, asked where `uses` names none for `*`. `environment` is `dev`, `test` or `prod`; the
    variable `LEITSTAND_ENV` goes before it. `release` says who signs which file of the policy
    folder, by a pattern of its name or by `@owner` of its rules. `lexicon` are TOML files whose
    words name nobody: a re-recorded case keeps them. `columns` names, by role, what makes the
    columns of its cases, and `rows` what makes a case of a row of a file of cases; `demo` names, by
    role, files of cases that `leitstand demo` works off beside the world's files; `recordings`, by
    format, what reads and judges what others have recorded, `worlds`, by form, what says what a
    world's cases expect; `document` makes a page of a document that was read. `route` makes cases
    of what came in through `triggers`, `seal` takes out what nobody here may read; `trace`: where.
    """

    roles: tuple[str, ...]
    facts: tuple[str, ...] = ()
    policies: str = "policies"
    connect: str
    twin: str = ""
    disconnect: str = ""
    own: str = ""
    intake: str = ""
    limits: str
    lexicon: tuple[str, ...] = ()
    texts: str = ""
    prompts: str = "prompts"
    model: str = ""
    models: dict[str, Settings] = {}
    uses: dict[str, str] = {}
    environment: Environment = "dev"
    release: dict[str, Signers] = {}
    columns: dict[str, str] = {}
    rows: dict[str, str] = {}
    document: str = ""
    demo: dict[str, tuple[str, ...]] = {}
    world: str = ""
    state: str = "var"
    tenant: str
    people: tuple[Member, ...] = ()
    case: dict[str, int | tuple[float, ...]] = {}
    recordings: dict[str, str] = {}
    worlds: dict[str, str] = {}
    channels: dict[str, Any] = {}
    oidc: dict[str, Any] = {}
    web: Web = Web()
    route: str = ""
    seal: str = ""
    triggers: dict[str, Any] = {}
    trace: TraceSettings = TraceSettings()


@dataclass(frozen=True, slots=True)
class Project:
    """A loaded project: roles compiled and as LangGraph graphs, tools, facts, how to connect."""

    root: Path
    table: Table
    roles: Mapping[str, Compiled]
    graphs: Mapping[str, Graph]
    tools: tuple[Tool[Any, Any], ...]
    connect: Connect
    limits: Callable[[Path], Mapping[str, Any]]
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
        if _table_of(folder) is not None:
            return folder
    msg = f"no project in `{start}` or above it"
    raise ProjectRefused(msg, mend="run `leitstand init` in an empty folder")


def load_project(root: Path) -> Project:
    """Load a project. Raises ProjectRefused with the reference that cannot be resolved.

    Raises ModelRefused: a prompt cannot be used.
    """
    raw = _table_of(root)
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


def read_table(form: type[F], table: object, where: str) -> F:
    """A table of settings, checked. Raises ProjectRefused: names or values it does not know."""
    try:
        return form.model_validate(table, strict=False)
    except ValidationError as error:
        raise ProjectRefused(faults_of(error), where=where) from error


def _limits(
    reference: str,
    read: Callable[[Path], Mapping[str, Any]],
    tools: Sequence[Tool[Any, Any]],
    world: Path,
) -> Mapping[str, Any]:
    """The tenant's data of a world; zone and budgets fit. Raises ProjectRefused."""
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
        text = faults_of(error) if isinstance(error, ValidationError) else error
        msg = f"cannot load `{name}`: {type(error).__name__}: {text}"
        raise ProjectRefused(msg, where=place_of(error) or name) from error
    file = Path(module.__file__ or "")
    if not file.resolve().is_relative_to(root.resolve()):
        msg = f"`{name}` is `{file}`, outside the project"
        raise ProjectRefused(msg, where=name, mend="rename the folder, or remove the other package")
    return module


def _table_of(folder: Path) -> dict[str, Any] | None:
    own, shared = folder / "leitstand.toml", folder / "pyproject.toml"
    file = own if own.is_file() else shared
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except tomllib.TOMLDecodeError as error:
        raise ProjectRefused(str(error), where=str(file)) from error
    return data if file is own else data.get("tool", {}).get("leitstand")
