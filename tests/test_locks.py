"""The lock files: complete, hashed, of one mind, and without the address of any index."""

import itertools
import re
import tomllib
from pathlib import Path
from typing import cast

import pytest

LOCKS = (
    "runtime.txt",
    "dev.txt",
    "postgres.txt",
    "trace.txt",
    "rules.txt",
    "agentdojo.txt",
    "synapse.txt",
    "model.txt",
    "tryton.txt",
    "uv.txt",
)


def locked(root: Path, lock: str) -> dict[str, str]:
    """Version per package."""
    text = (root / "locks" / lock).read_text()
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", text, re.MULTILINE))


def required(root: Path, extra: str | None = None) -> set[str]:
    """Names of the packages that the project itself asks for."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    lines = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return {re.split(r"[^a-z0-9-]", line)[0] for line in cast("list[str]", lines)}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_versions_and_hashes_only(root: Path, lock: str) -> None:
    """Every line is an exact version or a hash of it: no address, no option, no range."""
    lines = (root / "locks" / lock).read_text().splitlines()
    package = re.compile(r"[a-z0-9.-]+==[0-9][\w.]*( ; [^/]+)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    assert not [
        line for line in lines if not package.fullmatch(line) and not digest.fullmatch(line)
    ]
    assert not [a for a, b in itertools.pairwise(lines) if "==" in a and "==" in b]


@pytest.mark.parametrize(
    ("lock", "extra"),
    [
        ("runtime.txt", None),
        ("dev.txt", "dev"),
        ("postgres.txt", "postgres"),
        ("trace.txt", "trace"),
    ],
)
def test_a_lock_covers_what_is_required(root: Path, lock: str, extra: str | None) -> None:
    """Every requirement has its exact version in the lock made for it."""
    assert required(root) | required(root, extra) <= set(locked(root, lock))


@pytest.mark.parametrize("lock", ["dev.txt", "postgres.txt", "trace.txt"])
def test_locks_are_of_one_mind(root: Path, lock: str) -> None:
    """What is tested is what runs: the wider lock holds the narrower one, version by version."""
    assert locked(root, "runtime.txt").items() <= locked(root, lock).items()


def test_the_data_wheel_brings_nothing_along(root: Path) -> None:
    """The rules come alone: one package, in a lock of its own, required by nothing."""
    assert len(locked(root, "rules.txt")) == 1
    assert not set(locked(root, "rules.txt")) & set(locked(root, "dev.txt"))


def test_what_judges_agentdojo_stays_out_of_the_product(root: Path) -> None:
    """The library and what its suites import are in a lock of their own, at the judged version."""
    judges = locked(root, "agentdojo.txt")
    assert judges["agentdojo"] == "0.1.35"
    assert not set(judges) & set(locked(root, "dev.txt"))
