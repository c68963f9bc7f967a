"""Settings: what the project's table `[tool.leitstand.channels]` says; secrets by reference."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import field_validator

from leitstand.channels.links import Link
from leitstand.channels.mail import Mail, MailSettings
from leitstand.channels.matrix import Matrix, MatrixSettings
from leitstand.channels.port import Channel
from leitstand.channels.teams import Teams, TeamsSettings
from leitstand.inbox import Texts
from leitstand.inbox.book import Book
from leitstand.table import read_table
from leitstand.values import Frozen, Language, Text


class Settings(Frozen):
    """`url` is where people reach the inbox, `language` the one that channels speak."""

    url: Text
    language: Language = "de"
    matrix: MatrixSettings | None = None
    mail: MailSettings | None = None
    teams: TeamsSettings | None = None

    @field_validator("url")
    @classmethod
    def _address(cls, value: str) -> str:
        found = urlsplit(value)
        if found.scheme not in ("http", "https") or not found.netloc or found.query:
            raise ValueError("an address like https://leitstand.example/")
        return value.rstrip("/") + "/"

    def connect(self, book: Book, texts: Texts) -> list[Channel]:
        """The channels that are named, connected. Raises SecretMissing."""
        found: list[Channel] = []
        if self.matrix:
            found.append(Matrix(self.matrix, book, texts))
        if self.mail:
            found.append(Mail(self.mail, texts))
        if self.teams:
            found.append(Teams(self.teams, book, texts))
        return found

    def known(self) -> list[Link]:
        """People who are written to without having linked anything."""
        people = self.mail.people if self.mail else {}
        return [
            Link(channel="mail", identity=address, person=person, place=address)
            for person, address in people.items()
        ]


def read_settings(table: Mapping[str, Any]) -> Settings:
    """The table, checked. Raises ProjectRefused: a name or a value that it does not know."""
    return read_table(Settings, table, "[tool.leitstand.channels]")
