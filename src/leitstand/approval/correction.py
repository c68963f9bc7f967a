"""Corrections: what a supervisor changed, field by field: the measure of how good a role is."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from leitstand.digest import canonical, plain_of
from leitstand.records import Checkpoint, Correction


def corrections(
    checkpoint: Checkpoint,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    person: str,
    reason: str,
    at: float,
) -> tuple[Correction, ...]:
    """One correction for each value that differs, by its path (`lines.0.account`).

    Lists of other lengths are one correction as a whole. `old` and `new` of each are canonical
    JSON.
    """
    return tuple(
        Correction(
            checkpoint=checkpoint.id,
            tool=checkpoint.tool,
            field=path,
            old=canonical(before).decode(),
            new=canonical(after).decode(),
            person=person,
            reason=reason,
            at=at,
        )
        for path, before, after in _differences(old, new, "")
    )


def changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments (whole, by name) of which anything differs: the `edits` of an approval."""
    return {name: new[name] for name in new if old.get(name) != new[name]}


def _differences(old: object, new: object, path: str) -> Iterator[tuple[str, object, object]]:
    before, after = _parts(old), _parts(new)
    if before is None or after is None or before.keys() != after.keys():
        if canonical(old) != canonical(new):
            yield path, old, new
        return
    for name, value in before.items():
        yield from _differences(value, after[name], f"{path}.{name}" if path else name)


def _parts(value: object) -> dict[str, object] | None:
    """What a value consists of, None for a single one."""
    if isinstance(value, Mapping):
        return {str(k): v for k, v in cast("Mapping[object, object]", value).items()}
    if isinstance(value, list | tuple):
        items = cast("list[object] | tuple[object, ...]", value)
        return {str(i): item for i, item in enumerate(items)}
    if value is None or isinstance(value, str | int | float):
        return None
    return _parts(plain_of(value))
