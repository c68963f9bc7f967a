"""PDFs: their embedded files, the page text, and which of the files is the invoice.

A PDF is read in a process of its own, with limits of time and memory; this is the calling side.
"""

from pathlib import Path
from typing import Any

from leitstand.values import Code, Frozen
from tools.einvoice import sniff, xml
from tools.einvoice.fault import Fault, Unfit, fault
from tools.einvoice.limits import Limits
from tools.einvoice.profile import is_foreign, is_invoice
from tools.einvoice.worker import Job, NoAnswer, Pool
from tools.paper import Page, Word

_WORKER = Path(__file__).with_name("pdf_worker.py")
_PROBLEMS = {"broken": "pdf-broken", "locked": "pdf-locked"}


class EmbeddedFile(Frozen):
    """A file embedded in a PDF: name and type as claimed, what it is by its bytes, its hash."""

    name: str
    mime: Code
    content: sniff.Kind
    size: int
    sha256: str
    eicar: bool


class Pdf(Frozen):
    """What a PDF holds: pages, text (form feeds between pages), embedded files and contents.

    `text` is None where the pages could not be read. `damaged` names embedded files that do not
    unpack.
    """

    pages: int
    text: str | None
    damaged: tuple[str, ...]
    files: tuple[EmbeddedFile, ...]
    contents: tuple[bytes, ...]


class Pdfs:
    """Reads PDFs in `workers` processes of their own; close it when done."""

    def __init__(self, limits: Limits, workers: int = 1) -> None:
        self._limits = limits
        self._pool = Pool(Job(_WORKER, {"memory": limits.pdf_memory}), workers)

    @property
    def processes(self) -> tuple[int, ...]:
        """The process ids of the workers now alive."""
        return self._pool.processes

    async def open(self, data: bytes) -> Pdf:
        """What a PDF holds.

        Raises Unfit with the finding: pdf-broken, pdf-locked, pdf-attachment-too-large,
        pdf-no-answer.
        """
        try:
            answer, body = await self._ask("files", data)
        except NoAnswer as error:
            raise Unfit(fault("pdf-no-answer")) from error
        if problem := answer.get("problem"):
            code = _PROBLEMS.get(problem, "pdf-attachment-too-large")
            raise Unfit(fault(code, limit=self._limits.pdf_attachment_bytes))
        return _pdf(answer, body, await self._text(data))

    async def sheets(self, data: bytes) -> tuple[Page, ...]:
        """The pages of a PDF that could be opened, with the place of each word.

        None of them where the worker has no answer: what was found of the file stands without.
        """
        try:
            answer, _ = await self._ask("sheets", data)
        except NoAnswer:
            return ()
        sheets: list[dict[str, Any]] = answer["sheets"]
        return tuple(
            Page(number, sheet["text"], tuple(Word(*word) for word in sheet["words"]))
            for number, sheet in enumerate(sheets, start=1)
        )

    def close(self) -> None:
        """End the worker processes."""
        self._pool.close()

    async def _text(self, data: bytes) -> str | None:
        try:
            return (await self._ask("text", data))[0]["text"]
        except NoAnswer:
            return None

    async def _ask(self, part: str, data: bytes) -> tuple[dict[str, Any], bytes]:
        limits = self._limits
        header = {
            "part": part,
            "attachments": limits.pdf_attachments,
            "bytes": limits.pdf_attachment_bytes,
            "pages": limits.pdf_pages,
            "characters": limits.pdf_characters,
        }
        return await self._pool.ask(header, data, limits.pdf_seconds)


def invoice_in(pdf: Pdf, limits: Limits) -> tuple[str, bytes]:
    """Name and bytes of the one embedded file that is an invoice in XML.

    Other XML files do not count beside it; the same file embedded twice counts once. A PDF with
    another business document, such as an order, and no invoice gives that document. Raises Unfit
    with the finding: pdf-no-xml, pdf-xml-unreadable, pdf-several-invoices, or that of an XML which
    is refused.
    """
    invoices: dict[str, tuple[str, bytes]] = {}
    foreign: list[tuple[str, bytes]] = []
    unreadable = [_damaged(name) for name in pdf.damaged if name.casefold().endswith(".xml")]
    for file, content in zip(pdf.files, pdf.contents, strict=True):
        if file.content != "xml":
            continue
        try:
            root = xml.parse(content, limits)
        except Unfit as error:
            unreadable.append(_unreadable(file.name, error.fault))
            continue
        if is_invoice(root):
            invoices.setdefault(file.sha256, (file.name, content))
        elif is_foreign(root):
            foreign.append((file.name, content))
    if len(invoices) > 1:
        names = ", ".join(name for name, _ in invoices.values())
        raise Unfit(fault("pdf-several-invoices", names=names))
    found = [*invoices.values(), *foreign]
    if not found:
        raise Unfit(unreadable[0] if unreadable else fault("pdf-no-xml"))
    return found[0]


def _unreadable(name: str, why: Fault) -> Fault:
    refused = why.verdict == "refused"
    return why if refused else fault("pdf-xml-unreadable", name=name, de=why.de, en=why.en)


def _damaged(name: str) -> Fault:
    why = {"de": "Der Anhang ist beschädigt.", "en": "The attachment is damaged."}
    return fault("pdf-xml-unreadable", name=name, **why)


def _pdf(answer: dict[str, Any], body: bytes, text: str | None) -> Pdf:
    files: list[dict[str, object]] = answer["files"]
    described: list[EmbeddedFile] = []
    contents: list[bytes] = []
    start = 0
    for file in files:
        size = int(str(file["size"]))
        content = body[start : start + size]
        start += size
        contents.append(content)
        described.append(
            EmbeddedFile(
                name=str(file["name"]),
                mime=str(file["mime"]),
                content=sniff.sniff(content),
                size=size,
                sha256=str(file["sha256"]),
                eicar=sniff.has_eicar(content),
            )
        )
    return Pdf(
        pages=answer["pages"],
        text=text,
        damaged=tuple(answer["damaged"]),
        files=tuple(described),
        contents=tuple(contents),
    )
