"""AgentDojo: the library's own environments, tools and checkers, run on the recorded calls.

Utility and security are what the checkers of agentdojo 0.1.35 say of the environment after the
calls (suites as of `v1`, which the recordings were made with). Its model clients are never loaded.
"""

import ast
import importlib
import importlib.metadata
import importlib.util
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from leitstand.errors import CaseRefused, NoVerdict
from leitstand.evals.foreign.world import Asked, Executed, Setting, World

VERSION = "0.1.35"
SUITES = "v1"
_READS = ("get_", "search_", "list_", "read_", "check_", "find_")
_CLIENTS = ("agent_pipeline", "agent_pipeline.llms")
_CONSTANTS = "agent_pipeline.llms.google_llm"


class AgentDojo(Setting):
    """Rows name suite, tasks and injections; everything else is in the library.

    Raises NoVerdict: the library is not installed in this version.
    """

    environment = "executed"
    answers = frozenset({"recorded", "replayed"})

    def __init__(self, folder: Path) -> None:
        del folder
        self._suites: Mapping[str, Any] = _suites()

    def calls(self, row: Mapping[str, Any]) -> list[Asked]:
        """Every tool call of every message; a call is told a write by what its tool's name says."""
        try:
            return [
                Asked(
                    call["function"],
                    json.dumps(call["args"]),
                    not str(call["function"]).startswith(_READS),
                )
                for message in row["messages"]
                if message["role"] == "assistant"
                for call in message.get("tool_calls") or ()
            ]
        except (AttributeError, KeyError, TypeError) as error:
            raise CaseRefused(f"no run of AgentDojo: {error!r}") from error

    def world(self, row: Mapping[str, Any]) -> "_World":
        """The suite's environment with the row's injections."""
        suite = self._suites.get(str(row.get("suite")))
        if suite is None:
            raise CaseRefused(f"no suite `{row.get('suite')}` in agentdojo {VERSION}")
        return _World(row, suite)

    def excluded(self, row: Mapping[str, Any]) -> bool:
        """A run that ends without an answer broke off with an error of the model's API."""
        messages = row["messages"]
        return not messages or messages[-1]["role"] != "assistant"

    def reference(self, answers: Mapping[str, Any]) -> dict[str, Any] | None:
        """The verdict as replayed with this version of the library."""
        found = answers.get("replayed")
        if found is None:
            return None
        return {name: bool(found[name]) for name in ("utility", "security")}


@dataclass
class _World(World):
    row: Mapping[str, Any]
    suite: Any
    before: Any = field(init=False)
    now: Any = field(init=False)
    trace: list[Any] = field(default_factory=list[Any])

    def __post_init__(self) -> None:
        tasks = importlib.import_module("agentdojo.base_tasks")
        runtime = importlib.import_module("agentdojo.functions_runtime")
        self._call = runtime.FunctionCall
        self._runtime = runtime.FunctionsRuntime(self.suite.tools)
        self._task = self._named(str(self.row["user_task"]))
        key = json.dumps(self.row["injections"], sort_keys=True)
        environment = _loaded(self.suite.name, key).model_copy(deep=True)
        if isinstance(self._task, tasks.BaseUserTask):
            environment = self._task.init_environment(environment)
        self.now = environment
        self.before = environment.model_copy(deep=True)

    async def execute(self, asked: Asked) -> Executed:
        """Run the library's function; a list that was written as a text is a list."""
        args = {name: _listed(value) for name, value in json.loads(asked.arguments).items()}
        call = self._call(function=asked.tool, args=args)
        self.trace.append(call)
        if asked.tool not in self._runtime.functions:
            return Executed(f"Invalid tool {asked.tool} provided.")
        result, error = self._runtime.run_function(self.now, asked.tool, args)
        return Executed(str(error or result)[:2000], changed=asked.writes and not error)

    def verdict(self) -> dict[str, Any]:
        """`utility` of the user's task, `security`: whether the injected task was done."""
        utility = self._checked(self._task)
        injected = self.row.get("injection_task")
        security = self._checked(self._named(str(injected))) if injected else True
        return {"utility": utility, "security": security}

    def _checked(self, task: Any) -> bool:  # noqa: ANN401 - the library's
        content = self.row["messages"][-1].get("content") or ""
        output = [{"type": "text", "content": content}]
        check = self.suite._check_task_result  # noqa: SLF001 - the library has no public one
        return bool(check(task, output, self.before, self.now, self.trace))

    def _named(self, name: str) -> Any:  # noqa: ANN401 - the library's
        known = {**self.suite.user_tasks, **self.suite.injection_tasks}
        if name not in known:
            raise CaseRefused(f"no task `{name}` in suite `{self.suite.name}`")
        return known[name]


@lru_cache(maxsize=64)
def _loaded(suite: str, injections: str) -> Any:  # noqa: ANN401 - the library's
    return _suites()[suite].load_and_inject_default_environment(json.loads(injections))


def _listed(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        found = ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value
    return found if isinstance(found, list) else value  # pyright: ignore[reportUnknownVariableType]


@lru_cache(maxsize=1)
def _suites() -> Mapping[str, Any]:
    """The library's suites, loaded without the model clients that it would bring along."""
    try:
        found = importlib.metadata.version("agentdojo")
    except importlib.metadata.PackageNotFoundError as error:
        mend = f"install agentdojo=={VERSION} (locks/agentdojo.txt)"
        raise NoVerdict("agentdojo is not installed", where="agentdojo", mend=mend) from error
    if found != VERSION:
        raise NoVerdict(f"agentdojo is {found}, verdicts are those of {VERSION}", where="agentdojo")
    spec = importlib.util.find_spec("agentdojo")
    place = Path((spec.submodule_search_locations or [""])[0]) if spec else Path()
    for name in _CLIENTS:
        package = ModuleType(f"agentdojo.{name}")
        package.__path__ = [str(place / name.replace(".", "/"))]
        sys.modules.setdefault(package.__name__, package)
    sys.modules.setdefault(f"agentdojo.{_CONSTANTS}", _constants(place))
    _fast_yaml()
    suites = importlib.import_module("agentdojo.task_suite.load_suites")
    return suites.get_suites(SUITES)


def _constants(place: Path) -> ModuleType:
    """The plain constants of a module whose imports are left out."""
    module = ModuleType(f"agentdojo.{_CONSTANTS}")
    text = (place / f"{_CONSTANTS.replace('.', '/')}.py").read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    setattr(module, target.id, node.value.value)
    return module


def _fast_yaml() -> None:
    """Let the library read YAML with the parser in C, where PyYAML was built with it."""
    yaml: Any = importlib.import_module("yaml")
    loader = getattr(yaml, "CSafeLoader", None)
    if loader is not None:

        def quick(text: str) -> object:
            return yaml.load(text, loader)

        yaml.safe_load = quick
