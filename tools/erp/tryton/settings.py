"""The settings of a connection to Tryton: `tryton.json` of a world. Secrets by reference."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from leitstand.values import Frozen, Secret
from tools.settings import settings_in

FILE = "tryton.json"
Url = Annotated[
    str, Field(pattern=r"^(https://[^\s?#]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?)$")
]
Reference = Annotated[str, Field(pattern=r"^(env:|file:/).+$")]
TaxKey = Annotated[str, Field(pattern=r"^vst[0-9.]+(_13b|_ige)?$")]


class Settings(Frozen):
    """How to reach a company's books in Tryton.

    `system`: `online` speaks to Tryton, `embedded` keeps the books on this machine. `base_url` is
    where the server listens (`http` on this machine only), `company` the id of the company in it,
    `key` a reference to the REST key of the role's own user. `payment_journal` names the journal of
    payments where there are several of one currency. `taxes` says what Tryton calls the tax of
    a rate (`vst19`; `_ige` and `_13b` where the buyer owes it), over `taxes.json`; `categories`
    which expense account (a key of the chart) a category of parties stands for. No request takes
    more than `request_seconds`; `settle_seconds` after a write whose answer was lost it is either
    in Tryton or never will be: not less than the time after which the server gives a request up.
    """

    system: Literal["online", "embedded"]
    base_url: Url = "http://127.0.0.1:8000"
    database: str = Field(default="", pattern=r"^[A-Za-z0-9_-]*$")
    company: int = Field(default=1, gt=0)
    key: Reference | None = None
    payment_journal: str = ""
    taxes: Mapping[TaxKey, str] = Field(default_factory=dict[str, str])
    categories: Mapping[str, str] = Field(default_factory=dict[str, str])
    request_seconds: int = Field(default=10, gt=0, le=25)
    settle_seconds: int = Field(default=30, gt=0, le=600)

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """A connection to Tryton needs a database and a key."""
        wanted = {"database": self.database, "key": self.key}
        absent = [name for name, value in wanted.items() if not value]
        if self.system == "online" and absent:
            msg = f"`online` needs {', '.join(absent)}"
            raise ValueError(msg)
        return self

    def rest_key(self) -> Secret:
        """The REST key of the role's user."""
        return Secret(self.key or "")


_MEND = "see `tools/erp/tryton/settings.py`, or take the file away: the books stay here then"


def read_settings(world: Path) -> Settings | None:
    """The settings of a world; None where it has no connection to Tryton.

    Raises ProjectRefused: the file cannot be read, or a setting is missing, unknown or senseless.
    """
    return settings_in(world / FILE, Settings, _MEND)
