"""The card: what a supervisor is shown of a checkpoint, in the order in which people read it."""

from leitstand.approval import Kind
from leitstand.values import Frozen


class Who(Frozen):
    """A person and the role in which they decide or have decided.

    `on_behalf_of` is the name of the absent person whose role it is, if it is not their own.
    """

    person: str
    name: str
    role: str
    on_behalf_of: str = ""


class Rule(Frozen):
    """Why the supervisor is asked: the rule, its version and owner, its reason, what it found."""

    rule: str
    version: str
    owner: str
    reason: str
    fix: str = ""
    found: tuple[str, ...] = ()


class Found(Frozen):
    """Where a value was read: whose answer, the place in it, the reading, the path in its value.

    `at` is empty where there is no page to look at: what a system of record answered stays there.
    """

    text: str
    place: str
    reading: str
    at: str = ""


class Choice(Frozen):
    """One of the few words that a field takes, and what it is called; empty stands for none."""

    word: str
    label: str


class Argument(Frozen):
    """One argument: the agent's value as text and as JSON, the master data, where it was found.

    `shown` and `value` are what would run now, `agent` what the agent proposed if a person has
    changed it. `same` is None where there are no master data to compare with. `kind` is how it is
    written, `choices` what may be chosen where there is a choice. `tainted`: it rests
    on nothing but a document or a model. `empty`: nothing is given, by anybody.
    """

    field: str
    label: str
    shown: str
    value: str
    agent: str = ""
    master: str = ""
    same: bool | None = None
    tainted: bool = False
    empty: bool = False
    found: tuple[Found, ...] = ()
    kind: Kind = "text"
    choices: tuple[Choice, ...] = ()


class Source(Frozen):
    """One reading that the action rests on."""

    id: str
    tool: str
    source: str
    confidence: int
    authority: str


class Message(Frozen):
    """One question or answer about the case. `at` in seconds since the epoch."""

    person: str
    text: str
    at: float


class Card(Frozen):
    """A checkpoint as it is shown; the fields stand in the order of reading.

    `effect` says in one sentence what will happen; `reversal` whether and how it can be taken
    back. `confidence` is the lowest of all evidence, whole percent. `before` is what
    the agent did, oldest first. `needed` signatures are asked for, `signed` are there, `may` could
    give one now. `seen` is a digest of what this card shows: a decision that names it is refused
    when the action is another one by then. `difference` names what changed since an earlier
    signature became void. Times in seconds since the epoch.
    """

    id: str
    effect: str
    reversal: str
    rules: tuple[Rule, ...]
    arguments: tuple[Argument, ...]
    evidence: tuple[Source, ...]
    conflicts: tuple[str, ...]
    confidence: int
    before: tuple[str, ...]
    siblings: tuple[str, ...]
    deadline: str
    opened: float
    roles: tuple[str, ...]
    needed: int
    signed: tuple[Who, ...]
    may: tuple[Who, ...]
    thread: tuple[Message, ...]
    difference: tuple[str, ...]
    tool: str
    case: str
    title: str
    role: str
    requester: str
    seen: str = ""
    state: str = "open"
