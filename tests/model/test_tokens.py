"""Tokens: counted once and exactly with a vocabulary, estimated and said to be so without."""

from pathlib import Path

import pytest
import tiktoken

from leitstand.model import Counter, Tokens


def test_tokens_are_counted_once_and_exactly_with_a_vocabulary() -> None:
    """With an encoding the count is exact, and the same text is encoded once."""
    encoding = tiktoken.Encoding(
        "bytes",
        pat_str=r".",
        mergeable_ranks={bytes([b]): b for b in range(256)},
        special_tokens={},
    )
    texts: list[str] = []

    def encode(text: str) -> list[int]:
        texts.append(text)
        return encoding.encode_ordinary(text)

    counter = Counter(encode)
    assert [counter.count(t) for t in ("abc", "äb", "abc")] == [
        Tokens(3, estimated=False),
        Tokens(3, estimated=False),
        Tokens(3, estimated=False),
    ]
    assert texts == ["abc", "äb"]


def test_without_the_vocabulary_the_count_is_an_estimate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file, or a wrong one: nothing is fetched, the count says that it is an estimate."""
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    assert Counter.of().count("12345") == Tokens(2, estimated=True)
    (tmp_path / "fb374d419588a4632f3f557e76b4b70aebbca790").write_bytes(b"not it")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    assert Counter.of().count("12345").estimated
