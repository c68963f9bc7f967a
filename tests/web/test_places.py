"""Places of evidence: every one that a card of the demo names is on its document's page."""

import re
import tomllib
from pathlib import Path
from typing import Any

import orjson
import pytest

from leitstand.inbox import card_of, find_pending, texts_of
from leitstand.inbox.evidence import listed_in, readings_of
from leitstand.project import load_project
from leitstand.store.waiting import waiting
from tests.web.conftest import Client, bare

pytestmark = pytest.mark.slow


async def test_all_evidence_of_the_demo_is_found_in_its_document(head: Client) -> None:
    """Of all arguments of all cards that come from a document, every place is on its page."""
    site = head.site
    leitstand, texts = site.leitstand, site.texts("de")
    counted, cards = 0, 0
    lost: list[tuple[str, str]] = []
    for one in await waiting(leitstand.store, leitstand.tenant, limit=200):
        pending = await find_pending(leitstand, one.id, texts)
        card = await card_of(leitstand, pending, texts)
        journal, tools = pending.dossier.journal, leitstand.rules.tools
        reads = {
            r.id: r for r in await readings_of(journal, tools, pending.frozen.body["readings"])
        }
        cards += 1
        for argument in card.arguments:
            for found in argument.found:
                read = reads[found.reading]
                assert bool(found.at) == (read.authority == "document")
                if not found.at:
                    continue
                counted += 1
                make = leitstand.project.document
                html = make(read.tool, read.result, "de", found.at) if make else None
                if html is None:  # The product's own page, tested below: it shows every value.
                    continue
                marked = re.search(r'<mark id="at">(.*?)</mark>', html, re.DOTALL)
                text = re.sub(r"<[^>]*>", "", marked[1]) if marked else ""
                if bare(argument.shown) not in text:
                    lost.append((card.title, argument.field))
    assert lost == []
    assert cards > 20
    assert counted > 100


def test_places_are_of_tools_and_arguments_that_there_are(root: Path) -> None:
    """A name that is spelt wrongly would lead nowhere, and nobody would notice."""
    project = load_project(root)
    tools = {tool.name: tool for tool in project.tools}
    table = tomllib.loads((root / "tools/texts/places.toml").read_text("utf-8"))
    texts = texts_of("de", project.texts)
    assert project.world is not None
    limits = orjson.loads((project.world / "policy.json").read_bytes())
    for name, places in table.items():
        assert places.keys() <= tools[name].args.model_fields.keys()
        for argument in places:
            for reference in texts.places(name, argument):
                tool, _, path = reference.partition(" ")
                if tool == "limits":
                    assert listed_in(limits, [reference]), reference
                else:
                    assert field_of(tools[tool].result, path), reference


def field_of(model: Any, path: str) -> bool:  # noqa: ANN401 - models, unions, tuples
    """Whether a path leads to a field of a model."""
    schema = model.model_json_schema(mode="serialization")
    nodes = [schema]
    for part in path.split("."):
        below: list[dict[str, Any]] = []
        for node in opened_nodes(nodes, schema):
            inner = node.get("items") if part == "*" else node.get("properties", {}).get(part)
            below += [inner] if inner else []
        nodes = below
    return bool(nodes)


def opened_nodes(nodes: list[dict[str, Any]], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The nodes with what they refer to, and the members of unions."""
    found: list[dict[str, Any]] = []
    for node in nodes:
        if "$ref" in node:
            found += opened_nodes([schema["$defs"][node["$ref"].rpartition("/")[2]]], schema)
        elif "anyOf" in node:
            found += opened_nodes(node["anyOf"], schema)
        else:
            found.append(node)
    return found
