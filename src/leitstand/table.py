"""The project's table: what a project says of itself, in `pyproject.toml` or `leitstand.toml`."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import Field, ValidationError

from leitstand.approval import Signers
from leitstand.errors import LeitstandError, ProjectRefused
from leitstand.model import Environment, Settings
from leitstand.trace import TraceSettings
from leitstand.values import Frozen, Identifier, Text, faults_of

F = TypeVar("F", bound=Frozen)


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
    """The project's table; every path is relative to the root, every reference `module:name`."""

    roles: tuple[str, ...]
    """References of the role agents."""
    facts: tuple[str, ...] = ()
    """Modules that measure what rules judge on."""
    policies: str = "policies"
    """The folder of rules."""
    connect: str
    """Reference of what connects the systems of a tenant."""
    twin: str = ""
    """Connects embedded systems alone, for what must not reach a real one: shadow and replays."""
    disconnect: str = ""
    """Gives connections back."""
    own: str = ""
    """Connects the store itself, for what erases cases."""
    intake: str = ""
    """Makes cases of files that came in together."""
    limits: str
    """Reads the tenant's data of a world."""
    lexicon: tuple[str, ...] = ()
    """TOML files whose words name nobody: a re-recorded case keeps them."""
    texts: str = ""
    """A folder with `de.toml` and `en.toml`: how tools and fields are called for supervisors."""
    prompts: str = "prompts"
    """A folder with a file a prompt."""
    model: str = ""
    """Reference of a chat model of langchain-core, asked where `uses` names none for `*`."""
    models: dict[str, Settings] = {}
    """Settings of chat models by name."""
    uses: dict[str, str] = {}
    """Which model is asked, by prompt, by role, or for `*`."""
    environment: Environment = "dev"
    """Where this runs; the variable `LEITSTAND_ENV` goes before it."""
    release: dict[str, Signers] = {}
    """Who signs which file of the policy folder, by a pattern of its name or `@owner` of rules."""
    columns: dict[str, str] = {}
    """By role, what makes the columns of its cases."""
    rows: dict[str, str] = {}
    """By role, what makes a case of a row of a file of cases."""
    document: str = ""
    """Makes a page of a document that was read."""
    demo: dict[str, tuple[str, ...]] = {}
    """By role, files of cases that the demo works off beside the world's files."""
    world: str = ""
    """The folder with the tenant's data."""
    state: str = "var"
    """The folder that holds the store, keys and embedded systems."""
    tenant: str
    """The tenant that is worked for where no command names another."""
    people: tuple[Member, ...] = ()
    """People whom the demo makes."""
    case: dict[str, int | tuple[float, ...]] = {}
    """What one case may use."""
    recordings: dict[str, str] = {}
    """By format, what reads and judges what others have recorded."""
    worlds: dict[str, str] = {}
    """By form, what says what a world's cases expect."""
    channels: dict[str, Any] = {}
    """Where people are told, and decide, beside the inbox."""
    oidc: dict[str, Any] = {}
    """The company's login service."""
    web: Web = Web()
    """What the inbox shows to whom."""
    route: str = ""
    """Makes cases of what came in through `triggers`."""
    seal: str = ""
    """Takes out what nobody here may read."""
    triggers: dict[str, Any] = {}
    """Where cases come from by themselves."""
    trace: TraceSettings = TraceSettings()
    """Where traces go."""


def table_of(folder: Path) -> dict[str, Any] | None:
    """The table of the project in a folder as it is written; None where there is none.

    Raises ProjectRefused: the file is no TOML.
    """
    own, shared = folder / "leitstand.toml", folder / "pyproject.toml"
    file = own if own.is_file() else shared
    data = toml_of(file) if file.is_file() else {}
    return data if file is own else data.get("tool", {}).get("leitstand")


def toml_of(file: Path, refused: type[LeitstandError] = ProjectRefused) -> dict[str, Any]:
    """What a file says. Raises ProjectRefused, or what is asked for: it cannot be read as TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise refused(str(error), where=str(file)) from error


def read_table(form: type[F], table: object, where: str) -> F:
    """A table of settings, checked. Raises ProjectRefused: names or values it does not know."""
    try:
        return form.model_validate(table, strict=False)
    except ValidationError as error:
        raise ProjectRefused(faults_of(error), where=where) from error
