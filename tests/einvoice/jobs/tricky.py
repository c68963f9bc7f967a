"""A job for the tests of the worker pool: it echoes, and fails in every way a job can."""

import os
import sys
import time
from typing import Any

_held: list[bytearray] = []
_settings: list[dict[str, Any]] = []


def start(settings: dict[str, Any]) -> None:
    """Keep the settings."""
    _settings.append(settings)


def answer(header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Do what `do` names, then echo the body with the process id."""
    match header.get("do"):
        case "die":
            os._exit(3)
        case "die once" if not os.path.exists(header["mark"]):  # noqa: PTH110
            with open(header["mark"], "w"):  # noqa: PTH123
                os._exit(3)
        case "sleep":
            time.sleep(600)
        case "raise":
            raise ValueError(header["text"])
        case "print":
            sys.stdout.write("noise on stdout\n" * 1000)
            sys.stdout.flush()
            os.write(1, b"more noise")
        case "hold":
            _held.append(bytearray(os.urandom(1) * header["bytes"]))
        case _:
            pass
    return {"pid": os.getpid(), "environ": sorted(os.environ)}, body
