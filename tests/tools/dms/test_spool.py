"""The spool keeps received bytes whole or not at all, whatever their size."""

import hashlib
import io
import tracemalloc
from pathlib import Path

import pytest

from tools.dms.spool import Spool
from tools.office import take_in


def test_what_was_put_lies_under_its_hash(tmp_path: Path) -> None:
    """Bytes and what is left of a file come out as they went in; twice is once."""
    spool = Spool(tmp_path / "spool")
    sha256 = spool.put(b"<Invoice/>")
    assert spool.take(io.BytesIO(b"<Invoice/>")) == (sha256, 10)
    assert spool.path(sha256).read_bytes() == b"<Invoice/>"
    assert [file.name for file in spool.folder.iterdir()] == [sha256]


class _Fails(io.RawIOBase):
    """A file that cannot be read to its end."""

    def __init__(self) -> None:
        self._left = [b"x" * 1000]

    def read(self, _: int = -1) -> bytes:
        if self._left:
            return self._left.pop()
        raise OSError(5, "Input/output error")


def test_half_a_file_is_none(tmp_path: Path) -> None:
    """What could not be read to its end leaves nothing behind."""
    spool = Spool(tmp_path)
    with pytest.raises(OSError, match="Input/output"):
        spool.take(_Fails())  # pyright: ignore[reportArgumentType]
    assert not list(tmp_path.iterdir())


async def test_large_files_go_through_memory_in_pieces(tmp_path: Path) -> None:
    """Files that came in together are never in memory together, nor one of them as a whole."""
    files = [tmp_path / f"{name}.pdf" for name in "ab"]
    for file in files:
        with file.open("wb") as made:
            made.write(file.name.encode())
            made.truncate(40_000_000)
    tracemalloc.start()
    try:
        given = await take_in(tmp_path / "state", files)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000
    wanted = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    assert [one["sha256"] for one in given] == wanted
    assert {one["size"] for one in given} == {40_000_000}
    spool = Spool(tmp_path / "state" / "spool")
    assert all(spool.path(sha256).stat().st_size == 40_000_000 for sha256 in wanted)
