"""Who sent a mail: what our own mail server found, and tricks that a reader falls for."""

import re
from collections.abc import Iterator
from email.utils import getaddresses
from typing import NamedTuple

from rapidfuzz.distance import OSA

from leitstand.records import Trust
from leitstand.triggers.headers import Headers
from leitstand.triggers.settings import MailRules

_COMMENT = re.compile(r"\([^()]*\)")
_FOUND = re.compile(r"^\s*(dmarc|dkim|spf)\s*=\s*([a-z]+)", re.IGNORECASE)
_FOR = re.compile(r"\b(?:header\.(?:d|i|from)|smtp\.mailfrom)\s*=\s*([^\s;]+)", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
# Digits and Cyrillic letters that look like Latin ones.
_LIKE = "01358\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456"
_LOOKS_LIKE = str.maketrans(_LIKE, "olsebaeopcyxi")
_ALIKE = 4
"""Letters that a domain has at least before one letter's difference counts as a likeness."""


def trust_of(headers: Headers, rules: MailRules) -> Trust:
    """Whether the sender is who the mail says.

    `known` needs a check by our own server that the very domain of From passed. Without such a
    server nobody is known. A name that shows another address, a domain that looks like our own, two
    senders, or a check that failed: forged.
    """
    senders = getaddresses(headers.all("from"))
    if len(senders) != 1 or "@" not in senders[0][1]:
        return "forged"
    display, address = senders[0]
    domain = _domain(address)
    if _shows_another(display, domain) or _looks_like_ours(domain, rules):
        return "forged"
    # The last server on the way writes on top.
    checks = [v for v in headers.all("authentication-results") if _is_ours(v, rules)][:1]
    found = [one for value in checks for one in _results(value)]
    passed = {one.method for one in found if one.passed and _within(domain, one.domain)}
    failed = {one.method for one in found if one.result == "fail"}
    if "dmarc" in failed or ("spf" in failed and not passed):
        return "forged"
    if passed:
        return "known"
    claims_ours = any(_within(domain, own) for own in rules.own)
    return "forged" if rules.checkers and claims_ours else "unknown"


class _Result(NamedTuple):
    """What a method found, and for which domain."""

    method: str
    result: str
    domain: str

    @property
    def passed(self) -> bool:
        return self.result == "pass" and bool(self.domain)


def _results(value: str) -> Iterator[_Result]:
    for clause in _COMMENT.sub("", value).split(";")[1:]:
        if found := _FOUND.match(clause):
            named = _FOR.search(clause)
            domain = _domain(named[1]) if named else ""
            yield _Result(found[1].casefold(), found[2].casefold(), domain)


def _is_ours(value: str, rules: MailRules) -> bool:
    server = value.strip().split(";")[0].split(" ")[0].casefold()
    return server in rules.checkers


def _shows_another(display: str, domain: str) -> bool:
    """The name that readers see holds an address of somebody else."""
    return any(not _within(d.casefold(), domain) for d in _ADDRESS.findall(display))


def _looks_like_ours(domain: str, rules: MailRules) -> bool:
    for own in rules.own:
        if _within(domain, own):
            return False
    plain = _plain(domain)
    return any(
        plain == _plain(own) or (len(own) >= _ALIKE and OSA.distance(plain, _plain(own)) == 1)
        for own in rules.own
    )


def _plain(domain: str) -> str:
    try:
        shown = domain.encode("ascii").decode("idna")
    except (UnicodeError, ValueError):
        shown = domain
    return shown.casefold().translate(_LOOKS_LIKE).replace("rn", "m").replace("vv", "w")


def _within(domain: str, own: str) -> bool:
    return domain == own or domain.endswith(f".{own}")


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip("<>. ").casefold()
