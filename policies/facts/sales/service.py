"""Service: a mail as a case: its category, priority and queue, its product and machine."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from policies.facts.patterns import fold, read_patterns
from policies.facts.sales.dossier import SalesDossier
from policies.facts.sales.fitting import is_purpose
from policies.facts.sales.limits import LEXICON, SalesLimits, lexicon
from policies.facts.sales.meaning import (
    Understood,
    Urgency,
    doubt_of,
    feared,
    told_by,
    understood,
)
from policies.facts.sales.mention import Mention, is_head
from policies.facts.sales.mentions import mentions_of
from policies.facts.sales.names import name_of
from policies.facts.sales.tokens import Token, is_end, is_stop, number_of, tokens_of, written
from tools.catalog import Product
from tools.catalog.words import fold as fold_word
from tools.tickets import CreateTicket, Machine

_COUNTED = frozenset({"spare_part", "maintenance"})
"""What a customer may also count out among other goods."""
_LONGEST = 128
_SIGNS = re.compile(r"[^A-Z0-9]")
_AROUND = 3


@dataclass(frozen=True, slots=True)
class Service:
    """A mail as a case for service; None where it does not say, or the company has no word for it.

    `missing`, `contradictions` and `doubts` (what else it may be about) are for people to find out,
    in words for people. `endangered`: what is in doubt is whether somebody is in danger.
    """

    about: Understood | None
    category: str | None = None
    priority: str | None = None
    queue: str | None = None
    sku: str | None = None
    serial: str | None = None
    known_serial: bool = True
    missing: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    endangered: bool = False

    @property
    def danger(self) -> bool:
        """Whether somebody is hurt or in danger."""
        return self.about is not None and self.about.meaning == "safety"


def asks_for_quote(dossier: SalesDossier) -> bool:
    """Whether a customer's mail asks for a quote and not for service.

    Danger to people goes before; so do a standstill, a complaint or a question about a delivery
    unless an offer is asked for in so many words on goods that are counted out, and papers unless
    goods are counted out beside them; for the rest a quote is what it names in so many words, or
    what it counts out; maintenance alone is service.
    """
    said, marked = fold(dossier.text), _marked(dossier)
    about = told_by(marked)
    if about is not None and (
        about.urgency == "danger" or about.meaning in ("invoice", "delivery")
    ):
        return about.meaning != "safety" and _is_offer(dossier, said, urgent=about.urgency)
    asked = any(p.found_in(said) for p in read_patterns(LEXICON, "says")["quote"])
    if about is not None and about.meaning == "documentation":
        return asked and any(wish.qty > 1 for wish in dossier.request.wishes)
    if asked or about is None or about.meaning in ("lead", "elsewhere"):
        return asked or bool(dossier.request.wishes) or understood(marked) == about
    counted = len(dossier.request.wishes)
    return counted > (about.meaning == "maintenance") and about.meaning in _COUNTED


def _is_offer(dossier: SalesDossier, said: str, urgent: Urgency) -> bool:
    """Whether an offer of goods counted out is asked for, and nobody is to come at once."""
    says = read_patterns(LEXICON, "says")
    kinds = ("offer", "at_once") if urgent == "danger" else ("offer",)
    asked, *now = (any(p.found_in(said) for p in says[kind]) for kind in kinds)
    return asked and not any(now) and bool(dossier.request.wishes)


def serials_in(text: str) -> tuple[str, ...]:
    """What may be the serial number of a machine."""
    found = [*_labelled(text), *(m.group() for m in _pattern("bare").finditer(text))]
    return tuple(dict.fromkeys(s for s in map(_plain, found) if s and len(s) <= _LONGEST))[:100]


def service_of(dossier: SalesDossier) -> Service:
    """The mail as a case for service."""
    limits = dossier.limits
    marked = _marked(dossier)
    about = understood(marked, limits.category_words)
    machine, stated, many = _machine(dossier)
    sku, wrong = _sku(dossier, machine, about)
    other = doubt_of(marked, about) if about else feared(marked)
    missing: list[str] = []
    category = _category(about, limits)
    known = about is not None and (category is not None or about.meaning != "elsewhere")
    priority = limits.priority_words.get(about.urgency) if about and known else None
    if about is None:
        missing.append("worum es geht, sagt die Nachricht nicht")
    elif about.meaning == "elsewhere" and category is None:
        missing.append(f"von Hand zuzuordnen: {', '.join(about.criteria)}")
    elif category is None:
        missing.append(f"das Unternehmen hat keine Kategorie für `{about.meaning}`")
    elif priority is None:
        missing.append(f"das Unternehmen hat keine Priorität für `{about.urgency}`")
    return Service(
        about,
        category,
        priority,
        limits.queues.get(category) if category else None,
        sku,
        machine.serial if machine else stated,
        known_serial=machine is not None or stated is None,
        missing=tuple(missing),
        contradictions=(*wrong, *many),
        doubts=(_either(about, other, limits),) if about and other else (),
        endangered=other is not None and other.meaning == "safety",
    )


def roles_of(service: Service, limits: SalesLimits) -> tuple[str, ...]:
    """Who looks at what is held: where danger may be meant, those who know of safety."""
    if service.endangered:
        return limits.safety_roles
    return (service.queue,) if service.queue else limits.sales_rep


def ticket_of(dossier: SalesDossier) -> CreateTicket | None:
    """The ticket that a mail comes to; None where it says too little for one."""
    service = service_of(dossier)
    if service.category is None or service.priority is None or service.queue is None:
        return None
    title = dossier.limits.ticket_title.format(category=service.category, priority=service.priority)
    return CreateTicket(
        category=service.category,
        priority=service.priority,
        queue=service.queue,
        sku=service.sku,
        serial=service.serial,
        customer_id=dossier.customer.id if dossier.customer else None,
        title=title,
    )


def _either(about: Understood, other: Understood, limits: SalesLimits) -> str:
    """The two readings of a mail in the company's words, for people."""
    if about.meaning == other.meaning:
        one, two = (limits.priority_words.get(u, u) for u in (about.urgency, other.urgency))
        return f"wie dringend es ist, lässt sich verschieden verstehen: {one} oder {two}"
    one, two = (limits.category_words.get(m, m) for m in (about.meaning, other.meaning))
    return f"worum es geht, lässt sich verschieden verstehen: {one} oder {two}"


def _category(about: Understood | None, limits: SalesLimits) -> str | None:
    """The company's word; for what service is not there for, if it has one for just that."""
    if about is None:
        return None
    if about.meaning != "elsewhere":
        return limits.category_words.get(about.meaning)
    return limits.category_words.get(about.criteria[0]) if len(about.criteria) == 1 else None


def product_words(text: str) -> str:
    """Words that the catalogue is asked for beside those of a mail."""
    about, said = understood(text), _SIGNS.sub("", fold(text).upper()).casefold()
    meant = lexicon()["products"].get(about.meaning, ()) if about else ()
    aliases = lexicon()["aliases"].items()
    named = (word for word, others in aliases if any(other in said for other in others))
    return " ".join((*meant, *named))


def _marked(dossier: SalesDossier) -> str:
    """The mail with a word behind each name of goods and each known machine.

    Patterns speak of goods by these words, whatever a company sells.
    """
    known, words = {_bare(m.serial) for m in dossier.machines}, lexicon()["fragment"]
    mentions = mentions_of(dossier.text, dossier.products)
    tokens = tokens_of(dossier.text)
    kinds = ((m, _kind(m, dossier.limits)) for m in mentions)
    marks = {_head_end(m, tokens): f" {words[kind]}" for m, kind in kinds if kind}
    written = "".join(
        f"{'' if token.glued else ' '}{token.raw}{marks.get(at, '')}"
        for at, token in enumerate(tokens)
    )
    return _pattern("bare").sub(
        lambda m: f"{m.group()} {words['machine']}" if _bare(m.group()) in known else m.group(),
        written,
    )


def _head_end(mention: Mention, tokens: Sequence[Token]) -> int:
    """The last token of what is named, before what it is for."""
    purpose, run = lexicon()["reading"]["purpose"], range(mention.first + 1, mention.last)
    leads = (at for at in run if tokens[at].text in purpose and mention.skus)
    fits = any(name.fits for name in mention.names)
    return (next(leads, mention.last) if fits else mention.last) - 1


def _kind(mention: Mention, limits: SalesLimits) -> str | None:
    """What is mentioned: a machine or other goods; None where it is work, or only may be meant."""
    work = lexicon()["products"]["work"]
    plain = [n for n in mention.names if n.unit is None]
    goods = [n for n in plain if not any(word in g for g in n.groups for word in work)]
    if mention.close < 2 or not goods:  # noqa: PLR2004 - a compound on it
        return None
    dear = all(n.product.price_cents >= limits.machine_from * 100 for n in goods)
    return "machine" if dear else "goods"


def _machine(dossier: SalesDossier) -> tuple[Machine | None, str | None, list[str]]:
    """The one machine that is spoken of, else the number that is stated for one."""
    stated = [_plain(s) for s in _labelled(dossier.text)]
    said = {_bare(s) for s in serials_in(dossier.text)}
    found = [m for m in dossier.machines if _bare(m.serial) in said]
    if len(found) == 1:
        return found[0], None, []
    if found:
        return None, None, ["mehrere Maschinen: " + ", ".join(m.serial for m in found)]
    return None, stated[0] if stated else None, []


def _sku(
    dossier: SalesDossier, machine: Machine | None, about: Understood | None
) -> tuple[str | None, list[str]]:
    """The product that a mail speaks of, and what contradicts it."""
    mentions = mentions_of(dossier.text, dossier.products)
    if machine is not None:
        return _of_machine(dossier.products, mentions, machine)
    clear = [m for m in mentions if len(m.names) == 1 and not _is_everyday(m, about)]
    clear = [m for m in clear if m.narrowed or is_head(m)] or clear
    if about is not None and about.meaning in ("safety", "malfunction"):  # a part of what is named
        clear = [m for m in clear if m.narrowed or m.close > 2] or clear  # noqa: PLR2004
    clear = [m for m in clear if not is_purpose(m, clear)]
    tokens = tokens_of(dossier.text)
    clear = [m for m in clear if not _is_lost(m, tokens)]
    sound = [m for m in mentions if _is_sound(m, tokens)]
    clear = [m for m in clear if m not in sound or len(sound) == len(mentions)]
    skus = list(dict.fromkeys(m.names[0].sku for m in clear))
    if len(skus) > 1:
        ends = {m.last for m in mentions}
        free = [m for m in clear if not _is_place(m, tokens) and not _is_of(m, tokens, ends)]
        own = [m for m in free if _is_owned(m, tokens)]
        wanted = [m for m in free if about and _is_wanted(m, tokens, about)]
        skus = list(dict.fromkeys(m.names[0].sku for m in wanted or own or free or clear))
    if len(skus) == 1:
        return skus[0], []
    if clear or any(m.close == 5 for m in mentions):  # noqa: PLR2004 - a code that is unknown
        return None, []
    return _of_meaning(dossier.products, about, fold_word(dossier.text)), []


def _of_machine(
    products: Sequence[Product], mentions: Sequence[Mention], machine: Machine
) -> tuple[str | None, list[str]]:
    """The machine's product; another of the same kind that the mail names contradicts it."""
    own = next((name_of(p) for p in products if p.sku == machine.sku), None)
    named = [m for m in mentions if m.names and not _is_part_of(m, machine)]
    if own is None or any(machine.sku in m.skus for m in named):
        others = [m for m in named if m.narrowed and own and _alike(m, own.groups)]
        wrong = [m for m in others if machine.sku not in m.skus]
    else:
        wrong = [m for m in named if _alike(m, own.groups) and machine.sku not in m.skus]
    if wrong:
        said = wrong[0].raw
        return None, [f"{said} genannt, {machine.serial} ist {machine.sku}"]
    return machine.sku, []


def _is_part_of(mention: Mention, machine: Machine) -> bool:
    return any(machine.sku in name.fits for name in mention.names)


def _alike(mention: Mention, groups: frozenset[str]) -> bool:
    return any(n.groups & groups for n in mention.names)


def _is_everyday(mention: Mention, about: Understood | None) -> bool:
    """Whether a word that only ends a product's name (`Paket`) stands where none need be meant."""
    ends = mention.close <= 2 or not is_head(mention)  # noqa: PLR2004 - the end of a compound
    if mention.narrowed or not ends or about is None:
        return False
    if fold_word(mention.raw) in lexicon()["reading"]["everyday"]:
        return True
    if about.meaning == "delivery":
        return not is_head(mention)
    return about.meaning in ("lead", "invoice")


def _is_place(mention: Mention, tokens: Sequence[Token]) -> bool:
    """`am FB-2000`, `neben dem FB-2000`: where it is, not what it is about."""
    reading = lexicon()["reading"]
    for token in reversed(tokens[max(0, mention.first - _AROUND) : mention.first]):
        if is_end(token) or token.kind == "sign" or token.text in reading["people"]:
            return False
        if token.text in reading["linking"] or token.text in reading["beside"]:
            return True
    return False


def _is_sound(mention: Mention, tokens: Sequence[Token]) -> bool:
    """`der FB-3000 hat übernommen`: what works is not what it is about."""
    behind = mention.last + (written(tokens[mention.last : mention.last + 1]) == ")")
    said = fold(written(list(takewhile(lambda t: not is_stop(t), tokens[behind:]))))
    return any(p.found_in(said) for p in read_patterns(LEXICON, "says")["sound"])


def _is_wanted(mention: Mention, tokens: Sequence[Token], about: Understood) -> bool:
    """Where parts are ordered, what is counted: `bitte 2 Filter`."""
    counted = mention.first > 0 and number_of(tokens[mention.first - 1]) is not None
    return about.meaning == "spare_part" and counted


def _is_lost(mention: Mention, tokens: Sequence[Token]) -> bool:
    """`verliert Öl`: what comes out of what it is about."""
    losing = lexicon()["reading"]["losing"]
    return mention.first > 0 and tokens[mention.first - 1].text in losing


def _is_of(mention: Mention, tokens: Sequence[Token], ends: Collection[int]) -> bool:
    """`der Riemen der Pumpe`: what the goods before are a part of."""
    at = mention.first - 1
    return at in ends and tokens[at].text in lexicon()["reading"]["genitive"]


def _is_owned(mention: Mention, tokens: Sequence[Token]) -> bool:
    """`unser Wickler`: what it is about, whatever else is named."""
    before = tokens[max(0, mention.first - 2) : mention.first]
    return any(token.text in lexicon()["reading"]["owning"] for token in before)


def _of_meaning(products: Sequence[Product], about: Understood | None, said: str) -> str | None:
    """The one product that the meaning itself names: a maintenance package for maintenance."""
    known = lexicon()["products"].get(about.meaning, ()) if about else ()
    for words in ([word for word in known if word in said], known):
        fitting = [
            p.sku
            for p in products
            if any(word in group for group in name_of(p).groups for word in words)
        ]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def _labelled(text: str) -> list[str]:
    return [m["serial"].strip() for m in _pattern("labelled").finditer(text)]


def _plain(serial: str) -> str:
    return re.sub(r"\s+", "-", serial.strip(" .-/"))


def _bare(serial: str) -> str:
    return _SIGNS.sub("", serial.upper())


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(lexicon()["serial"][name])
