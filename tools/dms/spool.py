"""The spool: where received bytes wait under their hash until the DMS stores them."""

import hashlib
import os
from pathlib import Path

from leitstand.errors import Missing

__all__ = ["Spool"]


class Spool:
    """A folder of files that are named by the SHA-256 of their content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, content: bytes) -> str:
        """The hash under which `content` now lies in the spool.

        The file appears whole or not at all; content that is there already is left alone.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        target = self.folder / sha256
        if not target.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            part = self.folder / f".{sha256}.{os.getpid()}"
            part.write_bytes(content)
            part.replace(target)
        return sha256

    def path(self, sha256: str) -> Path:
        """The file of a hash.

        Raises Missing: nothing of that hash is in the spool.
        """
        target = self.folder / sha256
        if not target.is_file():
            raise Missing(f"the spool holds no content `{sha256}`", where="dms")
        return target
