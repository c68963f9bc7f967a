"""Walkthroughs: pages whose fenced blocks are files to write and commands to run, to the letter.

A file is a block after a paragraph that is nothing but its name, bold: **`agents/keys.py`**. A
`console` block holds commands after `$ `, and lines that their output has to hold; `…` stands for
anything. Every other block is refused: what is not run cannot be trusted.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Command", "File", "Walk", "steps_of"]

_BLOCK = re.compile(
    r"^(?:\*\*`(?P<name>[^`\n]+)`\*\*\n\n)?```(?P<kind>\S*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class File:
    """A file to write, by its path from the folder that the commands work in."""

    name: str
    text: str


@dataclass(frozen=True)
class Command:
    """A command of a shell, and lines that it has to print."""

    line: str
    printed: tuple[str, ...] = ()


def steps_of(page: str) -> Iterator[File | Command]:
    """What a page says to do, in its order. Raises ValueError: a block is neither."""
    if len(_BLOCK.findall(page)) * 2 != len(re.findall(r"^```", page, re.MULTILINE)):
        msg = "a block is not closed"
        raise ValueError(msg)
    for block in _BLOCK.finditer(page):
        if block["name"]:
            yield File(block["name"], block["text"])
        elif block["kind"] == "console":
            yield from _commands(block["text"])
        else:
            msg = f"a block without a name is no command: {block['text'][:60]!r}"
            raise ValueError(msg)


def _commands(text: str) -> Iterator[Command]:
    head, *commands = re.split(r"^\$ ", text, flags=re.MULTILINE)
    if head or not commands:
        msg = f"a command begins with `$ `: {text[:60]!r}"
        raise ValueError(msg)
    for one in commands:
        line, *printed = one.splitlines()
        yield Command(line.partition("  #")[0].rstrip(), tuple(p for p in printed if p.strip()))


@dataclass
class Walk:
    """A terminal in a fresh folder: folder and variables go on from command to command."""

    folder: Path
    home: Path

    def do(self, step: File | Command) -> subprocess.CompletedProcess[str] | None:
        """Do one step of a page. A command that fails, or prints something else, fails the test."""
        if isinstance(step, File):
            target = self.here / step.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(step.text, "utf-8")
            return None
        done = self.run(step.line)
        told = f"$ {step.line}\n{done.stdout}{done.stderr}"
        assert done.returncode == 0, told
        for line in step.printed:
            assert re.search(_pattern(line), done.stdout, re.MULTILINE), f"{told}\nexpected: {line}"
        return done

    def run(self, line: str) -> subprocess.CompletedProcess[str]:
        """Run a command and remember where it left folder and variables."""
        kept = self.home / "session"
        script = f'set -e\n[ ! -f "{kept}" ] || . "{kept}"\n{line}\n'
        script += f'{{ export -p; printf "cd %q\\n" "$PWD"; }} > "{kept}"\n'
        return subprocess.run(
            ["bash", "-c", script],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            env=self._environment(),
        )

    @property
    def here(self) -> Path:
        """The folder that commands work in by now."""
        return Path(self.run("pwd").stdout.strip())

    def _environment(self) -> dict[str, str]:
        """The installed product, and nothing of whoever runs the test."""
        path = f"{Path(sys.executable).parent}{os.pathsep}/usr/bin{os.pathsep}/bin"
        return {"PATH": path, "HOME": str(self.home), "LANG": "C.UTF-8", "COLUMNS": "200"}


def _pattern(line: str) -> str:
    return ".*".join(map(re.escape, line.strip().split("…")))
