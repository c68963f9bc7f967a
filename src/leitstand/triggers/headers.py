"""The headers of a mail, as they came."""

from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses


@dataclass(frozen=True, slots=True)
class Headers:
    """The headers of a mail in small letters, in their order, decoded; none is missing, all may be.

    A header that comes twice is there twice.
    """

    each: tuple[tuple[str, str], ...]

    def all(self, name: str) -> tuple[str, ...]:
        """The values of a header."""
        return tuple(value for key, value in self.each if key == name)

    def first(self, name: str) -> str:
        """The value of a header, empty where it is absent."""
        return next(iter(self.all(name)), "")

    def addresses(self, *names: str) -> tuple[str, ...]:
        """The addresses that headers name, in small letters, each once."""
        values = [value for name in names for value in self.all(name)]
        found = (address.casefold() for _, address in getaddresses(values) if "@" in address)
        return tuple(dict.fromkeys(found))


def headers_of(message: Message) -> Headers:
    """The headers of a message."""
    # Not by the policy's own parser of addresses: it is slow, and stumbles over what is malformed.
    each = message.raw_items()
    return Headers(tuple((name.lower(), _unfolded(str(value))) for name, value in each))


def _unfolded(value: str) -> str:
    joined = value.replace("\r", "").replace("\n", "")
    try:
        return str(make_header(decode_header(joined)))
    except (LookupError, ValueError, MessageError):
        return joined
