"""What the reading of a file may cost, from `limits.toml` or a tenant's own table."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import Field

from leitstand.values import Frozen


class Limits(Frozen):
    """Caps on one file: bytes, markup, depth, pages, seconds, memory (bytes)."""

    file_bytes: int = Field(gt=0)
    xml_bytes: int = Field(gt=0)
    xml_marks: int = Field(gt=0)
    xml_depth: int = Field(gt=0, le=200)
    encodings: tuple[str, ...]
    pdf_attachments: int = Field(gt=0)
    pdf_attachment_bytes: int = Field(gt=0)
    pdf_pages: int = Field(gt=0)
    pdf_characters: int = Field(gt=0)
    pdf_seconds: int = Field(gt=0)
    pdf_memory: int = Field(gt=0)
    rules_seconds: int = Field(gt=0)
    rules_memory: int = Field(gt=0)
    quote_characters: int = Field(gt=0)


def load(file: Path) -> Limits:
    """Limits out of a table in the format of `limits.toml`.

    Raises pydantic.ValidationError: a limit is missing, unknown or not positive.
    """
    table: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
    return Limits.model_validate({**table, "encodings": tuple(table["encodings"])})


DEFAULT = load(Path(__file__).with_name("limits.toml"))
"""The limits that ship with the package."""
