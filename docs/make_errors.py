"""Write the page of errors from the tree of errors: `python docs/make_errors.py > docs/errors.md`.

What the page says of an error is what its class says; a test holds the two together.
"""

import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = """\
# Errors

Every error has a stable code, says what happened and where, and what to do about it.
An error that a desk call may raise is recorded in the journal before the step sees it.
This page is written by `make docs` from the classes themselves.
"""


def main() -> None:
    """Print the page."""
    sys.path[:0] = [str(ROOT), str(ROOT / "src")]
    for name in modules():
        importlib.import_module(name)
    root: type[Exception] = importlib.import_module("leitstand.errors").LeitstandError
    entries = sorted((code, error) for error in tree(root) if (code := own_code(error)))
    sys.stdout.write("\n".join([HEAD, *(entry(code, error) for code, error in entries)]))


def modules() -> Iterator[str]:
    """Every module that may define an error: of the product, and of the tools beside it."""
    for place, package in ((ROOT / "src", "leitstand"), (ROOT, "tools")):
        for file in sorted((place / package).rglob("*.py")):
            parts = file.relative_to(place).with_suffix("").parts
            yield ".".join(part for part in parts if part != "__init__")


def tree(error: type[Exception]) -> Iterator[type[Exception]]:
    """A class and all below it."""
    yield error
    for below in error.__subclasses__():
        yield from tree(below)


def own_code(error: type[Exception]) -> str:
    """The code that a class sets itself; one that only inherits it is the same error."""
    return str(vars(error).get("code", ""))


def entry(code: str, error: type[Exception]) -> str:
    """The paragraph of one error."""
    lines = [f"## {code} {error.__name__}", "", inspect.getdoc(error) or "", ""]
    cause, mend = getattr(error, "cause", ""), getattr(error, "mend", "")
    lines += [f"Where nobody handles it, the case leaves for: {cause}.", ""] if cause else []
    lines += [f"What to do: {mend}.", ""] if mend else []
    return "\n".join(lines)


if __name__ == "__main__":
    main()
