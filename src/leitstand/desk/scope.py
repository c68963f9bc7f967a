"""A scope: a step's or a branch's own sequence of calls, which gives each call its address."""

from dataclasses import dataclass


@dataclass(slots=True)
class Scope:
    """`task` is `step#visit`, `path` the branches that lead here, `n` the count of calls so far."""

    task: str
    path: str = ""
    n: int = 0

    def next(self) -> str:
        """The address of the next call."""
        address = f"{self.task}/{self.path}:{self.n}"
        self.n += 1
        return address

    def branch(self, at: int, index: int) -> "Scope":
        """The scope of child `index` of the gather that stands at call `at`."""
        head = f"{self.path}." if self.path else ""
        return Scope(self.task, f"{head}{at}.{index}")
