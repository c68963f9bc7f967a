"""The job of a rule worker: run compiled schematron stylesheets over one document.

Lives in a process of its own (see child.py): the XSLT engine is native code, and an abort of it
must not take the runtime along. It gets only stylesheets whose hash was checked and XML that the
hardened parser wrote.
"""

from typing import Any, cast
from xml.etree import ElementTree as ET

import saxonche

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_FOUND = {f"{_SVRL}failed-assert": "fatal", f"{_SVRL}successful-report": "warning"}
_REFUSED: type[Exception] = cast("Any", saxonche).PySaxonApiError
_STOPPED = "The rules cannot be applied to this document: {}"
_LEVELS = {"fatal", "warning", "information"}


class _Engine:
    def __init__(self) -> None:
        engine: Any = saxonche
        self._processor: Any = engine.PySaxonProcessor(license=False)
        self._xslt: Any = self._processor.new_xslt30_processor()
        self._sheets: dict[str, Any] = {}

    def run(self, xml: str, sheets: list[str]) -> list[list[dict[str, str]]]:
        """What each stylesheet finds in a document."""
        document = self._processor.parse_xml(xml_text=xml)
        return [self._find(document, self._sheet(sheet)) for sheet in sheets]

    def compile(self, sheets: list[str]) -> None:
        for sheet in sheets:
            self._sheet(sheet)

    def _find(self, document: Any, sheet: Any) -> list[dict[str, str]]:  # noqa: ANN401
        """What a stylesheet finds; where the document is not what it expects, that it stopped.

        The official rules ask for the one value of what EN 16931 allows once; where the schema
        lets it stand twice, a rule has no answer, and the others of its set are not asked any more.
        """
        try:
            return _findings(sheet.transform_to_string(xdm_node=document))
        except _REFUSED as error:
            return [{"rule": "", "severity": "fatal", "place": "", "text": _STOPPED.format(error)}]

    def _sheet(self, file: str) -> Any:  # noqa: ANN401 - the engine has no types
        if file not in self._sheets:
            self._sheets[file] = self._xslt.compile_stylesheet(stylesheet_file=file)
        return self._sheets[file]


_engine: list[_Engine] = []


def start(settings: dict[str, Any]) -> None:
    """Start the engine; `settings["sheets"]` are compiled at once."""
    _engine.append(_Engine())
    _engine[0].compile(settings.get("sheets", []))


def answer(header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """`{"sheets": [file, …]}` and a document, or no document to compile only: what they find."""
    if not body:
        _engine[0].compile(header["sheets"])
        return {"found": []}, b""
    return {"found": _engine[0].run(body.decode("utf-8"), header["sheets"])}, b""


def _findings(svrl: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for node in ET.fromstring(svrl):  # noqa: S314 - the engine's own report
        usual = _FOUND.get(node.tag)
        if usual is None:
            continue
        flag = node.get("flag") or node.get("role") or usual
        found.append(
            {
                "rule": node.get("id") or "",
                "severity": flag if flag in _LEVELS else usual,
                "place": node.get("location") or "",
                "text": " ".join("".join(node.itertext()).split()),
            }
        )
    return found
