"""pain.001.001.09: a file of SEPA credit transfers (ISO 20022; DFÜ agreement, annex 3).

Written here and not by a library, as the same order must always come to the same bytes: libraries
for it draw identifiers at random and read umlauts as their first letter (`Muller` for Müller).
"""

import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from functools import reduce

from lxml import etree

from tools.einvoice.xml import Element
from tools.treasury.order import PrepareOrder, Transfer

_SPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_ALLOWED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/-?:().,'+ ")
"""What every bank of the scheme takes (EPC217-08)."""
_SPELT = {
    "ä": "ae",
    "ö": "oe",
    "ü": "ue",
    "Ä": "Ae",
    "Ö": "Oe",
    "Ü": "Ue",
    "ß": "ss",
    "ẞ": "SS",
    "æ": "ae",
    "Æ": "Ae",
    "ø": "oe",
    "Ø": "Oe",
    "ł": "l",
    "Ł": "L",
    "&": "+",
    "_": "-",
    "–": "-",
    "—": "-",
    "’": "'",
    "„": "'",
    "“": "'",
}
_NAME, _TEXT = 70, 140
_Node = tuple[str, "str | list[_Node]"]


def message(order: PrepareOrder, number: str, created: str) -> bytes:
    """The file: one payment block, charges shared, no BIC (IBAN only, EU 260/2012 art. 5 (7)).

    `number` names message and block, `created` is the instant in UTC as ISO 8601 has it. Names are
    cut after 70 characters; letters that banks do not take are spelt out.
    """
    total = _amount(order.total_cents)
    count = str(len(order.transfers))
    header: list[_Node] = [
        ("MsgId", number),
        ("CreDtTm", created),
        ("NbOfTxs", count),
        ("CtrlSum", total),
        ("InitgPty", [("Nm", _latin(order.debtor_name, _NAME))]),
    ]
    block: list[_Node] = [
        ("PmtInfId", number),
        ("PmtMtd", "TRF"),
        ("BtchBookg", "true"),
        ("NbOfTxs", count),
        ("CtrlSum", total),
        ("PmtTpInf", [("SvcLvl", [("Cd", "SEPA")])]),
        ("ReqdExctnDt", [("Dt", order.execute_on.isoformat())]),
        ("Dbtr", [("Nm", _latin(order.debtor_name, _NAME))]),
        ("DbtrAcct", [("Id", [("IBAN", order.debtor_iban)])]),
        ("DbtrAgt", [("FinInstnId", [("Othr", [("Id", "NOTPROVIDED")])])]),
        ("ChrgBr", "SLEV"),
        *(_transfer(one) for one in order.transfers),
    ]
    root = etree.Element(f"{{{_SPACE}}}Document", nsmap={None: _SPACE})
    _fill(root, [("CstmrCdtTrfInitn", [("GrpHdr", header), ("PmtInf", block)])])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _transfer(one: Transfer) -> _Node:
    return (
        "CdtTrfTxInf",
        [
            ("PmtId", [("EndToEndId", one.payment_no)]),
            ("Amt", [("InstdAmt", _amount(one.amount_cents))]),
            ("Cdtr", [("Nm", _latin(one.creditor_name, _NAME))]),
            ("CdtrAcct", [("Id", [("IBAN", one.iban)])]),
            ("RmtInf", [("Ustrd", _latin(one.remittance, _TEXT))]),
        ],
    )


def _fill(parent: Element, nodes: list[_Node]) -> None:
    for name, value in nodes:
        node = etree.SubElement(parent, f"{{{_SPACE}}}{name}")
        if name == "InstdAmt":
            node.set("Ccy", "EUR")
        if isinstance(value, str):
            node.text = value
        else:
            _fill(node, value)


def _amount(cents: int) -> str:
    return f"{Decimal(cents).scaleb(-2):.2f}"


def _latin(text: str, length: int) -> str:
    """The text in letters that every bank takes; what has none is a full stop."""
    spelt = reduce(lambda said, pair: said.replace(*pair), _SPELT.items(), text)
    return " ".join("".join(_letters(spelt)).split())[:length].strip() or "."


def _letters(text: str) -> Iterator[str]:
    for letter in text:
        if letter in _ALLOWED:
            yield letter
            continue
        plain = unicodedata.normalize("NFD", letter)[0]
        yield plain if plain in _ALLOWED else "."
