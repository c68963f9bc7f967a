"""Settings of a connection: a file of a world that says how a system is reached."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from leitstand.errors import ProjectRefused

M = TypeVar("M", bound=BaseModel)


def settings_in(file: Path, kind: type[M], mend: str) -> M | None:
    """The settings of a file; None where there is no such file. `mend` says what to do.

    Raises ProjectRefused: it cannot be read, or a setting is missing, unknown or senseless.
    """
    if not file.is_file():
        return None
    try:
        return kind.model_validate_json(file.read_text(encoding="utf-8"))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ProjectRefused(wrong, where=str(file), mend=mend) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectRefused(f"it cannot be read: {error}", where=str(file)) from error
