"""One case under examination: pages, row, key and anchors, held against each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leitstand.digest import plain
from leitstand.errors import Erased, StoreFailed
from leitstand.records import Event
from leitstand.store.fault import Fault, Harm
from leitstand.store.page import CaseKey, Page, headers_of, open_page, unwrap

_ROW = ("tenant", "role", "version", "requester", "title", "parent", "depth")
_ENDED = ("done", "rejected", "exception")
_NAMES = b'"blob":'


@dataclass(slots=True)
class Examined:
    """`row` as in `cases`, with the wrapped key; `heads`: the anchored head by number of events.

    `seq` counts the events found, `names` are the large bodies that they speak of. Bodies are held
    against their keyed digests wherever the key is still there; an erased case proves its chain all
    the same.
    """

    row: Mapping[str, Any]
    master: bytes
    heads: dict[int, str]
    seq: int = 0
    erased: bool = False
    names: set[str] = field(default_factory=set[str])
    faults: list[Fault] = field(default_factory=list[Fault])
    _key: CaseKey | None = None
    _head: bytes = b""
    _proven: int = 0
    _ended: bool = False
    _case: dict[str, Any] = field(default_factory=dict[str, Any])

    def read(self, pages: Sequence[Page]) -> None:
        """Go through the pages in their order and say what is wrong."""
        try:
            self._read(pages)
        except Exception as error:  # noqa: BLE001 - rows may hold anything by now
            self._fault("altered", -1, f"it cannot be read: {type(error).__name__}: {error}")

    def _read(self, pages: Sequence[Page]) -> None:
        self._unlock()
        for page in pages:
            self._link(page)
            if self._key is not None:
                self._open(page, self._key)
        self._measure(pages)
        if self._key is None and not self.erased and not self.faults:
            self._fault("missing", -1, "its key is gone, and no erasure is on record")
        if self._case and not self.faults:
            self._compare_row()

    def compare(self, large: Mapping[str, bytes]) -> None:
        """Hold the large bodies against their names."""
        for name in sorted(self.names - large.keys()):
            self._fault("missing", -1, f"blob {name} is gone")
        for name, body in large.items():
            if self._key is not None and not _opens(self._key, name, body):
                self._fault("altered", -1, f"blob {name} holds something else")

    def _unlock(self) -> None:
        try:
            self._key = unwrap(self.master, self.row["wrapped"] or b"", self.row["ulid"])
        except Erased:
            return
        except StoreFailed as error:
            self._fault("altered", -1, error.text)

    def _link(self, page: Page) -> None:
        """Take a page's headers into the chain."""
        if page.seq > self.seq:
            self._fault("missing", self.seq, f"the events up to {page.seq - 1} are gone")
        elif page.seq < self.seq:
            self._fault("altered", page.seq, "events stand there twice")
        self.seq = page.seq
        try:
            for event, head in headers_of(page, self._head):
                self._head = head
                self._take(event)
                # What was said of an erasure stands in clear: there is no key any more.
                self.erased |= event.kind == "erased" and plain(page.body)[:32] == event.digest
        except (TypeError, ValueError) as error:
            self._fault("altered", self.seq, f"headers that cannot be read: {error}")

    def _take(self, event: Event) -> None:
        if event.seq != self.seq:
            self._fault("altered", self.seq, f"event {event.seq} stands in its place")
        self.seq += 1
        if event.kind in ("exit", "resumed"):
            self._ended = event.kind == "exit"
        anchored = self.heads.pop(self.seq, None)
        if anchored is None:
            return
        if anchored == self._head.hex():
            self._proven = self.seq
        elif not self.faults:
            self._fault("altered", self._proven, f"up to event {self.seq - 1} another was anchored")

    def _open(self, page: Page, key: CaseKey) -> None:
        try:
            for event in open_page(page, key):
                self._weigh(event, key)
        except StoreFailed as error:
            self._fault("altered", page.seq, error.text)
        except (TypeError, ValueError) as error:
            self._fault("altered", page.seq, f"bodies that cannot be read: {error}")

    def _weigh(self, event: Event, key: CaseKey) -> None:
        if key.digest(event.body) != event.digest:
            self._fault(
                "altered", event.seq, f"`{event.kind}` holds another body than its digest says"
            )
        elif event.kind in ("started", "moved", "resumed", "restricted"):
            self._name(event, event.said())
        elif _NAMES in event.body:
            name = event.said().get("blob")
            self.names |= {name} if isinstance(name, str) else set[str]()

    def _name(self, event: Event, body: dict[str, Any]) -> None:
        if event.kind == "started":
            self._case = {"ulid": event.address, **body["case"]}
        elif event.kind == "restricted":
            self._case |= {"title": "", "requester": ""}
        else:
            self._case["version"] = body["to"]

    def _measure(self, pages: Sequence[Page]) -> None:
        """Hold what was found against what the row and the anchors say there was."""
        there = max([self.row["seq"], *self.heads])
        if not pages:
            self._fault("missing", -1, f"its journal of {there} events is gone")
        elif self.seq < there:
            self._fault("truncated", self.seq, f"the journal ended at event {there - 1}")
        elif self.seq > self.row["seq"]:
            text = f"its row says that the journal ends at event {self.row['seq'] - 1}"
            self._fault("altered", self.row["seq"], text)
        elif self._head != self.row["head"] and not self.faults:
            self._fault("altered", self._proven, "its chain does not lead to the head in its row")

    def _compare_row(self) -> None:
        wrong = [name for name in ("ulid", *_ROW) if self.row[name] != self._case[name]]
        if self._ended != (self.row["status"] in _ENDED):
            wrong.append("status")
        if wrong:
            text = f"its row says something else than its journal: {', '.join(wrong)}"
            self._fault("altered", -1, f"{text}; `leitstand rebuild` makes rows anew")

    def _fault(self, kind: Harm, seq: int, text: str) -> None:
        self.faults.append(Fault(kind, self.row["ulid"], seq, text))


def _opens(key: CaseKey, name: str, body: bytes) -> bool:
    try:
        return key.digest(key.decrypt(body)) == name
    except (StoreFailed, TypeError):
        return False
