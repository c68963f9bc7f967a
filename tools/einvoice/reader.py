"""From bytes to verdict: the whole reading of one received file, and what it ends in.

bytes, hash, kind, (PDF: embedded files, page text), XML, profile, schema, business rules, typed
invoice, contents of § 14 UStG. Whatever is received, the reading ends in a `ReadInvoice` whose
validation says where it ended and why; it raises only when our own rules are not in place.
"""

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from leitstand.values import Frozen
from tools.einvoice import content as contents
from tools.einvoice import forms, reading, rulesets, sniff, xml
from tools.einvoice import limits as limit_table
from tools.einvoice import profile as profiles
from tools.einvoice.fault import BmfClass, Fault, Stage, Unfit, Verdict, fault
from tools.einvoice.invoice import Invoice
from tools.einvoice.limits import Limits
from tools.einvoice.pdf import EmbeddedFile, Pdf, Pdfs, invoice_in
from tools.einvoice.profile import Profile
from tools.einvoice.rules import Rules
from tools.einvoice.rulesets import Rulesets, Standing
from tools.einvoice.schema import Schemas
from tools.einvoice.verdict import MALWARE, FiredRule, Validation
from tools.einvoice.worker import NoAnswer
from tools.einvoice.xml import Element
from tools.paper import Paper, read_paper

_INLINE_BYTES = 200_000
_ON_PAPER = frozenset({"pdf-no-xml", "pdf-xml-unreadable", "zugferd-1"})
"""Findings that leave nothing to read but the pages themselves, of a PDF."""
_UNREAD = {"one value": "value-ambiguous"}


class ReadInvoice(Frozen):
    """What a received file turned out to be.

    `sha256` of the file as received and `xml_sha256` of its structured part tell twins apart.
    `invoice` is there whenever UBL or CII could be read, even if it is not valid. `text` is the
    page text of a PDF (form feeds between pages), `files` what a PDF has embedded. `paper` is what
    the pages of a PDF say that holds no invoice one could read.
    """

    sha256: str
    validation: Validation
    invoice: Invoice | None = None
    xml_sha256: str | None = None
    xml_name: str | None = None
    text: str | None = None
    pages: int | None = None
    files: tuple[EmbeddedFile, ...] = ()
    paper: Paper | None = None


@dataclass(slots=True)
class _Found:
    """What is known of a file so far."""

    kind: sniff.Kind
    stage: Stage = "sniff"
    pdf: Pdf | None = None
    xml: bytes | None = None
    xml_name: str | None = None
    profile: Profile | None = None
    invoice: Invoice | None = None
    rules: tuple[FiredRule, ...] = ()
    faults: tuple[Fault, ...] = ()
    paper: Paper | None = None
    text: str | None = None


class Reader:
    """Reads received files. Owns worker processes: `close` it when done, or use `async with`.

    `workers` rule processes check business rules side by side; PDFs have one process.
    """

    def __init__(
        self,
        *,
        workers: int = 1,
        table: Rulesets = rulesets.DEFAULT,
        limits: Limits = limit_table.DEFAULT,
        needs: contents.Contents = contents.DEFAULT,
    ) -> None:
        self._table, self.limits, self._needs = table, limits, needs
        self.rules = Rules(table, limits, workers)
        self.pdfs = Pdfs(limits)
        self._schemas = Schemas(table, limits)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    async def warm(
        self, profile: str = "xrechnung-3.0", dialects: tuple[str, ...] = ("ubl", "cii")
    ) -> None:
        """Start the rule workers and compile what one profile needs before a file asks for it.

        Raises RulesRefused: a rule or schema file is absent or not the pinned one.
        """
        rules = next(p for p in self._table.profiles if p.id == profile)
        sheets = tuple(sheet for name in dialects for sheet in rules.rulesets.get(name, ()))
        await asyncio.gather(
            self.rules.warm(sheets),
            asyncio.to_thread(self._schemas.warm, ("ubl-invoice", "ubl-creditnote", "cii")),
        )

    async def read(self, data: bytes) -> ReadInvoice:
        """What a file is and says; every file gets an answer.

        Raises RulesRefused only: a rule or schema file is absent or not the pinned one.
        """
        large = len(data) > _INLINE_BYTES
        sha256 = await asyncio.to_thread(_sha256, data) if large else _sha256(data)
        found = _Found(sniff.sniff(data))
        try:
            await self._read(data, found)
        except Unfit as error:
            found.faults = (*found.faults, error.fault)
            if found.pdf and error.fault.code in _ON_PAPER and _may_be_shown(found):
                await self._read_pages(data, found)
        return self._answer(sha256, found)

    def refuse(self, sha256: str, size: int) -> ReadInvoice | None:
        """The answer to a file that is too large to be fetched at all; None if it is not."""
        if size <= self.limits.file_bytes:
            return None
        finding = fault("file-too-large", size=size, limit=self.limits.file_bytes)
        return self._answer(sha256, _Found("binary", faults=(finding,)))

    def close(self) -> None:
        """End the worker processes."""
        self.rules.close()
        self.pdfs.close()

    async def _read(self, data: bytes, found: _Found) -> None:
        self._admit(data, found.kind)
        found.stage, found.xml = "xml", data
        if found.kind == "pdf":
            found.stage = "pdf"
            found.xml = await self._unpack(data, found)
        if len(found.xml) > _INLINE_BYTES:
            root = await asyncio.to_thread(self._parse, found.xml, found)
        else:
            root = self._parse(found.xml, found)
        if root is not None:
            await self._check_rules(root, found)

    def _admit(self, data: bytes, kind: sniff.Kind) -> None:
        if kind == "empty":
            raise Unfit(fault("file-empty"))
        if len(data) > self.limits.file_bytes:
            raise Unfit(fault("file-too-large", size=len(data), limit=self.limits.file_bytes))
        if sniff.has_eicar(data):
            raise Unfit(fault("file-malware"))
        if kind == "archive":
            raise Unfit(fault("file-archive"))
        if kind == "text" and (form := forms.form_of_text(data)):
            raise Unfit(forms.not_read(form, kind))
        if kind not in ("xml", "pdf"):
            raise Unfit(fault("file-kind", kind=kind))

    async def _unpack(self, data: bytes, found: _Found) -> bytes:
        pdf = await self.pdfs.open(data)
        found.pdf = pdf
        found.faults = tuple(_pdf_faults(pdf))
        name, content = invoice_in(pdf, self.limits)
        found.xml_name = name
        return content

    async def _read_pages(self, data: bytes, found: _Found) -> None:
        """What the pages say where nothing else does; a page without text says nothing."""
        pages = await self.pdfs.sheets(data)
        if any(page.words for page in pages):
            found.paper = await asyncio.to_thread(read_paper, pages)
            found.text = "\f".join(page.text for page in pages)

    def _parse(self, data: bytes, found: _Found) -> Element | None:
        """Parse, detect, check the schema and read; the root for the business rules."""
        root = profiles.taken_out(xml.parse(data, self.limits))
        found.stage = "profile"
        found.profile = profiles.detect(root, self._table)
        found.stage = "schema"
        breach = self._schemas.check(root, found.profile)
        document = found.profile.document
        if document == "zugferd-1":
            raise Unfit(breach or fault("zugferd-1"))
        found.invoice = reading.read(root, document)
        found.faults = (*found.faults, *_read_faults(found.invoice))
        if breach:
            raise Unfit(breach)
        return root

    async def _check_rules(self, root: Element, found: _Found) -> None:
        profile = found.profile
        if profile is None:
            return
        found.stage = "rules"
        try:
            fired = await self.rules.check(xml.serialize(root), profile.rules, profile.rulesets)
        except NoAnswer as error:
            raise Unfit(fault("rules-no-answer", reason=error.text)) from error
        found.rules = fired
        fatal = ", ".join(sorted({rule.id for rule in fired if rule.severity == "fatal"}))
        if fatal:
            raise Unfit(fault("rules", rules=fatal))
        if profile.rules.standing == "below-en16931":
            raise Unfit(fault("below-en16931", profile=profile.name))

    def _answer(self, sha256: str, found: _Found) -> ReadInvoice:
        pdf = found.pdf
        return ReadInvoice(
            sha256=sha256,
            validation=self._validation(found),
            invoice=found.invoice,
            xml_sha256=_sha256(found.xml) if found.invoice and found.xml else None,
            xml_name=found.xml_name,
            text=found.text or (pdf.text if pdf else None),
            pages=pdf.pages if pdf else None,
            files=pdf.files if pdf else (),
            paper=found.paper,
        )

    def _validation(self, found: _Found) -> Validation:
        decisive = next((f for f in found.faults if f.verdict != "valid"), None)
        verdict: Verdict = decisive.verdict if decisive else "valid"
        bmf: BmfClass = decisive.bmf_class if decisive else "none"
        profile = found.profile
        checked = profile.rulesets if profile and found.stage == "rules" else ()
        return Validation(
            verdict=verdict,
            stage=found.stage,
            bmf_class=bmf,
            standing=_standing(verdict, profile),
            kind=found.kind,
            document=profile.document if profile else None,
            profile=profile.name if profile else None,
            specification=profile.specification if profile else None,
            faults=found.faults,
            rules=found.rules,
            rulesets=tuple(self._table.rulesets[name].ref for name in checked),
            content=self._content(found),
        )

    def _content(self, found: _Found) -> tuple[Fault, ...]:
        profile = found.profile
        if found.invoice is None or profile is None or profile.rules.standing != "e-invoice":
            return ()
        return self._needs.missing(found.invoice)


def _standing(verdict: Verdict, profile: Profile | None) -> Standing:
    if profile is None or verdict in ("no-structured-data", "unreadable", "refused"):
        return "no-e-invoice"
    return profile.rules.standing


def _read_faults(invoice: Invoice) -> list[Fault]:
    found = [
        fault(
            _UNREAD.get(u.expected, "value-unreadable"), value=u.value, field=u.field, path=u.path
        )
        for u in invoice.unread
    ]
    for attachment in invoice.attachments:
        name = attachment.filename or attachment.reference or "?"
        if attachment.eicar:
            found.append(fault("attachment-malware", name=name))
        if not attachment.readable:
            found.append(fault("attachment-unreadable", name=name))
    return found


def _pdf_faults(pdf: Pdf) -> Iterator[Fault]:
    yield from (fault("attachment-malware", name=file.name) for file in pdf.files if file.eicar)
    yield from (fault("attachment-unreadable", name=name or "?") for name in pdf.damaged)
    if pdf.text is None:
        yield fault("pdf-pages-unread")


def _may_be_shown(found: _Found) -> bool:
    """Whether the pages can be read and nothing in the file is harmful."""
    return not any(fault.code in (*MALWARE, "pdf-pages-unread") for fault in found.faults)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
