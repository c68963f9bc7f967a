"""The version of a role: stable where nothing changed, another where a course could differ."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from leitstand.desk import Desk
from leitstand.role import Exit, Goto, Role, done, goto
from leitstand.values import Frozen
from tests.role.roles import accounting, draft_voucher, find_voucher


class Count(Frozen):
    """A state."""

    n: int = 0


class More(Count):
    """The state with a field more."""

    name: str = ""


def first_done(role: Role[Any]) -> None:
    """A step that is done."""

    @role.step()
    async def only(case: Count, desk: Desk) -> Exit:
        return done(n=1)


def first_other(role: Role[Any]) -> None:
    """The same step with another body."""

    @role.step()
    async def only(case: Count, desk: Desk) -> Exit:
        return done(n=2)


def first_two(role: Role[Any]) -> None:
    """The same step with another before it."""

    @role.step(then=["only"])
    async def before(case: Count, desk: Desk) -> Goto:
        return goto("only")

    first_done(role)


def version(
    write: Callable[[Role[Any]], None],
    name: str = "r",
    state: type[Frozen] = Count,
    **parts: Any,  # noqa: ANN401 arguments of Role
) -> str:
    """The version of the role that `write` writes."""
    role: Role[Any] = Role(name, state, **parts)
    write(role)
    return role.compile().version


def test_the_same_role_has_the_same_version() -> None:
    """Compiled twice, written twice: 32 hexadecimal characters that do not move."""
    assert accounting().compile().version == accounting().compile().version
    assert version(first_done) == version(first_done)
    assert len(version(first_done)) == 32


def test_every_change_of_course_is_another_version() -> None:
    """Name, step body, steps, state, tools."""
    versions = [
        version(first_done),
        version(first_done, name="other"),
        version(first_other),
        version(first_two),
        version(first_done, state=More),
        version(first_done, tools=[find_voucher]),
        version(first_done, tools=[find_voucher, draft_voucher]),
    ]
    assert len(set(versions)) == len(versions)


def test_people_behind_the_queue_are_not_part_of_it() -> None:
    """Who takes over may change while cases are open."""
    assert version(first_done) == version(first_done, queue={"data missing": ["clerk"]})


def test_another_process_finds_the_same_version(root: Path) -> None:
    """No address of an object, no hash seed, no order of a set gets into it."""
    code = "from tests.role.roles import accounting; print(accounting().compile().version)"
    path = f"{root}:{root / 'src'}"
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": path, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert found == {accounting().compile().version}
