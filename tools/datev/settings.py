"""The settings of a DATEV connection: `datev.json` of a tenant's world. Secrets by reference."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from leitstand.values import Frozen, Secret
from tools.datev.document import Filed, Level
from tools.settings import settings_in

FILE = "datev.json"
Url = Annotated[str, Field(pattern=r"^https://[^\s?#]+$")]
Reference = Annotated[str, Field(pattern=r"^(env:|file:/).+$")]


class Settings(Frozen):
    """How to reach a client's Belege online.

    `system`: `online` speaks to DATEV, `embedded` keeps a list on this machine. `client` is DATEV's
    id of the client (`455148-1`), `app` the client id that DATEV gave the installation. `secret`
    and `refresh` are references to the secret of the app and to the refresh token of the login
    (OAuth 2.0, authorization code); DATEV may give a new refresh token with each access token,
    so `refresh` is best a file that we may write. `document_type` and `filed` are used for
    received invoices. `file_bytes` is what DATEV takes (error DCO01016), `patience` how many
    seconds a request to wait (429) is obeyed on the spot.
    """

    system: Literal["online", "embedded"]
    client: str = Field(pattern=r"^[0-9]{1,8}-[0-9]{1,8}$")
    document_type: Level = ""
    filed: Filed | None = None
    app: str = ""
    secret: Reference | None = None
    refresh: Reference | None = None
    base_url: Url = "https://accounting-documents.api.datev.de/platform/v2"
    token_url: Url = "https://api.datev.de/token"  # noqa: S105 - where tokens come from
    file_bytes: int = Field(default=20_000_000, gt=0)
    request_seconds: int = Field(default=12, gt=0, le=25)
    patience: int = Field(default=5, ge=0, le=20)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """A connection to DATEV needs to say who it is."""
        wanted = {"app": self.app, "secret": self.secret, "refresh": self.refresh}
        absent = [name for name, value in wanted.items() if not value]
        if self.system == "online" and absent:
            msg = f"`online` needs {', '.join(absent)}"
            raise ValueError(msg)
        return self

    def app_secret(self) -> Secret:
        """The secret of the app."""
        return Secret(self.secret or "")

    def refresh_token(self) -> Secret:
        """The refresh token that the connection begins with."""
        return Secret(self.refresh or "")


_MEND = "see `tools/datev/settings.py`, or take the file away: without it nothing is sent"


def read_settings(world: Path) -> Settings | None:
    """The settings of a world; None where it has no DATEV connection.

    Raises ProjectRefused: the file cannot be read, or a setting is missing, unknown or senseless.
    """
    return settings_in(world / FILE, Settings, _MEND)
