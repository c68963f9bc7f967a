"""The child side of a worker: a process of its own that answers one question after another.

Run as `python -I child.py JOB.py`, standard library only: it never imports the project, has no
environment worth stealing and no files open but its pipe. JOB.py has `start(settings)` and
`answer(header, body) -> (header, body)`. A message is two lengths, a JSON header and raw bytes;
the first message holds the settings. The end of the pipe ends the process.
"""

import contextlib
import importlib.util
import json
import os
import resource
import struct
import sys
from types import ModuleType
from typing import Any, BinaryIO

Header = dict[str, Any]
_LENGTHS = struct.Struct(">IQ")


def pack(header: Header, body: bytes = b"") -> bytes:
    """One message: lengths, header, body."""
    text = json.dumps(header).encode()
    return _LENGTHS.pack(len(text), len(body)) + text + body


def unpack(stream: BinaryIO) -> tuple[Header, bytes]:
    """The next message of a stream.

    Raises EOFError: the stream ended.
    """
    header, body = _LENGTHS.unpack(_exactly(stream, _LENGTHS.size))
    return json.loads(_exactly(stream, header)), _exactly(stream, body)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def resident() -> int:
    """Bytes of memory this process holds; its peak where the system does not tell."""
    with contextlib.suppress(OSError), open("/proc/self/statm", "rb") as file:  # noqa: PTH123
        return int(file.read().split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(job_file: str) -> None:
    """Answer until the pipe ends. What libraries print goes to stderr, never into the answers."""
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    job = _load(job_file)
    with contextlib.suppress(EOFError, BrokenPipeError):
        settings, _ = unpack(questions)
        if memory := settings.get("memory"):
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        job.start(settings)
        while True:
            header, body = _answer(job, *unpack(questions))
            answers.write(pack({**header, "resident": resident()}, body))
            answers.flush()


def _answer(job: ModuleType, header: Header, body: bytes) -> tuple[Header, bytes]:
    try:
        return job.answer(header, body)
    except Exception as error:  # noqa: BLE001 - the process outlives any one question
        return {"error": type(error).__name__, "reason": str(error)[:500]}, b""


def _load(file: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location("job", file)
    if spec is None or spec.loader is None:
        msg = f"no job in {file}"
        raise ImportError(msg)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main(sys.argv[1])
