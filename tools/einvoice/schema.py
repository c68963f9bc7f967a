"""Checks against the XML schema of a profile; each schema is compiled once and kept."""

import threading

from lxml import etree

from tools.einvoice.fault import Fault, fault
from tools.einvoice.limits import Limits
from tools.einvoice.profile import Profile
from tools.einvoice.rulesets import Rulesets
from tools.einvoice.xml import Element


class Schemas:
    """The compiled schemas of a table of rules. May be used by several threads."""

    def __init__(self, table: Rulesets, limits: Limits) -> None:
        self._table = table
        self._limits = limits
        self._compiled: dict[str, etree.XMLSchema] = {}
        self._lock = threading.Lock()

    def check(self, root: Element, profile: Profile) -> Fault | None:
        """The first breach of the profile's schema, or None.

        Raises RulesRefused: the schema's files are absent or not the pinned ones.
        """
        with self._lock:
            schema = self._schema(profile.schema)
            if schema.validate(root):
                return None
            first = schema.error_log[0]
        reason = first.message.replace("\n", " ")[: self._limits.quote_characters]
        return fault("schema", schema=profile.schema, line=first.line, reason=reason)

    def warm(self, ids: tuple[str, ...]) -> None:
        """Compile schemas before the first document needs them."""
        with self._lock:
            for name in ids:
                self._schema(name)

    def _schema(self, name: str) -> etree.XMLSchema:
        if name not in self._compiled:
            parser = etree.XMLParser(no_network=True, resolve_entities=False)
            file = self._table.schemas[name].locate()
            self._compiled[name] = etree.XMLSchema(etree.parse(file, parser))
        return self._compiled[name]
