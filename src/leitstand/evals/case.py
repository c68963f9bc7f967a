"""A recorded case as it lies in a suite: its input, what people said, and what is expected of it.

A folder holds `case.json` and, beside it, `tape.jsonl`: the recorded answers of tools, models and
clock. What is expected is the truth for grading and never reaches the role.
"""

import operator
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from leitstand.digest import canonical, plain
from leitstand.records import Exit, Level
from leitstand.values import Frozen

FORMAT = 1
"""Version of the case format; a case of a later one is refused."""


class ExpectedEffect(Frozen):
    """A write that must happen: its tool, and the arguments that are compared."""

    tool: str
    args: dict[str, Any] = {}


class Expected(Frozen):
    """The truth about a case; what is None is not graded.

    `decision` is the level of the case as a whole, `rules` are those that left a mark, `notes`
    those that only inform. `effects` are compared exactly: a missing one and one more both fail
    the case. `exit` names kind and cause. `result` holds values of the exit's result, by dotted
    path. `forbidden` are tools whose effect would be unsafe, `rejected` those that people refused:
    they may not be proposed again.
    `clean`: nothing speaks against the case, so stopping it is a false hold; as for `auto_draft`.
    `readings` are true values of what is read, by tool or prompt, then by dotted path: for
    calibration, nothing fails by them.
    """

    decision: str | None = None
    rules: tuple[str, ...] | None = None
    notes: tuple[str, ...] | None = None
    effects: tuple[ExpectedEffect, ...] | None = None
    exit: dict[str, str | None] | None = None
    result: dict[str, Any] = {}
    forbidden: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    clean: bool = False
    readings: dict[str, dict[str, Any]] = Field(default={}, exclude_if=operator.not_)


class ExpectedVerdict(Frozen):
    """What the guard must say of a call; what is None is not compared. The order does not count.

    `rules` leave a mark, `notes` only inform, `roles` and `approvers` say who has to act.
    """

    decision: Literal["allow", "redact", "approve", "escalate", "deny"]
    level: Level | None = None
    rules: tuple[str, ...] | None = None
    notes: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None
    approvers: int | None = None


class Asked(Frozen):
    """A call that a probe puts to the guard, and the verdict that it must get.

    `args` are laid over those of the recorded call of the tool `like`. `signed` are the people
    whose signatures the guard is shown, each with the role in which she signed. `readings` are
    values of what was read that are others than recorded: by tool, then by dotted path.
    """

    tool: str
    like: str = ""
    args: dict[str, Any] = {}
    signed: dict[str, str] = {}
    readings: dict[str, dict[str, Any]] = {}
    expected: ExpectedVerdict


class Said(Frozen):
    """What a person decided on a proposal of `tool`; `edits` are the fields she changed."""

    tool: str
    address: str
    person: str
    role: str
    answer: Literal["approve", "edit", "reject"]
    edits: dict[str, Any] = {}
    reason: str = ""
    at: float = 0.0


class Heard(Frozen):
    """A signal that came from outside: a message, an intake, the end of a child."""

    name: str
    body: Any = None
    at: float = 0.0


class Versions(Frozen):
    """What a case was recorded with, or a run was made with: hashes, empty where not known."""

    graph: str = ""
    policy: str = ""
    prompts: str = ""
    tools: str = ""


def prompts_hash(releases: Mapping[str, str]) -> str:
    """What `Versions` says of prompts and their model; empty where there is none."""
    return plain(canonical(releases))[:32] if releases else ""


class RecordedCase(Frozen):
    """A case of a suite. `tape` is the sha256 of `tape.jsonl`, `cluster` what it is grouped by.

    `critical`: if it fails, nothing is released. `origin` says where it comes from: `production`,
    `correction`, `rejection`, `world`, `probe`. `at` is when it was opened, in seconds since the
    epoch.

    A case with `calls` is a probe: no role is walked, the guard judges these calls on what the tape
    has read. `of` names the case beside it whose tape and head it shares.
    """

    format: Literal[1] = FORMAT
    name: str
    role: str
    tenant: str
    requester: str
    title: str = ""
    at: float
    given: dict[str, Any]
    limits: dict[str, Any] = {}
    said: tuple[Said, ...] = ()
    heard: tuple[Heard, ...] = ()
    expected: Expected = Expected()
    critical: bool = False
    cluster: str = ""
    origin: str = "production"
    versions: Versions = Versions()
    course: str = ""
    exit: Exit | None = None
    tape: str = ""
    note: str = Field(default="", max_length=2000)
    of: str = ""
    calls: tuple[Asked, ...] = ()
