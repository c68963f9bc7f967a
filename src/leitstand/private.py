"""Private files: for the owner of the state folder alone; one that is replaced is never half."""

import os
from pathlib import Path


def create(file: Path, data: bytes) -> None:
    """A new file, durable when this returns. Raises FileExistsError."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())


def replace(file: Path, data: bytes) -> None:
    """In one piece: whoever reads finds the old file or the new one. Its folder is made."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    create(fresh, data)
    fresh.replace(file)
