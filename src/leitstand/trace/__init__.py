"""Traces: what happened in a case as OpenTelemetry spans, for those who keep the service up.

Nothing of OpenTelemetry is imported unless a project or its environment asks for traces.
"""

from leitstand.trace.ids import root_of, trace_of
from leitstand.trace.opening import open_tracer
from leitstand.trace.settings import TraceSettings
from leitstand.trace.trace import Trace, Tracer

__all__ = ["Trace", "TraceSettings", "Tracer", "open_tracer", "root_of", "trace_of"]
