"""Settings: what the project's table says of traces. Secrets stay in the environment."""

from typing import Annotated

from pydantic import Field

from leitstand.values import Frozen, Identifier


class TraceSettings(Frozen):
    """`[tool.leitstand.trace]`.

    `endpoint` is where OTLP over HTTP is taken, without `/v1/traces`; the variables
    `OTEL_EXPORTER_OTLP_ENDPOINT` and `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` go before it. Cases of
    the roles in `leave_out` leave no trace.
    """

    endpoint: Annotated[str, Field(pattern=r"^(https?://[^\s/]\S*)?$")] = ""
    leave_out: tuple[Identifier, ...] = ()
