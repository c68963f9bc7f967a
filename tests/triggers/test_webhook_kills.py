"""kill -9 between a request and its answer: sent again, it is one case and gets its answer."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from leitstand.project import Project
from tests.triggers.house import rows
from tests.triggers.poster import NAME, headers_for, secret

ROOT = Path(__file__).resolve().parents[2]
BODY = b'{"order": 4711}'


@contextmanager
def _hearing(shop: Project, state: Path, point: int) -> Generator[subprocess.Popen[str]]:
    """A server of its own that dies at a point; 0: it is told to end."""
    path = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
    more = {"PYTHONPATH": path, "PYTHONWARNINGS": "ignore", NAME: secret()}
    with subprocess.Popen(
        [sys.executable, "-m", "tests.triggers.hearer", str(shop.root), str(state), str(point)],
        cwd=ROOT,
        env=os.environ | more,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)


def _post(process: "subprocess.Popen[str]") -> httpx.Response:
    assert process.stdout is not None
    url = f"http://127.0.0.1:{int(process.stdout.readline())}/webhooks/orders"
    headers = {"content-type": "application/json", **headers_for(BODY)}
    return httpx.post(url, content=BODY, headers=headers, trust_env=False)


@pytest.mark.slow
@pytest.mark.parametrize(("point", "there"), [(2, 0), (4, 0), (6, 1)])
def test_a_server_that_dies_before_its_answer_makes_one_case(
    shop: Project, tmp_path: Path, point: int, there: int
) -> None:
    """After putting away, after routing, and after the commit that nobody heard of."""
    with _hearing(shop, tmp_path, point) as process:
        with pytest.raises(httpx.RequestError):
            _post(process)
        assert process.wait(20) == -signal.SIGKILL
    assert len(rows(tmp_path)) == len(rows(tmp_path, "cases")) == there
    with _hearing(shop, tmp_path, 0) as process:
        answer = _post(process)
    [case] = rows(tmp_path, "cases")
    assert (answer.status_code, answer.json()) == (202, {"cases": [case["ulid"]]})
    assert len(rows(tmp_path)) == 1
