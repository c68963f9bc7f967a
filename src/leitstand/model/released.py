"""The record of releases, `prompts.lock` beside the prompts: version by version its one hash.

A line is added when a prompt is released and never changed: a text under a version that was
released with another one is no release. The file is part of the project and reviewed like code.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from leitstand.errors import ModelRefused
from leitstand.model.prompt import Prompt
from leitstand.records import lock_lines

LOCK = "prompts.lock"
_LINE = re.compile(r"([A-Za-z0-9._/:#+-]+@[A-Za-z0-9._/:#@+-]+) ([0-9a-f]{64})")
_HEAD = "# Released prompts, `name@version hash` a line. Lines are added, never changed.\n"


def read_lock(folder: Path) -> dict[str, str]:
    """The hash of each `name@version` that was released. Raises ModelRefused: no such file form."""
    return {line[0]: line[1] for line in lock_lines(folder / LOCK, _LINE, ModelRefused)}


def check_released(prompt: Prompt, lock: Mapping[str, str], *, production: bool) -> None:
    """Hold a prompt against the record. Raises ModelRefused.

    Everywhere: its version was released with another text. In production: it is a draft, or its
    release is on no record.
    """
    known = lock.get(f"{prompt.name}@{prompt.version}")
    where = f"{prompt.name}.md"
    if known is not None and known != prompt.sha:
        text = f"version {prompt.version} was released with another text"
        raise ModelRefused(text, where=where, mend="give the new text a new `version`")
    if not production:
        return
    if prompt.draft:
        text = f"version {prompt.version} is a draft, and this is production"
        raise ModelRefused(text, where=where, mend="release it: `released: YYYY-MM-DD`")
    if known is None:
        text = f"version {prompt.version} is not in `{LOCK}`"
        raise ModelRefused(text, where=where, mend="run `leitstand prompts --lock` and review it")


def write_lock(folder: Path, prompts: Iterable[Prompt]) -> list[str]:
    """Add the releases that are on no record yet; their names. Raises ModelRefused as above."""
    lock = read_lock(folder)
    new: list[Prompt] = []
    for prompt in prompts:
        check_released(prompt, lock, production=False)
        if not prompt.draft and f"{prompt.name}@{prompt.version}" not in lock:
            new.append(prompt)
    if new:
        lock |= {f"{p.name}@{p.version}": p.sha for p in new}
        lines = (f"{name} {sha}\n" for name, sha in sorted(lock.items()))
        (folder / LOCK).write_text(_HEAD + "".join(lines), "utf-8")
    return [f"{p.name}@{p.version}" for p in new]
