"""A scene whose worker is traced by the real SDK, into memory."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from leitstand.trace.spans import Spans
from tests.guard.scene import Scene


class Traced(Scene):
    """A scene, and the spans that left it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.memory = InMemorySpanExporter()
        self.trace()

    def trace(self, *leave_out: str) -> None:
        """Trace from now on, but for cases of these roles."""
        processor = SimpleSpanProcessor(self.memory)
        self.tracer = Spans(processor, {}, self.clock, leave_out)

    @property
    def spans(self) -> list[ReadableSpan]:
        """What has left so far, in the order in which it left."""
        return list(self.memory.get_finished_spans())

    @property
    def names(self) -> list[str]:
        """Their names."""
        return sorted(span.name for span in self.spans)

    def one(self, name: str) -> ReadableSpan:
        """The one span of a name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Traced]:
    """The bank, its rules and its people, in a store of the test's own."""
    found = Traced(tmp_path)
    yield found
    found.store.close()
