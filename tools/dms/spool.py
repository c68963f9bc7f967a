"""The spool: where received bytes wait under their hash until the DMS stores them."""

import hashlib
import io
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from leitstand.errors import Missing

_PIECE = 1024 * 1024


class Spool:
    """A folder of files that are named by the SHA-256 of their content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """The hash under which `content` now lies in the spool; as `take`."""
        return self.take(io.BytesIO(content))[0]

    def take(self, file: BinaryIO) -> tuple[str, int]:
        """Hash and size of what is left of a file, which now lies in the spool.

        It goes through memory in pieces. It appears whole or not at all; content that is there
        already is left alone. Raises OSError: it cannot be read, or there is no room for it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=".")
        part = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as written:
                sha256, size = _copied(file, written)
            target = self.folder / sha256
            if not target.exists():
                part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return sha256, size

    def path(self, sha256: str) -> Path:
        """The file of a hash.

        Raises Missing: nothing of that hash is in the spool.
        """
        target = self.folder / sha256
        if not target.is_file():
            raise Missing(f"the spool holds no content `{sha256}`", where="dms")
        return target


def _copied(file: BinaryIO, to: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while piece := file.read(_PIECE):
        digest.update(piece)
        size += to.write(piece)
    return digest.hexdigest(), size
