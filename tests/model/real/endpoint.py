"""What model the runs are put to: the small one, on loopback, or an endpoint of one's own."""

import contextlib
import os
import socket
import subprocess
from collections.abc import Generator
from pathlib import Path

from leitstand.model import EVERY, Chat, Counter, Library, Settings
from tests.model.real.errand import PROMPTS

__all__ = ["ABSENT", "OWN", "installed", "library", "serving"]

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".venv" / "model" / "bin" / "python"
SERVE = ROOT / "tests" / "model" / "serve.py"
ABSENT = "the small model is not installed (`make test-model` does that)"
OWN = os.environ.get("LEITSTAND_MODEL_ENDPOINT", "")
"""The address of an endpoint to be tried in place of the small model."""
TOKENS = {"short": 170, "long": 300}
TOOLS = os.environ.get("LEITSTAND_MODEL_TOOLS") or "json-schema"


def library(url: str) -> Library:
    """The prompts of the errands, put to it; a voucher has more to say than all else."""
    chats = {n: Chat(n, settings_of(url, most), Counter()) for n, most in TOKENS.items()}
    return Library.open(PROMPTS, chats, {"book": "long", EVERY: "short"}, "test")


def settings_of(url: str, most: int) -> Settings:
    """How it is asked: always the same, and at most so many tokens an answer."""
    small = {"seed": 7, "cache_prompt": True}
    given = {
        "provider": "openai-compatible",
        "base_url": url,
        "model": os.environ.get("LEITSTAND_MODEL_NAME") or "smollm2",
        "key_env": os.environ.get("LEITSTAND_MODEL_KEY_ENV", ""),
        "tools": TOOLS,
        "temperature": 0,
        "max_tokens": most,
        "timeout": 300,
        "attempts": 2,
        "extra_body": {} if OWN else small,
    }
    return Settings.model_validate(given)


def installed() -> bool:
    """Whether there is anything to ask."""
    return bool(OWN) or (PYTHON.parents[1] / ".stamp").is_file()


@contextlib.contextmanager
def serving(folder: Path) -> Generator[str]:
    """The endpoint's address: the small model on a free port of loopback, ended afterwards."""
    if OWN:
        yield OWN
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "model.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [PYTHON, SERVE, str(port), "--beside"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            cwd=ROOT,
        ) as server,
    ):
        try:
            assert server.stdout is not None
            said = server.stdout.readline()
            assert said == b"READY\n", log.read_text("utf-8", "replace")[-2_000:]
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()
