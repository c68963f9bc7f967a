"""Settings, the mark of a write, and which books a world asks for."""

import inspect
import json
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.clock import SystemClock
from leitstand.errors import Missing, ProjectRefused
from tools.erp import Erp, MatchedLine, Supplier
from tools.erp.chart import Chart, standard_accounts
from tools.erp.embedded import EmbeddedErp
from tools.erp.tryton.adapter import TrytonErp
from tools.erp.tryton.company import Company
from tools.erp.tryton.mark import Mark, Stamp, mark_of
from tools.erp.tryton.part import TRYTON
from tools.erp.tryton.settings import Settings, read_settings
from tools.erp.tryton.trade import alike
from tools.office import connect, disconnect, twin
from tools.rows import WorldRefused

ONLINE = {"system": "online", "database": "erp", "key": "env:TRYTON_KEY"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"system": "desktop"}, "system"),
        ({"database": ""}, "database"),
        ({"database": "../erp"}, "database"),
        ({"key": None}, "key"),
        ({"key": "0123abc"}, "key"),
        ({"base_url": "http://erp.example"}, "base_url"),
        ({"company": 0}, "company"),
        ({"taxes": {"19": "x"}}, "taxes"),
        ({"request_seconds": 26}, "request_seconds"),
        ({"kind": "x"}, "kind"),
    ],
)
def test_bad_settings_are_named(tmp_path: Path, changes: dict[str, Any], named: str) -> None:
    """Each setting that is absent, unknown or senseless is named with its file, before any case."""
    (tmp_path / "tryton.json").write_text(json.dumps({**ONLINE, **changes}), encoding="utf-8")
    with pytest.raises(ProjectRefused, match=named) as caught:
        read_settings(tmp_path)
    assert "tryton.json" in caught.value.where
    with pytest.raises(WorldRefused, match=named):
        TRYTON.limits(tmp_path)


def test_rules_know_nothing_of_the_connection(tmp_path: Path) -> None:
    """Neither address nor key reaches rules or journal; without the file there is no part."""
    assert read_settings(tmp_path) is None
    assert TRYTON.folder(tmp_path) is None
    (tmp_path / "tryton.json").write_text(json.dumps(ONLINE), encoding="utf-8")
    assert TRYTON.limits(tmp_path) == {}


@pytest.mark.parametrize(
    ("system", "kind"), [(None, EmbeddedErp), ("embedded", EmbeddedErp), ("online", TrytonErp)]
)
async def test_the_settings_choose(
    tmp_path: Path, write_world: Callable[..., Path], system: str | None, kind: type
) -> None:
    """A twin always keeps the books here; in earnest they are where the settings say."""
    place = write_world({"today": "2026-11-20"}, suppliers=[], purchase_orders=[])
    if system:
        (place / "tryton.json").write_text(json.dumps({**ONLINE, "system": system}), "utf-8")
    for way, expected in ((connect, kind), (twin, EmbeddedErp)):
        connections = await way(tmp_path / "state", place, "t", SystemClock())
        try:
            assert [type(c.adapter) for c in connections if c.port is Erp] == [expected]
        finally:
            disconnect(connections)


def test_the_adapter_is_what_the_port_promises() -> None:
    """It takes and gives what the port says."""
    for name, promised in inspect.getmembers(Erp, inspect.isfunction):
        if not name.startswith("_"):
            assert inspect.signature(getattr(TrytonErp, name)) == inspect.signature(promised)


marks = st.builds(
    Mark,
    post=st.none() | st.builds(Stamp, key=st.from_regex(r"[0-9a-f]{32}", fullmatch=True)),
    order_no=st.text(st.characters(exclude_categories=["C"])),
    matched=st.lists(
        st.builds(MatchedLine, line=st.just("1"), qty=st.decimals(0, 99, places=2))
    ).map(tuple),
)


@given(marks, st.lists(st.text(st.characters(exclude_categories=["C", "Z"]))))
def test_a_mark_is_read_again_and_people_keep_their_lines(mark: Mark, own: list[str]) -> None:
    """Written over an older one it stands there once; what people wrote stays."""
    comment = mark.into(Mark(order_no="older").into("\n".join(own)))
    assert mark_of(comment) == mark
    assert comment.splitlines()[:-1] == "\n".join(own).splitlines()


@pytest.mark.parametrize("comment", [None, "", "Leitstand: {", 'Leitstand: {"kind":"x"}', "Hallo"])
def test_a_comment_without_a_mark_has_none(comment: str | None) -> None:
    """Somebody wrote into it, or it never was ours: then it is nobody's draft."""
    assert mark_of(comment) == Mark()


@given(st.from_regex(r"[A-Z]{1,3}[0-9]{1,6}", fullmatch=True), st.sampled_from(["-", " ", "/", ""]))
def test_every_spelling_of_a_number_is_found(number: str, sign: str) -> None:
    """What is searched for at Tryton fits a number however it is divided."""
    spelt = sign.join(number)
    assert fnmatch(spelt, alike(number).replace("%", "*"))
    assert alike(spelt) == alike(number)


def test_what_only_the_company_knows_stands_under_the_code() -> None:
    """Account by category first, then by the company's row; discounts and screening as there."""
    settings = Settings.model_validate({**ONLINE, "categories": {"Material": "material"}})
    own = Supplier(id="S1", name="x", account="office", skonto="2%/14")
    company = Company(settings, Chart(standard_accounts()), {"S1": own})
    found = Supplier(id="S1", name="Keller", iban="DE89370400440532013000")
    first = company.completed(found, frozenset({"Material"}))
    assert (first.account, first.skonto, first.name) == ("material", "2%/14", "Keller")
    assert company.completed(found, frozenset()).account == "office"
    other = company.completed(found.model_copy(update={"id": "S2"}), frozenset())
    assert (other.account, other.skonto) == (None, None)


def test_a_tax_that_nobody_has_named_is_told() -> None:
    """Construction work has no tax in the chart: the company names one, or books by hand."""
    company = Company(Settings.model_validate(ONLINE), Chart(standard_accounts()), {})
    assert company.tax("vst19") == "Vorsteuer – Normalsatz"
    with pytest.raises(Missing, match="vst19_13b"):
        company.tax("vst19_13b")
    named = Settings.model_validate({**ONLINE, "taxes": {"vst19_13b": "Bauleistungen"}})
    assert Company(named, Chart(standard_accounts()), {}).tax("vst19_13b") == "Bauleistungen"
