"""Opening: a tracer where the project's table or the standard environment asks for one."""

import importlib
import logging
import os
from collections.abc import Collection

from leitstand.clock import Clock
from leitstand.errors import ProjectRefused
from leitstand.trace.settings import TraceSettings
from leitstand.trace.trace import Tracer

_LOG = logging.getLogger("leitstand.trace")
_OWN, _EVERY = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"
_TABLE = "[tool.leitstand.trace]"
_MEND = "pip install 'leitstand[trace]'"


def open_tracer(
    settings: TraceSettings,
    roles: Collection[str],
    environment: str,
    clock: Clock,
    *,
    shadow: bool = False,
) -> Tracer | None:
    """A tracer that sends to the endpoint of the environment, or else of the settings.

    None where neither names one, or `OTEL_SDK_DISABLED` or `OTEL_TRACES_EXPORTER` says so; also,
    and this is told, where the environment has a value that cannot be used, or alone names an
    endpoint without the extra. Raises ProjectRefused: the settings name an endpoint and the extra
    is not installed, or they leave out a role that is none of `roles`.
    """
    if strange := sorted({*settings.leave_out} - {*roles}):
        raise ProjectRefused(f"`{strange[0]}` is no role", where=f"{_TABLE} leave_out")
    known = bool(os.environ.get(_OWN) or os.environ.get(_EVERY))
    if _off() or not (known or settings.endpoint):
        return None
    try:
        spans = importlib.import_module("leitstand.trace.spans")
    except ImportError as error:
        text = "traces are asked for, and the extra `trace` is not installed"
        if settings.endpoint:
            raise ProjectRefused(text, where=_TABLE, mend=_MEND) from error
        _LOG.warning("%s: %s", text, _MEND)
        return None
    endpoint = "" if known else f"{settings.endpoint.rstrip('/')}/v1/traces"
    told = {"deployment.environment.name": environment, "leitstand.shadow": shadow}
    try:
        return spans.over_http(endpoint, told, clock, settings.leave_out)
    except (OSError, ValueError) as error:
        _LOG.warning("no traces, a variable of the environment cannot be used: %s", error)
        return None


def _off() -> bool:
    said = {name: os.environ.get(name, "").strip().lower() for name in _OFF}
    return any(said[name] == word for name, word in _OFF.items())


_OFF = {"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "none"}
"""Words of the standard that turn traces off, by variable."""
