"""Write the page of settings from the models that check them.

    python docs/make_settings.py > docs/settings.md

What the page says of a key is what the model says; a test holds the two together.
"""

import ast
import importlib
import inspect
import json
import re
import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

ROOT = Path(__file__).resolve().parents[1]
HEAD = """\
# Settings

What a project says of itself stands in one table: `[tool.leitstand]` of its `pyproject.toml`, or a
`leitstand.toml` of its own, where the names of tables do without `tool.leitstand`. A name or value
that a table does not know is refused with its place when it is read. Secrets are never written here
but referred to, as `env:NAME` or `file:/path`. What a company sets (thresholds, roles, periods) is
not here but in the files of its world ([batch](how-to/batch.md)) and in `policies/`.

This page is written by `make docs` from the models that check the tables.
"""
TABLES = {
    "": "leitstand.table:Table",
    "people": "leitstand.table:Member",
    "case": "leitstand.store.journal:Limits",
    "web": "leitstand.table:Web",
    "web.deadlines": "leitstand.inbox.hours:Deadlines",
    "oidc": "leitstand.web.oidc.settings:OidcSettings",
    "channels": "leitstand.channels.settings:Settings",
    "channels.mail": "leitstand.channels.mail:MailSettings",
    "channels.matrix": "leitstand.channels.matrix:MatrixSettings",
    "channels.teams": "leitstand.channels.teams:TeamsSettings",
    "triggers": "leitstand.triggers.settings:Settings",
    "triggers.mail": "leitstand.triggers.settings:MailRules",
    "triggers.mailboxes.NAME": "leitstand.triggers.settings:MailboxSettings",
    "triggers.folders.NAME": "leitstand.triggers.settings:FolderSettings",
    "triggers.schedules.NAME": "leitstand.triggers.settings:ScheduleSettings",
    "triggers.webhook": "leitstand.triggers.settings:WebhookRules",
    "triggers.webhooks.NAME": "leitstand.triggers.settings:WebhookSettings",
    "models.NAME": "leitstand.model.settings:Settings",
    "release.PATTERN": "leitstand.approval.release:Signers",
    "trace": "leitstand.trace.settings:TraceSettings",
}
LISTS = ("people",)
WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
}


def main() -> None:
    """Print the page."""
    sys.path[:0] = [str(ROOT / "src")]
    sys.stdout.write("\n".join([HEAD, *(section(name, form(at)) for name, at in TABLES.items())]))


def form(reference: str) -> type:
    """The model that a table is checked by."""
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)


def section(name: str, model: type) -> str:
    """One table: what it is for, then a row a key."""
    place = f"tool.leitstand.{name}" if name else "tool.leitstand"
    said = meanings(model)
    schema = TypeAdapter(model).json_schema()
    rows = [row(key, one, schema, said) for key, one in schema["properties"].items()]
    columns = ["key", "value", "if left out", *(["what it says"] if said else [])]
    lines = [columns, ["---"] * len(columns), *rows]
    title = f"[[{place}]]" if name in LISTS else f"[{place}]"
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"## `{title}`\n\n{purpose(model)}\n\n{table}\n"


def purpose(model: type) -> str:
    """What a class says of itself, without the name of its table, which is the title."""
    text = re.sub(r"^`\[[^`]*`[:.]\s*", "", inspect.getdoc(model) or "")
    return text[:1].upper() + text[1:]


def meanings(model: type) -> Mapping[str, str]:
    """What stands under each field of a class, in one line."""
    (written,) = ast.parse(inspect.getsource(model)).body
    body = written.body if isinstance(written, ast.ClassDef) else []
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
        if isinstance(text.value.value, str)
    }


def row(
    key: str, one: Mapping[str, Any], schema: Mapping[str, Any], said: Mapping[str, str]
) -> list[str]:
    """The cells of one key."""
    needed = key in schema.get("required", ())
    absent = "must be given" if needed else shown(one.get("default"))
    cells = [
        f"`{key}`",
        value(one, schema.get("$defs", {})),
        absent,
        *([said.get(key, "")] if said else []),
    ]
    return [cell.replace("|", "\\|") for cell in cells]


def shown(default: object) -> str:
    """A default as one would write it; empty where it says nothing or is a table of its own."""
    if default in (None, "", []) or isinstance(default, dict):
        return ""
    return f"`{json.dumps(default, ensure_ascii=False)}`"


def value(one: Mapping[str, Any], known: Mapping[str, Any]) -> str:
    """What may stand there, in words."""
    if "$ref" in one:
        return value(known[one["$ref"].rsplit("/", 1)[1]], known)
    if "anyOf" in one:
        return " or ".join(value(o, known) for o in one["anyOf"] if o.get("type") != "null")
    if "enum" in one:
        return ", ".join(f"`{choice}`" for choice in one["enum"])
    if one.get("type") == "array":
        inner = [value(o, known) for o in [one.get("items", {}), *one.get("prefixItems", ())] if o]
        return f"list of {' or '.join(dict.fromkeys(inner))}"
    if one.get("type") == "object" or "properties" in one:
        of: Any = one.get("additionalProperties")
        return "table" if of in (None, True, False, {}) else f"table of {value(of, known)}"
    return " ".join([WORDS.get(one.get("type", ""), "any value"), *bounds(one)])


def bounds(one: Mapping[str, Any]) -> Iterator[str]:
    """The limits of a number."""
    words = {"exclusiveMinimum": "above", "minimum": "from", "maximum": "to"}
    yield from (f"{word} {one[name]}" for name, word in words.items() if name in one)


if __name__ == "__main__":
    main()
