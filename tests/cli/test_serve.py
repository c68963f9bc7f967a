"""The port of `serve`: a clear error where it is taken, another for `demo`."""

from socket import create_server

import pytest

from leitstand.cli.serve import _listening  # pyright: ignore[reportPrivateUsage]
from leitstand.errors import UsageRefused


def test_a_taken_port(capsys: pytest.CaptureFixture[str]) -> None:
    """Says what to do; where another will do it is taken, and said."""
    with create_server(("127.0.0.1", 0)) as at:
        port = at.getsockname()[1]
        with pytest.raises(UsageRefused, match=str(port)) as refused:
            _listening("127.0.0.1", port, other=False)
        assert "--port" in refused.value.advice
        with _listening("127.0.0.1", port, other=True) as found:
            assert found.getsockname()[1] not in (0, port)
        assert f"port {port} is taken" in capsys.readouterr().err
