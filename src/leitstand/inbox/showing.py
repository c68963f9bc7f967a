"""Showing a checkpoint: from its case's journal to the card that people read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leitstand.approval import Kind, is_amount, kind_of, part_type
from leitstand.digest import canonical
from leitstand.errors import ApprovalRefused
from leitstand.inbox.card import Argument, Card, Choice, Found, Message, Rule, Source, Who
from leitstand.inbox.dossier import Dossier, Happened
from leitstand.inbox.evidence import Read, conflicts_in, find_value, listed_in, look_up, readings_of
from leitstand.inbox.explained import measured
from leitstand.inbox.hours import deadlines_of
from leitstand.inbox.pending import Pending
from leitstand.inbox.seat import seat_of
from leitstand.inbox.texts import Texts
from leitstand.records import Checkpoint, Decision, Verdict
from leitstand.runtime import Leitstand
from leitstand.tool import Tool

_EMPTY: Sequence[object] = (None, "", [], {})
_FIELD = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
THREAD = "thread"
"""The signal under which questions and answers on a case are kept."""


async def card_of(leitstand: Leitstand, pending: Pending, texts: Texts) -> Card:
    """The card of a checkpoint, in the language of `texts`.

    Raises ApprovalRefused: its tool is no longer one of the project.
    """
    shown, dossier, body = pending.checkpoint, pending.dossier, pending.frozen.body
    tools = leitstand.rules.tools
    if (tool := tools.get(shown.tool)) is None:
        text, mend = texts.say("effect.gone", tool=shown.tool), "run `leitstand deploy`"
        raise ApprovalRefused(text, where=shown.case, mend=mend)
    reads = await readings_of(dossier.journal, tools, body["readings"])
    marks = frozenset(body.get("tainted", ()))
    view = _View(leitstand, texts, tool, shown.args, reads, body["args"], marks)
    verdict = Verdict.model_validate_json(canonical(body["verdict"]))
    return Card(
        id=shown.id,
        effect=view.effect(),
        reversal=view.reversal(),
        rules=tuple(_rules(leitstand, shown.tool, verdict, texts)),
        arguments=tuple(view.argument(n, shown.args[n]) for n in tool.args.model_fields),
        evidence=tuple(_source(r, texts) for r in reads),
        conflicts=tuple(_conflict(c, texts) for c in conflicts_in(reads)),
        confidence=min((r.confidence for r in reads), default=0),
        before=tuple(line_of(h, texts) for h in dossier.happened if h.text != shown.id),
        siblings=tuple(c.id for c in dossier.tape.open_checkpoints() if c.id != shown.id),
        deadline=_deadline(leitstand, shown, texts),
        opened=shown.opened,
        roles=shown.roles,
        needed=shown.approvers,
        signed=tuple(_who(leitstand, a.person, a.role, a.on_behalf_of) for a in pending.signed),
        may=tuple(able(leitstand, pending)),
        thread=tuple(thread_of(dossier)),
        difference=tuple(texts.known(f"reasons.{d}", d) for d in body["difference"]),
        tool=shown.tool,
        case=shown.case,
        title=dossier.case.title,
        role=dossier.case.role,
        requester=requester_of(leitstand, shown.requester, texts),
        seen=pending.seen,
        state=pending.frozen.state,
    )


async def effect_of(
    leitstand: Leitstand, dossier: Dossier, tool: str, args: Mapping[str, Any], texts: Texts
) -> tuple[str, str]:
    """What an action does, in one sentence with amounts and dates, and how it is taken back."""
    tools = leitstand.rules.tools
    if tool not in tools:
        return texts.say("effect.gone", tool=tool), ""
    named = {reference.partition(" ")[0] for reference in texts.lookups(tool).values()}
    names = [h.address for h in dossier.happened if h.tool in named]
    reads = await readings_of(dossier.journal, tools, names)
    view = _View(leitstand, texts, tools[tool], args, reads, args)
    return view.effect(), view.reversal()


async def meant_by(leitstand: Leitstand, dossier: Dossier, texts: Texts) -> str:
    """What a case had meant to do when the rules stopped it; empty where they judged nothing."""
    judged = dossier.gravest
    if judged is None:
        return ""
    return (await effect_of(leitstand, dossier, judged.tool, judged.args, texts))[0]


def able(leitstand: Leitstand, pending: Pending) -> Iterator[Who]:
    """Everyone who could sign now: in a role that is asked, not the requester, not twice."""
    shown = pending.checkpoint
    done = {n for a in pending.signed for n in (a.person, a.on_behalf_of)} | {shown.requester}
    for person in leitstand.people:
        seat = None if person.id in done else seat_of(leitstand, pending, person)
        if seat is not None:
            yield _who(leitstand, person.id, *seat)


def line_of(happened: Happened, texts: Texts) -> str:
    """One line on a call that the agent made."""
    key, said = happened.what, texts.told(happened.text)
    tool, until = texts.tool(happened.tool), happened.until or None
    return texts.say(f"line.{key}", tool=tool, text=said, until=until)


def reason_of(leitstand: Leitstand, dossier: Dossier, texts: Texts) -> str:
    """Why a case ended or is held, in the language of `texts`; of rules also what they found."""
    text = dossier.held or (dossier.exit.reason if dossier.exit else "")
    hits = {h.reason_de: (j, h) for j in dossier.judged for h in j.verdict.hits if h.reason_de}
    more = list[str]()
    for reason, (judged, hit) in hits.items():
        found = measured(leitstand.rules.bundle, judged.tool, judged.verdict, hit, texts)
        said = hit.said("reason", texts.language)
        words = " ".join((f"{said.rstrip('.')}.", *found)) if found else said
        if reason not in text and hit.rule in text and judged.refused:
            more.append(words)  # A role that tells the rules by their names alone.
        text = text.replace(reason, words)
    return " ".join((texts.told(text), *more))


@dataclass(frozen=True, slots=True)
class _View:
    """An action with all that its sentences may name."""

    leitstand: Leitstand
    texts: Texts
    tool: Tool[Any, Any]
    args: Mapping[str, Any]
    reads: Sequence[Read]
    proposed: Mapping[str, Any]
    tainted: frozenset[str] = frozenset()

    def values(self) -> dict[str, Any]:
        """Arguments, and what the project's texts look up for this tool."""
        found = dict(self.args)
        for name, reference in self.texts.lookups(self.tool.name).items():
            found[name] = look_up(reference, self.args, self.reads, self.leitstand.limits)
        return found

    def effect(self) -> str:
        """The project's sentence, or tool and arguments where it has none."""
        if sentence := self._said("effect"):
            return sentence
        rows = (f"{self.texts.field(n)} {self.shown(n, v)}" for n, v in self.args.items() if v)
        name = self.texts.tool(self.tool.name)
        return self.texts.say("effect.plain", tool=name, args=", ".join(rows))

    def reversal(self) -> str:
        """Whether and how it can be taken back."""
        if sentence := self._said("undo"):
            return sentence
        if self.tool.undo:
            return self.texts.say("effect.undo", undo=self.texts.tool(self.tool.undo))
        return self.texts.say("effect.final")

    def _said(self, what: str) -> str:
        text, args = self.texts.sentence(self.tool.name, what), self.tool.args
        for name in args.model_fields:  # Cents are never shown as a bare number.
            if is_amount(part_type(args, name)):
                text = text.replace(f"{{{name}}}", f"{{{name}:money}}")
        return self.texts.fill(text, self.values())

    def shown(self, name: str, value: object) -> str:
        """An argument's value as text; an amount by its type, as in an edit, whatever its name."""
        currency, form = str(self.args.get("currency") or "EUR"), part_type(self.tool.args, name)
        return self.texts.value(name, value, currency, form)

    def argument(self, name: str, value: object) -> Argument:
        """One argument beside its master data and the places where it was found."""
        master, before = self._master(name), self.proposed.get(name)
        free = name in self.tool.open_fields
        kind, choices = self._written(name, value)
        return Argument(
            field=name,
            label=self.texts.field(name),
            shown=self.shown(name, value),
            value=canonical(value).decode(),
            agent=self.shown(name, before) if before != value else "",
            master="" if master is None else self.shown(name, master),
            same=None if master is None else master == value,
            tainted=name in self.tainted and before == value != "",
            empty=not any(v not in _EMPTY for v in (value, before, master)),
            found=tuple(self._found(name, value)) if free else (),
            kind=kind,
            choices=choices,
        )

    def _written(self, name: str, value: object) -> tuple[Kind, tuple[Choice, ...]]:
        kind, words = kind_of(self.tool.args, name)
        labels = {word: self.shown(name, word or None) for word in words}
        if rows := listed_in(self.leitstand.limits, self.texts.places(self.tool.name, name)):
            kind, labels = "choice", {str(value): str(value)}
            labels |= {word: f"{word} ({self.shown(name, row)})" for word, row in rows.items()}
        return kind, tuple(Choice(word=word, label=label) for word, label in labels.items())

    def _found(self, name: str, value: object) -> Iterator[Found]:
        """The places where a value was read; those in documents can be looked at."""
        stands = self._stands(name)
        for read in self.reads:
            if place := find_value(read, value, stands.get(read.tool, ())):
                seen = place.path if read.authority == "document" else ""
                text = self.texts.tool(read.tool)
                yield Found(text=text, place=place.shown, reading=read.id, at=seen)

    def _stands(self, name: str) -> Mapping[str, Sequence[str]]:
        """By tool, where an argument is to stand: as the texts say, and as its type does."""
        found: dict[str, list[str]] = {}
        for reference in self.texts.places(self.tool.name, name):
            tool, _, path = reference.partition(" ")
            found.setdefault(tool, []).append(path)
        if mark := self.tool.recorded.get(name):
            found.setdefault(mark.tool, []).append(mark.path)
        return found

    def _master(self, name: str) -> object:
        mark = self.tool.recorded.get(name)
        if mark is None or "*" in mark.path:
            return None
        return look_up(f"{mark.tool} {mark.path}", self.args, self.reads, {})


def _rules(leitstand: Leitstand, tool: str, verdict: Verdict, texts: Texts) -> Iterator[Rule]:
    for hit in verdict.hits:
        if hit.decision is Decision.ALLOW and hit.level == "info":
            continue
        yield Rule(
            rule=hit.rule,
            version=hit.version,
            owner=hit.owner,
            reason=hit.said("reason", texts.language),
            fix=_FIELD.sub(lambda m: texts.field(m[0]), hit.said("fix", texts.language)),
            found=measured(leitstand.rules.bundle, tool, verdict, hit, texts),
        )


def _source(read: Read, texts: Texts) -> Source:
    return Source(
        id=read.id,
        tool=texts.tool(read.tool),
        source=read.source,
        confidence=read.confidence,
        authority=read.authority,
    )


def _conflict(conflict: Mapping[str, Any], texts: Texts) -> str:
    pairs = zip(conflict["values"], conflict["sources"], strict=False)
    sides = " | ".join(f"{value} ({source})" for value, source in pairs)
    return f"{texts.field(conflict['field'])}: {sides}"


def _deadline(leitstand: Leitstand, shown: Checkpoint, texts: Texts) -> str:
    """What will happen if nobody answers, and when; it never is a decision."""
    rules = deadlines_of(leitstand.limits, leitstand.project.table.web)
    due = rules.due(shown.opened, leitstand.zone)
    if not due:
        return texts.say("effect.free")
    chain = [d for d in due if d.role]
    return texts.say(
        "effect.due",
        remind=next((d.at for d in due if not d.role), ""),
        role=texts.role(chain[0].role) if chain else "",
        escalate=chain[0].at if chain else "",
        further=texts.roles(tuple(d.role for d in chain[1:])),
    )


def _who(leitstand: Leitstand, person: str, role: str, on_behalf_of: str = "") -> Who:
    name = leitstand.name_of
    return Who(person=person, name=name(person), role=role, on_behalf_of=name(on_behalf_of))


def requester_of(leitstand: Leitstand, requester: str, texts: Texts) -> str:
    """Who asked for a case, by name: a person, or what brought it in."""
    return texts.known(f"requester.{requester}", leitstand.name_of(requester))


def thread_of(dossier: Dossier) -> Iterator[Message]:
    """What people have said about a case, oldest first."""
    for _, signal in dossier.tape.signals:
        body = signal["body"]
        if signal["name"] == THREAD:
            yield Message(person=body["person"], text=body["text"], at=body["at"])
