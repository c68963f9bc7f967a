"""DATEV: GUIDs, settings, the list on this machine, and which connection a world asks for."""

import inspect
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leitstand.clock import SystemClock
from leitstand.errors import Contradiction, ProjectRefused
from tests.tools.datev.conftest import ARGS, KEY, Archive
from tools.database import Database, Tenancy
from tools.datev import Documents, UploadDocument, guid_of
from tools.datev.connection import embedded, online
from tools.datev.embedded import EmbeddedDocuments
from tools.datev.http import HttpDocuments
from tools.datev.part import DATEV
from tools.datev.settings import read_settings
from tools.rows import WorldRefused

ONLINE = {
    "system": "online",
    "client": "455148-1",
    "app": "a",
    "secret": "env:DATEV_SECRET",
    "refresh": "file:/run/secrets/datev",
}


def world(folder: Path, **settings: object) -> Path:
    """A world with a DATEV connection."""
    (folder / "datev.json").write_text(json.dumps({**ONLINE, **settings}), encoding="utf-8")
    return folder


@given(st.text(), st.text())
def test_a_key_has_one_guid(one: str, other: str) -> None:
    """The same key gives the same GUID, another key another; its form is that of RFC 9562."""
    assert guid_of(one) == guid_of(one)
    assert (guid_of(one) == guid_of(other)) == (one == other)
    assert guid_of(one)[14] == "8"
    assert guid_of(one)[19] in "89ab"
    assert len(guid_of(one)) == 36


@pytest.mark.parametrize("filename", ["../a.pdf", "a/b.pdf", "a\\b.pdf", ""])
def test_a_name_is_no_path(filename: str) -> None:
    """A file's name says nothing of where it lies."""
    with pytest.raises(ValidationError):
        UploadDocument(sha256=ARGS.sha256, filename=filename, media_type="application/pdf")


@pytest.mark.parametrize("filed", [("a", "b"), ("a", "", "c"), ("a", "b", "c" * 31)])
def test_all_three_levels_or_none(filed: tuple[str, ...]) -> None:
    """DATEV wants all three levels of the repository, none longer than 30 signs."""
    with pytest.raises(ValidationError):
        UploadDocument.model_validate({**ARGS.model_dump(), "filed": filed})


def test_no_settings_no_connection(tmp_path: Path) -> None:
    """A world without `datev.json` has no connection, and its rules know of none."""
    assert read_settings(tmp_path) is None
    assert DATEV.folder(tmp_path) is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"client": "Muster GmbH"}, "client"),
        ({"system": "desktop"}, "system"),
        ({"app": ""}, "app"),
        ({"secret": None}, "secret"),
        ({"secret": "geheim"}, "secret"),
        ({"base_url": "http://datev.example"}, "base_url"),
        ({"filed": ["a", "b"]}, "filed"),
        ({"kind": "x"}, "kind"),
        ({"file_bytes": 0}, "file_bytes"),
    ],
)
def test_bad_settings_are_named(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    """Each setting that is absent, unknown or senseless is named with its file, before any case."""
    place = world(tmp_path, **changes)
    with pytest.raises(ProjectRefused, match=named) as caught:
        read_settings(place)
    assert "datev.json" in caught.value.where
    with pytest.raises(WorldRefused, match=named):
        DATEV.limits(place)


def test_rules_know_no_secrets(tmp_path: Path) -> None:
    """What the rules and the journal may see of a connection says how to file, nothing more."""
    known = DATEV.limits(world(tmp_path, document_type="Rechnungseingang"))
    assert known == {
        "client": "455148-1",
        "document_type": "Rechnungseingang",
        "filed": None,
    }


@pytest.mark.parametrize("adapter", [EmbeddedDocuments, HttpDocuments])
def test_an_adapter_is_what_the_port_promises(adapter: type) -> None:
    """Both adapters take and give what the port says."""
    promised = inspect.signature(Documents.upload)
    assert inspect.signature(getattr(adapter, "upload")) == promised  # noqa: B009 - any adapter


async def test_the_list_on_this_machine(tmp_path: Path) -> None:
    """The same key gives the same entry; the same key with another document is refused."""
    database = Database.at(tmp_path / "business.sqlite")
    documents = EmbeddedDocuments(Tenancy(database, "t", SystemClock()))
    await documents.prepare()
    first = await documents.upload(ARGS, KEY)
    assert await documents.upload(ARGS, KEY) == first
    with pytest.raises(Contradiction):
        await documents.upload(ARGS.model_copy(update={"note": "other"}), KEY)
    database.close()


@pytest.mark.parametrize(
    ("system", "kind"), [("embedded", EmbeddedDocuments), ("online", HttpDocuments)]
)
async def test_the_settings_choose(tmp_path: Path, system: str, kind: type) -> None:
    """A twin is always the list; in earnest it is what the settings say."""
    place = world(tmp_path, system=system)
    twins = await embedded(tmp_path, place, "t", SystemClock())
    assert [type(one.adapter) for one in twins] == [EmbeddedDocuments]
    (real,) = online(twins, place, Archive(), SystemClock())
    assert type(real.adapter) is kind
    if isinstance(real.adapter, EmbeddedDocuments):
        real.adapter.site.database.close()
