"""Every error of Leitstand, in one tree below `LeitstandError`; docs/errors.md lists them by code.

Each class has a stable `code`, says what happened and where, and what to do about it. Two are
defined beside what raises them: `leitstand.policy.FactMissing`, and `WebhookRefused` of triggers.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from sysconfig import get_path
from traceback import extract_tb
from typing import ClassVar, Literal

Cause = Literal["system unreachable", "data missing", "contradictory results"]

_LIBRARIES = (*map(get_path, ("stdlib", "purelib", "platlib")), str(Path(__file__).parent))


def place_of(error: BaseException) -> str:
    """Where in code that is no library's it arose (`agents/receipt.py:50`); empty if nowhere."""
    found = (f for f in reversed(extract_tb(error.__traceback__)) if _own(f.filename))
    return next((f"{'/'.join(Path(f.filename).parts[-2:])}:{f.lineno}" for f in found), "")


@contextmanager
def own_fault(reference: str) -> Generator[None]:
    """What a function of the project raises and nobody planned is told as its: ProjectRefused."""
    try:
        yield
    except Exception as error:
        known = isinstance(error, LeitstandError) or type(error).__module__ == "sqlite3"
        if known or getattr(error, "filename", None):  # The machine's refusals are told as those.
            raise
        text = f"`{reference}` failed: {type(error).__name__}: {error}"
        raise ProjectRefused(text, where=place_of(error) or reference) from error


def _own(file: str) -> bool:
    return not file.startswith("<") and not file.startswith(_LIBRARIES)


class LeitstandError(Exception):
    """Root of the tree: `code`, what happened (`text`), where it happened and how to mend it."""

    code: ClassVar[str] = "LS000"
    mend: ClassVar[str] = ""

    def __init__(self, text: str, *, where: str = "", mend: str = "") -> None:
        self.text, self.where = text, where
        self.advice = mend or self.mend
        super().__init__(text)

    def __str__(self) -> str:
        """One line: code, where, what, and what to do."""
        place = f" in {self.where}" if self.where else ""
        advice = f" ({self.advice})" if self.advice else ""
        return f"{self.code}{place}: {self.text}{advice}"


class UsageRefused(LeitstandError):
    """A command or an argument of it cannot be used."""

    code = "LS100"
    mend = "`leitstand COMMAND --help` says how it is called"


class ValueRefused(LeitstandError):
    """A value is not what its type promises."""

    code = "LS101"
    mend = "write the value as the message shows"


class ToolDefined(LeitstandError):
    """A tool's definition is wrong; found when its module is loaded."""

    code = "LS110"
    mend = "mend the definition named"


class CallFailed(LeitstandError):
    """All that a desk call may raise, recorded before the step sees it (KERNEL no. 19)."""

    code = "LS200"
    cause: ClassVar[Cause] = "contradictory results"

    def __init__(
        self, text: str, *, where: str = "", mend: str = "", detail: dict[str, object] | None = None
    ) -> None:
        super().__init__(text, where=where, mend=mend)
        self.detail: dict[str, object] = detail or {}


class Refused(CallFailed):
    """The rules refused the action; `detail` holds the verdict (level, rules, roles, cause)."""

    code = "LS201"
    mend = "see the rules named; a step handles this or leaves the case to the exception queue"


class Rejected(CallFailed):
    """A person rejected the action; `detail` holds who, when and why."""

    code = "LS202"
    mend = "do not propose the same action again"


class Unreachable(CallFailed):
    """The system cannot be reached or did not answer in time."""

    code = "LS203"
    cause = "system unreachable"
    mend = "check the connection; the case goes on when it is released"


class Missing(CallFailed):
    """The system knows no such record."""

    code = "LS204"
    mend = "create the record, or correct the reference to it"
    cause = "data missing"


class Contradiction(CallFailed):
    """The system's data contradict the action: a key that is taken, a record of another version."""

    code = "LS205"
    mend = "compare with the record in the system, then decide by hand"


class ArgumentsRefused(CallFailed):
    """The arguments do not pass strict validation."""

    code = "LS206"
    mend = "give every argument as its type says"
    cause = "data missing"


class ToolFailed(CallFailed):
    """The tool failed in a way it does not declare."""

    code = "LS207"
    mend = "read the tool's own error; declare it in the tool if it is to be expected"


class ModelFailed(CallFailed):
    """A model gave no answer of the form that it was asked for, however often it was told so."""

    code = "LS208"
    mend = "a person decides; mend the prompt, or ask another model"


class BudgetSpent(CallFailed):
    """What a prompt or a case may cost does not suffice: nothing more is asked."""

    code = "LS209"
    mend = "a person decides; raise the prompt's `budget` or `case.tokens`, or give less to read"
    cause = "data missing"


class RoleRefused(LeitstandError):
    """A role's graph holds a part that the walk does not cover."""

    code = "LS301"
    mend = "build the step from parts that a role may have"


class ExitRefused(LeitstandError):
    """Steps of one superstep ended the case in several ways."""

    code = "LS302"
    mend = "let one step of a superstep end the case"


class Diverged(LeitstandError):
    """A replay asked for something other than what was recorded; nothing was executed."""

    code = "LS401"
    mend = "run the case on the version of the role it began with, or release it by hand"


class LimitReached(LeitstandError):
    """A case used up its steps, events, bytes or bursts (KERNEL no. 27)."""

    code = "LS402"
    mend = "split the work into child cases, or raise the limit of the role"


class Erased(LeitstandError):
    """The case's key was destroyed: its bodies cannot be read, nothing can be replayed."""

    code = "LS403"
    mend = "nothing brings it back; its headers still verify"


class Restricted(LeitstandError):
    """The case is kept for as long as the law says, and one role alone may read it."""

    code = "LS405"
    mend = "ask somebody in that role"


class ForeignCall(LeitstandError):
    """A desk call from a task that is not its scope's own (KERNEL no. 7)."""

    code = "LS404"
    mend = "make calls side by side with desk.gather; give a timeout as an argument of the call"


class LostFence(LeitstandError):
    """Another worker owns the case by now; nothing of this append was written."""

    code = "LS411"
    mend = "nothing to do: the other worker goes on with the case"


class StoreFailed(LeitstandError):
    """The store refused a commit; nothing of the group was written."""

    code = "LS412"
    mend = "put the file back from a backup, or mend the disk; then run it again"


class StoreLocked(LeitstandError):
    """Another process writes to this store: SQLite takes one writing process per file."""

    code = "LS413"
    mend = "wait until the other process has ended, or end it"


class PolicyRefused(LeitstandError):
    """A policy bundle cannot be loaded."""

    code = "LS501"
    mend = "mend the file named and run `leitstand policy check`"


class ApprovalRefused(LeitstandError):
    """A decision is not valid: wrong person, role, signature, expiry or binding."""

    code = "LS601"
    mend = "`leitstand show NUMBER` says what is asked, and who may decide"


class LoginRefused(LeitstandError):
    """A login by the company's login service is not valid: state, token, claims, or no role."""

    code = "LS610"
    mend = "log in anew; the log of the server says what was wrong"


class ChannelRefused(LeitstandError):
    """A channel's other side refuses a letter for good, or a request is not from where it says."""

    code = "LS640"
    mend = "check the channel's settings; what waits still stands in the inbox"


class ModelRefused(LeitstandError):
    """A prompt or a model of the project cannot be used, or not in this environment."""

    code = "LS650"
    mend = "mend the prompt or the model named in the project"


class SecretMissing(LeitstandError):
    """A secret reference resolves to nothing."""

    code = "LS660"
    mend = "set the environment variable or the file that the reference names"


class ProjectRefused(LeitstandError):
    """The project cannot be loaded."""

    code = "LS701"
    mend = "mend what is named; `leitstand check` says whether the project is whole"


class CaseRefused(LeitstandError):
    """A recorded case is cut, altered or of a later version; nothing of it counts as passed."""

    code = "LS751"
    mend = "record the case again, or take it out of the suite"


class SuiteRefused(LeitstandError):
    """A suite, its graders, its lists of exceptions or a saved run cannot be loaded."""

    code = "LS752"
    mend = "mend the file named and run again"


class NoVerdict(LeitstandError):
    """A suite cannot be judged: it has no cases, or a grader failed; never counts as passed."""

    code = "LS753"
    mend = "record cases with `leitstand eval record`, or mend the grader named"
